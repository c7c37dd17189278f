// Long work as stored state machines: each task may be run again at any time, and says whether it is done or what it waits for.
import type { ErrorCode } from '../contract/errors.ts';
import { LabError } from './errors.ts';
import type { Timer } from './clock.ts';
import { TaskContext, type JobDefinition, type TaskDefinition, type TaskOutcome } from './jobDefinition.ts';
import {
  allowedActions,
  beginTask,
  currentTask,
  endJob,
  endTask,
  hasEnded,
  newTask,
  rewind,
  verdictOf,
  type JobAction,
  type JobRecord,
  type JobTarget,
  type JobView,
  type TaskRecord,
} from './jobRecord.ts';
import type { Kernel } from './kernel.ts';
import type { Store } from './store.ts';

const defaultLimitMs = 3_600_000;
const retryMs = 5000;
const transientCodes: ReadonlySet<string> = new Set<ErrorCode>(['LinkDown', 'PeerUnreachable']);
const storeKind = 'job';

interface LiveJob {
  readonly job: JobRecord;
  readonly definition: JobDefinition<unknown>;
  readonly tasks: readonly TaskDefinition<unknown>[];
  running: boolean;
  again: boolean;
  timer: Timer | undefined;
}

export class JobRunner implements AsyncDisposable {
  readonly #kernel: Pick<Kernel, 'clock' | 'ids' | 'trace'>;
  readonly #store: Store;
  readonly #definitions = new Map<string, JobDefinition<unknown>>();
  readonly #live = new Map<string, LiveJob>();
  readonly #listeners = new Set<(job: JobView) => void>();
  /** What `list` has read, in its order: jobs that have ended change no more; undefined: it goes on. */
  #listed: Map<string, JobView | undefined> | undefined;
  #quiet: (() => void)[] = [];
  #closed = false;

  constructor(deps: { kernel: Pick<Kernel, 'clock' | 'ids' | 'trace'>; store: Store }) {
    this.#kernel = deps.kernel;
    this.#store = deps.store;
  }

  /** Forgets all jobs of a runner that was disposed. */
  static erase(store: Store): void {
    for (const { jobId } of store.list<JobRecord>(storeKind)) store.delete(storeKind, jobId);
  }

  define<Input>(definition: JobDefinition<Input>): void {
    this.#definitions.set(definition.kind, definition);
  }

  /** Takes up the jobs that a former process left unfinished. Call once, after all `define`. */
  resume(): void {
    for (const job of this.#store.list<JobRecord>(storeKind)) {
      if (hasEnded(job)) continue;
      this.#schedule(this.#enliven(job));
    }
  }

  /** Stores the job and begins it after the caller's synchronous work: it may be called inside a transaction. */
  start(kind: string, input: unknown, options: { target: JobTarget; parentJobId?: string; memory?: Record<string, unknown> }): JobView {
    const definition = this.#definition(kind);
    const nowMs = this.#kernel.clock.now();
    const job: JobRecord = {
      jobId: this.#kernel.ids.guid(),
      kind,
      friendlyName: definition.friendlyName,
      ...options.target,
      state: 'InProgress',
      stateDescription: 'InProgress',
      createdMs: nowMs,
      startMs: nowMs,
      endMs: null,
      tasks: definition.tasks(input).map((task) => newTask(task.name, task.friendlyName)),
      errors: [],
      input,
      memory: options.memory ?? {},
      attempt: 1,
      parentJobId: options.parentJobId ?? null,
      comment: null,
      cancellable: definition.cancellable ?? true,
      cancelRequested: false,
    };
    this.#save(job);
    this.#schedule(this.#enliven(job));
    return job;
  }

  /** @throws LabError JobNotFound */
  get(jobId: string): JobView {
    const job = this.#live.get(jobId)?.job ?? this.#store.get<JobRecord>(storeKind, jobId);
    if (job === undefined) throw new LabError('JobNotFound', jobId);
    return job;
  }

  has(jobId: string): boolean {
    return this.#live.has(jobId) || this.#store.get(storeKind, jobId) !== undefined;
  }

  /** Newest last. */
  list(): JobView[] {
    this.#listed ??= new Map(this.#store.list<JobRecord>(storeKind).map((job) => [job.jobId, hasEnded(job) ? job : undefined]));
    return [...this.#listed].map(([jobId, ended]) => ended ?? structuredClone(this.get(jobId)));
  }

  /** Something changed outside: jobs that wait look again. */
  wake(): void {
    for (const live of this.#live.values()) if (live.job.state === 'InProgress') this.#schedule(live);
  }

  /** Ends the job at the next pause between tasks or in a wait; what was done is not undone. @throws LabError JobActionNotAllowed */
  cancel(jobId: string): JobView {
    const { job } = this.#require(jobId, 'Cancel');
    job.cancelRequested = true;
    if (job.state === 'Suspended') job.state = 'InProgress';
    this.#save(job);
    for (const task of job.tasks) for (const childId of Object.values(task.children)) this.#cancelChild(childId);
    this.#schedule(this.#enliven(job));
    return job;
  }

  /** Runs a failed job again from the task that failed. @throws LabError JobActionNotAllowed */
  restart(jobId: string): JobView {
    const { job, definition } = this.#require(jobId, 'Restart');
    this.#store.transaction(() => {
      definition.restarted?.(job, job.input);
      rewind(job);
      this.#save(job);
    });
    this.#schedule(this.#enliven(job));
    return job;
  }

  /** The manual action is done. @throws LabError JobActionNotAllowed */
  resumeSuspended(jobId: string, comment?: string): JobView {
    const { job } = this.#require(jobId, 'Resume');
    const task = currentTask(job);
    if (task !== undefined) endTask(task, 'Succeeded', this.#kernel.clock.now());
    Object.assign(job, { state: 'InProgress', stateDescription: 'InProgress', comment: comment ?? job.comment });
    this.#save(job);
    this.#schedule(this.#enliven(job));
    return job;
  }

  /** Hears of every stored change of a job. */
  subscribe(listener: (job: JobView) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Lets running tasks end and starts no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const live of this.#live.values()) live.timer?.cancel();
    while ([...this.#live.values()].some((live) => live.running)) await new Promise<void>((resolve) => void this.#quiet.push(resolve));
  }

  #definition(kind: string): JobDefinition<unknown> {
    const definition = this.#definitions.get(kind);
    if (definition === undefined) throw new Error(`No definition of job ${kind}.`);
    return definition;
  }

  #require(jobId: string, action: JobAction): { job: JobRecord; definition: JobDefinition<unknown> } {
    const job = this.get(jobId) as JobRecord;
    const allowed = allowedActions(job);
    if (!allowed.includes(action))
      throw new LabError('JobActionNotAllowed', `${action} of ${job.friendlyName}, which is ${job.state}; allowed: ${allowed.join(', ') || 'nothing'}.`);
    return { job, definition: this.#definition(job.kind) };
  }

  #cancelChild(childId: string): void {
    if (allowedActions(this.get(childId)).includes('Cancel')) this.cancel(childId);
  }

  #enliven(job: JobRecord): LiveJob {
    const known = this.#live.get(job.jobId);
    if (known !== undefined) return known;
    const definition = this.#definition(job.kind);
    const live: LiveJob = { job, definition, tasks: definition.tasks(job.input), running: false, again: false, timer: undefined };
    this.#live.set(job.jobId, live);
    return live;
  }

  #schedule(live: LiveJob): void {
    live.again = true;
    if (live.running || this.#closed) return;
    live.running = true;
    this.#kernel.clock.start(`job ${live.job.kind}`, () => this.#run(live));
  }

  async #run(live: LiveJob): Promise<void> {
    // Whoever starts or wakes a job first finishes its own synchronous work.
    await Promise.resolve();
    try {
      while (live.again && !this.#closed) {
        live.again = false;
        live.timer?.cancel();
        while (!this.#closed && (await this.#step(live)));
      }
    } finally {
      live.running = false;
      for (const resolve of this.#quiet.splice(0)) resolve();
    }
  }

  /** @returns whether the job can go on at once */
  async #step(live: LiveJob): Promise<boolean> {
    const { job } = live;
    if (hasEnded(job) || job.state === 'Suspended') return false;
    const task = currentTask(job);
    if (job.cancelRequested && task !== undefined) return this.#cancelled(live, task);
    if (task === undefined) return this.#end(live, verdictOf(job));
    const definition = live.tasks[job.tasks.indexOf(task)] as TaskDefinition<unknown>;
    if (task.state === 'NotStarted') {
      beginTask(task, this.#kernel.clock.now());
      this.#save(job);
    }
    const context = new TaskContext<unknown>({
      job,
      task,
      nowMs: () => this.#kernel.clock.now(),
      save: () => this.#save(job),
      get: (jobId) => this.get(jobId),
      atomically: (work) => this.#store.transaction(work),
    });
    try {
      return this.#take(live, task, await definition.run(context));
    } catch (error) {
      return this.#failed(live, task, LabError.from(error));
    }
  }

  #take(live: LiveJob, task: TaskRecord, outcome: TaskOutcome): boolean {
    const { job } = live;
    const nowMs = this.#kernel.clock.now();
    if (outcome === 'done') endTask(task, 'Succeeded', nowMs);
    else if (outcome === 'skipped') {
      endTask(task, 'Other', nowMs);
    } else if ('information' in outcome) {
      task.error = outcome.information.toBody();
      endTask(task, 'CompletedWithInformation', nowMs);
    } else if ('suspend' in outcome) {
      Object.assign(task, { state: 'Suspended', stateDescription: outcome.suspend });
      Object.assign(job, { state: 'Suspended', stateDescription: outcome.suspend });
      this.#save(job);
      return false;
    } else if ('failed' in outcome) return this.#failed(live, task, { final: outcome.failed });
    else return this.#wait(live, task, outcome);
    this.#save(job);
    return true;
  }

  #wait(live: LiveJob, task: TaskRecord, outcome: { wait: string; untilMs?: number }): boolean {
    const { job, tasks } = live;
    const nowMs = this.#kernel.clock.now();
    const limitMs = (tasks[job.tasks.indexOf(task)] as TaskDefinition<unknown>).limitMs ?? defaultLimitMs;
    const deadlineMs = (task.startMs ?? nowMs) + limitMs;
    if (nowMs >= deadlineMs)
      return this.#failed(live, task, new LabError('JobTimedOut', `"${task.friendlyName}" waited ${Math.round(limitMs / 60_000)} minutes: ${outcome.wait}`));
    const untilMs = Math.min(outcome.untilMs ?? deadlineMs, deadlineMs);
    if (task.wait?.reason !== outcome.wait || task.wait.untilMs !== (outcome.untilMs ?? null)) {
      task.wait = { reason: outcome.wait, untilMs: outcome.untilMs ?? null };
      this.#save(job);
    }
    live.timer?.cancel();
    if (Number.isFinite(untilMs)) live.timer = this.#kernel.clock.at(untilMs, `job ${job.kind}`, () => this.#schedule(live));
    return job.cancelRequested;
  }

  #failed(live: LiveJob, task: TaskRecord, verdict: LabError | { final: LabError }): boolean {
    const error = verdict instanceof LabError ? verdict : verdict.final;
    const { job, tasks } = live;
    const nowMs = this.#kernel.clock.now();
    const definition = tasks[job.tasks.indexOf(task)] as TaskDefinition<unknown>;
    const expired = nowMs - (task.startMs ?? nowMs) >= (definition.limitMs ?? defaultLimitMs);
    // The other side is away and comes back; the task is idempotent.
    if (verdict === error && transientCodes.has(error.code) && !expired) return this.#wait(live, task, { wait: error.message, untilMs: nowMs + retryMs });
    if (error.code === 'InternalError')
      this.#kernel.trace.record('jobs', 'unexpected', {
        jobId: job.jobId,
        task: task.name,
        stack: error.cause instanceof Error ? error.cause.stack : error.message,
      });
    task.error = error.toBody();
    endTask(task, 'Failed', nowMs);
    if (definition.onError === 'continue') {
      this.#save(job);
      return true;
    }
    return this.#end(live, 'Failed');
  }

  #cancelled(live: LiveJob, task: TaskRecord): boolean {
    endTask(task, 'Cancelled', this.#kernel.clock.now());
    return this.#end(live, 'Cancelled');
  }

  #end(live: LiveJob, state: 'Succeeded' | 'CompletedWithInformation' | 'Failed' | 'Cancelled'): boolean {
    const { job, definition } = live;
    this.#store.transaction(() => {
      endJob(job, state, this.#kernel.clock.now());
      definition.ended?.(job, job.input);
      this.#save(job);
    });
    live.timer?.cancel();
    this.#live.delete(job.jobId);
    this.#kernel.trace.record('jobs', 'ended', {
      jobId: job.jobId,
      kind: job.kind,
      target: job.targetName,
      state,
      codes: job.errors.map((error) => error.code),
    });
    const parent = job.parentJobId === null ? undefined : this.#live.get(job.parentJobId);
    if (parent !== undefined) this.#schedule(parent);
    return false;
  }

  #save(job: JobRecord): void {
    this.#store.put(storeKind, job.jobId, job);
    this.#listed?.set(job.jobId, hasEnded(job) ? job : undefined);
    for (const listener of this.#listeners) listener(job);
  }
}
