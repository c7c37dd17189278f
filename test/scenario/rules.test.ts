// The rules that must hold, at the level of a whole lab or where the table says.
//
// | rule                                                     | held by                                                      |
// |----------------------------------------------------------|--------------------------------------------------------------|
// | planned failover is refused                              | here                                                         |
// | no replication over a site-to-site VPN                   | unit/azure/vault/rules.test.ts                               |
// | failback needs the VPN, a process server in Azure,       | here (all of them missing), unit/azure/vault/rules.test.ts,  |
// | a master target, a retention drive, a registered agent   | unit/onprem/mastertarget/masterTarget.test.ts                |
// | write rights on vCenter                                  | unit/onprem/mastertarget/masterTarget.test.ts                |
// | physical servers fail back to a VMware VM                | unit/azure/vault/rules.test.ts                               |
// | never two running copies unless the user was told        | here, unit/azure/vault/rules.test.ts                         |
// | excluded disks do not come back                          | here                                                         |
// | cancelling a failover does not resume replication        | unit/azure/vault/rules.test.ts                               |
// | commit deletes the points, or the Azure VM               | ownDisk.test.ts                                              |
// | limits, all violations at once                           | unit/azure/vault/rules.test.ts                               |
import { expect, test } from 'vitest';
import type { DiskReference } from '../../emulator/contract/control/disks.ts';
import type { ErrorCode } from '../../emulator/contract/errors.ts';
import { LabUnderTest, linuxMachine, smallDiskBytes } from '../support/lab.ts';

const machine = 'SQL01';
const limitMs = 200_000;
const registrationMs = 20 * 60_000;
const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;

const running = async (lab: LabUnderTest): Promise<string[]> =>
  (await lab.call('machine.list', {})).filter(({ poweredOn }) => poweredOn).map(({ platform }) => platform);

test(
  'a failover leaves one machine running: planned it does not exist, and beside a running source only when the user says so',
  async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine)] });
    await lab.finish(lab.call('item.enable', { machine }));
    await lab.untilProtected(machine);
    await expect(lab.call('item.plannedFailover', { machine })).rejects.toThrow(coded('PlannedFailoverNotSupported'));
    const refused = await lab.ended(lab.call('item.failover', { machine, shutdown: false }));
    expect(refused).toMatchObject({ state: 'Failed', errors: [{ code: 'SourceStillRunning' }] });
    expect(await running(lab)).toEqual(['VmWare']);
    await lab.untilProtected(machine);
    await lab.finish(lab.call('item.failover', { machine, shutdown: true }));
    expect(await running(lab)).toEqual(['Azure']);
  },
  limitMs,
);

test(
  'changes that a cut line kept from Azure do not hold up a failover, and are not passed over in silence',
  async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine)] });
    await lab.finish(lab.call('item.enable', { machine }));
    await lab.untilProtected(machine);
    await lab.call('link.set', { path: 'processserver-storage', state: 'cut' });
    const last = Buffer.alloc(512, 'the last');
    await lab.call('disk.write', { disk: { location: 'onPremises', machine, disk: '0', at: 'present' }, offset: 4096, base64: last.toString('base64') });
    const job = await lab.ended(lab.call('item.failover', { machine, shutdown: true }));
    expect(job).toMatchObject({ state: 'CompletedWithInformation', errors: [{ code: 'NewestChangesMissing' }] });
    expect((await lab.call('event.list', {})).map(({ code }) => code)).toContain('NewestChangesMissing');
    const { base64 } = await lab.call('disk.read', { disk: { location: 'azure', machine, disk: '0', at: 'present' }, offset: 4096, length: 512 });
    expect(Buffer.from(base64, 'base64').equals(last)).toBe(false);
  },
  limitMs,
);

test(
  'an excluded disk neither goes to Azure nor comes back, and the way back names what is missing',
  async () => {
    const disks = [0, 1].map(() => ({ sizeBytes: smallDiskBytes, contentBytes: 0 }));
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine, { disks })] });
    const disk = (number: string): DiskReference => ({ location: 'onPremises', machine, disk: number, at: 'present' });
    const bytes = Buffer.alloc(512, 'kept at the site');
    for (const number of ['0', '1']) await lab.call('disk.write', { disk: disk(number), offset: 4096, base64: bytes.toString('base64') });
    await lab.finish(lab.call('item.enable', { machine, disksToExclude: ['1'] }));
    await lab.untilProtected(machine);
    await lab.finish(lab.call('item.failover', { machine, shutdown: true }));
    expect((await lab.call('disk.list', { machine })).filter(({ location }) => location === 'azure')).toHaveLength(1);
    await lab.finish(lab.call('item.commit', { machine }));

    await expect(lab.call('item.reprotect', { machine })).rejects.toThrow(coded('AzureProcessServerMissing'));
    await lab.call('link.set', { path: 'site-to-site', state: 'up' });
    await lab.step(registrationMs);
    await lab.finish(lab.call('item.reprotect', { machine }));
    await lab.untilProtected(machine);
    await lab.call('disk.write', { disk: { ...disk('0'), location: 'azure' }, offset: 4096, base64: Buffer.alloc(512, 'new').toString('base64') });
    await lab.finish(lab.call('item.failback', { machine, shutdown: true }));
    await lab.finish(lab.call('item.commit', { machine }));
    const read = async (number: string): Promise<string> =>
      Buffer.from((await lab.call('disk.read', { disk: disk(number), offset: 4096, length: 512 })).base64, 'base64').toString();
    expect(await read('0')).toBe(Buffer.alloc(512, 'new').toString());
    expect(await read('1')).toBe(bytes.toString());
  },
  limitMs,
);
