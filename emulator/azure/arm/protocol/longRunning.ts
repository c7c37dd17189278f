// Long-running operations: a write is answered with 202 and addresses to poll; the job behind it is the truth (arm-contract §2).
// What is kept is only which job an operation stands for, so a serialised poller resumes after a restart of the lab.
import { hasEnded, type JobState, type JobView } from '../../../kernel/jobRecord.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Store } from '../../../kernel/store.ts';
import { LabError } from '../../../kernel/errors.ts';
import { armErrorOf, ArmError } from './armError.ts';
import { armTime, wholeSeconds } from './armTime.ts';
import { noContent, type Answer, type ArmCall } from './operation.ts';

/** Python and the command line take 0 and absence as 30 s; a lab's jobs are faster (arm-contract §2.1). */
const retryAfterSeconds = '1';
const storeKind = 'armOperation';

/** What a finished operation gives: the resource at `resourcePath`, nothing (204, or 200 as other providers than Site Recovery have it), or the job itself. */
export type OperationOutcome = 'resource' | 'none' | 'done' | 'job';

export interface OperationOrder {
  /** Null: what was asked is done already. */
  readonly job: JobView | null;
  /** Path of the vault: `operationStatus` hangs below it. */
  readonly vaultPath: string;
  /** What the write was about; `operationresults` hangs below it. Default: the path of the call. */
  readonly resourcePath?: string;
  readonly outcome: OperationOutcome;
  /** `ended` (default) follows the job; the other two are calls on a job that itself goes on. */
  readonly until?: 'ended' | 'cancelled' | 'resumed';
  /** Where `Azure-AsyncOperation` leads, when it is not below `vaultPath` as Site Recovery has it: `{operationId}` is filled in. */
  readonly statusPath?: string;
  /** Where `Location` leads, when it is not below `resourcePath`: `{operationId}` is filled in. */
  readonly location?: string;
}

interface OperationRecord {
  readonly operationId: string;
  readonly jobId: string | null;
  readonly until: 'ended' | 'cancelled' | 'resumed';
  readonly resourcePath: string;
  readonly outcome: OperationOutcome;
  readonly startMs: number;
}

export interface LongRunningDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'ids'>;
  readonly store: Store;
  /** A job of any vault. @throws LabError JobNotFound */
  readonly job: (jobId: string) => JobView;
}

type OperationStatus = 'InProgress' | 'Succeeded' | 'Failed' | 'Cancelled';

export class LongRunning {
  readonly #deps: LongRunningDeps;

  constructor(deps: LongRunningDeps) {
    this.#deps = deps;
  }

  /** The answer to a write that has begun. */
  accepted(call: ArmCall, order: OperationOrder): Answer {
    const { kernel, store } = this.#deps;
    const { job, until = 'ended' } = order;
    const operationId = job !== null && until === 'ended' ? job.jobId : kernel.ids.guid();
    const resourcePath = order.resourcePath ?? call.path;
    const record: OperationRecord = { operationId, jobId: job?.jobId ?? null, until, resourcePath, outcome: order.outcome, startMs: kernel.clock.now() };
    store.put(storeKind, operationId, record);
    const version = `?api-version=${encodeURIComponent(call.apiVersion)}`;
    const recoveryPath = isGenerationA(call.apiVersion) && job !== null ? `replicationJobs/${job.jobId}` : `replicationOperationStatus/${operationId}`;
    const statusPath = order.statusPath?.replace('{operationId}', operationId) ?? `${order.vaultPath}/${recoveryPath}`;
    const location = order.location?.replace('{operationId}', operationId) ?? `${resourcePath}/operationresults/${operationId}`;
    return {
      status: 202,
      headers: {
        'azure-asyncoperation': `${call.origin}${statusPath}${version}`,
        location: `${call.origin}${location}${version}`,
        'retry-after': retryAfterSeconds,
        ...(job === null || order.statusPath !== undefined ? {} : { 'x-ms-request-id': `${order.vaultPath}/replicationJobs/${job.jobId}` }),
      },
    };
  }

  /**
   * Site Recovery's operation object of generation B (arm-contract §2.2); other providers name the address and
   * leave out what there is not, and the vault provider the times as well.
   * @throws ArmError 404
   */
  status(call: Pick<ArmCall, 'path'>, operationId: string): Answer {
    const record = this.#require(operationId);
    const job = this.#jobOf(record);
    const status = statusOf(record, job);
    const ended = status !== 'InProgress';
    const failure = job === undefined || !ended ? undefined : failureOf(job);
    const error = failure === undefined ? null : { code: failure.details[0]?.code ?? failure.code, message: failure.message, details: failure.details };
    const startTime = wholeSeconds(record.startMs);
    const endTime = ended ? wholeSeconds(job?.endMs ?? record.startMs) : null;
    const place = call.path.split('/').at(-2)?.toLowerCase();
    const times = place === 'operationstatus' ? {} : { startTime, ...(endTime === null ? {} : { endTime }) };
    return {
      status: 200,
      body:
        place === 'replicationoperationstatus'
          ? { id: null, name: operationId, status, startTime, endTime, percentComplete: null, error, properties: null }
          : { id: call.path, name: operationId, status, ...times, ...(error === null ? {} : { error }) },
      ...(ended ? {} : { headers: { 'retry-after': retryAfterSeconds } }),
    };
  }

  /**
   * What `Location` leads to: still 202, an answer, or the path of the resource to answer with.
   * @throws ArmError 404, and the error of the job when it failed
   */
  result(call: ArmCall, operationId: string): Answer | { readonly resourcePath: string } {
    const record = this.#require(operationId);
    const job = this.#jobOf(record);
    const status = statusOf(record, job);
    if (status === 'InProgress') {
      const search = `?api-version=${encodeURIComponent(call.apiVersion)}`;
      return { status: 202, headers: { location: `${call.origin}${call.path}${search}`, 'retry-after': retryAfterSeconds } };
    }
    if (status === 'Cancelled') throw new ArmError(409, 'Conflict', 'The operation was cancelled.');
    if (status === 'Failed' && job !== undefined) throw failureOf(job) ?? new ArmError(400, 'BadRequest', `${job.friendlyName} failed.`);
    if (record.outcome === 'none') return noContent;
    if (record.outcome === 'done') return { status: 200 };
    return { resourcePath: record.resourcePath };
  }

  #require(operationId: string): OperationRecord {
    const record = this.#deps.store.get<OperationRecord>(storeKind, operationId);
    if (record === undefined) throw new ArmError(404, 'NotFound', `There is no operation ${operationId}.`);
    return record;
  }

  #jobOf(record: OperationRecord): JobView | undefined {
    return record.jobId === null ? undefined : this.#deps.job(record.jobId);
  }
}

/** Answers of before 2018 have the poller look at the job itself (arm-contract §2.1). */
export function isGenerationA(apiVersion: string): boolean {
  return apiVersion < '2018';
}

/** No other word may leak: pollers would go on for ever (arm-contract §2.2). */
export function operationStatusOf(state: JobState): OperationStatus {
  switch (state) {
    case 'Succeeded':
    case 'CompletedWithInformation':
      return 'Succeeded';
    case 'Failed':
      return 'Failed';
    case 'Cancelled':
      return 'Cancelled';
    case 'NotStarted':
    case 'InProgress':
    case 'Suspended':
      return 'InProgress';
  }
}

function statusOf(record: OperationRecord, job: JobView | undefined): OperationStatus {
  if (job === undefined) return 'Succeeded';
  switch (record.until) {
    case 'ended':
      return operationStatusOf(job.state);
    case 'cancelled':
      return hasEnded(job) ? 'Succeeded' : 'InProgress';
    case 'resumed':
      return job.state === 'Suspended' ? 'InProgress' : 'Succeeded';
  }
}

/** The first error of a job, with all of them in its details; also of one that completed with information. */
function failureOf(job: JobView): ArmError | undefined {
  const [first, ...others] = job.errors.map((error) => LabError.fromBody(error));
  if (first === undefined) return undefined;
  const errors = [first, ...others].map((error) => armErrorOf(error));
  return new ArmError(errors[0]?.status ?? 400, errors[0]?.code ?? 'BadRequest', first.message, { details: errors.flatMap((error) => error.details) });
}

/** For generation A, whose job resource carries the operation's own words at its top (arm-contract §2.1); a failed job's first error, without details. */
export function operationWords(job: JobView): Record<string, unknown> {
  const status = operationStatusOf(job.state);
  const failure = status === 'Failed' ? failureOf(job) : undefined;
  return {
    status,
    error: failure === undefined ? null : { code: failure.details[0]?.code ?? failure.code, message: failure.message, details: null },
    startTime: armTime(job.startMs ?? job.createdMs),
    endTime: job.endMs === null ? null : wholeSeconds(job.endMs),
  };
}
