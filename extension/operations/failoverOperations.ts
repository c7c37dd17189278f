// Real failovers of one machine or several, in both directions, and what follows: another recovery point, commit, cancel.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { directionOf, itemOf, nameOf } from '../model/find.ts';
import { t } from '../texts.ts';
import { itemAllows } from './availability.ts';
import { cancelFailoverCall, changePointCall, commitCall, failbackCall, failoverCall } from './itemCalls.ts';
import { itemAndPointKinds, itemKinds, itemsOf, presetPoint } from './itemSubjects.ts';
import type { Operation, OperationContext, PickStep, Step } from './operation.ts';
import { chosenPoint, lossText, pointChoices } from './pointChoice.ts';
import { listText } from './wording.ts';

type FailoverAnswers = {
  point: string;
  shutdown: string;
};

/** Whether the source is shut down first. */
export function shutdownStep<Given extends { shutdown: string }>(): PickStep<Given> {
  return {
    kind: 'pick',
    key: 'shutdown',
    title: t('Shut down'),
    placeholder: t('Shut the source down before the failover begins?'),
    choices: () => [
      {
        value: 'yes',
        label: t('Shut down first'),
        detail: t('Its last writes are sent before the failover. The failover goes on even if the shutdown fails.'),
      },
      { value: 'no', label: t('Leave it as it is'), detail: t('For a source that is lost already. What was not sent yet is lost.') },
    ],
  };
}

export const failover: Operation<FailoverAnswers> = {
  id: 'failover',
  title: () => t('Failover'),
  on: itemAndPointKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item !== undefined && directionOf(item) === 'toSite') return { because: t('{0} replicates to the site.', nameOf(item)), remedy: t('Use Failback.') };
    return itemAllows(item, 'UnplannedFailover');
  },
  preset: presetPoint,
  steps: (context, subjects) => [pointStep(context, itemsOf(context, subjects), true), shutdownStep()],
  confirmation: async (context, subjects, answers) => {
    const items = itemsOf(context, subjects);
    const losses = await Promise.all(
      items.map(async (item) => lossText(item, await chosenPoint(context, item, answers.point), context.snapshot.clock?.timeMs)),
    );
    return {
      question: t('Fail over {0} to Azure?', listText(items.map(nameOf))),
      detail: [
        ...losses.slice(0, 10),
        ...(losses.length > 10 ? [t('And {0} more.', losses.length - 10)] : []),
        answers.shutdown === 'yes'
          ? t('The source is shut down first; if that succeeds and the newest point is taken, nothing is lost.')
          : t('The source is not shut down: if it still runs, there will be two of it.'),
        t('Replication stops. Cancelling later does not bring it back.'),
      ].join('\n'),
      button: t('Fail Over'),
    };
  },
  calls: (context, subjects, { point, shutdown }) =>
    Promise.all(
      itemsOf(context, subjects).map(async (item) =>
        failoverCall(item, { shutdown: shutdown === 'yes', pointId: (await chosenPoint(context, item, point))?.id }),
      ),
    ),
};

export const failback: Operation<FailoverAnswers> = {
  id: 'failback',
  title: () => t('Failback'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item !== undefined && directionOf(item) === 'toAzure')
      return { because: t('{0} replicates to Azure.', nameOf(item)), remedy: t('Fail it over, commit, and re-protect it to the site first.') };
    return itemAllows(item, 'UnplannedFailover');
  },
  steps: () => failbackSteps(),
  confirmation: (_context, subjects, answers) => {
    const items = itemsOf(_context, subjects);
    return {
      question: t('Fail {0} back to the site?', listText(items.map(nameOf))),
      detail: [...items.slice(0, 10).map((item) => lossText(item, undefined, undefined)), failbackDetail(answers)].join('\n'),
      button: t('Fail Back'),
    };
  },
  calls: (context, subjects, { point, shutdown }) =>
    itemsOf(context, subjects).map((item) => failbackCall(item, { shutdown: shutdown === 'yes', point: point === 'LatestTag' ? 'LatestTag' : 'LatestTime' })),
};

export function failbackSteps(): Step<FailoverAnswers>[] {
  return [
    {
      kind: 'pick',
      key: 'point',
      title: t('Recovery point'),
      placeholder: t('Which state of the disks?'),
      choices: () => [
        { value: 'LatestTime', label: t('Latest'), detail: t('The newest crash-consistent state.') },
        { value: 'LatestTag', label: t('Latest app-consistent'), detail: t('The newest point at which the applications had written everything out.') },
      ],
    },
    shutdownStep(),
  ];
}

export function failbackDetail({ point, shutdown }: FailoverAnswers): string {
  return [
    point === 'LatestTag' ? t('Everything written after the last app-consistent point is lost.') : '',
    shutdown === 'yes'
      ? t('The machine in Azure is shut down first; if that succeeds, its last writes come along.')
      : t('The machine in Azure is not shut down first: what it has not sent yet is lost.'),
    t('The machine at the site starts from the disks in its datastore.'),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

export const changeRecoveryPoint: Operation<{ point: string }> = {
  id: 'changeRecoveryPoint',
  title: () => t('Change Recovery Point'),
  on: itemAndPointKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'ChangePit'),
  preset: presetPoint,
  steps: (context, subjects) => [pointStep(context, itemsOf(context, subjects), false)],
  confirmation: async (context, subjects, { point }) => {
    const items = itemsOf(context, subjects);
    const losses = await Promise.all(items.map(async (item) => lossText(item, await chosenPoint(context, item, point), context.snapshot.clock?.timeMs)));
    return {
      question: t('Make {0} again from another recovery point?', listText(items.map(nameOf))),
      detail: [...losses.slice(0, 10), t('What was written in Azure since the failover is lost.')].join('\n'),
      button: t('Change Recovery Point'),
    };
  },
  calls: (context, subjects, { point }) =>
    Promise.all(itemsOf(context, subjects).map(async (item) => changePointCall(item, (await chosenPoint(context, item, point))?.id ?? ''))),
};

export const commit: Operation = {
  id: 'commit',
  title: () => t('Commit'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'Commit'),
  confirmation: (context, subjects) => {
    const items = itemsOf(context, subjects);
    const back = items.some((item) => directionOf(item) === 'toSite');
    return {
      question: t('Commit the failover of {0}?', listText(items.map(nameOf))),
      detail: [
        t('All recovery points are deleted; another one can no longer be chosen.'),
        ...(back ? [t('The machine in Azure is deleted: it has failed back.')] : []),
      ].join('\n'),
      button: t('Commit'),
    };
  },
  calls: (context, subjects) => itemsOf(context, subjects).map(commitCall),
};

export const cancelFailover: Operation = {
  id: 'cancelFailover',
  title: () => t('Cancel Failover'),
  on: itemKinds,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'CancelFailover'),
  confirmation: (context, subjects) => ({
    question: t('Cancel the failover of {0}?', listText(itemsOf(context, subjects).map(nameOf))),
    detail: t('The failover stops. Replication has stopped already and does not go on: protect the machine again afterwards.'),
    button: t('Cancel Failover'),
  }),
  calls: (context, subjects) => itemsOf(context, subjects).map(cancelFailoverCall),
};

function pointStep<Given extends { point: string }>(
  context: OperationContext,
  items: readonly ReplicationProtectedItem[],
  withLatest: boolean,
): PickStep<Given> {
  const [item, ...others] = items;
  return {
    kind: 'pick',
    key: 'point',
    title: t('Recovery point'),
    placeholder: t('Which state of the disks?'),
    choices: async () => pointChoices(others.length > 0 ? undefined : await context.lab.vault.recoveryPoints(item?.id ?? ''), { withLatest }),
    none: { because: t('There is no recovery point.'), remedy: t('Wait for the first one.') },
  };
}
