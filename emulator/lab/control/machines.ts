// Control operations on machines: power, programs, marks and vCenter snapshots.
import type { MachineRecord } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import { vCenterAdministrator } from '../datacenter.ts';
import type { ControlParts } from '../control.ts';
import type { HostedMachine } from '../diskPlaces.ts';
import { machineRecord, pointRecords, requireItem } from './records.ts';
import type { Handlers } from './server.ts';

type Names = 'machine.list' | 'machine.power' | 'machine.workload' | 'machine.mark' | 'snapshot.list' | 'snapshot.create' | 'snapshot.remove';

/** Lab time within which a mark that was asked for becomes a point, or it was refused. */
const markLimitMs = 15 * 60_000;

export function machineHandlers(parts: ControlParts): Handlers<Names> {
  const { world, siteVault, disks, datacenter } = parts;
  const { clock } = world.kernel;
  const record = (hosted: HostedMachine): MachineRecord => machineRecord(parts, hosted);
  const virtual = (machine: string) => {
    const { definition } = disks.find(machine, 'onPremises');
    if (definition.platform !== 'VmWare') throw new LabError('InvalidArgument', `${definition.name} is no virtual machine of vCenter.`);
    return datacenter.vCenter.vm(definition.machineId);
  };
  const administrator = () => datacenter.vCenter.as({ userName: vCenterAdministrator, password: world.household.vCenterPassword, role: 'administrator' });
  return {
    'machine.list': async () => disks.hosted().map(record),
    'machine.power': async ({ machine, to }) => {
      const hosted = disks.find(machine);
      await inActivity(clock, `power ${hosted.definition.name}`, () => power(parts, hosted, to));
      return record(disks.find(hosted.definition.machineId));
    },
    'machine.workload': async ({ machine, to }) => {
      const hosted = disks.find(machineOf(machine));
      await inActivity(clock, `programs ${hosted.definition.name}`, () => world.guests.setRunning(hosted.definition.machineId, to === 'running'));
      return record(hosted);
    },
    'machine.mark': async ({ machine, consistency }) => {
      const item = requireItem(parts, machine);
      const requestId = await siteVault.vault.requestMark(item.itemId, consistency);
      const find = () => siteVault.vault.recoveryPoints(item.itemId).find((point) => point.requestId === requestId);
      if (typeof clock.speed === 'number') await untilNumbered(parts, () => find() !== undefined);
      else await clock.runUntil(() => find() !== undefined, markLimitMs);
      const point = find();
      if (point === undefined)
        throw new LabError('RecoveryPointMissing', `${item.friendlyName} made no ${consistency} point in ${markLimitMs / 60_000} minutes.`);
      const all = pointRecords(siteVault.vault.recoveryPoints(item.itemId));
      return all.find((one) => one.pointId === point.recoveryPointId) as (typeof all)[number];
    },
    'snapshot.list': async ({ machine }) =>
      virtual(machine).snapshots.map(({ id, name, createdMs }) => ({ snapshotId: id, name, machine: virtual(machine).name, createdMs })),
    'snapshot.create': async ({ machine, name }) => {
      const vm = virtual(machine);
      const { id, createdMs } = await administrator().takeSnapshot(vm.id, { name, quiesce: false });
      return { snapshotId: id, name, machine: vm.name, createdMs };
    },
    'snapshot.remove': async ({ machine, snapshotId }) => {
      await administrator().removeSnapshot(virtual(machine).id, snapshotId);
      return {};
    },
  };

  /** An item's name may belong to a copy in Azure as well: the programs are those of the machine at the site. */
  function machineOf(machine: string): string {
    const item = siteVault.vault.items().find((one) => one.itemId === machine || one.friendlyName.toLowerCase() === machine.toLowerCase());
    return item?.source.machineId ?? machine;
  }
}

async function power({ datacenter, cloud }: ControlParts, { definition, machine }: HostedMachine, to: 'on' | 'off' | 'shutdown'): Promise<void> {
  const { machineId, platform } = definition;
  if (platform === 'Azure') {
    if (to === 'on') await cloud.machines.start(machineId);
    else await cloud.machines.stop(machineId, to === 'off' ? 'hard' : 'graceful');
  } else if (platform === 'Physical') await datacenter.physical.power(machineId, to === 'shutdown' ? 'shutDown' : to);
  else if (to === 'shutdown' && machine.state === 'poweredOn') await datacenter.vCenter.power(machineId, 'shutDown');
  else if (to !== 'shutdown') await datacenter.vCenter.power(machineId, to === 'on' ? 'start' : 'stop');
}

/** In wall time a mark comes when it comes: looked for each lab second. */
async function untilNumbered({ world }: ControlParts, reached: () => boolean): Promise<void> {
  const { clock } = world.kernel;
  const endMs = clock.now() + markLimitMs;
  await inActivity(clock, 'await mark', async () => {
    while (!reached() && clock.now() < endMs) await clock.sleep(1000);
  });
}
