// What a role says of a kind of job: its tasks in order, and what one run of a task can come to.
import type { LabError } from './errors.ts';
import type { JobRecord, JobView, TaskRecord } from './jobRecord.ts';

/**
 * What one run of a task came to. `wait`: not yet; run again at `untilMs` or at the next `wake`. `suspend`: a person has to act.
 * `information`: done, with a remark that the job keeps. `failed`: a verdict that trying again does not change; a thrown error of a link or
 * of storage that is away is tried again until the limit.
 */
export type TaskOutcome =
  | 'done'
  | 'skipped'
  | { readonly wait: string; readonly untilMs?: number }
  | { readonly suspend: string }
  | { readonly information: LabError }
  | { readonly failed: LabError };

export interface TaskDefinition<Input> {
  readonly name: string;
  readonly friendlyName: string;
  /** How long the task may wait before it fails with JobTimedOut; default one hour. */
  readonly limitMs?: number;
  /** `continue`: a failure is kept and the next task runs; default `stop`. */
  readonly onError?: 'stop' | 'continue';
  /** Idempotent and level-triggered: looks at how things are, does what is missing. */
  run(context: TaskContext<Input>): TaskOutcome | Promise<TaskOutcome>;
}

export interface JobDefinition<Input> {
  readonly kind: string;
  readonly friendlyName: string;
  readonly cancellable?: boolean;
  /** A pure function of the stored input: it is asked again after each restart of the process. */
  tasks(input: Input): readonly TaskDefinition<Input>[];
  /** Runs in the same transaction as the job's end; must not await. */
  ended?(job: JobView, input: Input): void;
  /** Runs in the same transaction as a restart. */
  restarted?(job: JobView, input: Input): void;
}

interface ContextDeps {
  readonly job: JobRecord;
  readonly task: TaskRecord;
  readonly nowMs: () => number;
  readonly save: () => void;
  readonly get: (jobId: string) => JobView;
  readonly atomically: <T>(work: () => T) => T;
}

/** What a task sees of its job. */
export class TaskContext<Input> {
  readonly #deps: ContextDeps;

  constructor(deps: ContextDeps) {
    this.#deps = deps;
  }

  get input(): Input {
    return this.#deps.job.input as Input;
  }

  get job(): JobView {
    return this.#deps.job;
  }

  get taskName(): string {
    return this.#deps.task.name;
  }

  /** Ids of work outside that must be done once per attempt of this task. */
  get workId(): string {
    return `${this.#deps.job.jobId}/${this.#deps.task.name}/${this.#deps.job.attempt}`;
  }

  recall<T>(key: string): T | undefined {
    return this.#deps.job.memory[key] as T | undefined;
  }

  /** Stored when it returns. */
  remember(key: string, value: unknown): void {
    this.#deps.job.memory[key] = value;
    this.#deps.save();
  }

  /** A documented duration: a wait until `ms` after the task began, or undefined when they have passed. */
  notBefore(ms: number, reason = 'Takes its documented time.'): { wait: string; untilMs: number } | undefined {
    const dueMs = (this.#deps.task.startMs as number) + ms;
    return this.#deps.nowMs() >= dueMs ? undefined : { wait: reason, untilMs: dueMs };
  }

  /** The child job of this task with this key; started when it is not there yet. */
  child(key: string, start: (parentJobId: string) => JobView): JobView {
    const { task, job, save, get, atomically } = this.#deps;
    const known = task.children[key];
    if (known !== undefined) return get(known);
    return atomically(() => {
      const child = start(job.jobId);
      task.children[key] = child.jobId;
      save();
      return child;
    });
  }

  children(): JobView[] {
    return Object.values(this.#deps.task.children).map((childId) => this.#deps.get(childId));
  }
}
