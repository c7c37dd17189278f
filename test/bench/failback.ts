// Failback of a machine of which 1 % changed in Azure: what travels, against what changed.
import { LabUnderTest, linuxServer } from '../support/lab.ts';
import { incompressible, writeContent } from './content.ts';
import { onDisk, onSite } from './copies.ts';
import { gibibyte, mebibyte, type Measure } from './measure.ts';

const contentBytes = gibibyte;
const changeBytes = 64 * 1024;
const changedShare = 0.01;
const aim = 1.5;
/** Lab time in which the Mobility service of a machine that came to Azure registers. */
const registrationMs = 20 * 60_000;

export const failback: Measure = {
  name: 'failback',
  title: 'failback, 1 % of 1 GiB changed: bytes on the wire',
  referenceTitle: 'the changed bytes',
  aim: '< 1.5',
  run: async () => {
    await using site = await LabUnderTest.open({
      virtualMachines: [linuxServer(1, { disks: [{ sizeBytes: contentBytes + 64 * mebibyte, contentBytes: 0 }] })],
    });
    const { client } = site;
    const { machine } = onSite;
    await onDisk(site, onSite, (disk) => writeContent(incompressible, { sizeBytes: contentBytes, write: (offset, bytes) => disk.write(offset, bytes) }));
    await site.protectAll();
    await site.finish(await client.call('item.failover', { machine, point: 'Latest', shutdown: true }));
    await site.finish(await client.call('item.commit', { machine }));
    const changedBytes = await change(site, machine);
    await client.call('link.set', { path: 'site-to-site', state: 'up' });
    await site.step(registrationMs);
    const before = carried(site);
    await site.finish(await client.call('item.reprotect', { machine }));
    await site.untilProtected(machine);
    await site.finish(await client.call('item.failback', { machine, point: 'Latest', shutdown: true }));
    const after = carried(site);
    const agentBytes = after.agentBytes - before.agentBytes;
    const siteBytes = after.siteBytes - before.siteBytes;
    const ratio = Math.max(agentBytes, siteBytes) / changedBytes;
    return {
      value: `${(agentBytes / mebibyte).toFixed(1)} MiB to the process server, ${(siteBytes / mebibyte).toFixed(1)} MiB on to the site`,
      reference: `${(changedBytes / mebibyte).toFixed(1)} MiB`,
      ratio,
      reached: ratio < aim,
      figures: { agentBytes, siteBytes, changedBytes },
    };
  },
};

/** Rewrites 1 % of the machine's data in Azure, spread evenly. @returns how many bytes */
async function change(site: LabUnderTest, machine: string): Promise<number> {
  const count = Math.round((contentBytes * changedShare) / changeBytes);
  const { azureMachine } = await site.item(machine);
  await onDisk(site, { location: 'azure', machine: azureMachine ?? machine }, async (disk) => {
    for (let place = 0; place < count; place += 1) {
      const offset = Math.floor((place * contentBytes) / count / changeBytes) * changeBytes;
      await disk.write(offset, incompressible(place + 1).subarray(changeBytes, 2 * changeBytes));
    }
  });
  return count * changeBytes;
}

function carried(site: LabUnderTest): { agentBytes: number; siteBytes: number } {
  const { network } = site.lab.world.kernel;
  return { agentBytes: network.get('machine-processserver').carriedBytes, siteBytes: network.get('processserver-mastertarget').carriedBytes };
}
