// A job in words: how it stands, what went wrong, what it waits for.
import type { JobRecord } from '../contract/resources.ts';
import { timeText } from './texts.ts';

export function jobText(job: JobRecord): string {
  const errors = job.errors.map((error) => `\n  ${error.code}: ${error.message}\n  What to do: ${error.recommendedAction}`).join('');
  const asked = job.tasks
    .flatMap((task) => (task.instruction === undefined ? [] : [`\n  Waits for you: ${task.instruction}\n  Then: srlab job resume ${job.jobId}`]))
    .join('');
  return `${job.friendlyName} of ${job.subject}: ${job.state} (job ${job.jobId}, ${timeText(job.startedMs)} to ${timeText(job.endedMs)})${errors}${asked}`;
}
