// The two tasks of a master target, step by step; each step may be run again after a kill.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import type { MasterTargetTask } from '../../replication/orders.ts';
import { attachErrors, throwAll } from './prerequisites.ts';
import { datastoreOf, type SiteDisk, type SiteDatastore, type SiteInventory, type SiteVm } from './siteInventory.ts';
import type { HeldDisk, MachineCreation } from './state.ts';
import type { RetentionVolumeDefinition } from './retentionVolume.ts';

export type AttachTask = Extract<MasterTargetTask, { kind: 'attachDisks' }>;
export type DetachTask = Extract<MasterTargetTask, { kind: 'detachDisks' }>;

export interface TaskDeps {
  readonly kernel: Kernel;
  readonly store: Store;
  /** The master target's own name in vCenter. */
  readonly machineName: string;
  readonly osType: 'Windows' | 'Linux';
  readonly volume: (volumeName: string) => RetentionVolumeDefinition | undefined;
  /** Begins to take batches for a disk. @throws LabError of the disk's file, RetentionJournalDamaged */
  readonly hold: (held: HeldDisk) => Promise<void>;
  /** Lets go of a disk, at its `snapshotId` if it has one; journal and log stay until `forget`. */
  readonly release: (held: HeldDisk) => Promise<void>;
  readonly forget: (held: HeldDisk) => Promise<void>;
  readonly onDatastores: (datastores: readonly SiteDatastore[]) => void;
}

/**
 * Takes a machine's VMDKs (asr-behaviour §7.3): checks, powers it off, merges its snapshots, attaches the disks to the master target.
 * @returns the instance uuid of the machine that holds the disks, and the disks as `[{diskId, vmdkFile}]`
 * @throws LabError of `attachErrors`, VCenterPermissionDenied and what else vCenter says
 */
export async function attachDisks(task: AttachTask, site: SiteInventory, deps: TaskDeps): Promise<Record<string, unknown>> {
  const { kernel, store } = deps;
  await kernel.faults.check('mastertarget.attach', task.machineId);
  const own = await site.vmNamed(deps.machineName);
  const source = task.newMachine === null ? await site.findByInstanceUuid(task.machineId) : undefined;
  if (task.newMachine === null && source === undefined)
    throw new LabError('NotFound', `Machine ${task.machineId} is not in vCenter any more; it can come back to an alternate location only.`);
  const datastores = await site.datastores();
  deps.onDatastores(datastores);
  await check({ task, site, deps, own, source, datastores });
  const machine = source ?? (await createMachine(task, site, { store, datastores }));
  if (machine.poweredOn) await site.powerOff(machine.vm);
  for (const { snapshot } of await site.snapshots(machine.vm)) await site.removeSnapshot(machine.vm, snapshot);
  const merged = await site.vm(machine.vm);
  const output: { diskId: string; vmdkFile: string }[] = [];
  for (const [place, disk] of task.disks.entries()) {
    const file = matchingDisk(merged.disks, disk, task.newMachine === null ? undefined : place);
    if (!own.disks.some((attached) => attached.vmdkFile === file.vmdkFile)) await site.attachDisk(own.vm, file.vmdkFile);
    const held: HeldDisk = {
      pairId: disk.pairId,
      diskId: disk.diskId,
      sizeBytes: disk.sizeBytes,
      key: disk.key,
      retentionDrive: task.retentionDrive,
      vmdkFile: file.vmdkFile,
      machineId: merged.instanceUuid,
      state: 'attached',
      snapshotId: null,
    };
    store.put('held', held.pairId, held);
    await deps.hold(held);
    output.push({ diskId: disk.diskId, vmdkFile: file.vmdkFile });
  }
  return { machineId: merged.instanceUuid, disks: output };
}

/**
 * The end of a failback: each disk becomes what it was at its snapshot and goes back to its machine. What was done before a kill is passed over.
 * @throws LabError NotFound (no such snapshot), VCenterPermissionDenied, PeerUnreachable: vCenter must be connected (asr-behaviour §7.4)
 */
export async function detachDisks(task: DetachTask, site: SiteInventory, deps: TaskDeps): Promise<Record<string, unknown>> {
  const own = await site.vmNamed(deps.machineName);
  for (const { pairId, snapshotId } of task.disks) {
    const kept = deps.store.get<HeldDisk>('held', pairId);
    if (kept === undefined) continue;
    const held: HeldDisk = kept.state === 'returning' ? kept : { ...kept, state: 'returning', snapshotId };
    // From this record on the disk takes no batches, also after a restart: they would undo the restore.
    deps.store.put('held', pairId, held);
    await deps.release(held);
    const attached = own.disks.find((disk) => disk.vmdkFile === held.vmdkFile);
    if (attached !== undefined) await site.detachDisk(own.vm, attached.key);
    deps.store.delete('held', pairId);
    await deps.forget(held);
  }
  return { machineId: task.machineId };
}

async function check(options: {
  task: AttachTask;
  site: SiteInventory;
  deps: TaskDeps;
  own: SiteVm;
  source: SiteVm | undefined;
  datastores: readonly SiteDatastore[];
}): Promise<void> {
  const { task, site, deps, own, source, datastores } = options;
  const needed = new Set(source === undefined ? [task.datastore] : source.disks.map((disk) => datastoreOf(disk.vmdkFile)));
  const creation = deps.store.get<MachineCreation>('creation', task.taskId);
  const rival = task.newMachine === null || creation !== undefined ? undefined : await site.findVm(task.newMachine.name);
  const others = deps.store.list<HeldDisk>('held').filter((held) => !task.disks.some((disk) => disk.pairId === held.pairId));
  throwAll(
    attachErrors({
      retentionDrive: task.retentionDrive,
      volume: deps.volume(task.retentionDrive),
      attachedDisks: others.length,
      addedDisks: task.disks.length,
      masterTarget: { osType: deps.osType, snapshots: (await site.snapshots(own.vm)).length, scsiTypes: own.scsiTypes },
      machineOsType: task.newMachine?.osType ?? source?.osType ?? deps.osType,
      datastores: [...needed].map((name) => {
        const found = datastores.find((datastore) => datastore.name === name);
        return { name, type: found?.type, accessible: found?.accessible ?? false };
      }),
      nameTaken: rival?.name ?? null,
    }),
  );
}

async function createMachine(
  task: AttachTask,
  site: SiteInventory,
  { store, datastores }: { store: Store; datastores: readonly SiteDatastore[] },
): Promise<SiteVm> {
  const order = task.newMachine;
  if (order === null) throw new Error('no machine to create');
  const begun = store.get<MachineCreation>('creation', task.taskId) !== undefined;
  const existing = begun ? await site.findVm(order.name) : undefined;
  if (existing !== undefined) return site.vm(existing.vm);
  store.put('creation', task.taskId, { taskId: task.taskId, name: order.name } satisfies MachineCreation);
  const datastore = datastores.find(({ name }) => name === task.datastore);
  return site.vm(
    await site.createVm(
      order,
      datastore?.datastore ?? task.datastore,
      task.disks.map((disk) => disk.sizeBytes),
    ),
  );
}

/** By the disk's uuid (disk.EnableUUID), else by what else names it; in a machine made for the purpose by its place. @throws LabError NotFound */
function matchingDisk(disks: readonly SiteDisk[], wanted: { diskId: string; sizeBytes: number }, place: number | undefined): SiteDisk {
  const found = place === undefined ? disks.find((disk) => [disk.diskId, disk.key, disk.vmdkFile, disk.label].includes(wanted.diskId)) : disks[place];
  if (found === undefined) throw new LabError('NotFound', `Disk ${wanted.diskId} of the machine in vCenter.`);
  if (found.sizeBytes < wanted.sizeBytes) throw new LabError('DiskRangeInvalid', `${found.vmdkFile} has ${found.sizeBytes} of ${wanted.sizeBytes} bytes.`);
  return found;
}
