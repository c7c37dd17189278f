// Replication after a failover that could not be completed: it begins anew out of the replicas that are there (arm-contract §7.1).
import type { TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { hasEnded } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import type { EnableInput } from '../items/enable.ts';
import { changeItem, targetOf } from '../items/itemJobs.ts';
import type { ProtectedItem } from '../items/state.ts';
import { commitItem } from './commit.ts';

/**
 * Comparing with the replicas spares most of the copy. What the failover has made in Azure goes.
 * DEVIATION: so do the recovery points; whether the product keeps them is not known.
 */
export async function replicateAgain(context: VaultContext, task: TaskContext<{ readonly itemId: string }>): Promise<TaskOutcome> {
  const { itemId } = task.input;
  const item = context.records.items.require(itemId);
  if (task.recall('reset') === undefined) {
    const waiting = await reset(context, item);
    if (waiting !== undefined) return waiting;
    task.remember('reset', true);
  }
  const child = task.child(itemId, (parentJobId) =>
    context.jobs.start('EnableDr', { itemId, purpose: 'reprotectToAzure' } satisfies EnableInput, { target: targetOf(item), parentJobId }),
  );
  if (!hasEnded(child)) return { wait: 'Replication is being enabled.' };
  if (child.state !== 'Failed' && child.state !== 'Cancelled') return 'done';
  return { failed: child.errors[0] === undefined ? new LabError('JobActionNotAllowed', 'The enabling was cancelled.') : LabError.fromBody(child.errors[0]) };
}

async function reset(context: VaultContext, item: ProtectedItem): Promise<TaskOutcome | undefined> {
  if (item.forward.azureCopy !== null) await context.deps.compute.delete(item.forward.azureCopy.machineId);
  const waiting = await commitItem(context, item);
  if (waiting !== undefined) return waiting;
  changeItem(context, item.itemId, (present) => ({
    ...present,
    forward: { ...present.forward, azureCopy: null, replication: 'notStarted', startedMs: context.kernel.clock.now() },
  }));
  return undefined;
}
