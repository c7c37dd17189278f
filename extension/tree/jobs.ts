// The tree of jobs and events: what runs comes first, an error opens to its cause and what to do.
import type { ManualActionTaskDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { ASRTask, Job, VaultEvent } from '../client/vaultClient.ts';
import type { JobRecord } from '../../emulator/contract/resources.ts';
import { isolated } from '../isolated.ts';
import { jobProblem } from '../model/problems.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { clockText, durationText, happened, timeText } from './figures.ts';
import { healthIcon, healthOf } from './health.ts';
import type { TreeNode } from './node.ts';

const shownEvents = 100;

export function jobTreeRows(snapshot: LabSnapshot, allowed: AllowedOperations): readonly TreeNode[] {
  if (snapshot.state !== 'running') return [];
  const { jobs, events } = snapshot.vault;
  const isRunning = (job: Job): boolean => runs(job);
  const ordered = [...jobs.filter(isRunning), ...jobs.filter((job) => !isRunning(job))];
  // The feed is ahead of Azure's list.
  const listed = new Set(jobs.map(({ name }) => name));
  const ahead = [...snapshot.runningJobs.values()].filter(({ jobId }) => !listed.has(jobId));
  const eventRows = events.slice(0, shownEvents).map(eventRow);
  return [
    ...ahead.map((job) => recordRow(job)),
    ...ordered.map((job) => jobRow(snapshot, job, { prefix: 'jobs:job', allowed })),
    ...(eventRows.length === 0
      ? []
      : [
          {
            id: 'jobs:events',
            label: t('Events'),
            description: t('newest {0}', timeText(events[0]?.properties?.timeOfOccurrence ?? 0)),
            icon: { name: 'bell' },
            context: contextOf('events', undefined),
            children: eventRows,
          },
        ]),
  ];
}

export function runs({ properties }: Job): boolean {
  return happened(properties?.endTime) === undefined || ['InProgress', 'NotStarted', 'Suspended', 'Cancelling'].includes(properties?.state ?? '');
}

export interface JobRowPlace {
  /** Keeps the row's id apart from the same job's in another place. */
  readonly prefix: string;
  readonly allowed?: AllowedOperations;
}

export function jobRow(snapshot: LabSnapshot, job: Job, { prefix, allowed }: JobRowPlace): TreeNode {
  const { name = '' } = job;
  const id = `${prefix}:${name}`;
  const subject = { kind: 'job', name } as const;
  const { label, target, state, stateDescription, startTime, endTime } = jobFacts(job, snapshot.runningJobs.get(name));
  const words = [isolated(target), stateText({ state, stateDescription }), ...timeWords(startTime?.getTime(), endTime?.getTime())].filter(
    (word) => word !== '',
  );
  const children = [...errorRows(job, id), ...stepRows(job, snapshot.runningJobs.get(name), id)];
  return {
    id,
    label,
    description: words.join(' · '),
    tooltip: [label, ...words, ...(startTime === undefined ? [] : [t('Started {0}', timeText(startTime))])].join('\n'),
    icon: stateIcon(state),
    context: contextOf('job', state, allowed?.(snapshot, subject)),
    // A job that has ended has its tasks read when it is opened: Azure's list leaves them out.
    children: children.length > 0 ? children : 'later',
    subject,
  };
}

interface JobFacts {
  readonly label: string;
  readonly target: string;
  readonly state: string;
  readonly stateDescription: string;
  readonly startTime: Date | undefined;
  readonly endTime: Date | undefined;
}

/** @param live the lab's own record while it runs: it is ahead of Azure's */
function jobFacts({ name = '', properties = {} }: Job, live: JobRecord | undefined): JobFacts {
  const { scenarioName = name } = properties;
  const words = { friendlyName: scenarioName, targetObjectName: '', state: '', stateDescription: '', ...properties };
  const told = live === undefined ? words : { ...words, state: live.state, stateDescription: live.stateDescription };
  return {
    label: words.friendlyName,
    target: words.targetObjectName,
    state: told.state,
    stateDescription: told.stateDescription,
    startTime: happened(properties.startTime),
    endTime: happened(properties.endTime),
  };
}

function stepRows({ properties }: Job, live: JobRecord | undefined, jobRowId: string): readonly TreeNode[] {
  const { tasks = [] } = properties ?? {};
  return tasks.length > 0 ? tasks.map((task) => taskRow(task, jobRowId)) : (live?.tasks ?? []).map((task) => recordTaskRow(task, jobRowId));
}

/** What a job of Azure's list opens to, once it was read whole. */
export function jobChildren(job: Job, rowId: string): readonly TreeNode[] {
  return [...errorRows(job, rowId), ...(job.properties?.tasks ?? []).map((task) => taskRow(task, rowId))];
}

function recordRow(job: JobRecord): TreeNode {
  const id = `jobs:job:${job.jobId}`;
  return {
    id,
    label: job.friendlyName,
    description: [job.subject, stateText(job)].join(' · '),
    icon: stateIcon(job.state),
    context: contextOf('job', job.state),
    children: job.tasks.map((task) => recordTaskRow(task, id)),
    subject: { kind: 'job', name: job.jobId },
  };
}

function recordTaskRow(task: JobRecord['tasks'][number], jobRowId: string): TreeNode {
  return {
    id: `${jobRowId}/task/${task.name}`,
    label: task.friendlyName,
    description: [stateText(task), ...timeWords(task.startedMs ?? undefined, task.endedMs ?? undefined)].join(' · '),
    ...(task.instruction === undefined ? {} : { tooltip: task.instruction }),
    icon: stateIcon(task.state),
    context: contextOf('task', task.state),
  };
}

function taskRow(task: ASRTask, jobRowId: string): TreeNode {
  const id = `${jobRowId}/task/${task.taskId ?? task.name ?? ''}`;
  const inner = task.groupTaskCustomDetails?.childTasks ?? [];
  const instruction = (task.customDetails as ManualActionTaskDetails | undefined)?.instructions;
  return {
    id,
    label: task.friendlyName ?? task.name ?? '',
    description: [stateText(task), ...timeWords(happened(task.startTime)?.getTime(), happened(task.endTime)?.getTime())]
      .filter((word) => word !== '')
      .join(' · '),
    ...(instruction === undefined ? {} : { tooltip: instruction }),
    icon: stateIcon(task.state ?? ''),
    context: contextOf('task', task.state),
    ...(inner.length === 0 ? {} : { children: inner.map((child) => taskRow(child, id)) }),
  };
}

function errorRows({ name = '', properties }: Job, jobRowId: string): readonly TreeNode[] {
  return (properties?.errors ?? []).map(jobProblem).map((problem, place): TreeNode => {
    const { code, message, possibleCauses, recommendedAction } = problem;
    const id = `${jobRowId}/error/${place}`;
    return {
      id,
      label: message === '' ? t('Error {0}', code) : message,
      description: code,
      tooltip: [message, possibleCauses, recommendedAction].filter((text) => text !== '').join('\n\n'),
      icon: { name: 'error', color: 'list.errorForeground' },
      context: contextOf('jobError', undefined),
      expanded: true,
      command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'error', of: name, code }] },
      children: [
        ...errorLine({ id: `${id}/causes`, label: t('Possible Causes'), icon: 'question' }, possibleCauses),
        ...errorLine({ id: `${id}/action`, label: t('Recommended Action'), icon: 'lightbulb' }, recommendedAction),
      ],
    };
  });
}

function errorLine({ id, label, icon }: { readonly id: string; readonly label: string; readonly icon: string }, text: string): readonly TreeNode[] {
  return text === '' ? [] : [{ id, label, description: text, tooltip: text, icon: { name: icon }, context: contextOf('errorDetail', undefined) }];
}

function eventRow({ name = '', properties = {} }: VaultEvent): TreeNode {
  const { description = '', eventCode = '', affectedObjectFriendlyName = '', timeOfOccurrence: time, severity } = properties;
  const shown = (parts: readonly string[]): readonly string[] => parts.filter((part) => part !== '');
  const [label = name] = shown([description, eventCode]);
  return {
    id: `jobs:event:${name}`,
    label,
    description: shown([affectedObjectFriendlyName, time === undefined ? '' : clockText(time)]).join(' · '),
    tooltip: shown([description, eventCode, time === undefined ? '' : timeText(time)]).join('\n'),
    icon: healthIcon(healthOf(severity), 'info'),
    context: contextOf('event', severity),
    command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'event', name }] },
    subject: { kind: 'event', name },
  };
}

export function stateText(of: { readonly state?: string; readonly stateDescription?: string } | undefined): string {
  switch (of?.state) {
    case 'InProgress':
      return t('In progress');
    case 'NotStarted':
      return t('Not started');
    case 'Succeeded':
      return t('Succeeded');
    case 'Failed':
      return t('Failed');
    case 'Cancelled':
      return t('Cancelled');
    case 'Cancelling':
      return t('Cancelling');
    case 'Suspended':
      return t('Waits for you');
    case 'CompletedWithInformation':
      return t('Completed with information');
    case 'PartiallySucceeded':
      return t('Partially succeeded');
    default:
      return of?.stateDescription ?? of?.state ?? '';
  }
}

function stateIcon(state: string): { readonly name: string; readonly color?: string } {
  switch (state) {
    case 'InProgress':
    case 'Cancelling':
      return { name: 'sync~spin' };
    case 'Succeeded':
      return { name: 'pass', color: 'testing.iconPassed' };
    case 'CompletedWithInformation':
    case 'PartiallySucceeded':
      return { name: 'info', color: 'list.warningForeground' };
    case 'Failed':
      return { name: 'error', color: 'list.errorForeground' };
    case 'Cancelled':
      return { name: 'circle-slash' };
    case 'Suspended':
      return { name: 'debug-pause', color: 'list.warningForeground' };
    case 'NotStarted':
      return { name: 'circle-outline' };
    default:
      return { name: 'debug-step-over' };
  }
}

/** How long it took; of what runs, since when: a duration that grows would paint the row each second. */
function timeWords(startMs: number | undefined, endMs: number | undefined): readonly string[] {
  if (startMs === undefined) return [];
  return endMs === undefined ? [t('since {0}', clockText(startMs))] : [durationText(endMs - startMs)];
}
