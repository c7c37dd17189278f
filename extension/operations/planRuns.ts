// What is done to the machines of a recovery plan together: drill, cleanup, failover both ways, commit, re-protection.
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import { byId, nameOf, planOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { notesStep } from './drillOperations.ts';
import { failbackDetail, failbackSteps, shutdownStep } from './failoverOperations.ts';
import { networkStep, noNetwork } from './itemSubjects.ts';
import type { Availability, Operation, OperationContext, PickStep, Refusal } from './operation.ts';
import {
  planCleanupCall,
  planCommitCall,
  planFailbackCall,
  planFailoverCall,
  planReprotectCall,
  planTestFailoverCall,
  type PlanPoint,
  type PlanPointChoice,
} from './planCalls.ts';
import { membersOf } from './planEdit.ts';
import { lossText } from './pointChoice.ts';

type PlanWord = 'TestFailover' | 'TestFailoverCleanup' | 'UnplannedFailover' | 'Commit' | 'ReverseReplicate';

interface Wanted {
  readonly word: PlanWord;
  /** By which its machines replicate: the direction. */
  readonly provider?: 'InMage' | 'InMageAzureV2';
}

export function planAllows(snapshot: LabSnapshot, subject: Subject | undefined, { word, provider }: Wanted): Availability {
  const plan = planOf(snapshot, subject);
  if (plan === undefined) return noPlan();
  const { allowedOperations = [], replicationProviders = [], currentScenario } = plan.properties ?? {};
  const name = plan.name ?? '';
  if (provider !== undefined && !replicationProviders.includes(provider)) return wrongDirection(name, provider);
  if (allowedOperations.includes(word)) return true;
  const scenario = currentScenario?.scenarioName ?? 'None';
  if (!['', 'None'].includes(scenario))
    return { because: t('{0}: the job {1} works on it.', name, scenario), remedy: t('Wait for the job to end, or cancel it.') };
  return planReason(name, word);
}

function wrongDirection(name: string, wanted: 'InMage' | 'InMageAzureV2'): Refusal {
  return wanted === 'InMage'
    ? { because: t('No machine of {0} replicates to the site.', name), remedy: t('Fail over, commit, and re-protect first.') }
    : { because: t('No machine of {0} replicates to Azure.', name), remedy: t('Fail back, commit, and re-protect first; or enable replication.') };
}

export function noPlan(): Refusal {
  return { because: t('There is no such recovery plan.'), remedy: t('Create one first.') };
}

function planReason(name: string, word: PlanWord): Refusal {
  switch (word) {
    case 'TestFailover':
    case 'UnplannedFailover':
      return { because: t('No machine of {0} is ready to fail over.', name), remedy: t('Look at its machines: each says what it waits for.') };
    case 'TestFailoverCleanup':
      return { because: t('No test failover of {0} is open.', name), remedy: t('Run a test failover first.') };
    case 'Commit':
      return { because: t('{0} has no failover to commit.', name), remedy: t('Fail it over first.') };
    case 'ReverseReplicate':
      return { because: t('No machine of {0} is failed over and committed.', name), remedy: t('Fail over and commit first.') };
  }
}

/** With its groups. @throws ExtensionError PlanGone */
export async function wholePlan({ snapshot, lab }: OperationContext, subject: Subject | undefined): Promise<RecoveryPlan> {
  const plan = planOf(snapshot, subject);
  if (plan?.id === undefined)
    throw new ExtensionError('PlanGone', t('There is no such recovery plan any more.'), { recommendedAction: t('Choose another plan.') });
  return lab.vault.recoveryPlan(plan.id);
}

/** Choices of a plan: no recovery point by name, for each machine has its own (asr-behaviour §5.4). */
function planPointStep<Given extends { point: string }>(): PickStep<Given> {
  return {
    kind: 'pick',
    key: 'point',
    title: t('Recovery point'),
    placeholder: t('By which rule is the recovery point of each machine chosen?'),
    choices: () => [
      { value: 'Latest', label: t('Latest (lowest RPO)'), detail: t('Processes everything that was sent so far and makes a new point of it.') },
      { value: 'LatestProcessed', label: t('Latest processed (low RTO)'), detail: t('The newest point that is ready now.') },
      { value: 'LatestApplicationConsistent', label: t('Latest app-consistent') },
      { value: 'LatestCrashConsistent', label: t('Latest crash-consistent') },
      { value: 'LatestProcessed+multiVm', label: t('Latest multi-VM processed'), detail: t('Machines of a replication group take their newest common point.') },
      { value: 'LatestApplicationConsistent+multiVm', label: t('Latest multi-VM app-consistent') },
    ],
  };
}

function chosenRule(value: string): PlanPointChoice {
  const [point = 'Latest', multiVm] = value.split('+');
  return { point: point as PlanPoint, multiVm: multiVm !== undefined };
}

export const planTestFailover: Operation<{ point: string; network: string }> = {
  id: 'planTestFailover',
  title: () => t('Test Failover of Recovery Plan'),
  shortTitle: () => t('Test Failover'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'TestFailover', provider: 'InMageAzureV2' }),
  steps: (context) => [
    planPointStep(),
    networkStep(context, { placeholder: t('The network of the test machines; one that is cut off from production is best'), withNone: t('No network') }),
  ],
  calls: async (context, [subject], { point, network }) => [
    planTestFailoverCall(await wholePlan(context, subject), { ...chosenRule(point), networkId: network === noNetwork ? undefined : network }),
  ],
};

export const planCleanUp: Operation<{ notes: string }> = {
  id: 'planCleanUpTestFailover',
  title: () => t('Clean Up Test Failover of Recovery Plan'),
  shortTitle: () => t('Clean Up Test Failover'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'TestFailoverCleanup' }),
  steps: () => [notesStep()],
  calls: async (context, [subject], { notes }) => [planCleanupCall(await wholePlan(context, subject), notes)],
};

export const planFailover: Operation<{ point: string; shutdown: string }> = {
  id: 'planFailover',
  title: () => t('Failover of Recovery Plan'),
  shortTitle: () => t('Failover'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'UnplannedFailover', provider: 'InMageAzureV2' }),
  steps: () => [planPointStep(), shutdownStep()],
  confirmation: async (context, [subject], { point, shutdown }) => {
    const plan = await wholePlan(context, subject);
    return {
      question: t('Fail over the machines of {0} to Azure?', plan.name ?? ''),
      detail: [
        ...losses(context, plan),
        chosenRule(point).point === 'Latest' ? '' : t('What was written after the chosen points is lost.'),
        shutdown === 'yes'
          ? t('The machines are shut down first; if that succeeds and the newest points are taken, nothing is lost.')
          : t('The machines are not shut down: those that still run will be there twice.'),
        t('Replication stops. Cancelling later does not bring it back.'),
      ]
        .filter((line) => line !== '')
        .join('\n'),
      button: t('Fail Over'),
    };
  },
  calls: async (context, [subject], { point, shutdown }) => [
    planFailoverCall(await wholePlan(context, subject), { ...chosenRule(point), shutdown: shutdown === 'yes' }),
  ],
};

const mostNamed = 10;

function losses({ snapshot }: OperationContext, plan: RecoveryPlan): string[] {
  const items = membersOf(plan.properties?.groups ?? []).flatMap(({ id }) => byId(snapshot.vault.items, id) ?? []);
  return [
    ...items.slice(0, mostNamed).map((item) => lossText(item, undefined, undefined)),
    ...(items.length > mostNamed ? [t('And {0} more.', items.length - mostNamed)] : []),
  ];
}

export const planFailback: Operation<{ point: string; shutdown: string }> = {
  id: 'planFailback',
  title: () => t('Failback of Recovery Plan'),
  shortTitle: () => t('Failback'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'UnplannedFailover', provider: 'InMage' }),
  steps: () => failbackSteps(),
  confirmation: async (context, [subject], answers) => {
    const plan = await wholePlan(context, subject);
    return {
      question: t('Fail the machines of {0} back to the site?', plan.name ?? ''),
      detail: [...losses(context, plan), failbackDetail(answers)].join('\n'),
      button: t('Fail Back'),
    };
  },
  calls: async (context, [subject], { point, shutdown }) => [
    planFailbackCall(await wholePlan(context, subject), { point: point === 'LatestTag' ? 'LatestTag' : 'LatestTime', shutdown: shutdown === 'yes' }),
  ],
};

export const planCommit: Operation = {
  id: 'planCommit',
  title: () => t('Commit Recovery Plan'),
  shortTitle: () => t('Commit'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'Commit' }),
  confirmation: async (context, [subject]) => {
    const plan = await wholePlan(context, subject);
    const names = membersOf(plan.properties?.groups ?? []).map(({ id }) => nameOf(byId(context.snapshot.vault.items, id) ?? {}));
    return {
      question: t('Commit the failover of {0}?', plan.name ?? ''),
      detail: [t('Machines: {0}.', names.join(', ')), t('All recovery points are deleted; another one can no longer be chosen.')].join('\n'),
      button: t('Commit'),
    };
  },
  calls: async (context, [subject]) => [planCommitCall(await wholePlan(context, subject))],
};

export const planReprotect: Operation = {
  id: 'planReprotect',
  title: () => t('Re-protect Recovery Plan'),
  shortTitle: () => t('Re-protect'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => planAllows(snapshot, subject, { word: 'ReverseReplicate' }),
  calls: async (context, [subject]) => [planReprotectCall(await wholePlan(context, subject))],
};
