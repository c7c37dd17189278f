// How an operation takes hold of an item: check, transition and job in one transaction, and the release when the job ends.
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';
import { canTransit, requireOperation, transition, type ItemEvent, type ItemOperation } from './protectionState.ts';
import type { ProtectedItem } from './state.ts';

export interface ItemJobOrder {
  readonly itemId: string;
  readonly kind: string;
  readonly operation: ItemOperation;
  /** The transition with which the job begins. */
  readonly event?: ItemEvent;
  readonly input: { readonly itemId: string };
  readonly parentJobId?: string;
}

export function targetOf(item: ProtectedItem): { targetId: string; targetName: string; targetType: string } {
  return { targetId: item.itemId, targetName: item.friendlyName, targetType: 'ProtectionEntity' };
}

/** @throws LabError NotFound, ItemBusy, OperationNotAllowed, MigrationCompleted */
export function startItemJob(context: VaultContext, order: ItemJobOrder): JobView {
  const { records } = context;
  return records.transaction(() => {
    const item = records.items.require(order.itemId);
    requireOperation(item, order.operation, resyncRequired(context, item));
    const moved = order.event === undefined ? item : transition(item, order.event);
    const job = context.jobs.start(order.kind, order.input, {
      target: targetOf(item),
      ...(order.parentJobId === undefined ? {} : { parentJobId: order.parentJobId }),
    });
    records.items.put({ ...moved, activeJob: { jobId: job.jobId, kind: job.kind, startMs: context.kernel.clock.now() } });
    return job;
  });
}

export function resyncRequired(context: VaultContext, item: ProtectedItem): boolean {
  return context.records.activePairs(item).some((pair) => pair.resyncRequired !== null);
}

/** At the job's end: gives the item free, with the transition that the end means. An item that is gone needs neither. */
export function releaseItem(context: VaultContext, job: JobView, { itemId, event }: { itemId: string; event?: ItemEvent | undefined }): void {
  const { records, site } = context;
  site.withdraw(job.jobId);
  const item = records.items.get(itemId);
  if (item === undefined || item.activeJob?.jobId !== job.jobId) return;
  const moved = event !== undefined && canTransit(item, event) ? transition(item, event) : item;
  records.items.put({ ...moved, activeJob: null });
}

/** When a failed job is restarted: takes the item again, or refuses when another job has it. */
export function retakeItem(context: VaultContext, job: JobView, order: { itemId: string; operation?: ItemOperation; event?: ItemEvent }): void {
  const { records, kernel } = context;
  const item = records.items.require(order.itemId);
  if (order.operation !== undefined) requireOperation(item, order.operation, resyncRequired(context, item));
  const moved = order.event !== undefined && canTransit(item, order.event) ? transition(item, order.event) : item;
  records.items.put({ ...moved, activeJob: { jobId: job.jobId, kind: job.kind, startMs: kernel.clock.now() } });
}

export function changeItem(context: VaultContext, itemId: string, change: (item: ProtectedItem) => ProtectedItem): ProtectedItem {
  return context.records.items.change(itemId, change);
}

export function moveItem(context: VaultContext, itemId: string, event: ItemEvent): ProtectedItem {
  return changeItem(context, itemId, (item) => transition(item, event));
}
