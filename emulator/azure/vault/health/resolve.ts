// "Resolve health errors": the user takes note of what is no fault, and it is not told again.
import type { JobDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { changeItem, releaseItem, retakeItem, targetOf } from '../items/itemJobs.ts';
import type { HealthError, ProtectedItem } from '../items/state.ts';

export interface ResolveHealthInput {
  readonly itemId: string;
  readonly errorCodes: readonly string[];
}

/** The others go away when their cause does. */
export function isResolvable(error: Pick<HealthError, 'errorCode'>): boolean {
  return error.errorCode === 'DiskNotReplicated';
}

/** @throws LabError HealthErrorNotResolvable for one that the item does not have, or whose cause has to be removed; ItemBusy */
export function startResolveHealth(context: VaultContext, input: ResolveHealthInput): JobView {
  const { records, jobs, kernel } = context;
  return records.transaction(() => {
    const item = records.items.require(input.itemId);
    if (item.activeJob !== null) throw new LabError('ItemBusy', `${item.friendlyName}: ${item.activeJob.kind} ${item.activeJob.jobId}.`);
    const refused = input.errorCodes.filter((code) => !item.healthErrors.some((error) => error.errorCode === code && isResolvable(error)));
    if (refused.length > 0 || input.errorCodes.length === 0)
      throw new LabError('HealthErrorNotResolvable', `${item.friendlyName}: ${refused.join(', ') || 'none was named'}.`);
    const job = jobs.start('ResolveHealthErrors', input, { target: targetOf(item) });
    records.items.put({ ...item, activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } });
    return job;
  });
}

/** DEVIATION: no recording has the job's names. */
export function resolveHealthJob(context: VaultContext): JobDefinition<ResolveHealthInput> {
  return {
    kind: 'ResolveHealthErrors',
    friendlyName: 'Resolve health errors',
    tasks: () => [{ name: 'ResolveHealthErrorsTask', friendlyName: 'Resolving health errors', run: ({ input }) => resolveErrors(context, input) }],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId }),
  };
}

/** A disk that came after enabling counts as left out from now on (asr-behaviour §4.9). */
function resolveErrors(context: VaultContext, { itemId, errorCodes }: ResolveHealthInput): TaskOutcome {
  changeItem(context, itemId, (item) => ({
    ...item,
    healthErrors: item.healthErrors.filter((error) => !errorCodes.includes(error.errorCode)),
    forward: { ...item.forward, excludedDiskIds: [...item.forward.excludedDiskIds, ...disksThatCame(context, item)] },
  }));
  return 'done';
}

function disksThatCame(context: VaultContext, item: ProtectedItem): string[] {
  const replicated = new Set(context.records.activePairs(item).map((pair) => pair.diskId));
  const disks = context.site.machine(item.configServerId, item.onPremisesMachineId)?.disks ?? [];
  return disks.map(({ diskId }) => diskId).filter((diskId) => !replicated.has(diskId) && !item.forward.excludedDiskIds.includes(diskId));
}
