// "Export jobs": the jobs of a time as a document in the storage account of the logs (arm-contract §6.5).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { JobDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';
import { jobDocuments, type JobDocumentFormat, type JobRow } from './jobDocuments.ts';

export interface ExportRequest {
  /** Jobs that began in between; null: without bound. */
  readonly fromMs: TimeMs | null;
  readonly toMs: TimeMs | null;
  /** Empty: all. */
  readonly states: readonly string[];
  /** Types of what jobs are about, such as `ProtectionEntity`; empty: all. */
  readonly targetTypes: readonly string[];
  /** Kinds or friendly names; empty: all. */
  readonly names: readonly string[];
  readonly format: JobDocumentFormat;
  /** How far the reader's clock is ahead of UTC: times are written as his. */
  readonly timeOffsetMs: number;
}

export interface ExportedDocument {
  readonly url: string;
  readonly sasToken: string;
}

/** Key of the memory: where the document is. */
const documentKey = 'document';
const container = 'asr-job-exports';

export function startExport(context: VaultContext, request: ExportRequest): JobView {
  return context.jobs.start('ExportJobs', request, { target: { targetId: context.deps.name, targetName: context.deps.name, targetType: 'Other' } });
}

/** Undefined before the job has written it. */
export function exportedDocument(job: JobView): ExportedDocument | undefined {
  return job.memory[documentKey] as ExportedDocument | undefined;
}

export function exportJob(context: VaultContext): JobDefinition<ExportRequest> {
  return {
    kind: 'ExportJobs',
    friendlyName: 'Export jobs',
    tasks: () => [
      {
        name: 'ExportJobsTask',
        friendlyName: 'Exporting jobs',
        run: async (task): Promise<TaskOutcome> => {
          const { format, timeOffsetMs } = task.input;
          const rows = context.jobs
            .list()
            .filter((job) => job.jobId !== task.job.jobId && isChosen(job, task.input))
            .map((job) => rowOf(job, timeOffsetMs));
          const { contentType, ending, write } = jobDocuments[format];
          const document = { container, name: `jobs-${task.job.jobId}.${ending}`, contentType, content: write(rows) };
          task.remember(documentKey, await context.deps.storage.publish(document));
          return 'done';
        },
      },
    ],
  };
}

function isChosen(job: JobView, request: ExportRequest): boolean {
  const startMs = job.startMs ?? job.createdMs;
  const among = (list: readonly string[], ...values: readonly string[]): boolean =>
    list.length === 0 || list.some((one) => values.some((value) => value.toLowerCase() === one.toLowerCase()));
  return (
    (request.fromMs === null || startMs >= request.fromMs) &&
    (request.toMs === null || startMs <= request.toMs) &&
    among(request.states, job.state) &&
    among(request.targetTypes, job.targetType) &&
    among(request.names, job.kind, job.friendlyName)
  );
}

function rowOf(job: JobView, offsetMs: number): JobRow {
  const time = (ms: TimeMs | null): string => (ms === null ? '' : new Date(ms + offsetMs).toISOString().slice(0, 19).replace('T', ' '));
  const endMs = job.endMs ?? null;
  const startMs = job.startMs ?? job.createdMs;
  return {
    JobId: job.jobId,
    Job: job.friendlyName,
    Scenario: job.kind,
    State: job.state,
    Item: job.targetName,
    ItemType: job.targetType,
    StartTime: time(startMs),
    EndTime: time(endMs),
    DurationInSeconds: endMs === null ? '' : String(Math.round((endMs - startMs) / 1000)),
    Errors: job.errors.map((error) => `${error.code}: ${error.message}`).join(' | '),
  };
}
