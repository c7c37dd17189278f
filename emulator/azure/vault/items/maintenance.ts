// Work on items that replicate: disable, resynchronise, change the process server, update the target's properties (asr-behaviour §4.6, §4.9, §9.3).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { replicateAgain } from '../failover/repair.ts';
import { serverHealth } from '../health/servers.ts';
import { changeItem, releaseItem, resyncRequired, retakeItem, startItemJob, targetOf } from './itemJobs.ts';
import { deletePairs, outgrow, resizedTo } from './pairs.ts';
import { allowedOperations, type ItemOperation } from './protectionState.ts';
import { changedTarget, selectedNics, type TargetChange } from './nics.ts';
import { activeDirection, withActive, type PairRecord, type ProtectedItem } from './state.ts';

interface ItemInput {
  readonly itemId: string;
}

interface ProcessServerInput {
  readonly itemIds: readonly string[];
  readonly processServerId: string;
}

export function maintenanceJobs(context: VaultContext): JobDefinition<never>[] {
  return [disableJob(context), resyncJob(context), processServerJob(context), updateJob(context)] as JobDefinition<never>[];
}

interface DisableInput extends ItemInput {
  /** The second: the machine stays where it runs now, for good, which is allowed only after a failover (arm-contract §6.1). */
  readonly reason?: 'NotSpecified' | 'MigrationComplete';
}

/** @throws LabError OperationNotAllowed, ItemBusy */
export function startDisable(context: VaultContext, input: DisableInput): JobView {
  return startItemJob(context, { itemId: input.itemId, kind: 'DisableDr', operation: disableOperation(input), event: 'disableStarted', input });
}

function disableOperation({ reason }: DisableInput): ItemOperation {
  return reason === 'MigrationComplete' ? 'CompleteMigration' : 'DisableProtection';
}

function disableJob(context: VaultContext): JobDefinition<DisableInput> {
  return {
    kind: 'DisableDr',
    friendlyName: 'Disable replication',
    cancellable: false,
    tasks: () => [
      { name: 'DisableProtectionOnPrimary', friendlyName: 'Disabling protection on the primary virtual machine', run: (task) => stopSource(context, task) },
      { name: 'DisableProtectionOnSecondary', friendlyName: 'Removing replicas and recovery points', run: (task) => removeReplicas(context, task) },
      { name: 'UpdateDraState', friendlyName: 'Updating the provider states', run: (task) => forget(context, task.input) },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId, event: job.state === 'Failed' ? 'disableFailed' : undefined }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'DisableProtection', event: 'disableStarted' }),
  };
}

async function stopSource(context: VaultContext, task: TaskContext<ItemInput>): Promise<TaskOutcome> {
  const item = context.records.items.get(task.input.itemId);
  if (item === undefined) return 'skipped';
  changeItem(context, item.itemId, (present) => withActive(present, { replication: 'stopped' }));
  await context.site.ring(item.configServerId);
  return giveDisksBack(context, task, item);
}

/** Disks that a master target holds go back to their machine as they are; a failback that was done gave them back already. */
async function giveDisksBack(context: VaultContext, task: TaskContext<ItemInput>, item: ProtectedItem): Promise<TaskOutcome> {
  const { reverse } = item;
  if (item.direction !== 'reverse' || reverse === null || reverse.targetMachineId === null || reverse.recoveredPointMs !== null) return 'done';
  const result = await context.site.ask(task, item.configServerId, {
    kind: 'detachDisks',
    masterTargetId: reverse.masterTargetId,
    machineId: reverse.targetMachineId,
    disks: context.records.activePairs(item).map((pair) => ({ pairId: pair.pairId, snapshotId: null })),
  });
  if (result === undefined) return { wait: 'The master target gives the disks back.' };
  return result.state === 'failed' && result.error !== undefined ? { information: LabError.fromBody(result.error) } : 'done';
}

/** The machine in Azure stays: it is the customer's, replication only ends. A drill's copy is of no use any more. */
export async function removeReplicas(context: VaultContext, task: TaskContext<ItemInput>): Promise<TaskOutcome> {
  const item = context.records.items.get(task.input.itemId);
  if (item === undefined) return 'skipped';
  if (item.testFailover.copy !== null) await context.deps.compute.delete(item.testFailover.copy.machineId);
  context.points.removeAll(item.itemId);
  await deletePairs(context, item.itemId);
  return 'done';
}

export function forget(context: VaultContext, { itemId }: ItemInput): TaskOutcome {
  const { records } = context;
  records.transaction(() => {
    for (const point of records.points(itemId).list()) records.points(itemId).delete(point.recoveryPointId);
    for (const pending of records.pendingPoints(itemId).list()) records.pendingPoints(itemId).delete(pending.mark.id);
    for (const plan of records.plans.list())
      records.plans.put({ ...plan, groups: plan.groups.map((group) => ({ ...group, itemIds: group.itemIds.filter((member) => member !== itemId) })) });
    records.items.delete(itemId);
  });
  return 'done';
}

interface ResyncInput extends ItemInput {
  /** Replication had ended: it begins anew. */
  readonly again?: boolean;
}

/** @throws LabError ResyncNotRequired unless `force`, OperationNotAllowed, ItemBusy */
export function startResync(context: VaultContext, input: ItemInput & { readonly force: boolean }): JobView {
  const { itemId } = input;
  const item = context.records.items.require(itemId);
  if (item.protectionState === 'UnplannedFailoverFailed') {
    const again: ResyncInput = { itemId, again: true };
    return startItemJob(context, { itemId, kind: 'RepairVMReplication', operation: 'RepairReplication', event: 'repairStarted', input: again });
  }
  if (!resyncRequired(context, item) && !input.force) throw new LabError('ResyncNotRequired', item.friendlyName);
  return context.records.transaction(() => {
    if (!resyncRequired(context, item)) requireResync(context, item);
    return startItemJob(context, { itemId, kind: 'RepairVMReplication', operation: 'RepairReplication', input: { itemId } satisfies ResyncInput });
  });
}

/** Hours of the lab's day (UTC) between which it starts by itself; the product's window is not documented (asr-behaviour §4.6, §16). [Unverified] */
const resyncWindow = { fromHour: 18, toHour: 6 };

/** Outside office hours, machines that need a resynchronisation get one without being asked. */
export function startDueResyncs(context: VaultContext): void {
  const hour = Math.floor(context.kernel.clock.now() / 3_600_000) % 24;
  if (hour < resyncWindow.fromHour && hour >= resyncWindow.toHour) return;
  for (const item of context.records.items.list()) {
    // One that a source works on already is left to end.
    if (item.protectionState === 'UnplannedFailoverFailed') continue;
    const due = context.records.activePairs(item).some((pair) => pair.resyncRequired !== null && pair.resyncAdoptedMs === null);
    if (allowedOperations(item, due).includes('RepairReplication')) startResync(context, { itemId: item.itemId, force: false });
  }
}

function requireResync(context: VaultContext, item: ProtectedItem): void {
  for (const pair of context.records.activePairs(item))
    context.records.pairs.put({ ...pair, resyncRequired: { reason: 'Asked for.', sinceMs: context.kernel.clock.now() } });
}

function resyncJob(context: VaultContext): JobDefinition<ResyncInput> {
  return {
    kind: 'RepairVMReplication',
    friendlyName: 'Resynchronize the virtual machine',
    tasks: ({ again = false }) => [
      {
        name: 'RepairVmReplicationTask',
        friendlyName: 'Starting resynchronization for the virtual machine',
        ...(again ? { limitMs: Infinity } : {}),
        run: (task) => (again ? replicateAgain(context, task) : resync(context, task)),
      },
    ],
    ended: (job, { itemId, again = false }) => {
      const failed = job.state === 'Failed' || job.state === 'Cancelled';
      releaseItem(context, job, { itemId, event: again && failed ? 'enableFailed' : undefined });
    },
    restarted: (job, { itemId, again = false }) => retakeItem(context, job, { itemId, ...(again ? { event: 'enableRestarted' as const } : {}) }),
  };
}

async function resync(context: VaultContext, task: TaskContext<ItemInput>): Promise<TaskOutcome> {
  const { records, pairTargets, kernel, site } = context;
  const item = records.items.require(task.input.itemId);
  const tooLarge = records.activePairs(item).find((pair) => (resizedTo(pair) ?? 0) > limitOf(context, item, pair));
  if (tooLarge !== undefined)
    return {
      failed: new LabError(
        'RequirementNotMet',
        `${tooLarge.diskName} has grown over the limit of ${limitOf(context, item, tooLarge)} bytes (support matrix, §11.1)`,
      ),
    };
  const resyncId = task.recall<string>('resyncId') ?? kernel.ids.guid();
  if (task.recall('resyncId') === undefined) {
    task.remember('resyncId', resyncId);
    for (const pair of records.activePairs(item).filter((candidate) => candidate.resyncRequired !== null)) {
      const sizeBytes = resizedTo(pair);
      if (sizeBytes !== undefined && pair.direction === 'forward') {
        await outgrow(context, item, { pair, sizeBytes });
        continue;
      }
      if (pair.direction === 'forward') await pairTargets.skipBroken(pair.pairId);
      records.pairs.change(pair.pairId, (present) => ({ ...present, resyncId, resyncAdoptedMs: null }));
    }
    await site.ring(item.configServerId);
  }
  const waiting = records.activePairs(item).filter((pair) => pair.report === null || (pair.resyncId === resyncId && pair.resyncAdoptedMs === null));
  return waiting.length === 0 ? 'done' : { wait: 'The Mobility service has not begun to compare.' };
}

function limitOf({ profile }: VaultContext, item: ProtectedItem, pair: PairRecord): number {
  if (!pair.osDisk) return profile.dataDiskBytes.value;
  return (item.source.firmware === 'UEFI' ? profile.osDiskGeneration2Bytes : profile.osDiskBytes).value;
}

/**
 * "Load balance" with some machines, "Switch" with all of a process server.
 * @throws LabError ProcessServerUnhealthy, ItemBusy, NotFound
 */
export function startProcessServerChange(context: VaultContext, input: ProcessServerInput): JobView {
  const { records, jobs, kernel } = context;
  const items = input.itemIds.map((itemId) => records.items.require(itemId));
  const [first] = items;
  if (first === undefined) throw new LabError('InvalidArgument', 'No machine uses the process server.');
  for (const item of items) {
    const processServer = records.configServers.require(item.configServerId).processServers.find((candidate) => candidate.hostId === input.processServerId);
    if (processServer === undefined) throw new LabError('ProcessServerUnhealthy', `${input.processServerId} is not registered.`);
    if (serverHealth(context, processServer).level === 'Critical') throw new LabError('ProcessServerUnhealthy', `${processServer.name} is critical.`);
    if (item.activeJob !== null) throw new LabError('ItemBusy', `${item.friendlyName}: ${item.activeJob.kind}.`);
  }
  return records.transaction(() => {
    const job = jobs.start('ProcessServerFailover', input, {
      target: items.length === 1 ? targetOf(first) : { targetId: input.processServerId, targetName: `${items.length} machines`, targetType: 'ProcessServer' },
    });
    for (const item of items)
      changeItem(context, item.itemId, (present) => ({ ...present, activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } }));
    return job;
  });
}

function processServerJob(context: VaultContext): JobDefinition<ProcessServerInput> {
  return {
    kind: 'ProcessServerFailover',
    friendlyName: 'Changing Process server',
    tasks: () => [{ name: 'ProcessServerFailoverTask', friendlyName: 'Changing Process server', run: (task) => changeProcessServer(context, task) }],
    ended: (job, input) => input.itemIds.forEach((itemId) => releaseItem(context, job, { itemId })),
    restarted: (job, input) => input.itemIds.forEach((itemId) => retakeItem(context, job, { itemId })),
  };
}

/** First nobody, then the new one: no machine ever sends to two process servers. */
async function changeProcessServer(context: VaultContext, task: TaskContext<ProcessServerInput>): Promise<TaskOutcome> {
  const { itemIds, processServerId } = task.input;
  const pause = task.notBefore(durationMs(context, 'processServerChangeMs'));
  if (pause !== undefined) return pause;
  for (const chosen of [null, processServerId]) {
    const items = itemIds.map((itemId) => changeItem(context, itemId, (item) => withActive(item, { processServerId: chosen })));
    for (const configServerId of new Set(items.map((item) => item.configServerId))) await context.site.ring(configServerId);
  }
  return 'done';
}

interface UpdateInput extends ItemInput {
  readonly target: TargetChange;
}

/** @throws LabError NetworkNotFound, NicUnknown, RequirementNotMet, OperationNotAllowed after a failover, ItemBusy */
export function startUpdateProperties(context: VaultContext, input: UpdateInput): JobView {
  const { records, jobs, kernel, profile } = context;
  const item = records.items.require(input.itemId);
  if (item.activeJob !== null) throw new LabError('ItemBusy', `${item.friendlyName}: ${item.activeJob.kind}.`);
  if (item.direction !== 'forward' || activeDirection(item).replication === 'stopped')
    throw new LabError('OperationNotAllowed', `The target of ${item.friendlyName} may be changed only before failover.`);
  const target = changedTarget(item.forward.target, input.target);
  const subnets = [target.subnetName, ...selectedNics(target.nics ?? []).map(({ subnetName }) => subnetName)];
  requirePlace(context, target.networkName, subnets);
  requirePlace(
    context,
    target.testNetworkName ?? null,
    (target.nics ?? []).map(({ testSubnetName }) => testSubnetName),
  );
  const name = target.azureMachineName;
  if (name.length > profile.azureNameLength.value || !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name))
    throw new LabError('RequirementNotMet', `The Azure name "${name}" (support matrix, §11.1)`);
  return records.transaction(() => {
    const job = jobs.start('UpdateVmProperties', input, { target: targetOf(item) });
    records.items.put({ ...item, activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } });
    return job;
  });
}

/** @throws LabError NetworkNotFound */
function requirePlace({ deps }: VaultContext, networkName: string | null, subnetNames: readonly (string | null)[]): void {
  if (networkName === null) return;
  const subnets = deps.network.subnets(networkName);
  const missing = subnets === undefined ? '' : subnetNames.find((name) => name !== null && !subnets.includes(name));
  if (missing !== undefined) throw new LabError('NetworkNotFound', `${networkName} ${missing ?? ''}`.trim());
}

function updateJob(context: VaultContext): JobDefinition<UpdateInput> {
  return {
    kind: 'UpdateVmProperties',
    friendlyName: 'Update the virtual machine',
    tasks: () => [
      {
        name: 'UpdateVmPropertiesTask',
        friendlyName: 'Update the virtual machine properties',
        run: ({ input }) => {
          changeItem(context, input.itemId, (item) => ({ ...item, forward: { ...item.forward, target: changedTarget(item.forward.target, input.target) } }));
          return 'done';
        },
      },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId }),
  };
}
