// What the feed says, taken into a snapshot: pure functions, one for each kind of news that carries its own new state.
import type { ControlEvent } from '../../emulator/contract/control.ts';
import type { ItemRecord, MachineRecord } from '../../emulator/contract/resources.ts';
import type { Job, ReplicationProtectedItem } from '../client/vaultClient.ts';
import type { LabSnapshot } from './snapshot.ts';

/** The snapshot after this news; the same object when it says nothing that is shown. */
export function withNews(snapshot: LabSnapshot, event: ControlEvent): LabSnapshot {
  const { lab } = snapshot;
  switch (event.kind) {
    case 'hello':
      return { ...snapshot, state: 'running', clock: event.clock, problem: undefined };
    case 'clock':
      return { ...snapshot, clock: event.clock };
    case 'site':
      return lab === undefined ? snapshot : { ...snapshot, lab: { ...lab, ...event.site } };
    case 'machine':
      return lab === undefined ? snapshot : { ...snapshot, lab: { ...lab, machines: withMachine(lab.machines, event.machine) } };
    case 'machineGone':
      return lab === undefined ? snapshot : { ...snapshot, lab: { ...lab, machines: lab.machines.filter(({ machineId }) => machineId !== event.machineId) } };
    case 'item':
      return lab === undefined ? snapshot : { ...snapshot, lab: { ...lab, machines: withItem(lab.machines, event.item) } };
    case 'job': {
      const runningJobs = new Map(snapshot.runningJobs);
      if (event.job.endedMs === null) runningJobs.set(event.job.jobId, event.job);
      else runningJobs.delete(event.job.jobId);
      return { ...snapshot, runningJobs };
    }
    case 'progress':
    case 'trace':
      return snapshot;
  }
}

function withMachine(machines: readonly MachineRecord[], changed: MachineRecord): readonly MachineRecord[] {
  return machines.some(({ machineId }) => machineId === changed.machineId)
    ? machines.map((machine) => (machine.machineId === changed.machineId ? changed : machine))
    : [...machines, changed];
}

function withItem(machines: readonly MachineRecord[], item: ItemRecord): readonly MachineRecord[] {
  // A machine that was just protected has no item yet: the item names it.
  return machines.map((machine) => (machine.item?.itemId === item.itemId || machine.machineId === item.machineId ? { ...machine, item } : machine));
}

/** Azure's item of a record of the lab: its correlation id is the lab's id of it. */
export function azureItemOf(items: readonly ReplicationProtectedItem[], itemId: string): ReplicationProtectedItem | undefined {
  return items.find(({ name, properties }) => properties?.eventCorrelationId === itemId || name === itemId);
}

/** The list with these read anew: the others stay the same objects, so that nothing of them is painted. */
export function withRead<Resource extends { readonly id?: string }>(list: readonly Resource[], read: readonly Resource[]): readonly Resource[] {
  const changed = new Map(read.map((one) => [one.id?.toLowerCase(), one]));
  return list.map((one) => changed.get(one.id?.toLowerCase()) ?? one);
}

/** Azure's list of jobs has no tasks: those that were read before are kept while the job looks the same. */
export function withTasks(list: readonly Job[], before: readonly Job[]): readonly Job[] {
  const known = new Map(before.map((job) => [job.name, job]));
  return list.map((job) => {
    const old = known.get(job.name);
    return old !== undefined && (old.properties?.tasks?.length ?? 0) > 0 && sameMoment(old, job) ? old : job;
  });
}

function sameMoment({ properties: one }: Job, { properties: other }: Job): boolean {
  return one?.state === other?.state && one?.endTime?.getTime() === other?.endTime?.getTime();
}
