// A job as it is stored and shown: states, tasks, allowed actions (asr-behaviour §4.3).
import type { TimeMs } from './clock.ts';
import type { ErrorBody } from './errors.ts';

export type JobState = 'NotStarted' | 'InProgress' | 'Succeeded' | 'CompletedWithInformation' | 'Failed' | 'Cancelled' | 'Suspended';
/** `Other` is a skipped task. */
export type TaskState = JobState | 'Other';
export type JobAction = 'Cancel' | 'Restart' | 'Resume';

/** What a job is about. */
export interface JobTarget {
  readonly targetId: string;
  readonly targetName: string;
  readonly targetType: string;
}

export interface TaskRecord {
  readonly name: string;
  readonly friendlyName: string;
  state: TaskState;
  stateDescription: string;
  startMs: TimeMs | null;
  endMs: TimeMs | null;
  error: ErrorBody | null;
  /** What a task in progress waits for; `untilMs` null: for an event. */
  wait: { reason: string; untilMs: TimeMs | null } | null;
  /** Child jobs of a group task, by the task's own keys. */
  children: Record<string, string>;
}

export interface JobRecord extends JobTarget {
  readonly jobId: string;
  readonly kind: string;
  readonly friendlyName: string;
  state: JobState;
  stateDescription: string;
  readonly createdMs: TimeMs;
  startMs: TimeMs | null;
  endMs: TimeMs | null;
  readonly tasks: TaskRecord[];
  errors: ErrorBody[];
  readonly input: unknown;
  /** What tasks tell later tasks. */
  memory: Record<string, unknown>;
  /** Counts restarts from 1; part of the ids of work that must be done anew. */
  attempt: number;
  readonly parentJobId: string | null;
  comment: string | null;
  readonly cancellable: boolean;
  cancelRequested: boolean;
}

/** What a reader gets. */
export type JobView = Readonly<Omit<JobRecord, 'tasks'>> & { readonly tasks: readonly Readonly<TaskRecord>[] };

export function allowedActions(job: JobView): JobAction[] {
  switch (job.state) {
    case 'NotStarted':
    case 'InProgress':
      return job.cancellable && !job.cancelRequested ? ['Cancel'] : [];
    case 'Suspended':
      return job.cancellable ? ['Resume', 'Cancel'] : ['Resume'];
    case 'Failed':
      return ['Restart'];
    case 'Succeeded':
    case 'CompletedWithInformation':
    case 'Cancelled':
      return [];
  }
}

export function hasEnded(job: JobView): boolean {
  return job.endMs !== null;
}

export function newTask(name: string, friendlyName: string): TaskRecord {
  return { name, friendlyName, state: 'NotStarted', stateDescription: 'NotStarted', startMs: null, endMs: null, error: null, wait: null, children: {} };
}

/** The task that runs or comes next. */
export function currentTask(job: JobRecord): TaskRecord | undefined {
  return job.tasks.find((task) => task.endMs === null);
}

export function beginTask(task: TaskRecord, nowMs: TimeMs): void {
  task.state = 'InProgress';
  task.stateDescription = 'InProgress';
  task.startMs ??= nowMs;
}

export function endTask(task: TaskRecord, state: Exclude<TaskState, 'NotStarted' | 'InProgress' | 'Suspended'>, nowMs: TimeMs): void {
  task.state = state;
  task.stateDescription = state === 'Other' ? 'Skipped' : state === 'Succeeded' ? 'Completed' : state;
  task.endMs = nowMs;
  task.wait = null;
}

export function endJob(job: JobRecord, state: 'Succeeded' | 'CompletedWithInformation' | 'Failed' | 'Cancelled', nowMs: TimeMs): void {
  job.state = state;
  job.stateDescription = state === 'Succeeded' ? 'Completed' : state;
  job.endMs = nowMs;
  job.errors = job.tasks.flatMap((task) => (task.error === null ? [] : [task.error]));
}

/** The verdict over tasks that all have ended. */
export function verdictOf(job: JobRecord): 'Succeeded' | 'CompletedWithInformation' | 'Failed' {
  if (job.tasks.some((task) => task.state === 'Failed')) return 'Failed';
  return job.tasks.some((task) => task.state === 'CompletedWithInformation') ? 'CompletedWithInformation' : 'Succeeded';
}

/** Puts a failed job back to the first task that failed; what was done stays done. */
export function rewind(job: JobRecord): void {
  for (const task of job.tasks) {
    if (task.state !== 'Failed' && task.state !== 'Cancelled') continue;
    Object.assign(task, newTask(task.name, task.friendlyName));
  }
  Object.assign(job, { state: 'InProgress', stateDescription: 'InProgress', endMs: null, errors: [], attempt: job.attempt + 1, cancelRequested: false });
}
