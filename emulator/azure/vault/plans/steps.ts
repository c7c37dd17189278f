// The steps of a plan's run in order, groups and actions alike: what its job does, what its job shows, and where a script may stand. Pure.
import type { JobView } from '../../../kernel/jobRecord.ts';
import { actionApplies, startGroups, type FailoverKind, type PlanAction, type PlanDirection, type PlanGroup, type PlanRecord } from './state.ts';

export interface PlanPlace {
  /** Null: the plan as a whole. */
  readonly groupType: PlanGroup['groupType'] | null;
  /** Number of the start group, from 1; null: all machines. */
  readonly group: number | null;
  readonly stage: 'pre' | 'work' | 'post';
}

export interface PlanStep extends PlanPlace {
  /** Of the task. */
  readonly name: string;
  readonly friendlyName: string;
  readonly action: PlanAction | null;
}

export interface PlanRun {
  readonly plan: PlanRecord;
  readonly kind: FailoverKind;
  readonly direction: PlanDirection;
}

export function planSteps(run: PlanRun): PlanStep[] {
  return [
    { name: 'RecoveryPlanPreflight', friendlyName: 'Recovery plan preflight checks', groupType: null, group: null, stage: 'work', action: null },
    ...(run.kind === 'TestFailover'
      ? [{ name: 'CreateTestEnvironment', friendlyName: 'Create test environment', groupType: null, group: null, stage: 'work', action: null } as const]
      : []),
    ...workPlaces(run).flatMap((place) => [...actionSteps(run, { ...place, stage: 'pre' }), workStep(place), ...actionSteps(run, { ...place, stage: 'post' })]),
  ];
}

/** Where actions can stand in such a run. In a drill nothing is shut down, so nothing is done before or after it. */
export function actionPlaces(run: PlanRun): PlanPlace[] {
  return workPlaces(run)
    .filter(({ groupType }) => groupType !== 'Shutdown' || run.kind !== 'TestFailover')
    .flatMap((place) => [
      { ...place, stage: 'pre' },
      { ...place, stage: 'post' },
    ]);
}

/** The step behind a task of a plan's failover or drill; undefined for another kind of job. */
export function planStepOf(job: JobView, taskName: string): PlanStep | undefined {
  if (job.kind !== 'RecoveryPlanFailover' && job.kind !== 'RecoveryPlanTestFailover') return undefined;
  return planSteps(job.input as PlanRun).find((step) => step.name === taskName);
}

/** Key in the run's memory of what a script has printed. */
export function outputKey(action: PlanAction): string {
  return `output/${action.actionName}`;
}

export function placeLabel({ groupType, group }: PlanPlace): string {
  if (groupType === null) return 'Recovery plan';
  return groupType === 'Boot' ? `Group ${group}` : `All groups ${groupType.toLowerCase()}`;
}

/** Machines that a place is about. */
export function machinesAt(run: Pick<PlanRun, 'plan'>, { group }: PlanPlace): readonly string[] {
  const groups = startGroups(run.plan);
  return group === null ? groups.flatMap(({ itemIds }) => itemIds) : (groups[group - 1]?.itemIds ?? []);
}

/** Whether names in Azure are known at this place: after the machines have been made. */
export function knowsAzure({ groupType, stage }: PlanPlace): boolean {
  return stage === 'post' && groupType !== 'Shutdown';
}

function workPlaces({ plan }: PlanRun): PlanPlace[] {
  return [
    { groupType: 'Shutdown', group: null, stage: 'work' },
    { groupType: 'Failover', group: null, stage: 'work' },
    ...startGroups(plan).map((_group, place) => ({ groupType: 'Boot', group: place + 1, stage: 'work' }) as const),
  ];
}

function workStep(place: PlanPlace): PlanStep {
  const label = placeLabel(place);
  return place.groupType === 'Boot'
    ? { ...place, name: `Group${place.group}Start`, friendlyName: `${label}: Start`, action: null }
    : { ...place, name: `AllGroups${place.groupType}`, friendlyName: label, action: null };
}

function actionSteps(run: PlanRun, place: PlanPlace): PlanStep[] {
  if (place.groupType === 'Shutdown' && run.kind === 'TestFailover') return [];
  const record = place.groupType === 'Boot' ? startGroups(run.plan)[(place.group ?? 0) - 1] : run.plan.groups.find((one) => one.groupType === place.groupType);
  const actions = place.stage === 'pre' ? record?.startGroupActions : record?.endGroupActions;
  const label = `${placeLabel(place)}: ${place.stage === 'pre' ? 'Pre-steps' : 'Post-steps'}`;
  return (actions ?? [])
    .filter((action) => actionApplies(action, run.kind, run.direction))
    .map((action, count) => ({ ...place, name: `Action/${action.actionName}`, friendlyName: `${label} (${count + 1}): ${action.actionName}`, action }));
}
