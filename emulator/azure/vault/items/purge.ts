// "Remove from the vault" without the site: for items whose machine, agent or configuration server will not answer any more.
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { changeItem, releaseItem, retakeItem, targetOf } from './itemJobs.ts';
import { forget, removeReplicas } from './maintenance.ts';
import { transition } from './protectionState.ts';
import { withActive } from './state.ts';

interface PurgeInput {
  readonly itemId: string;
}

/** Allowed in every state; disks that a master target holds stay with it. @throws LabError NotFound, ItemBusy */
export function startPurge(context: VaultContext, input: PurgeInput): JobView {
  const { records, jobs, kernel } = context;
  return records.transaction(() => {
    const item = records.items.require(input.itemId);
    if (item.activeJob !== null) throw new LabError('ItemBusy', `${item.friendlyName}: ${item.activeJob.kind} ${item.activeJob.jobId}.`);
    const job = jobs.start('PurgeVm', input, { target: targetOf(item) });
    records.items.put({ ...transition(item, 'purgeStarted'), activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } });
    return job;
  });
}

/** DEVIATION: the product's task list is not known. */
export function purgeJob(context: VaultContext): JobDefinition<PurgeInput> {
  return {
    kind: 'PurgeVm',
    friendlyName: 'Remove the virtual machine from the vault',
    cancellable: false,
    tasks: () => [
      {
        name: 'PurgeVmTask',
        friendlyName: 'Removing replicas and recovery points',
        run: async (task) => {
          const item = context.records.items.get(task.input.itemId);
          if (item === undefined) return 'skipped';
          changeItem(context, item.itemId, (present) => withActive(present, { replication: 'stopped' }));
          await context.site.ring(item.configServerId);
          return removeReplicas(context, task);
        },
      },
      { name: 'UpdateDraState', friendlyName: 'Updating the provider states', run: (task) => forget(context, task.input) },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId, event: job.state === 'Failed' ? 'disableFailed' : undefined }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, event: 'purgeStarted' }),
  };
}
