// "Restart" of a failed job: work of its own that sets the other going again (arm-contract §7.3).
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import { allowedActions, type JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';

interface RestartInput {
  readonly jobId: string;
}

/** @throws LabError JobNotFound, JobActionNotAllowed */
export function startRestart(context: VaultContext, jobId: string): JobView {
  const { targetId, targetName, targetType, friendlyName, state, ...job } = context.jobs.get(jobId);
  if (!allowedActions({ ...job, targetId, targetName, targetType, friendlyName, state }).includes('Restart'))
    throw new LabError('JobActionNotAllowed', `Restart of ${friendlyName}, which is ${state}.`);
  return context.jobs.start('RestartJob', { jobId } satisfies RestartInput, { target: { targetId, targetName, targetType } });
}

export function restartJob(context: VaultContext): JobDefinition<RestartInput> {
  return {
    kind: 'RestartJob',
    friendlyName: 'Restart job',
    cancellable: false,
    tasks: () => [
      {
        name: 'RemediateWfTask',
        friendlyName: 'Restarting job',
        run: (task) => {
          const { jobId } = task.input;
          // Its attempts are counted: after a kill in between it is not set going twice.
          const before = task.recall<number>('attempt') ?? context.jobs.get(jobId).attempt;
          task.remember('attempt', before);
          if (context.jobs.get(jobId).attempt === before) context.jobs.restart(jobId);
          return 'done';
        },
      },
    ],
  };
}
