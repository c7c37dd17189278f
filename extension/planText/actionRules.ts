// Whether an action can run, and when: kinds of run and directions that exclude each other, what it lacks, what nobody has registered.
import { timeoutMs } from '../../emulator/contract/timeout.ts';
import { t } from '../texts.ts';
import { nearest } from './nearest.ts';
import {
  defaultFailoverDirections,
  defaultFailoverTypes,
  kindOf,
  workOf,
  type ActionText,
  type FailoverDirection,
  type FailoverType,
  type GroupText,
} from './planText.ts';
import type { PlanWorld } from './planWorld.ts';
import type { Problem } from './problem.ts';
import { defaultTimeout } from './timeout.ts';

interface Run {
  readonly type: FailoverType;
  readonly direction: FailoverDirection;
}

/** All that a plan of VMware and physical machines can be run as: there is no planned failover, and no drill of a failback. */
const runs: readonly Run[] = [
  { type: 'test', direction: 'PrimaryToRecovery' },
  { type: 'unplanned', direction: 'PrimaryToRecovery' },
  { type: 'unplanned', direction: 'RecoveryToPrimary' },
];

interface Place {
  readonly group: GroupText;
  readonly world: PlanWorld | undefined;
}

/** Runs of the plan that the action takes part in, as Azure has it. */
export function runsOf(action: ActionText, group: GroupText): readonly Run[] {
  const types = action.failoverTypes?.value ?? defaultFailoverTypes;
  const directions = action.failoverDirections?.value ?? defaultFailoverDirections;
  return runs.filter(({ type, direction }) => types.includes(type) && directions.includes(direction) && !(type === 'test' && kindOf(group) === 'Shutdown'));
}

export function actionRules(action: ActionText, place: Place): Problem[] {
  return [...completeness(action), ...whenItRuns(action, place.group), ...timeoutRules(action), ...runbookRules(action, place.world)];
}

function completeness({ name, kind, work, range }: ActionText): Problem[] {
  const missing = [...(name === undefined ? ['name'] : []), ...(kind === undefined ? ['kind'] : work === undefined ? [workOf[kind.value]] : [])];
  if (missing.length === 0) return [];
  const where = name?.range ?? kind?.range ?? { start: range.start, end: Math.min(range.start + 1, range.end) };
  return [{ code: 'ActionIncomplete', severity: 'error', message: t('The action needs: {0}.', missing.join(', ')), range: where, fixes: [] }];
}

function whenItRuns(action: ActionText, group: GroupText): Problem[] {
  const { failoverTypes: types, failoverDirections: directions } = action;
  const empty = [types, directions].filter((words) => words !== undefined && words.value.length === 0);
  if (empty.length > 0)
    return empty.flatMap((words) => {
      if (words === undefined) return [];
      const text = `[${(words === types ? defaultFailoverTypes : defaultFailoverDirections).join(', ')}]`;
      return [
        {
          code: 'FailoverTypesEmpty' as const,
          severity: 'warning' as const,
          message: t('Nothing is named here: Azure leaves such an action out of every run, the lab runs it in every run. Name what is meant.'),
          range: words.range,
          fixes: [{ title: t('Change to "{0}"', text), edits: [{ range: words.range, text }] }],
        },
      ];
    });
  if (runsOf(action, group).length > 0) return [];
  const range = types?.range ?? directions?.range ?? action.name?.range ?? action.range;
  return [{ code: 'ActionNeverRuns', severity: 'warning', message: t('This action never runs. {0}', whyNever(action, group)), range, fixes: [] }];
}

function whyNever(action: ActionText, group: GroupText): string {
  const types = action.failoverTypes?.value ?? defaultFailoverTypes;
  if (types.every((type) => type === 'planned')) return t('Planned failover does not exist for VMware and physical machines.');
  if (kindOf(group) === 'Shutdown' && !types.includes('unplanned')) return t('In a test failover nothing is shut down, so its steps are left out.');
  return t('There is no test failover from Azure to the site.');
}

function timeoutRules({ kind, timeout, name }: ActionText): Problem[] {
  if (kind === undefined || kind.value === 'manual') return [];
  if (timeout === undefined) {
    if (name === undefined) return [];
    return [
      {
        code: 'TimeoutMissing',
        severity: 'information',
        message: t('There is no time-out: the lab ends it after 30 minutes. What Azure does is not documented.'),
        range: name.range,
        fixes: [],
      },
    ];
  }
  const milliseconds = timeoutMs(timeout.value);
  if (milliseconds !== undefined && milliseconds > 0) return [];
  return [
    {
      code: 'TimeoutUnreadable',
      severity: 'error',
      message: milliseconds === 0 ? t('A time-out is longer than nothing.') : t('This time-out cannot be read; write it as PT30M, 00:30:00 or in seconds.'),
      range: timeout.range,
      fixes: [{ title: t('Change to "{0}"', defaultTimeout), edits: [{ range: timeout.range, text: defaultTimeout }] }],
    },
  ];
}

function runbookRules({ kind, work }: ActionText, world: PlanWorld | undefined): Problem[] {
  if (kind?.value !== 'runbook' || work === undefined || world?.runbooks === undefined) return [];
  const cut = work.value.lastIndexOf('/') + 1;
  const name = work.value.slice(cut);
  if (world.runbooks.some((one) => one.toLowerCase() === name.toLowerCase())) return [];
  const meant = nearest(name, world.runbooks);
  const text = `${work.value.slice(0, cut)}${meant ?? ''}`;
  return [
    {
      code: 'RunbookNotRegistered',
      severity: 'warning',
      message: t('No script is registered for the runbook "{0}": a run of the plan fails there.', name),
      range: work.range,
      fixes: meant === undefined ? [] : [{ title: t('Change to "{0}"', meant), edits: [{ range: work.range, text }] }],
    },
  ];
}
