// What the plan view shows, from a snapshot: the plan's groups, laid over the tasks of the job that runs it or ran it last. Pure.
import type { ASRTask, JobErrorDetails, RecoveryPlanAction, RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import type { PlanGroupView, PlanRunView, PlanState, PlanStepView, ProblemView, StepStateWord } from '../../webview/contract.ts';
import type { Job, RecoveryPlan } from '../client/vaultClient.ts';
import { byId, nameOf, planOf, sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { happened } from '../tree/figures.ts';
import type { Subject } from '../tree/node.ts';
import { groupText } from '../tree/plans.ts';
import { offered, type Painted, type World } from './offers.ts';

/** What is done with a plan as a whole; editing it is the tree's and the text's business. */
const runs: ReadonlySet<string> = new Set(['planTestFailover', 'planCleanUpTestFailover', 'planFailover', 'planFailback', 'planCommit', 'planReprotect']);

/** Undefined: the plan is gone. */
export function planState(world: World, subject: Subject): Painted<PlanState> | undefined {
  const { snapshot } = world;
  const plan = planOf(snapshot, subject);
  if (plan?.id === undefined) return undefined;
  const job = lastRun(snapshot, plan);
  const ofPlan = offered({ ...world, operations: world.operations.filter(({ id }) => runs.has(id)) }, { kind: 'plan', id: plan.id });
  const ofJob = job?.name === undefined ? undefined : offered(world, { kind: 'job', name: job.name });
  return {
    offers: new Map([...ofPlan.offers, ...(ofJob?.offers ?? [])]),
    state: {
      ...descriptionOf(plan),
      groups: (plan.properties?.groups ?? []).map((_group, place, groups) => groupView(world, { groups, place, job })),
      run: job === undefined ? null : runView(job),
      lastDrill: lastDrill(snapshot, plan),
      // Of a job only what can be done: that it cannot be resumed while it runs needs no word.
      actions: [...(ofJob?.actions ?? []).filter(({ refusal }) => refusal === undefined), ...ofPlan.actions],
      nowMs: snapshot.clock?.timeMs ?? 0,
    },
  };
}

function descriptionOf({ name = '', properties }: RecoveryPlan): Pick<PlanState, 'name' | 'facts'> {
  const machines = (properties?.groups ?? []).reduce((sum, group) => sum + (group.replicationProtectedItems?.length ?? 0), 0);
  const facts = [
    { name: t('From'), value: properties?.primaryFabricFriendlyName ?? '' },
    { name: t('To'), value: properties?.recoveryFabricFriendlyName ?? '' },
    { name: t('Machines'), value: String(machines) },
  ];
  return { name: properties?.friendlyName ?? name, facts: facts.filter(({ value }) => value !== '') };
}

const runScenarios = ['TestFailover', 'UnplannedFailover', 'PlannedFailover', 'CommitFailover', 'SwitchReplicationGroupProtection', 'TestFailoverCleanup'];

function runsOf({ vault }: LabSnapshot, plan: RecoveryPlan): Job[] {
  const startMs = (job: Job): number => timeOf(job.properties?.startTime) ?? Number.MAX_SAFE_INTEGER;
  return vault.jobs
    .filter(
      ({ properties }) =>
        properties?.targetInstanceType === 'RecoveryPlan' &&
        sameId(properties.targetObjectName, plan.name) &&
        runScenarios.includes(properties.scenarioName ?? ''),
    )
    .sort((one, other) => startMs(other) - startMs(one));
}

/** The newest job that did something to the plan's machines. */
export function lastRun(snapshot: LabSnapshot, plan: RecoveryPlan): Job | undefined {
  return runsOf(snapshot, plan)[0];
}

/** The newest test failover that has succeeded, as its own job says. */
export function lastSucceededDrill(snapshot: LabSnapshot, plan: RecoveryPlan): Job | undefined {
  return runsOf(snapshot, plan).find(({ properties }) => properties?.scenarioName === 'TestFailover' && stateWord(properties.state) === 'succeeded');
}

function lastDrill(snapshot: LabSnapshot, plan: RecoveryPlan): PlanState['lastDrill'] {
  const properties = lastSucceededDrill(snapshot, plan)?.properties;
  const startMs = timeOf(properties?.startTime);
  const endMs = timeOf(properties?.endTime);
  if (startMs === undefined || endMs === undefined) return null;
  const details = properties?.customDetails;
  const members = details?.instanceType === 'TestFailoverJobDetails' && 'protectedItemDetails' in details ? (details.protectedItemDetails ?? []) : [];
  const lost = members.flatMap(({ recoveryPointTime }) => timeOf(recoveryPointTime) ?? []).map((timeMs) => startMs - timeMs);
  return { timeMs: endMs, rtoMs: endMs - startMs, rpoMs: lost.length === 0 ? null : Math.max(0, ...lost) };
}

function runView({ properties }: Job): PlanRunView {
  const tasks = properties?.tasks ?? [];
  return {
    title: properties?.friendlyName ?? '',
    state: stateWord(properties?.state) ?? 'waiting',
    startMs: timeOf(properties?.startTime) ?? 0,
    endMs: timeOf(properties?.endTime) ?? null,
    doneSteps: tasks.filter((task) => !['waiting', 'running', 'suspended'].includes(taskWord(task) ?? 'waiting')).length,
    totalSteps: tasks.length,
    errors: (properties?.errors ?? []).map(problemOf),
  };
}

/** arm-contract §7.3. */
export function stateWord(state: string | undefined): StepStateWord | undefined {
  switch (state) {
    case 'NotStarted':
      return 'waiting';
    case 'InProgress':
    case 'Cancelling':
      return 'running';
    case 'Succeeded':
    case 'PartiallySucceeded':
    case 'CompletedWithInformation':
      return 'succeeded';
    case 'Failed':
      return 'failed';
    case 'Other':
      return 'skipped';
    case 'Suspended':
      return 'suspended';
    case 'Cancelled':
      return 'cancelled';
    default:
      return undefined;
  }
}

function taskWord({ state }: ASRTask): StepStateWord | undefined {
  return stateWord(state);
}

interface GroupPlace {
  readonly groups: readonly RecoveryPlanGroup[];
  readonly place: number;
  readonly job: Job | undefined;
}

function groupView({ snapshot }: World, { groups, place, job }: GroupPlace): PlanGroupView {
  const group = groups[place] as RecoveryPlanGroup;
  const tasks = job?.properties?.tasks ?? [];
  const work = tasks.find((task) => isWorkOf(task, groups, place));
  const children = work?.groupTaskCustomDetails?.childTasks ?? [];
  const before = (group.startGroupActions ?? []).map((action) => actionView(action, tasks));
  const after = (group.endGroupActions ?? []).map((action) => actionView(action, tasks));
  const machines = (group.replicationProtectedItems ?? []).map(({ id }): PlanStepView => {
    const item = byId(snapshot.vault.items, id);
    const name = item === undefined ? ((id ?? '').split('/').at(-1) ?? '') : nameOf(item);
    const task = children.find((child) => child.friendlyName === name);
    const state = task === undefined ? (work === undefined ? null : (taskWord(work) ?? null)) : (taskWord(task) ?? null);
    return { name, kind: 'machine', state, durationMs: task === undefined ? null : durationOf(task, snapshot), detail: runningTaskOf(snapshot, task) };
  });
  return {
    name: groupText(groups, place),
    state: worstOf([work === undefined ? null : (taskWord(work) ?? null), ...[...before, ...after].map(({ state }) => state)]),
    before,
    machines,
    after,
  };
}

/** `Group2Start`, `AllGroupsShutdown`: with the number and the type in their details (arm-contract §7.3). */
function isWorkOf({ name, groupTaskCustomDetails }: ASRTask, groups: readonly RecoveryPlanGroup[], place: number): boolean {
  const details = groupTaskCustomDetails ?? undefined;
  const type = groups[place]?.groupType;
  const number = String(groups.slice(0, place + 1).filter(({ groupType }) => groupType === 'Boot').length);
  if (details !== undefined && 'rpGroupType' in details && 'groupId' in details)
    return details.rpGroupType === type && (type !== 'Boot' || details.groupId === number);
  return type === 'Boot' ? name === `Group${number}Start` : name === `AllGroups${type}`;
}

/** What of a group stands out: who waits for a person, what failed, what runs. */
function worstOf(states: readonly (StepStateWord | null)[]): StepStateWord | null {
  const order: readonly StepStateWord[] = ['suspended', 'failed', 'running', 'cancelled', 'waiting', 'succeeded', 'skipped'];
  const known = states.filter((state) => state !== null);
  // Begun and not at its end: some are done, some wait.
  if (known.includes('waiting') && known.includes('succeeded') && !known.includes('failed') && !known.includes('suspended')) return 'running';
  return order.find((state) => known.includes(state)) ?? null;
}

function actionView(action: RecoveryPlanAction, tasks: readonly ASRTask[]): PlanStepView {
  const task = tasks.find((one) => one.name === `Action/${action.actionName}` || nameIn(one.customDetails) === action.actionName);
  const { kind, detail } = actionKind(action.customDetails);
  const failure = task?.errors?.map(problemOf)[0]?.message;
  return {
    name: action.actionName,
    kind,
    state: task === undefined ? null : (taskWord(task) ?? null),
    durationMs: task === undefined ? null : spanOf(task),
    detail: failure ?? detail,
  };
}

function actionKind(details: RecoveryPlanAction['customDetails']): Pick<PlanStepView, 'kind' | 'detail'> {
  switch (details.instanceType) {
    case 'ManualActionDetails':
      return { kind: 'manual', detail: textIn(details, 'description') };
    case 'AutomationRunbookActionDetails':
      return { kind: 'runbook', detail: textIn(details, 'runbookId').split('/').at(-1) ?? '' };
    default:
      return { kind: 'script', detail: textIn(details, 'path') };
  }
}

function textIn(details: object, field: string): string {
  const value = (details as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : '';
}

function nameIn(details: ASRTask['customDetails'] | null): unknown {
  return details !== undefined && details !== null && 'name' in details ? details.name : undefined;
}

function timeOf(time: Date | null | undefined): number | undefined {
  return happened(time)?.getTime();
}

function spanOf({ startTime, endTime }: ASRTask): number | null {
  const [startMs, endMs] = [timeOf(startTime), timeOf(endTime)];
  return startMs === undefined || endMs === undefined ? null : endMs - startMs;
}

function durationOf(task: ASRTask, { clock }: LabSnapshot): number | null {
  const startMs = timeOf(task.startTime);
  if (startMs === undefined) return null;
  return spanOf(task) ?? (clock === undefined ? null : Math.max(0, clock.timeMs - startMs));
}

/** What a machine's own job does now, from the lab's feed. */
function runningTaskOf({ runningJobs }: LabSnapshot, task: ASRTask | undefined): string {
  const job = runningJobs.get(task?.taskId ?? '');
  return job?.tasks.find(({ state }) => state === 'InProgress')?.friendlyName ?? task?.errors?.map(problemOf)[0]?.message ?? '';
}

/** What a component at the site said is nearer to the cause than the service's own words around it. */
function problemOf({ serviceErrorDetails: service, providerErrorDetails: provider }: JobErrorDetails): ProblemView {
  const fromSite = (provider?.errorMessage ?? '') !== '';
  const said = fromSite ? { ...provider, code: String(provider?.errorCode ?? ''), message: provider?.errorMessage } : service;
  const { code, message, possibleCauses, recommendedAction } = said ?? {};
  return {
    code: code ?? '',
    level: 'Critical',
    message: message ?? '',
    possibleCauses: withoutRepetition(possibleCauses ?? '', message ?? ''),
    recommendedAction: recommendedAction ?? '',
  };
}

function withoutRepetition(text: string, other: string): string {
  return text === other ? '' : text;
}
