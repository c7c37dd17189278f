// Follows a job to its end by the model's feed: nobody polls. No VS Code in here.
import type { JobRecord } from '../../emulator/contract/resources.ts';
import type { Job, VaultClient } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import type { LabModel } from '../model/labModel.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { stateText } from '../tree/jobs.ts';

export interface FollowDeps {
  readonly model: Pick<LabModel, 'snapshot' | 'onChange' | 'caughtUp'>;
  readonly vault: Pick<VaultClient, 'job'>;
}

/** The job as far as it has come. */
export type JobListener = (record: JobRecord) => void;

const endStates: readonly string[] = ['Succeeded', 'Failed', 'Cancelled', 'CompletedWithInformation', 'PartiallySucceeded'];

/**
 * @param name of the job, as Azure answered it
 * @returns the job with its tasks and errors, once it has ended
 * @throws ExtensionError LabLost when the lab ends before the job
 */
export async function followJob({ model, vault }: FollowDeps, name: string, listener: JobListener): Promise<Job> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let shown: JobRecord | undefined;
  const look = (snapshot: LabSnapshot): void => {
    if (snapshot.state !== 'running')
      reject(new ExtensionError('LabLost', t('The lab ended before the job.'), { recommendedAction: t('Start the lab again: the job goes on.') }));
    const record = snapshot.runningJobs.get(name);
    if (record !== undefined && record !== shown) listener((shown = record));
    if (record === undefined && hasEnded(snapshot, name)) resolve();
  };
  const watching = model.onChange(look);
  try {
    look(model.snapshot);
    await promise;
    // What the job has done is seen before it is said.
    await model.caughtUp();
    // The list knows the state; tasks and errors come with the job itself.
    return await vault.job(name);
  } finally {
    watching[Symbol.dispose]();
  }
}

function hasEnded({ vault }: LabSnapshot, name: string): boolean {
  const job = vault.jobs.find((one) => one.name === name);
  return endStates.includes(job?.properties?.state ?? '');
}

/** What of it is being done, for a line of progress. */
export function progressText(record: JobRecord): string {
  const { tasks, state } = record;
  const ended = tasks.filter((task) => task.endedMs !== null).length;
  const now = tasks.filter((task) => task.state === 'InProgress' || task.state === 'Suspended').map((task) => task.friendlyName);
  if (now.length === 0) return state === 'NotStarted' || tasks.length === 0 ? t('Starting') : stateText(record);
  return t('{0} of {1}: {2}', Math.min(ended + 1, tasks.length), tasks.length, now.join(', '));
}

/** What a person is asked to do while the job waits. */
export function instructionOf(record: JobRecord): string | undefined {
  if (record.state !== 'Suspended') return undefined;
  return record.tasks.find((task) => task.instruction !== undefined && task.endedMs === null)?.instruction ?? record.stateDescription;
}
