// Test failover and its cleanup: nothing of production is touched.
import { t } from '../texts.ts';
import { itemOf } from '../model/find.ts';
import { itemAllows } from './availability.ts';
import { cleanupCall, testFailoverCall } from './itemCalls.ts';
import { itemAndPointKinds, itemKinds, itemsOf, networkStep, noNetwork, presetPoint } from './itemSubjects.ts';
import { azureDetails } from './lookups.ts';
import type { Operation, Step } from './operation.ts';
import { chosenPoint, pointChoices } from './pointChoice.ts';

const longestComment = 1024;

export const testFailover: Operation<{ point: string; network: string }> = {
  id: 'testFailover',
  title: () => t('Test Failover'),
  on: itemAndPointKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'TestFailover'),
  preset: presetPoint,
  steps: (context, subjects) => {
    const [item, ...others] = itemsOf(context, subjects);
    return [
      {
        kind: 'pick',
        key: 'point',
        title: t('Recovery point'),
        placeholder: t('Which state of the disks?'),
        choices: async () => pointChoices(others.length > 0 ? undefined : await context.lab.vault.recoveryPoints(item?.id ?? ''), { withLatest: true }),
      },
      networkStep(context, {
        placeholder: t('The network of the test machine; one that is cut off from production is best'),
        preferredId: azureDetails(item)?.selectedTfoAzureNetworkId,
        withNone: t('No network'),
      }),
    ];
  },
  calls: (context, subjects, { point, network }) =>
    Promise.all(
      itemsOf(context, subjects).map(async (item) =>
        testFailoverCall(item, { networkId: network === noNetwork ? undefined : network, pointId: (await chosenPoint(context, item, point))?.id }),
      ),
    ),
};

export const cleanUpTestFailover: Operation<{ notes: string }> = {
  id: 'cleanUpTestFailover',
  title: () => t('Clean Up Test Failover'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'TestFailoverCleanup'),
  steps: () => [notesStep()],
  calls: (context, subjects, { notes }) => itemsOf(context, subjects).map((item) => cleanupCall(item, notes)),
};

/** Of a plan's cleanup too. */
export function notesStep(): Step<{ notes: string }> {
  return {
    kind: 'text',
    key: 'notes',
    title: t('Notes'),
    prompt: t('What the test has shown; kept with the job. The test machine is deleted. May be empty.'),
    problem: (text) => (text.length > longestComment ? t('At most {0} characters.', longestComment) : undefined),
  };
}
