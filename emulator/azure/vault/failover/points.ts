// Which point a failover takes, and the making of the newest one for "Latest" (asr-behaviour §5.4).
import type { TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { LabError } from '../../../kernel/errors.ts';
import { choosePoint, type PointChoice, type RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import type { Consistency } from '../../../replication/stations.ts';
import type { VaultContext } from '../context.ts';
import { changeItem } from '../items/itemJobs.ts';
import { newestUploadedMs } from '../items/pairs.ts';
import { activeDirection, type ProtectedItem } from '../items/state.ts';
import { commonMark, type Gate } from '../plans/gates.ts';
import { reversePoints } from './reversePoints.ts';

/** The source is asked for a mark only when it was heard of this recently. */
const sourceSilenceMs = 3 * 60_000;
/** What a running or stopping source may take to bring its newest mark to the log, before the failover goes on with what is there. */
const newestMarkLimitMs = 5 * 60_000;
const drainRetryMs = 5000;

export interface LatestOrder {
  readonly item: ProtectedItem;
  readonly source: 'running' | 'shutDown' | 'lost';
}

export function pointsOf(context: VaultContext, item: ProtectedItem): RecoveryPoint[] {
  return item.direction === 'forward' ? context.points.list(item.itemId) : reversePoints(context, item);
}

/** @throws LabError InvalidArgument for a choice that the direction or a single machine does not offer */
export function requireChoice(choice: PointChoice, direction: ProtectedItem['direction'], scope: 'machine' | 'plan'): void {
  const refuse = (why: string): never => {
    throw new LabError('InvalidArgument', why);
  };
  if (scope === 'plan' && typeof choice === 'object') refuse('A recovery plan does not take one chosen recovery point.');
  if (scope === 'machine' && typeof choice === 'string' && choice.startsWith('LatestMultiVm')) refuse('Multi-VM points are chosen for a recovery plan.');
  if (direction === 'reverse' && choice !== 'Latest' && choice !== 'LatestApplicationConsistent')
    refuse('Failback takes the latest point or the latest application-consistent one.');
}

/** @throws LabError RecoveryPointMissing */
export function resolvePoint(context: VaultContext, item: ProtectedItem, order: { choice: PointChoice; gate: Gate | null }): RecoveryPoint {
  const points = pointsOf(context, item);
  const point = multiVmPoint(context, item, { ...order, points }) ?? choosePoint(points, singleChoice(order.choice));
  if (point === undefined)
    throw new LabError('RecoveryPointMissing', `${item.friendlyName}: ${typeof order.choice === 'string' ? order.choice : order.choice.recoveryPointId}.`);
  return point;
}

/** Members of a group take the mark that their plan has settled on; machines in no group the latest processed point. */
function multiVmPoint(
  context: VaultContext,
  item: ProtectedItem,
  order: { choice: PointChoice; gate: Gate | null; points: readonly RecoveryPoint[] },
): RecoveryPoint | undefined {
  if (order.gate === null) return undefined;
  const markId = commonMark(context, order.gate, item.groupId);
  return markId === undefined ? undefined : order.points.find((point) => point.markId === markId);
}

function singleChoice(choice: PointChoice): PointChoice {
  return choice === 'LatestMultiVm' || choice === 'LatestMultiVmApplicationConsistent' ? 'LatestProcessed' : choice;
}

export function sourceIsHeard(context: VaultContext, item: ProtectedItem): boolean {
  const agent = context.site.agentOn(item.configServerId, activeDirection(item).sourceMachineId);
  return agent !== undefined && context.kernel.clock.now() - agent.lastHeartbeatMs < sourceSilenceMs;
}

/** Asks the source for a mark; the id tells the point that comes of it. */
export async function requestMark(context: VaultContext, item: ProtectedItem, consistency: Consistency): Promise<string> {
  const requestId = context.kernel.ids.guid();
  changeItem(context, item.itemId, (present) => ({ ...present, markRequest: { requestId, consistency } }));
  await context.site.ring(item.configServerId);
  return requestId;
}

/**
 * "Latest": a running source makes a mark, then everything in the log is processed.
 * @returns undefined when the newest point there can be is there, or has kept the failover waiting for too long; otherwise what the task has to wait for
 */
export async function settleLatest(context: VaultContext, task: TaskContext<unknown>, order: LatestOrder): Promise<TaskOutcome | undefined> {
  const { item } = order;
  const begunMs = task.recall<number>('latestBegunMs') ?? context.kernel.clock.now();
  if (task.recall('latestBegunMs') === undefined) task.remember('latestBegunMs', begunMs);
  const deadlineMs = begunMs + newestMarkLimitMs;
  if (context.kernel.clock.now() < deadlineMs && (await newestIsMissing(context, task, order)))
    return { wait: 'The newest changes of the machine are on their way.', untilMs: deadlineMs };
  return drainAll(context, item);
}

/** Whether the source made a last mark, or was asked for one, that is not here. Of a source that is lost nobody knows. */
export async function newestIsMissing(context: VaultContext, task: TaskContext<unknown>, { item, source }: LatestOrder): Promise<boolean> {
  if (source === 'running') return markIsMissing(context, task, item);
  return source === 'shutDown' && finalMarkIsMissing(context, item);
}

/** @returns undefined when every replica holds what was uploaded */
export async function drainAll(context: VaultContext, item: ProtectedItem): Promise<TaskOutcome | undefined> {
  if (item.direction === 'reverse') return undefined;
  // A disk that waits for resynchronisation cannot be processed further; the points from before remain.
  const pairs = context.records.activePairs(item).filter((pair) => pair.resyncRequired === null);
  const done = await Promise.all(pairs.map((pair) => context.pairTargets.drained(pair.pairId)));
  return done.every(Boolean) ? undefined : { wait: 'Uploaded changes are being processed.', untilMs: context.kernel.clock.now() + drainRetryMs };
}

async function markIsMissing(context: VaultContext, task: TaskContext<unknown>, item: ProtectedItem): Promise<boolean> {
  let requestId = task.recall<string>('latestRequestId');
  if (requestId === undefined) {
    requestId = await requestMark(context, item, 'CrashConsistent');
    task.remember('latestRequestId', requestId);
  }
  return !pointsOf(context, item).some((point) => point.requestId === requestId);
}

/** A guest that shut down gracefully has told of its last mark. */
function finalMarkIsMissing(context: VaultContext, item: ProtectedItem): boolean {
  const agent = context.site.agentOn(item.configServerId, activeDirection(item).sourceMachineId);
  if (agent === undefined || agent.lastMarkMs === null) return false;
  const pairs = context.records.activePairs(item);
  if (typeof agent.lastMarkId === 'string')
    return item.direction === 'reverse'
      ? !pointsOf(context, item).some((point) => point.markId === agent.lastMarkId)
      : pairs.some((pair) => pair.newestMark?.id !== agent.lastMarkId);
  const newestMs = item.direction === 'reverse' ? pointsOf(context, item).at(-1)?.timeMs : newestUploadedMs(pairs);
  return (newestMs ?? 0) < agent.lastMarkMs;
}
