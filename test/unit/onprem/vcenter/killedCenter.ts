// A vCenter in a process of its own, to be killed: runs a machine, takes a snapshot, overwrites its disk and tells of each acknowledged write.
import { setImmediate } from 'node:timers/promises';
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { LabClock } from '../../../../emulator/kernel/clock.ts';
import { FaultGate } from '../../../../emulator/kernel/faults.ts';
import { seededIds } from '../../../../emulator/kernel/ids.ts';
import { Network } from '../../../../emulator/kernel/network.ts';
import { seededRandom } from '../../../../emulator/kernel/random.ts';
import { Trace } from '../../../../emulator/kernel/trace.ts';
import { VCenter } from '../../../../emulator/onprem/vcenter/vcenter.ts';
import { accounts, siteSpec, specOf } from './siteSpec.ts';

const folder = process.argv[2] ?? '';
const clock = new LabClock({
  startMs: 0,
  onError: (_name, error) => {
    throw error;
  },
});
const random = seededRandom('killed');
const kernel = {
  clock,
  random,
  ids: seededIds(random),
  faults: new FaultGate({ clock, random }),
  network: new Network(clock),
  trace: new Trace(() => clock.now()),
};
const vCenter = await VCenter.open({
  kernel,
  folder,
  identity: await issue(await createAuthority('killed'), { name: 'vcenter', role: 'vcenter' }),
  accounts,
  site: siteSpec,
});
const { instanceUuid, id } = await vCenter.addMachine(specOf('web'));
await vCenter.power(instanceUuid, 'start');
const machine = vCenter.machine(instanceUuid);
const disk = machine.disk(machine.definition.disks[0]?.diskId ?? '');
for (let sector = 0; sector < disk.sizeBytes / 512; sector += 1) await disk.write(sector * 512, Buffer.alloc(512, 'a'));
const administrator = accounts[0];
if (administrator === undefined) throw new Error('no account');
await vCenter.as(administrator).takeSnapshot(id, { name: 'before', quiesce: false });
process.stdout.write('ready\n');
for (let round = 1; ; round += 1) {
  const sector = random.integer(disk.sizeBytes / 512);
  await disk.write(sector * 512, Buffer.alloc(512, `${round}.`));
  process.stdout.write(`${sector} ${round}\n`);
  // Small writes reach the page cache without a turn of the event loop, the pipe does not.
  await setImmediate();
}
