// Commit ends the choice of the point: forward it deletes all recovery points, backward the Azure VM (asr-behaviour §7.2, §7.4).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { changeItem, moveItem, releaseItem, retakeItem, startItemJob, targetOf } from '../items/itemJobs.ts';
import { retirePairs } from '../items/pairs.ts';
import { requireOperation } from '../items/protectionState.ts';
import { reverseOf, type ProtectedItem } from '../items/state.ts';

export interface CommitInput {
  readonly itemId: string;
}

const sweepRetryMs = 5000;

/** After a failover that failed, the service begins all the same, with a job that finds nothing to commit (arm-contract §7.7). */
export function startCommit(context: VaultContext, input: CommitInput, parentJobId?: string): JobView {
  const item = context.records.items.require(input.itemId);
  if (parentJobId === undefined && item.protectionState === 'UnplannedFailoverFailed' && item.activeJob === null)
    return context.jobs.start('FinalizeFailback', input, { target: targetOf(item) });
  return startItemJob(context, {
    itemId: input.itemId,
    kind: 'CommitFailover',
    operation: 'Commit',
    event: 'commitStarted',
    input,
    ...(parentJobId === undefined ? {} : { parentJobId }),
  });
}

export function commitJob(context: VaultContext): JobDefinition<CommitInput> {
  return {
    kind: 'CommitFailover',
    friendlyName: 'Commit',
    cancellable: false,
    tasks: () => [
      { name: 'VmCommitPrerequisitesCheck', friendlyName: 'Prerequisite check', run: () => 'done' },
      { name: 'VmCommit', friendlyName: 'Commit', run: (task) => commit(context, task) },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId, event: job.state === 'Succeeded' ? undefined : 'commitFailed' }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'Commit', event: 'commitStarted' }),
  };
}

/** Changes nothing. */
export function finalizeFailbackJob(context: VaultContext): JobDefinition<CommitInput> {
  const refuse = ({ input }: TaskContext<CommitInput>): TaskOutcome => ({
    failed: new LabError('25037', context.records.items.require(input.itemId).friendlyName),
  });
  return {
    kind: 'FinalizeFailback',
    friendlyName: 'Commit',
    cancellable: false,
    tasks: () => [
      { name: 'FinalizeRestoreOnRecovery', friendlyName: 'Finalizing restore on the recovery virtual machine', run: refuse },
      { name: 'FinalizeRestoreOnPrimary', friendlyName: 'Finalizing restore on the primary virtual machine', run: refuse },
    ],
  };
}

async function commit(context: VaultContext, task: TaskContext<CommitInput>): Promise<TaskOutcome> {
  const item = context.records.items.require(task.input.itemId);
  const pause = item.direction === 'reverse' ? task.notBefore(durationMs(context, 'failbackCommitMs')) : undefined;
  if (pause !== undefined) return pause;
  const waiting = await commitItem(context, item);
  if (waiting !== undefined) return waiting;
  moveItem(context, item.itemId, 'commitCompleted');
  return 'done';
}

/** Idempotent. @returns undefined when nothing of the uncommitted state is left */
export async function commitItem(context: VaultContext, item: ProtectedItem): Promise<TaskOutcome | undefined> {
  if (item.direction === 'reverse') {
    await context.deps.compute.delete(reverseOf(item).sourceMachineId);
    await retirePairs(context, item);
    changeItem(context, item.itemId, (present) => ({ ...present, forward: { ...present.forward, azureCopy: null } }));
    return undefined;
  }
  context.points.removeAll(item.itemId);
  // The replica itself stays: comparing with it spares most of the copy when the machine comes back and is protected again.
  if (!(await context.points.sweep(item.itemId))) return { wait: 'Recovery points are being removed.', untilMs: context.kernel.clock.now() + sweepRetryMs };
  await retirePairs(context, item);
  return undefined;
}

/**
 * "Complete migration": the machine stays where it is, and the chance of failback ends (asr-behaviour §7.2).
 * @throws LabError OperationNotAllowed, ItemBusy
 */
export function startCompleteMigration(context: VaultContext, input: CommitInput): JobView {
  const { records, jobs, kernel } = context;
  return records.transaction(() => {
    const item = records.items.require(input.itemId);
    requireOperation(item, 'CompleteMigration');
    const job = jobs.start('CompleteMigration', input, { target: targetOf(item) });
    records.items.put({ ...item, activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } });
    return job;
  });
}

export function completeMigrationJob(context: VaultContext): JobDefinition<CommitInput> {
  return {
    kind: 'CompleteMigration',
    friendlyName: 'Complete migration',
    cancellable: false,
    tasks: () => [
      {
        name: 'CompleteMigration',
        friendlyName: 'Completing migration',
        run: async ({ input }) => {
          const item = context.records.items.require(input.itemId);
          const waiting = item.protectionState === 'UnplannedFailoverCommitPendingStatesBegin' ? await commitItem(context, item) : undefined;
          if (waiting !== undefined) return waiting;
          moveItem(context, input.itemId, 'migrationCompleted');
          return 'done';
        },
      },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'CompleteMigration' }),
  };
}
