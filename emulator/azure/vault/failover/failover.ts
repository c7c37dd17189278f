// Failover in both directions, one job: to Azure out of a recovery point, back to VMware out of the master target (asr-behaviour §7.2, §7.4).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { PointChoice, RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { changeItem, releaseItem, retakeItem, startItemJob } from '../items/itemJobs.ts';
import { transition } from '../items/protectionState.ts';
import { activeDirection, withActive, type ProtectedItem } from '../items/state.ts';
import { failoverGate, gatedLimitMs, heldAt, startGate, type Gate } from '../plans/gates.ts';
import { taskError } from '../site/siteLink.ts';
import { createAzureCopy, hydrationMs, targetNetwork } from './azureCopies.ts';
import { requireDirection, type FailoverDirection } from './direction.ts';
import { failBack, failbackViolations, startOnPremises } from './failback.ts';
import { drainAll, newestIsMissing, pointsOf, requireChoice, resolvePoint, settleLatest, sourceIsHeard, type LatestOrder } from './points.ts';

export interface FailoverInput {
  readonly itemId: string;
  readonly choice: PointChoice;
  /** Shut the source down and bring its last changes over; the failover goes on when that fails. */
  readonly performShutdown: boolean;
  /** The user knows that the source runs on beside its copy. Without it a running source that is not shut down refuses the failover. */
  readonly acknowledgeRunningSource: boolean;
  readonly gate: Gate | null;
}

/** Of one machine. `direction` absent: that of the item. */
export type FailoverRequest = Omit<FailoverInput, 'gate'> & { readonly direction?: FailoverDirection };

/** @throws LabError InvalidFailoverDirection, and as `startFailover` */
export function requestFailover(context: VaultContext, { direction, ...request }: FailoverRequest): JobView {
  requireDirection(context.records.items.require(request.itemId), 'failover', direction);
  return startFailover(context, { ...request, gate: null });
}

/** @throws LabError InvalidArgument, OperationNotAllowed, ItemBusy */
export function startFailover(context: VaultContext, input: FailoverInput, parentJobId?: string): JobView {
  const item = context.records.items.require(input.itemId);
  requireChoice(input.choice, item.direction, input.gate === null ? 'machine' : 'plan');
  return startItemJob(context, {
    itemId: input.itemId,
    kind: 'UnplannedFailover',
    operation: 'UnplannedFailover',
    event: 'failoverStarted',
    input,
    ...(parentJobId === undefined ? {} : { parentJobId }),
  });
}

export function failoverJob(context: VaultContext): JobDefinition<FailoverInput> {
  return {
    kind: 'UnplannedFailover',
    friendlyName: 'Failover',
    tasks: ({ gate }) => [
      { name: 'VmUfoPrerequisitesCheck', friendlyName: 'Prerequisites check for failover', run: (task) => checkPrerequisites(context, task) },
      { name: 'VmShutdownVmOnPrimary', friendlyName: 'Shut down the virtual machine', run: (task) => shutDown(context, task) },
      { name: 'VmPrepareForUnPlannedFailover', friendlyName: 'Synchronizing the latest changes', run: (task) => synchronize(context, task) },
      { name: 'VmFailover', friendlyName: 'Start failover', limitMs: gatedLimitMs(gate), run: (task) => failOver(context, task) },
      {
        name: 'VmFoStartVmOnSecondary',
        friendlyName: 'Start the replica virtual machine',
        limitMs: gatedLimitMs(gate),
        run: (task) => startReplica(context, task),
      },
    ],
    ended: (job, input) => {
      if (job.state === 'Succeeded' || job.state === 'CompletedWithInformation') return releaseItem(context, job, { itemId: input.itemId });
      tellFailure(context, job, input.itemId);
      // Once replication is stopped it does not resume, whatever ends the job (asr-behaviour §7.2).
      const stopped = activeDirection(context.records.items.require(input.itemId)).replication === 'stopped';
      releaseItem(context, job, { itemId: input.itemId, event: stopped ? 'failoverFailed' : 'failoverRefused' });
    },
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'UnplannedFailover', event: 'failoverStarted' }),
  };
}

/** One of the three things that the product mails about (asr-behaviour §10.2). */
function tellFailure(context: VaultContext, job: JobView, itemId: string): void {
  const item = context.records.items.require(itemId);
  context.events.record({
    eventCode: job.errors[0]?.code ?? 'FailoverCancelled',
    eventType: 'Job',
    description: job.errors[0]?.message ?? `The failover of ${item.friendlyName} was cancelled.`,
    affectedObjectId: itemId,
    affectedObjectFriendlyName: item.friendlyName,
    severity: 'Critical',
    configServerId: item.configServerId,
  });
}

function checkPrerequisites(context: VaultContext, task: TaskContext<FailoverInput>): TaskOutcome {
  const { input } = task;
  const item = context.records.items.require(input.itemId);
  const pause = item.direction === 'forward' ? undefined : task.notBefore(durationMs(context, 'failbackPrerequisitesMs'));
  if (pause !== undefined) return pause;
  const violations = item.direction === 'forward' ? [] : failbackViolations(context, item);
  // At least one point must exist, also when a newer one will be made.
  if (pointsOf(context, item).length === 0) violations.push(new LabError('RecoveryPointMissing', item.friendlyName));
  if (!input.performShutdown && !input.acknowledgeRunningSource && item.direction === 'forward' && sourceIsHeard(context, item))
    violations.push(new LabError('SourceStillRunning', item.friendlyName));
  const [only] = violations;
  if (only === undefined) return 'done';
  return {
    failed:
      violations.length === 1
        ? only
        : new LabError('FailoverPrerequisitesFailed', `${item.friendlyName}: ${violations.map((violation) => violation.message).join(' ')}`, {
            details: violations,
          }),
  };
}

async function shutDown(context: VaultContext, task: TaskContext<FailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  if (!input.performShutdown) return 'skipped';
  const item = context.records.items.require(input.itemId);
  if (item.direction === 'reverse') {
    const machineId = activeDirection(item).sourceMachineId;
    if (context.deps.compute.state(machineId) === 'running') await context.deps.compute.stop(machineId, 'graceful');
    task.remember('sourceOff', true);
    return 'done';
  }
  const result = await context.site.ask(task, item.configServerId, { kind: 'powerOff', machineId: item.forward.sourceMachineId, graceful: true });
  const server = context.records.configServers.require(item.configServerId);
  if (result === undefined && context.site.isConnected(server)) return { wait: 'The source machine is being shut down.' };
  if (result !== undefined && result.state !== 'failed') {
    task.remember('sourceOff', true);
    return 'done';
  }
  return shutdownFailed(context, item, result === undefined ? `${server.friendlyName} is not connected.` : taskError(result).message);
}

/** The failover goes on, as in the product; that two copies may run now is said where the user looks. */
function shutdownFailed(context: VaultContext, item: ProtectedItem, reason: string): TaskOutcome {
  return remark(context, item, new LabError('SourceShutdownFailed', `${item.friendlyName}: ${reason}`));
}

/** In the job, and as an event. */
function remark(context: VaultContext, item: ProtectedItem, problem: LabError): TaskOutcome {
  context.events.record({
    eventCode: problem.code,
    eventType: 'VmHealth',
    description: problem.message,
    affectedObjectId: item.itemId,
    affectedObjectFriendlyName: item.friendlyName,
    severity: 'Warning',
    configServerId: item.configServerId,
  });
  return { information: problem };
}

async function synchronize(context: VaultContext, task: TaskContext<FailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  if (!input.performShutdown) return 'skipped';
  const item = context.records.items.require(input.itemId);
  if (activeDirection(item).replication !== 'running') return 'skipped';
  const order: LatestOrder = { item, source: task.recall('sourceOff') === true ? 'shutDown' : sourceIsHeard(context, item) ? 'running' : 'lost' };
  const waiting = await settleLatest(context, task, order);
  if (waiting !== undefined) return waiting;
  return (await newestIsMissing(context, task, order)) ? changesLeftBehind(context, item) : 'done';
}

/** The failover goes on with what is there, as in the product; that something is missing is said. */
function changesLeftBehind(context: VaultContext, item: ProtectedItem): TaskOutcome {
  const newestMs = pointsOf(context, item).at(-1)?.timeMs;
  const since = newestMs === undefined ? '' : `; the newest point is of ${new Date(newestMs).toISOString()}`;
  return remark(context, item, new LabError('NewestChangesMissing', `${item.friendlyName}${since}`));
}

async function failOver(context: VaultContext, task: TaskContext<FailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  const held = heldAt(context, input.gate, failoverGate);
  if (held !== undefined) return held;
  const item = context.records.items.require(input.itemId);
  const waiting = await stopReplication(context, task, item);
  if (waiting !== undefined) return waiting;
  await context.kernel.faults.check('vault.failover', item.itemId);
  if (task.recall('point') === undefined) task.remember('point', resolvePoint(context, item, input));
  const point = task.recall<RecoveryPoint>('point') as RecoveryPoint;
  if (item.direction === 'reverse') return (await failBack(context, task, { item, point })) ?? task.notBefore(durationMs(context, 'failbackMs')) ?? 'done';
  if (task.recall('made') === undefined) await makeCopy(context, task, point);
  const preparing = task.notBefore(durationMs(context, 'failoverMs') + hydrationMs(context, item), 'The disks and the machine are being prepared.');
  return preparing ?? (task.recall('leftBehind') === true ? changesLeftBehind(context, item) : 'done');
}

/** Before a failover begins, replication ends (asr-behaviour §7.2): what is not in the log by now is lost, so "Latest" settles first. */
async function stopReplication(context: VaultContext, task: TaskContext<FailoverInput>, item: ProtectedItem): Promise<TaskOutcome | undefined> {
  if (activeDirection(item).replication === 'stopped') return undefined;
  if (task.input.choice === 'Latest' && !task.input.performShutdown) {
    const order: LatestOrder = { item, source: sourceIsHeard(context, item) ? 'running' : 'lost' };
    const waiting = await settleLatest(context, task, order);
    if (waiting !== undefined) return waiting;
    task.remember('leftBehind', await newestIsMissing(context, task, order));
  }
  if (task.input.choice === 'Latest') {
    const waiting = await drainAll(context, item);
    if (waiting !== undefined) return waiting;
  }
  // The point is chosen before anything is given up: a failover that finds none leaves replication alone.
  task.remember('point', resolvePoint(context, item, task.input));
  changeItem(context, item.itemId, (present) => ({ ...withActive(present, { replication: 'stopped' }), markRequest: null }));
  await context.site.ring(item.configServerId);
  return undefined;
}

async function makeCopy(context: VaultContext, task: TaskContext<FailoverInput>, point: RecoveryPoint): Promise<void> {
  const item = context.records.items.require(task.input.itemId);
  // What an earlier attempt left would be taken for this one.
  if (item.forward.azureCopy !== null) await context.deps.compute.delete(item.forward.azureCopy.machineId);
  const copy = await createAzureCopy(context, item, { point, name: item.forward.target.azureMachineName, drill: false, network: targetNetwork(context, item) });
  changeItem(context, item.itemId, (present) => ({ ...present, forward: { ...present.forward, azureCopy: copy } }));
  task.remember('made', true);
}

async function startReplica(context: VaultContext, task: TaskContext<FailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  const held = input.gate === null ? undefined : heldAt(context, input.gate, startGate(input.gate.group));
  if (held !== undefined) return held;
  const item = context.records.items.require(input.itemId);
  if (item.direction === 'reverse') {
    const waiting = await startOnPremises(context, task, item);
    if (waiting !== undefined) return waiting;
  } else {
    if (item.forward.azureCopy === null) throw new Error('The machine was made by the task before.');
    await context.deps.compute.start(item.forward.azureCopy.machineId);
  }
  changeItem(context, item.itemId, (present) => ({ ...transition(present, 'failoverCompleted'), failedOverMs: task.job.startMs }));
  return 'done';
}
