// Preparing a failback's target: reverse pairs for the disks that run in Azure, and the master target that attaches their VMDKs.
import type { TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { VaultContext } from '../context.ts';
import { changeItem } from '../items/itemJobs.ts';
import { ensurePairs } from '../items/pairs.ts';
import { reverseOf, type PairRecord, type ProtectedItem } from '../items/state.ts';
import { osDiskFirst } from '../records.ts';
import { taskError } from '../site/siteLink.ts';

/** One pair per disk that was replicated forward: disks that were excluded do not come back (asr-behaviour §7.4). */
export function createReversePairs(context: VaultContext, item: ProtectedItem): void {
  const forward = newestForwardPairs(context, item);
  // Differences to the original location, everything to an alternate one (asr-behaviour §7.6).
  const initial = reverseOf(item).location === 'original' ? 'checksum' : 'copy';
  ensurePairs(
    context,
    item,
    forward.map((pair) => ({ diskId: pair.diskId, name: pair.diskName, sizeBytes: pair.sizeBytes, osDisk: pair.osDisk, initial })),
  );
}

/** The pairs of the last time on premises; those of an earlier round gave their replicas away. */
function newestForwardPairs(context: VaultContext, item: ProtectedItem): PairRecord[] {
  return context.records.pairs
    .list()
    .filter((pair) => pair.itemId === item.itemId && pair.direction === 'forward' && pair.state !== 'outgrown' && pair.replica !== null)
    .sort(osDiskFirst);
}

export async function attachDisks(context: VaultContext, task: TaskContext<{ readonly itemId: string }>, item: ProtectedItem): Promise<TaskOutcome> {
  const reverse = reverseOf(item);
  const { source } = item;
  const result = await context.site.ask(task, item.configServerId, {
    kind: 'attachDisks',
    masterTargetId: reverse.masterTargetId,
    retentionDrive: reverse.retentionDrive,
    datastore: reverse.datastoreName,
    machineId: item.onPremisesMachineId,
    newMachine:
      reverse.location === 'original'
        ? null
        : { name: source.name, osType: source.osType, firmware: source.firmware, cpuCount: source.cpuCount, memoryBytes: source.memoryBytes },
    disks: context.records.activePairs(item).map(({ pairId, diskId, sizeBytes, key }) => ({ pairId, diskId, sizeBytes, key })),
  });
  if (result === undefined) return { wait: 'The master target attaches the disks.' };
  if (result.state === 'failed') return { failed: taskError(result) };
  const machineId = result.output?.['machineId'];
  changeItem(context, item.itemId, (present) => ({
    ...present,
    reverse: { ...reverseOf(present), targetMachineId: typeof machineId === 'string' ? machineId : present.onPremisesMachineId },
  }));
  return 'done';
}
