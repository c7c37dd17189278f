// A run of a recovery plan: all members shut down, all fail over in parallel, then the groups start in order; errors do not stop it (asr-behaviour §8).
import type { JobDefinition, TaskContext, TaskDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { hasEnded, type JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import { newestCommonMark } from '../../../replication/recoveryPoint.ts';
import type { VaultContext } from '../context.ts';
import { startFailover } from '../failover/failover.ts';
import { pointsOf } from '../failover/points.ts';
import { startTestFailover } from '../failover/testFailover.ts';
import { isGrouped } from '../items/state.ts';
import { presentCopy, recoveryPlanContext } from './context.ts';
import { commonMarksKey, failoverGate, gatesKey, startGate } from './gates.ts';
import { releasePlan, retakePlan } from './planJobs.ts';
import { startGroupOf, type PlanRunInput } from './service.ts';
import { startGroups, type PlanAction } from './state.ts';
import { knowsAzure, machinesAt, outputKey, planSteps, type PlanPlace, type PlanStep } from './steps.ts';

type RunTask = TaskContext<PlanRunInput>;
/** Key of the memory: member → its job. */
const memberJobsKey = 'memberJobs';

export function planRunJobs(context: VaultContext): JobDefinition<PlanRunInput>[] {
  return [
    { kind: 'RecoveryPlanTestFailover', friendlyName: 'Test failover' },
    { kind: 'RecoveryPlanFailover', friendlyName: 'Failover' },
  ].map((names) => ({
    ...names,
    tasks: (input) => planSteps(input).map((step) => taskOf(context, step)),
    ended: (job, input) => releasePlan(context, job, { plan: input.plan, ran: input.kind }),
    restarted: (job, input) => {
      retakePlan(context, job, input.plan);
      restartMembers(context, job);
    },
  }));
}

/** A plan that is run again takes up the members that failed; those that succeeded are left alone. */
function restartMembers(context: VaultContext, job: JobView): void {
  const members = (job.memory[memberJobsKey] as Readonly<Record<string, string>> | undefined) ?? {};
  for (const jobId of Object.values(members)) if (context.jobs.get(jobId).state === 'Failed') context.jobs.restart(jobId);
}

/** Errors do not stop a run. */
function taskOf(context: VaultContext, step: PlanStep): TaskDefinition<PlanRunInput> {
  return { name: step.name, friendlyName: step.friendlyName, limitMs: Infinity, onError: 'continue', run: (task) => runStep(context, task, step) };
}

function runStep(context: VaultContext, task: RunTask, step: PlanStep): TaskOutcome | Promise<TaskOutcome> {
  if (step.action !== null) return runAction(context, task, { action: step.action, place: step });
  switch (step.groupType) {
    case null:
      return 'done';
    case 'Shutdown':
      return shutDownAll(context, task);
    case 'Failover':
      return failOverAll(context, task);
    case 'Boot':
      return startGroup(context, task, step.group ?? 0);
  }
}

/** Members' jobs begin here and stop at the failover gate; in a drill no machine is shut down. */
function shutDownAll(context: VaultContext, task: RunTask): TaskOutcome {
  const { input } = task;
  const refused: LabError[] = [];
  const joined = task.recall<Record<string, string>>(memberJobsKey) ?? {};
  // After a restart of the run its members' jobs are there already.
  for (const itemId of input.itemIds.filter((member) => task.job.attempt === 1 || joined[member] === undefined)) {
    try {
      const job = task.child(itemId, (parentJobId) => startMember(context, input, { itemId, parentJobId }));
      const known = task.recall<Record<string, string>>(memberJobsKey) ?? {};
      if (known[itemId] !== job.jobId) task.remember(memberJobsKey, { ...known, [itemId]: job.jobId });
    } catch (error) {
      refused.push(LabError.from(error));
    }
  }
  const before =
    input.kind === 'TestFailover' ? ['VmTfoPrerequisitesCheck'] : ['VmUfoPrerequisitesCheck', 'VmShutdownVmOnPrimary', 'VmPrepareForUnPlannedFailover'];
  const waiting = memberJobs(context, task).filter(([, job]) => !hasEnded(job) && job.tasks.some((step) => before.includes(step.name) && step.endMs === null));
  if (waiting.length > 0) return { wait: `${waiting.length} machines are being prepared.` };
  const [first] = refused;
  if (first !== undefined) return { failed: new LabError('PlanMemberNotEligible', refused.map((error) => error.message).join(' '), { details: refused }) };
  return input.kind === 'TestFailover' || !input.performShutdown ? 'skipped' : 'done';
}

function startMember(context: VaultContext, input: PlanRunInput, member: { itemId: string; parentJobId: string }): JobView {
  const { itemId, parentJobId } = member;
  const gate = { planJobId: parentJobId, group: startGroupOf(input.plan, itemId) };
  if (input.kind === 'TestFailover') return startTestFailover(context, { itemId, choice: input.choice, networkName: input.networkName, gate }, parentJobId);
  return startFailover(
    context,
    { itemId, choice: input.choice, performShutdown: input.performShutdown, acknowledgeRunningSource: input.acknowledgeRunningSource, gate },
    parentJobId,
  );
}

function failOverAll(context: VaultContext, task: RunTask): TaskOutcome {
  settleCommonMarks(context, task);
  openGate(context, task, failoverGate);
  const last = task.input.kind === 'TestFailover' ? 'VmTfoBootTestVm' : 'VmFoStartVmOnSecondary';
  const jobs = memberJobs(context, task);
  const waiting = jobs.filter(([, job]) => !hasEnded(job) && !job.tasks.some((step) => step.name === last && step.startMs !== null));
  if (waiting.length > 0) return { wait: `${waiting.length} machines fail over.` };
  return verdict(context, jobs);
}

/** Members of a group take one mark together, whatever comes while they do. */
function settleCommonMarks(context: VaultContext, task: RunTask): void {
  const { choice, itemIds } = task.input;
  if (typeof choice === 'object' || !choice.startsWith('LatestMultiVm') || task.recall(commonMarksKey) !== undefined) return;
  const members = itemIds.flatMap((itemId) => context.records.items.get(itemId) ?? []).filter(isGrouped);
  const marks: Record<string, string> = {};
  for (const [groupId, group] of Map.groupBy(members, (item) => item.groupId)) {
    const markId = newestCommonMark(
      group.map((item) => pointsOf(context, item)),
      choice === 'LatestMultiVmApplicationConsistent',
    );
    if (markId !== undefined) marks[groupId] = markId;
  }
  task.remember(commonMarksKey, marks);
}

function startGroup(context: VaultContext, task: RunTask, group: number): TaskOutcome {
  openGate(context, task, startGate(group));
  const ids = startGroups(task.input.plan)[group - 1]?.itemIds ?? [];
  const jobs = memberJobs(context, task).filter(([itemId]) => ids.includes(itemId));
  const waiting = jobs.filter(([, job]) => !hasEnded(job));
  if (waiting.length > 0) return { wait: `${waiting.length} machines start.` };
  return jobs.length === 0 ? 'skipped' : verdict(context, jobs);
}

function openGate(context: VaultContext, task: RunTask, name: string): void {
  const open = task.recall<readonly string[]>(gatesKey) ?? [];
  if (open.includes(name)) return;
  task.remember(gatesKey, [...open, name]);
  context.jobs.wake();
}

function memberJobs(context: VaultContext, task: RunTask): [string, JobView][] {
  return Object.entries(task.recall<Record<string, string>>(memberJobsKey) ?? {}).map(([itemId, jobId]) => [itemId, context.jobs.get(jobId)]);
}

function verdict(context: VaultContext, jobs: readonly [string, JobView][]): TaskOutcome {
  const failed = jobs.filter(([, job]) => job.state === 'Failed' || job.state === 'Cancelled');
  if (failed.length === 0) return 'done';
  const details = failed.map(([itemId, job]) =>
    job.errors[0] === undefined
      ? new LabError('OperationNotAllowed', `${context.records.items.get(itemId)?.friendlyName ?? itemId} was cancelled.`)
      : LabError.fromBody(job.errors[0]),
  );
  return { failed: new LabError('PlanMembersFailed', details.map((detail) => detail.message).join(' '), { details }) };
}

async function runAction(context: VaultContext, task: RunTask, { action, place }: { action: PlanAction; place: PlanPlace }): Promise<TaskOutcome> {
  if (action.kind === 'manual') return { suspend: 'WaitingForManualAction' };
  const succeeded = new Set(
    memberJobs(context, task)
      .filter(([, job]) => job.state !== 'Failed' && job.state !== 'Cancelled')
      .map(([itemId]) => itemId),
  );
  const inScope = place.group === null ? task.input.itemIds : machinesAt(task.input, place);
  const members = inScope.filter((itemId) => !knowsAzure(place) || succeeded.has(itemId)).flatMap((itemId) => context.records.items.get(itemId) ?? []);
  const { output } = await context.deps.runScript(action, recoveryPlanContext({ run: task.input, place, members, vault: context.deps, copyOf: presentCopy }));
  task.remember(outputKey(action), output);
  return 'done';
}
