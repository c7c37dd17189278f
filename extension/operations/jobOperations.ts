// Jobs: cancel, resume with a comment, restart, export.
import type { Job } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { azureCall, type AzureCall } from './azureCall.ts';
import { jobCmdlet, powerShellQuoted } from './cmdlets.ts';
import { jobOf, vaultIdIn } from './lookups.ts';
import type { Availability, Operation, Refusal } from './operation.ts';

type JobWord = 'Cancel' | 'Resume' | 'Restart';

export function jobAllows(snapshot: LabSnapshot, subject: Subject | undefined, word: JobWord): Availability {
  const job = currentJob(snapshot, subject);
  if (job === undefined) return { because: t('There is no such job.'), remedy: t('Choose another.') };
  return job.allowedActions.includes(word) ? true : jobReason(job.state, word);
}

/** The feed knows of it before the list does. */
function currentJob(snapshot: LabSnapshot, subject: Subject | undefined): { readonly state: string; readonly allowedActions: readonly string[] } | undefined {
  const record = subject?.kind === 'job' ? snapshot.runningJobs.get(subject.name) : undefined;
  if (record !== undefined) return record;
  const properties = jobOf(snapshot, subject)?.properties;
  return properties === undefined ? undefined : { state: properties.state ?? '', allowedActions: properties.allowedActions ?? [] };
}

const runningStates: readonly string[] = ['InProgress', 'NotStarted', 'Suspended', 'Cancelling'];

function jobReason(state: string, word: JobWord): Refusal {
  switch (word) {
    case 'Cancel':
      return runningStates.includes(state)
        ? { because: t('The job cannot be cancelled at this point.'), remedy: t('Wait for its end.') }
        : { because: t('The job has ended.'), remedy: t('Nothing to do.') };
    case 'Resume':
      return { because: t('The job does not wait for anybody.'), remedy: t('Only a job that waits for a manual action is resumed.') };
    case 'Restart':
      return state === 'Failed'
        ? { because: t('This job cannot be started again.'), remedy: t('Start its operation again.') }
        : { because: t('The job has not failed.'), remedy: t('Nothing to do.') };
  }
}

/** @throws ExtensionError JobGone */
function jobIdOf(snapshot: LabSnapshot, subject: Subject | undefined): string {
  if (subject?.kind !== 'job') throw new ExtensionError('JobGone', t('There is no such job.'));
  const id = jobOf(snapshot, subject)?.id;
  if (id !== undefined) return id;
  const vaultId = vaultIdIn(snapshot.vault.jobs[0]?.id ?? snapshot.vault.fabrics[0]?.id ?? snapshot.vault.policies[0]?.id ?? '');
  return `${vaultId}/replicationJobs/${subject.name}`;
}

export function cancelJobCall(id: string): AzureCall {
  return azureCall('replicationJobs', 'Cancel', {
    verb: 'POST',
    resourceId: id,
    action: '/cancel',
    cmdlet: jobCmdlet(id, 'Stop-AzRecoveryServicesAsrJob -Job $job'),
  });
}

export function resumeJobCall(id: string, comments: string): AzureCall {
  return azureCall('replicationJobs', 'Resume', {
    verb: 'POST',
    resourceId: id,
    action: '/resume',
    body: { properties: { comments } },
    cmdlet: jobCmdlet(id, `Resume-AzRecoveryServicesAsrJob -Job $job -Comment ${powerShellQuoted(comments)}`),
  });
}

export const cancelJob: Operation = {
  id: 'cancelJob',
  title: () => t('Cancel Job'),
  on: ['job'],
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => jobAllows(snapshot, subject, 'Cancel'),
  confirmation: ({ snapshot }, subjects) => {
    const failovers = subjects.flatMap((subject) => jobOf(snapshot, subject) ?? []).filter(isFailover);
    return failovers.length === 0
      ? undefined
      : {
          question: t('Cancel the failover of {0}?', failovers.map((job) => job.properties?.targetObjectName ?? '').join(', ')),
          detail: t('The failover stops. Replication has stopped already and does not go on: protect the machine again afterwards.'),
          button: t('Cancel Job'),
        };
  },
  calls: ({ snapshot }, subjects) => subjects.map((subject) => cancelJobCall(jobIdOf(snapshot, subject))),
};

function isFailover({ properties }: Job): boolean {
  return properties?.scenarioName === 'UnplannedFailover';
}

export const resumeJob: Operation<{ comment: string }> = {
  id: 'resumeJob',
  title: () => t('Resume Job'),
  on: ['job'],
  by: 'azure',
  availability: (snapshot, subject) => jobAllows(snapshot, subject, 'Resume'),
  steps: () => [{ kind: 'text', key: 'comment', title: t('Comment'), prompt: t('What was done; kept with the job. May be empty.'), problem: () => undefined }],
  calls: ({ snapshot }, [subject], { comment }) => [resumeJobCall(jobIdOf(snapshot, subject), comment)],
};

export const restartJob: Operation = {
  id: 'restartJob',
  title: () => t('Restart Job'),
  on: ['job'],
  by: 'azure',
  availability: (snapshot, subject) => jobAllows(snapshot, subject, 'Restart'),
  calls: ({ snapshot }, [subject]) => {
    const id = jobIdOf(snapshot, subject);
    return [
      azureCall('replicationJobs', 'Restart', {
        verb: 'POST',
        resourceId: id,
        action: '/restart',
        cmdlet: jobCmdlet(id, 'Restart-AzRecoveryServicesAsrJob -Job $job'),
      }),
    ];
  },
};

export const exportJobs: Operation<{ format: string; states: readonly string[] }> = {
  id: 'exportJobs',
  title: () => t('Export Jobs'),
  on: [],
  by: 'azure',
  availability: ({ vault }) => (vault.jobs.length > 0 ? true : { because: t('There is no job yet.'), remedy: t('Do something first.') }),
  steps: () => [
    {
      kind: 'pick',
      key: 'format',
      title: t('Format'),
      placeholder: t('In which format?'),
      choices: () => [
        { value: 'Json', label: 'JSON' },
        { value: 'Xml', label: 'XML' },
        { value: 'Excel', label: 'Excel' },
      ],
    },
    {
      kind: 'pick',
      key: 'states',
      many: true,
      remember: false,
      title: t('States'),
      placeholder: t('Jobs in which states? None chosen: all'),
      choices: () => ['Succeeded', 'Failed', 'InProgress', 'Suspended', 'Cancelled'].map((state) => ({ value: state, label: state })),
    },
  ],
  calls: ({ snapshot }, _subjects, { format, states }) => [
    azureCall('replicationJobs', 'Export', {
      verb: 'POST',
      resourceId: vaultIdIn(snapshot.vault.jobs[0]?.id ?? ''),
      action: '/replicationJobs/export',
      body: { jobOutputType: format, ...(states.length === 0 ? {} : { jobStatus: states.join(',') }) },
    }),
  ],
};
