// Operations on jobs: looking at them, and the actions of a user.
import type { JobRecord } from '../resources.ts';
import type { Operation } from './operation.ts';

interface OfJob {
  readonly jobId: string;
}

export interface JobOperations {
  'job.list': Operation<{ readonly limit?: number }, readonly JobRecord[]>;
  'job.show': Operation<OfJob, JobRecord>;
  'job.cancel': Operation<OfJob, JobRecord>;
  'job.resume': Operation<OfJob & { readonly comment?: string }, JobRecord>;
  'job.restart': Operation<OfJob, JobRecord>;
}
