// How an operation takes hold of a plan: one job at a time, begun in one transaction, and the release when it ends.
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { planKey, type FailoverKind, type PlanActivity, type PlanRecord } from './state.ts';

export function planTarget(plan: PlanRecord): { targetId: string; targetName: string; targetType: string } {
  return { targetId: plan.name, targetName: plan.name, targetType: 'RecoveryPlan' };
}

export function activityOf(context: VaultContext, planName: string): PlanActivity {
  const key = planKey(planName);
  return context.records.planActivities.get(key) ?? { key, activeJob: null, lastTestFailoverMs: null, lastUnplannedFailoverMs: null };
}

/** The plan of this name, in any case. @throws LabError NotFound */
export function requirePlan(context: VaultContext, planName: string): PlanRecord {
  const { plans } = context.records;
  return plans.list().find((plan) => planKey(plan.name) === planKey(planName)) ?? plans.require(planName);
}

/** @throws LabError PlanBusy while another job works on the plan */
export function startPlanJob(context: VaultContext, order: { plan: PlanRecord; kind: string; input: unknown }): JobView {
  const { plan, kind, input } = order;
  return context.records.transaction(() => {
    requireIdle(context, plan);
    const job = context.jobs.start(kind, input, { target: planTarget(plan) });
    hold(context, plan, job);
    return job;
  });
}

/**
 * Ends the failover or drill of the plan that goes on. Machines whose failover had begun do not replicate again by it (asr-behaviour §7.2).
 * @throws LabError NotFound, OperationNotAllowed when no failover of the plan goes on
 */
export function cancelPlanRun(context: VaultContext, planName: string): JobView {
  const plan = requirePlan(context, planName);
  const { activeJob } = activityOf(context, plan.name);
  if (activeJob?.kind !== 'RecoveryPlanFailover' && activeJob?.kind !== 'RecoveryPlanTestFailover')
    throw new LabError('OperationNotAllowed', `CancelFailover of ${plan.name}: no failover of it goes on.`);
  return context.jobs.cancel(activeJob.jobId);
}

/** At the job's end. @param ran which failover has come about by it */
export function releasePlan(context: VaultContext, job: JobView, { plan, ran }: { plan: PlanRecord; ran?: FailoverKind }): void {
  const activity = activityOf(context, plan.name);
  if (activity.activeJob?.jobId !== job.jobId) return;
  // Others too: a run whose script failed has failed machines over all the same.
  const time =
    job.state === 'Cancelled' || ran === undefined
      ? {}
      : ran === 'TestFailover'
        ? { lastTestFailoverMs: job.startMs }
        : { lastUnplannedFailoverMs: job.startMs };
  const { planActivities } = context.records;
  if (context.records.plans.get(plan.name) === undefined) planActivities.delete(activity.key);
  else planActivities.put({ ...activity, ...time, activeJob: null });
}

/** When a failed job is restarted. @throws LabError PlanBusy when another job has the plan */
export function retakePlan(context: VaultContext, job: JobView, plan: PlanRecord): void {
  requireIdle(context, plan);
  hold(context, plan, job);
}

function hold(context: VaultContext, plan: PlanRecord, job: JobView): void {
  context.records.planActivities.put({
    ...activityOf(context, plan.name),
    activeJob: { jobId: job.jobId, kind: job.kind, startMs: context.kernel.clock.now() },
  });
}

function requireIdle(context: VaultContext, plan: PlanRecord): void {
  const { activeJob } = activityOf(context, plan.name);
  if (activeJob !== null) throw new LabError('PlanBusy', `${plan.name}: ${activeJob.kind} ${activeJob.jobId}.`);
}
