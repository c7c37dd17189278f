// Recovery points of a failback: marks that the master target holds for every disk (asr-behaviour §7.4).
import type { RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import type { VaultContext } from '../context.ts';
import { reverseOf, type ProtectedItem } from '../items/state.ts';

/** Oldest first, as the master target last reported; the point's id is that of its mark. */
export function reversePoints(context: VaultContext, item: ProtectedItem): RecoveryPoint[] {
  const { records } = context;
  const { masterTargetId } = reverseOf(item);
  const masterTarget = records.configServers.get(item.configServerId)?.masterTargets.find((candidate) => candidate.hostId === masterTargetId);
  const pairs = records.activePairs(item);
  if (masterTarget === undefined || pairs.length === 0) return [];
  const held = pairs.map((pair) => ({ pair, snapshots: masterTarget.pairs.find((candidate) => candidate.pairId === pair.pairId)?.snapshots ?? [] }));
  const first = held[0]?.snapshots ?? [];
  return first
    .filter(({ mark }) => held.every(({ snapshots }) => snapshots.some((snapshot) => snapshot.mark.id === mark.id)))
    .map(({ mark }) => ({
      recoveryPointId: mark.id,
      itemId: item.itemId,
      markId: mark.id,
      timeMs: mark.timeMs,
      processedMs: mark.timeMs,
      consistency: mark.consistency,
      members: mark.members,
      multiVmSyncPoint: mark.members.length > 1,
      requestId: mark.requestId ?? null,
      disks: held.map(({ pair, snapshots }) => ({
        pairId: pair.pairId,
        diskId: pair.diskId,
        snapshotId: snapshots.find((snapshot) => snapshot.mark.id === mark.id)?.id as string,
      })),
      state: 'available' as const,
    }))
    .sort((a, b) => a.timeMs - b.timeMs);
}
