// Plan operations that have no order: commit, re-protect and the cleanup of a drill, all members side by side (asr-behaviour §7.3, §8).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { hasEnded, type JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { startCommit } from '../failover/commit.ts';
import { startReprotect, type ReprotectRequest } from '../failover/reprotect.ts';
import { startTestFailoverCleanup } from '../failover/testFailover.ts';
import { isGrouped, type ProtectedItem } from '../items/state.ts';
import { releasePlan, requirePlan, retakePlan, startPlanJob } from './planJobs.ts';
import { soleReprotectChoice } from './reprotectChoice.ts';
import { eligible } from './service.ts';
import type { PlanRecord } from './state.ts';

type Work =
  | { readonly kind: 'commit' }
  | { readonly kind: 'cleanup'; readonly comments: string | null }
  | { readonly kind: 'reprotect'; readonly choices: ReprotectChoices };

/** By item: a plan may mix kinds of systems, and each kind has its own master target (asr-behaviour §7.3). */
export type ReprotectChoices = Readonly<Record<string, Omit<ReprotectRequest, 'itemId'>>>;

interface ParallelInput {
  readonly plan: PlanRecord;
  readonly work: Work;
  readonly itemIds: readonly string[];
}

const kinds = {
  commit: { kind: 'RecoveryPlanCommit', friendlyName: 'Commit' },
  cleanup: { kind: 'RecoveryPlanTestFailoverCleanup', friendlyName: 'Test failover cleanup' },
  reprotect: { kind: 'RecoveryPlanReprotect', friendlyName: 'Reprotect' },
} as const;

export function parallelPlanJobs(context: VaultContext): JobDefinition<ParallelInput>[] {
  return Object.values(kinds).map(({ kind, friendlyName }) => ({
    kind,
    friendlyName,
    tasks: () => [
      { name: 'RecoveryPlanPreflight', friendlyName: 'Recovery plan preflight checks', run: (task) => preflight(context, task.input) },
      { name: kind, friendlyName: `All groups: ${friendlyName}`, limitMs: Infinity, run: (task) => runAll(context, task) },
    ],
    ended: (job, input) => releasePlan(context, job, { plan: input.plan }),
    restarted: (job, input) => retakePlan(context, job, input.plan),
  }));
}

/** @throws LabError NotFound, PlanMemberNotEligible, PlanBusy */
export function startPlanCommit(context: VaultContext, planName: string): JobView {
  const plan = requirePlan(context, planName);
  return startParallel(context, { plan, work: { kind: 'commit' }, itemIds: eligible(context, plan, { operation: 'Commit' }) });
}

/** @throws LabError NotFound, PlanMemberNotEligible, PlanBusy */
export function startPlanCleanup(context: VaultContext, planName: string, comments: string | null): JobView {
  const plan = requirePlan(context, planName);
  return startParallel(context, { plan, work: { kind: 'cleanup', comments }, itemIds: eligible(context, plan, { operation: 'TestFailoverCleanup' }) });
}

/**
 * @param choose absent: the servers, drive and datastore of which there is only one
 * @throws LabError NotFound, PlanMemberNotEligible, InvalidArgument, ReprotectChoiceMissing, PlanBusy
 */
export function startPlanReprotect(
  context: VaultContext,
  planName: string,
  choose: (item: ProtectedItem) => Omit<ReprotectRequest, 'itemId'> = (item) => soleReprotectChoice(context, item),
): JobView {
  const plan = requirePlan(context, planName);
  const itemIds = eligible(context, plan, { operation: 'SwitchProtection' });
  const choices = Object.fromEntries(itemIds.map((itemId) => [itemId, choose(context.records.items.require(itemId))]));
  return startParallel(context, { plan, work: { kind: 'reprotect', choices }, itemIds });
}

function startParallel(context: VaultContext, input: ParallelInput): JobView {
  return startPlanJob(context, { plan: input.plan, kind: kinds[input.work.kind].kind, input });
}

/** A replication group comes back whole, its members run one kind of system and take one master target (asr-behaviour §12). */
function preflight(context: VaultContext, input: ParallelInput): TaskOutcome {
  if (input.work.kind !== 'reprotect') return 'done';
  const { choices } = input.work;
  const members = input.itemIds.map((itemId) => context.records.items.require(itemId)).filter(isGrouped);
  for (const [groupId, group] of Map.groupBy(members, (item) => item.groupId)) {
    const name = group[0]?.groupName ?? groupId;
    const missing = context.records.groupMembers(groupId).filter((item) => !input.itemIds.includes(item.itemId));
    if (missing.length > 0)
      return { failed: new LabError('GroupMemberOutsidePlan', `${missing.map((item) => item.friendlyName).join(', ')} of ${name} cannot take part.`) };
    if (new Set(group.map((item) => item.source.osType)).size > 1)
      return { failed: new LabError('ReplicationGroupInvalid', `The members of ${name} run different kinds of system.`) };
    if (new Set(group.map((item) => choices[item.itemId]?.masterTargetId)).size > 1)
      return { failed: new LabError('ReplicationGroupInvalid', `The members of ${name} need one master target.`) };
  }
  return 'done';
}

function runAll(context: VaultContext, task: TaskContext<ParallelInput>): TaskOutcome {
  const { work, itemIds } = task.input;
  const refused: LabError[] = [];
  for (const itemId of itemIds) {
    try {
      task.child(itemId, (parentJobId) => startOne(context, work, { itemId, parentJobId }));
    } catch (error) {
      refused.push(LabError.from(error));
    }
  }
  const children = task.children();
  const waiting = children.filter((child) => !hasEnded(child));
  if (waiting.length > 0) return { wait: `${waiting.length} machines are not done.` };
  const failed = [
    ...refused,
    ...children.flatMap((child) => (child.state !== 'Failed' && child.state !== 'Cancelled' ? [] : child.errors.map((error) => LabError.fromBody(error)))),
  ];
  return failed.length === 0 ? 'done' : { failed: new LabError('PlanMembersFailed', failed.map((error) => error.message).join(' '), { details: failed }) };
}

function startOne(context: VaultContext, work: Work, { itemId, parentJobId }: { itemId: string; parentJobId: string }): JobView {
  switch (work.kind) {
    case 'commit':
      return startCommit(context, { itemId }, parentJobId);
    case 'cleanup':
      return startTestFailoverCleanup(context, { itemId, comments: work.comments }, parentJobId);
    case 'reprotect':
      return startReprotect(context, { ...(work.choices[itemId] as Omit<ReprotectRequest, 'itemId'>), itemId }, parentJobId);
  }
}
