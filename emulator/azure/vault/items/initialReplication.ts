// From the first copy to `Protected`: two short jobs that run when the bytes are there, never before (asr-behaviour §4.2).
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import type { VaultContext } from '../context.ts';
import { reversePoints } from '../failover/reversePoints.ts';
import { moveItem, releaseItem, targetOf } from './itemJobs.ts';
import { canTransit, type ItemEvent } from './protectionState.ts';
import type { ProtectedItem } from './state.ts';

interface CompletionInput {
  readonly itemId: string;
}

export function initialReplicationJobs(context: VaultContext): JobDefinition<CompletionInput>[] {
  return [
    completionJob(context, { kind: 'PrimaryIrCompletion', friendlyName: 'Finalize protection on the primary virtual machine', event: 'copyCompleted' }),
    completionJob(context, { kind: 'SecondaryIrCompletion', friendlyName: 'Finalize protection on the recovery virtual machine', event: 'firstPointMade' }),
  ];
}

/** Looks whether the item has come a step further; called after reports and new points. */
export function advanceInitialReplication(context: VaultContext, itemId: string): void {
  const item = context.records.items.get(itemId);
  if (item === undefined || item.activeJob !== null) return;
  if (item.protectionState === 'InitialReplicationInProgress' && isCopied(context, item)) startCompletion(context, item, 'PrimaryIrCompletion');
  else if (item.protectionState === 'InitialReplicationCompletedOnPrimary' && hasPoint(context, item)) startCompletion(context, item, 'SecondaryIrCompletion');
}

/** Every disk has sent its copy once; a disk that waits in the queue has no report or is in the first stage. */
function isCopied(context: VaultContext, item: ProtectedItem): boolean {
  const pairs = context.records.activePairs(item);
  return pairs.length > 0 && pairs.every((pair) => pair.report !== null && pair.report.stage !== 'ResyncStepI');
}

function hasPoint(context: VaultContext, item: ProtectedItem): boolean {
  return item.direction === 'forward' ? context.points.list(item.itemId).length > 0 : reversePoints(context, item).length > 0;
}

function startCompletion(context: VaultContext, item: ProtectedItem, kind: string): void {
  const { records, jobs, kernel } = context;
  records.transaction(() => {
    const job = jobs.start(kind, { itemId: item.itemId } satisfies CompletionInput, { target: targetOf(item) });
    records.items.put({ ...item, activeJob: { jobId: job.jobId, kind, startMs: kernel.clock.now() } });
  });
}

function completionJob(context: VaultContext, names: { kind: string; friendlyName: string; event: ItemEvent }): JobDefinition<CompletionInput> {
  return {
    kind: names.kind,
    friendlyName: names.friendlyName,
    cancellable: false,
    tasks: () => [
      {
        name: names.kind,
        friendlyName: names.friendlyName,
        run: ({ input }) => {
          const item = context.records.items.require(input.itemId);
          if (canTransit(item, names.event)) moveItem(context, input.itemId, names.event);
          return 'done';
        },
      },
    ],
    ended: (job, input) => {
      releaseItem(context, job, { itemId: input.itemId });
      advanceInitialReplication(context, input.itemId);
    },
  };
}
