// When marks become recovery points: all disks of a machine must have reached one, all members of a group for a multi-VM point (asr-behaviour §5.1, §12).
import type { TimeMs } from '../kernel/clock.ts';
import type { Consistency, Mark } from './stations.ts';

export interface RecoveryPoint {
  readonly recoveryPointId: string;
  readonly itemId: string;
  readonly markId: string;
  /** The moment on the source that the point equals. */
  readonly timeMs: TimeMs;
  readonly processedMs: TimeMs;
  readonly consistency: Consistency;
  /** Host ids that agreed on the mark. */
  readonly members: readonly string[];
  /** Whether every member has its point of this mark. */
  readonly multiVmSyncPoint: boolean;
  readonly requestId: string | null;
  readonly disks: readonly PointDisk[];
  /** `removing`: chosen for removal, its snapshots may be gone; never shown, and never made again when its snapshots are met once more. */
  readonly state: 'available' | 'removing';
}

export interface PointDisk {
  readonly pairId: string;
  readonly diskId: string;
  readonly snapshotId: string;
}

/** A mark that some disks have reached. */
export interface PendingPoint {
  readonly mark: Mark;
  readonly disks: readonly PointDisk[];
}

export function addSnapshot(pending: PendingPoint | undefined, mark: Mark, disk: PointDisk): PendingPoint {
  const others = (pending?.disks ?? []).filter((other) => other.pairId !== disk.pairId);
  return { mark: pending?.mark ?? mark, disks: [...others, disk] };
}

/** @param pairs of the machine's present direction; disks that the mark names must be there as well */
export function isComplete(pending: PendingPoint, pairs: readonly { readonly pairId: string; readonly diskId: string }[]): boolean {
  return (
    pairs.length > 0 &&
    pairs.every(({ pairId }) => pending.disks.some((disk) => disk.pairId === pairId)) &&
    pending.mark.disks.every((diskId) => pending.disks.some((disk) => disk.diskId === diskId))
  );
}

/** The choices of the failover dialog (asr-behaviour §5.4); an object names one point. */
export type PointChoice =
  | 'Latest'
  | 'LatestProcessed'
  | 'LatestApplicationConsistent'
  | 'LatestCrashConsistent'
  | 'LatestMultiVm'
  | 'LatestMultiVmApplicationConsistent'
  | { readonly recoveryPointId: string };

/**
 * @param points of one machine, in the order in which they were made
 * @returns the newest point that the choice allows. `Latest` has been made and processed by now, so it is the newest of all.
 */
export function choosePoint(points: readonly RecoveryPoint[], choice: PointChoice): RecoveryPoint | undefined {
  // Of two marks in one millisecond the later one is the newer.
  const newest = points
    .filter((point) => point.state === 'available')
    .reverse()
    .sort((a, b) => b.timeMs - a.timeMs);
  if (typeof choice === 'object') return newest.find((point) => point.recoveryPointId === choice.recoveryPointId);
  switch (choice) {
    case 'Latest':
    case 'LatestProcessed':
      return newest[0];
    case 'LatestApplicationConsistent':
      return newest.find((point) => point.consistency === 'ApplicationConsistent');
    case 'LatestCrashConsistent':
      return newest.find((point) => point.consistency === 'CrashConsistent');
    case 'LatestMultiVm':
      return newest.find((point) => point.multiVmSyncPoint);
    case 'LatestMultiVmApplicationConsistent':
      return newest.find((point) => point.multiVmSyncPoint && point.consistency === 'ApplicationConsistent');
  }
}

/**
 * The newest mark of which every machine has a point.
 * @param pointsByItem one list per member of the group
 */
export function newestCommonMark(pointsByItem: readonly (readonly RecoveryPoint[])[], applicationConsistent: boolean): string | undefined {
  const [first, ...others] = pointsByItem;
  const shared = (first ?? []).filter(
    (point) =>
      point.multiVmSyncPoint &&
      (!applicationConsistent || point.consistency === 'ApplicationConsistent') &&
      others.every((points) => points.some((other) => other.markId === point.markId)),
  );
  return shared.reverse().sort((a, b) => b.timeMs - a.timeMs)[0]?.markId;
}
