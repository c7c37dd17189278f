// Steps that a recovery plan does beside starting machines: manual actions and scripts.
import type { RecoveryPlanAction } from '@azure/arm-recoveryservices-siterecovery';
import type { Subject } from '../tree/node.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { groupText } from '../tree/plans.ts';
import { t } from '../texts.ts';
import { numberProblem } from './azureNames.ts';
import type { Availability, Operation, Step } from './operation.ts';
import { updatePlanCall } from './planCalls.ts';
import { actionsOf, withAction, withoutAction } from './planEdit.ts';
import { groupsOf } from './planOperations.ts';
import { noPlan, wholePlan } from './planRuns.ts';
import { minutesText } from './wording.ts';

type ActionAnswers = {
  group: string;
  when: string;
  name: string;
  failovers: readonly string[];
};

const longestName = 60;

export const addManualAction: Operation<ActionAnswers & { instruction: string }> = {
  id: 'addManualAction',
  title: () => t('Add Manual Action'),
  on: ['planGroup', 'plan'],
  by: 'azure',
  availability: planExists,
  preset: presetGroup,
  steps: ({ snapshot }, [subject]) => [
    ...commonSteps<ActionAnswers & { instruction: string }>(snapshot, subject),
    {
      kind: 'text',
      key: 'instruction',
      title: t('Instruction'),
      prompt: t('What a person does while the plan waits'),
      problem: (text) => (text === '' ? t('Say what is to be done.') : undefined),
    },
  ],
  calls: async (context, [subject], answers) => {
    const plan = await wholePlan(context, subject);
    const action: RecoveryPlanAction = { ...common(answers), customDetails: { instanceType: 'ManualActionDetails', description: answers.instruction } };
    return [updatePlanCall(plan, withAction(plan.properties?.groups ?? [], placeOf(answers), action))];
  },
};

export const addScriptAction: Operation<ActionAnswers & { path: string; timeout: string }> = {
  id: 'addScriptAction',
  title: () => t('Add Script'),
  on: ['planGroup', 'plan'],
  by: 'azure',
  availability: planExists,
  preset: presetGroup,
  steps: ({ snapshot }, [subject]) => [
    ...commonSteps<ActionAnswers & { path: string; timeout: string }>(snapshot, subject),
    {
      kind: 'text',
      key: 'path',
      title: t('Script'),
      prompt: t('Command line that the lab runs; it receives the RecoveryPlanContext on its standard input'),
      problem: (text) => (text.trim() === '' ? t('A command is needed.') : undefined),
    },
    {
      kind: 'text',
      key: 'timeout',
      title: t('Time-out'),
      prompt: t('Minutes after which the script has failed'),
      initial: () => '30',
      problem: (text) => numberProblem(text, { least: 1, most: 24 * 60 }),
      shown: minutesText,
    },
  ],
  calls: async (context, [subject], answers) => {
    const plan = await wholePlan(context, subject);
    const action: RecoveryPlanAction = {
      ...common(answers),
      customDetails: { instanceType: 'ScriptActionDetails', path: answers.path, timeout: `PT${answers.timeout}M`, fabricLocation: 'Recovery' },
    };
    return [updatePlanCall(plan, withAction(plan.properties?.groups ?? [], placeOf(answers), action))];
  },
};

export const removePlanAction: Operation = {
  id: 'removePlanAction',
  title: () => t('Remove Action'),
  on: ['planAction'],
  by: 'azure',
  availability: (snapshot, subject) =>
    subject?.kind === 'planAction' && actionsOf(groupsOf(snapshot, subject)[subject.group], subject.when)[subject.place] !== undefined
      ? true
      : { because: t('There is no such action.'), remedy: t('Choose another.') },
  calls: async (context, [subject]) => {
    const plan = await wholePlan(context, subject);
    if (subject?.kind !== 'planAction') return [];
    return [updatePlanCall(plan, withoutAction(plan.properties?.groups ?? [], { place: subject.group, list: subject.when }, subject.place))];
  },
};

function planExists(snapshot: LabSnapshot, subject: Subject | undefined): Availability {
  return groupsOf(snapshot, subject).length > 0 ? true : noPlan();
}

function presetGroup([subject]: readonly Subject[]): { group?: string } {
  return subject?.kind === 'planGroup' ? { group: String(subject.group) } : {};
}

function commonSteps<Given extends ActionAnswers>(snapshot: LabSnapshot, subject: Subject | undefined): Step<Given>[] {
  const groups = groupsOf(snapshot, subject);
  const steps: Step<ActionAnswers>[] = [
    {
      kind: 'pick',
      key: 'group',
      title: t('Group'),
      placeholder: t('At which group?'),
      remember: false,
      choices: () => groups.map((_group, place) => ({ value: String(place), label: groupText(groups, place) })),
    },
    {
      kind: 'pick',
      key: 'when',
      title: t('Time'),
      placeholder: t('Before or after the group?'),
      choices: () => [
        { value: 'start', label: t('Before the group') },
        { value: 'end', label: t('After the group') },
      ],
    },
    {
      kind: 'text',
      key: 'name',
      title: t('Name'),
      prompt: t('Name of the action'),
      problem: (text, { group, when }) => {
        if (text.trim() === '') return t('A name is needed.');
        if (text.length > longestName) return t('At most {0} characters.', longestName);
        const taken = actionsOf(groups[Number(group)], when === 'end' ? 'end' : 'start').some(({ actionName }) => actionName === text);
        return taken ? t('There is one of this name.') : undefined;
      },
    },
    {
      kind: 'pick',
      key: 'failovers',
      many: true,
      least: 1,
      remember: false,
      title: t('Failovers'),
      placeholder: t('In which failovers does it run?'),
      choices: () => [
        { value: 'TestFailover/PrimaryToRecovery', label: t('Test failover'), picked: true },
        { value: 'UnplannedFailover/PrimaryToRecovery', label: t('Failover to Azure'), picked: true },
        { value: 'UnplannedFailover/RecoveryToPrimary', label: t('Failback to the site') },
      ],
    },
  ];
  return steps;
}

/** Azure keeps kinds and directions as two lists; an action of a drill alone still has the drill's direction. */
function common({ name, failovers }: ActionAnswers): Pick<RecoveryPlanAction, 'actionName' | 'failoverTypes' | 'failoverDirections'> {
  const pairs = failovers.map((pair) => pair.split('/') as [string, string]);
  return {
    actionName: name,
    failoverTypes: [...new Set(pairs.map(([type]) => type))],
    failoverDirections: [...new Set(pairs.map(([, direction]) => direction))],
  };
}

function placeOf({ group, when }: ActionAnswers): { readonly place: number; readonly list: 'start' | 'end' } {
  return { place: Number(group), list: when === 'end' ? 'end' : 'start' };
}
