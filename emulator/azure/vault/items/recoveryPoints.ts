// Recovery points of the items: made when every disk has the mark, thinned by the policy, removed with the snapshots that no other point uses.
import type { Kernel } from '../../../kernel/kernel.ts';
import { LabError } from '../../../kernel/errors.ts';
import { addSnapshot, isComplete, type PendingPoint, type RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { expiredPoints } from '../../../replication/retention.ts';
import type { ReplicaSnapshot } from '../../../replication/stations.ts';
import type { Records } from '../records.ts';
import type { PairRecord, ProtectedItem } from './state.ts';

export interface RecoveryPointsDeps {
  readonly kernel: Kernel;
  readonly records: Records;
  /** @returns false when the pair's replica cannot be reached now */
  readonly removeSnapshot: (pairId: string, snapshotId: string) => Promise<boolean>;
  /** A point was made. */
  readonly onPoint: (itemId: string, point: RecoveryPoint) => void;
}

export class RecoveryPoints {
  readonly #deps: RecoveryPointsDeps;
  /** Items whose snapshots are being removed now. */
  readonly #sweeping = new Set<string>();

  constructor(deps: RecoveryPointsDeps) {
    this.#deps = deps;
  }

  /** Available points, oldest first. */
  list(itemId: string): RecoveryPoint[] {
    const points = this.#deps.records.points(itemId).list();
    return points.filter((point) => point.state === 'available').sort((a, b) => a.timeMs - b.timeMs);
  }

  /** A replica holds a mark for good. Snapshots met again after a restart change nothing. */
  take(pairId: string, snapshot: ReplicaSnapshot): void {
    const { records } = this.#deps;
    const pair = records.pairs.get(pairId);
    const item = pair === undefined ? undefined : records.items.get(pair.itemId);
    if (pair === undefined || item === undefined || pair.state !== 'active' || !isTrusted(pair, snapshot)) return;
    const points = records.points(item.itemId);
    if (points.list().some((point) => point.markId === snapshot.mark.id)) return;
    const pendings = records.pendingPoints(item.itemId);
    const pending = addSnapshot(pendings.get(snapshot.mark.id), snapshot.mark, { pairId, diskId: pair.diskId, snapshotId: snapshot.id });
    if (!isComplete(pending, records.activePairs(item))) {
      pendings.put(pending);
      return;
    }
    const point = this.#pointOf(item, pending);
    records.transaction(() => {
      pendings.delete(snapshot.mark.id);
      points.put(point);
      this.#shareWithGroup(item, point);
    });
    this.#deps.kernel.trace.record('vault', 'recoveryPoint', {
      item: item.friendlyName,
      recoveryPointId: point.recoveryPointId,
      markTimeMs: point.timeMs,
      consistency: point.consistency,
    });
    this.#deps.onPoint(item.itemId, point);
    this.prune(item.itemId);
  }

  /** Applies the policy's retention. Nothing expires while a job uses the item, nor after a failover: the points are then the way back to choose. */
  prune(itemId: string): void {
    const { records, kernel } = this.#deps;
    const item = records.items.get(itemId);
    if (item === undefined || item.activeJob !== null || item.direction !== 'forward' || item.forward.replication !== 'running') return;
    const policy = records.policies.get(item.forward.policyName);
    if (policy === undefined) return;
    const points = records.points(itemId);
    const expired = expiredPoints(this.list(itemId), { retentionMs: policy.retentionMs, nowMs: kernel.clock.now() });
    records.transaction(() => {
      for (const point of expired) points.put({ ...point, state: 'removing' });
    });
    this.#sweepLater(item);
  }

  /** Marks all points of the item for removal; their snapshots follow. */
  removeAll(itemId: string): void {
    const { records } = this.#deps;
    const item = records.items.require(itemId);
    records.transaction(() => {
      // Marks that only some disks have reached left snapshots as well.
      for (const pending of records.pendingPoints(itemId).list()) {
        records.points(itemId).put(this.#pointOf(item, pending));
        records.pendingPoints(itemId).delete(pending.mark.id);
      }
      for (const point of records.points(itemId).list()) records.points(itemId).put({ ...point, state: 'removing' });
    });
  }

  /**
   * Removes snapshots that only points in removal use, then those points. For callers inside an activity.
   * @returns whether nothing is left to remove
   */
  async sweep(itemId: string): Promise<boolean> {
    const { records, kernel, removeSnapshot } = this.#deps;
    if (this.#sweeping.has(itemId)) return false;
    this.#sweeping.add(itemId);
    let clean = true;
    try {
      for (const leaving of [
        ...records
          .points(itemId)
          .list()
          .filter((point) => point.state === 'removing'),
        ...this.#abandoned(itemId),
      ]) {
        let gone = true;
        for (const disk of leaving.disks) if (!this.#isUsed(itemId, disk) && !(await removeSnapshot(disk.pairId, disk.snapshotId))) gone = false;
        if (!gone) clean = false;
        else if ('mark' in leaving) records.pendingPoints(itemId).delete(leaving.mark.id);
        else records.points(itemId).delete(leaving.recoveryPointId);
      }
    } catch (error) {
      // Storage is away; the next tick goes on.
      clean = false;
      kernel.trace.record('vault', 'sweepInterrupted', { itemId, message: LabError.from(error).message });
    } finally {
      this.#sweeping.delete(itemId);
    }
    return clean;
  }

  #sweepLater(item: ProtectedItem): void {
    const leaving =
      this.#deps.records
        .points(item.itemId)
        .list()
        .some((point) => point.state === 'removing') || this.#abandoned(item.itemId).length > 0;
    if (!leaving) return;
    this.#deps.kernel.clock.start(`retention ${item.friendlyName}`, async () => void (await this.sweep(item.itemId)));
  }

  /** Disks take marks in order: a mark that is older than a whole point and still lacks a disk will never have it. */
  #abandoned(itemId: string): PendingPoint[] {
    const newestMs = Math.max(0, ...this.list(itemId).map((point) => point.timeMs));
    return this.#deps.records
      .pendingPoints(itemId)
      .list()
      .filter((pending) => pending.mark.timeMs < newestMs);
  }

  /** A disk without changes shares its snapshot with an earlier mark. */
  #isUsed(itemId: string, disk: { pairId: string; snapshotId: string }): boolean {
    const { records } = this.#deps;
    const newestMs = Math.max(0, ...this.list(itemId).map((point) => point.timeMs));
    const holders = [
      ...this.list(itemId),
      ...records
        .pendingPoints(itemId)
        .list()
        .filter((pending) => pending.mark.timeMs >= newestMs),
    ];
    return holders.some((holder) => holder.disks.some((other) => other.pairId === disk.pairId && other.snapshotId === disk.snapshotId));
  }

  #pointOf(item: ProtectedItem, pending: PendingPoint): RecoveryPoint {
    const { kernel } = this.#deps;
    const { mark } = pending;
    return {
      recoveryPointId: kernel.ids.named(`recovery point ${item.itemId} ${mark.id}`),
      itemId: item.itemId,
      markId: mark.id,
      timeMs: mark.timeMs,
      processedMs: kernel.clock.now(),
      consistency: mark.consistency,
      members: mark.members,
      multiVmSyncPoint: false,
      requestId: mark.requestId ?? null,
      disks: pending.disks,
      state: 'available',
    };
  }

  /** A point is one of the group from the moment when the last member has it. */
  #shareWithGroup(item: ProtectedItem, point: RecoveryPoint): void {
    if (point.members.length < 2) return;
    const { records } = this.#deps;
    const members = records
      .groupMembers(item.groupId)
      .filter((member) => member.direction === 'forward' && member.forward.agentHostId !== null && point.members.includes(member.forward.agentHostId));
    const shared = members.map((member) => this.list(member.itemId).find((candidate) => candidate.markId === point.markId));
    if (members.length !== point.members.length || shared.includes(undefined)) return;
    for (const candidate of shared) if (candidate !== undefined) records.points(candidate.itemId).put({ ...candidate, multiVmSyncPoint: true });
  }
}

/** After a resynchronisation was asked for, only marks made under it count: until then the replica may differ from its source. */
function isTrusted(pair: PairRecord, snapshot: ReplicaSnapshot): boolean {
  if (pair.resyncRequired === null && pair.resyncAdoptedMs === null) return true;
  return pair.resyncAdoptedMs !== null && snapshot.mark.timeMs >= pair.resyncAdoptedMs;
}
