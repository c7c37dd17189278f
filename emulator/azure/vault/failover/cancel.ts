// "Cancel failover": ends a failover that goes on; what it has stopped stays stopped (asr-behaviour §7.2).
import { LabError } from '../../../kernel/errors.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';

/**
 * @returns the failover's job, which ends as Cancelled
 * @throws LabError NotFound, OperationNotAllowed when no failover of the item goes on, JobActionNotAllowed
 */
export function cancelFailover(context: VaultContext, itemId: string): JobView {
  const { activeJob, friendlyName, protectionState } = context.records.items.require(itemId);
  if (activeJob?.kind !== 'UnplannedFailover')
    throw new LabError('OperationNotAllowed', `CancelFailover of ${friendlyName} in state ${protectionState}: no failover of it goes on.`);
  return context.jobs.cancel(activeJob.jobId);
}
