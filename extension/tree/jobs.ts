// The tree of jobs and events: what runs comes first, an error opens to its cause and what to do.
import type { ManualActionTaskDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { ASRTask, Job, VaultEvent } from '../client/vaultClient.ts';
import type { JobRecord } from '../../emulator/contract/resources.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { clockText, durationText, timeText } from './figures.ts';
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
    ...ordered.map((job) => jobRow(snapshot, job, 'jobs:job', allowed)),
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
  return properties?.endTime === undefined || ['InProgress', 'NotStarted', 'Suspended', 'Cancelling'].includes(properties.state ?? '');
}

/** @param prefix keeps the row's id apart from the same job's in another place */
export function jobRow(snapshot: LabSnapshot, job: Job, prefix: string, allowed?: AllowedOperations): TreeNode {
  const { name = '', properties } = job;
  const id = `${prefix}:${name}`;
  const subject = { kind: 'job', name } as const;
  const live = snapshot.runningJobs.get(name);
  const state = live?.state ?? properties?.state ?? '';
  const errors = errorRows(job, id);
  const tasks =
    (properties?.tasks ?? []).length > 0
      ? (properties?.tasks ?? []).map((task) => taskRow(task, id))
      : (live?.tasks ?? []).map((task) => recordTaskRow(task, id));
  const words = [
    properties?.targetObjectName ?? live?.subject ?? '',
    stateText(live ?? properties),
    ...timeWords(properties?.startTime?.getTime(), properties?.endTime?.getTime()),
  ].filter((word) => word !== '');
  const label = properties?.friendlyName ?? live?.friendlyName ?? properties?.scenarioName ?? name;
  return {
    id,
    label,
    description: words.join(' · '),
    tooltip: [label, ...words, ...(properties?.startTime === undefined ? [] : [t('Started {0}', timeText(properties.startTime))])].join('\n'),
    icon: stateIcon(state),
    context: contextOf('job', state, allowed?.(snapshot, subject)),
    // A job that has ended has its tasks read when it is opened: Azure's list leaves them out.
    children: errors.length + tasks.length > 0 ? [...errors, ...tasks] : 'later',
    subject,
  };
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
    description: [stateText(task), ...timeWords(task.startTime?.getTime(), task.endTime?.getTime())].filter((word) => word !== '').join(' · '),
    ...(instruction === undefined ? {} : { tooltip: instruction }),
    icon: stateIcon(task.state ?? ''),
    context: contextOf('task', task.state),
    ...(inner.length === 0 ? {} : { children: inner.map((child) => taskRow(child, id)) }),
  };
}

function errorRows({ name = '', properties }: Job, jobRowId: string): readonly TreeNode[] {
  return (properties?.errors ?? []).map(({ serviceErrorDetails: service, providerErrorDetails: provider }, place): TreeNode => {
    const code = service?.code ?? String(provider?.errorCode ?? '');
    const causes = service?.possibleCauses ?? provider?.possibleCauses ?? '';
    const action = service?.recommendedAction ?? provider?.recommendedAction ?? '';
    const id = `${jobRowId}/error/${place}`;
    const line = (part: string, label: string, text: string, icon: string): readonly TreeNode[] =>
      text === '' ? [] : [{ id: `${id}/${part}`, label, description: text, tooltip: text, icon: { name: icon }, context: contextOf('errorDetail', part) }];
    return {
      id,
      label: service?.message ?? provider?.errorMessage ?? t('Error {0}', code),
      description: code,
      tooltip: [service?.message ?? provider?.errorMessage ?? '', causes, action].filter((text) => text !== '').join('\n\n'),
      icon: { name: 'error', color: 'list.errorForeground' },
      context: contextOf('jobError', undefined),
      expanded: true,
      command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'error', of: name, code }] },
      children: [...line('causes', t('Possible Causes'), causes, 'question'), ...line('action', t('Recommended Action'), action, 'lightbulb')],
    };
  });
}

function eventRow({ name = '', properties }: VaultEvent): TreeNode {
  const health = healthOf(properties?.severity);
  return {
    id: `jobs:event:${name}`,
    label: properties?.description ?? properties?.eventCode ?? name,
    description: [properties?.affectedObjectFriendlyName ?? '', properties?.timeOfOccurrence === undefined ? '' : clockText(properties.timeOfOccurrence)]
      .filter((word) => word !== '')
      .join(' · '),
    tooltip: [
      properties?.description ?? '',
      properties?.eventCode ?? '',
      properties?.timeOfOccurrence === undefined ? '' : timeText(properties.timeOfOccurrence),
    ].join('\n'),
    icon: healthIcon(health, 'info'),
    context: contextOf('event', properties?.severity),
    command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'event', name }] },
    subject: { kind: 'event', name },
  };
}

function stateText(of: { readonly state?: string; readonly stateDescription?: string } | undefined): string {
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
