// The four stations of a write, `Source → Relay → Log → Target`, and what passes between them.
// One disk's replication in one direction is a pair; failback is a pair whose ends are exchanged.
import type { Range } from '../disk/blockDevice.ts';
import type { TimeMs } from '../kernel/clock.ts';

/** asr-behaviour §5.1. */
export type Consistency = 'CrashConsistent' | 'ApplicationConsistent';

/** A moment in the stream of writes. The same `id` is put into the streams of all disks of a machine, and of all members of a replication group. */
export interface Mark {
  readonly id: string;
  readonly timeMs: TimeMs;
  readonly consistency: Consistency;
  /** Host ids of the machines that agreed on this mark; one entry unless multi-VM. */
  readonly members: readonly string[];
  /** Disk ids of this machine that carry the mark: a point exists when all of them have reached it. */
  readonly disks: readonly string[];
  /** Set when somebody asked for this mark (failover to "Latest", final changes at shutdown). */
  readonly requestId?: string;
}

/** asr-behaviour §4.4: `ResyncStepI` copies, `ResyncStepII` sends the writes that came meanwhile, then `DifferentialSync`. */
export type Stage = 'ResyncStepI' | 'ResyncStepII' | 'DifferentialSync';

/** A run of bytes of the disk, or of zeros that need not travel. */
export interface Extent extends Range {
  readonly zero?: true;
}

/** What one message holds; sequence numbers of a pair start at 1 and have no gaps. */
export interface BatchHeader {
  readonly pairId: string;
  readonly sequence: number;
  readonly stage: Stage;
  /** In the order to apply. */
  readonly extents: readonly Extent[];
  /** At the end of the batch, after its extents. */
  readonly mark?: Mark;
  /** Begins a comparison of everything: what lies between the replica's position and this batch may be left out. */
  readonly resumes?: true;
  /** When its newest write was captured. */
  readonly capturedMs: TimeMs;
}

export interface Batch extends BatchHeader {
  /** The extents' bytes, one after the other, zero extents left out. */
  readonly payload: Buffer;
}

/** Relay: what the source sees of its process server. Every call may fail with LinkDown or PeerUnreachable and is then repeated. */
export interface Relay {
  /** Tells one process server from another; absent: there is only one. */
  readonly url?: string;
  /** Highest sequence the relay holds durably, or 0. */
  accepted(pairId: string): Promise<number>;
  /**
   * Takes a frame (`encodeBatch`). Idempotent: a sequence that is held already is acknowledged again.
   * @returns the highest sequence held durably
   * @throws LabError BatchOutOfOrder, BatchReplayMismatch, BatchChecksumWrong, BatchTruncated, ProcessServerThrottled
   */
  accept(pairId: string, sequence: number, frame: Buffer): Promise<number>;
  /** Checksums of the target's blocks (`blockBytes` each, 8 bytes per block, `checksum.ts`) after all accepted batches, for resynchronisation. */
  checksums(pairId: string, range: Range, blockBytes: number): Promise<Buffer>;
}

/** Log: sealed batches in order, on storage that outlives the relay. Forward: block blobs. Reverse: the master target's retention drive. */
export interface BatchLog {
  /** Ends when a kill of the log's process would not lose it. Idempotent by pair and sequence. */
  append(pairId: string, sequence: number, sealed: Buffer): Promise<void>;
  /** Sequences held, ascending, above `after`. */
  list(pairId: string, after: number): Promise<number[]>;
  read(pairId: string, sequence: number): Promise<Buffer>;
  /** Forgets batches; those that are not held are no error. */
  remove(pairId: string, sequences: readonly number[]): Promise<void>;
}

/** One mark kept on a replica. */
export interface ReplicaSnapshot {
  /** Opaque to all but the replica. */
  readonly id: string;
  readonly sequence: number;
  readonly mark: Mark;
}

/** Target: the disk at the far end, with its past. Forward: a page blob and its snapshots. Reverse: a VMDK and the retention journal. */
export interface Replica extends AsyncDisposable {
  readonly sizeBytes: number;
  /**
   * Sequence up to which the replica surely holds everything; may be older than the newest bytes, never newer. Re-applying what follows is harmless.
   * Whoever met an error asks again, and goes on from there.
   */
  position(): Promise<number>;
  /** Writes extents in order. What fails may show in a later call: all is there when `snapshot` or `advance` ends. */
  apply(batch: Batch): Promise<void>;
  /** Keeps the present state as that of `mark`, and records the position. Idempotent by mark id. A kill of the replica's process loses neither once it ends. */
  snapshot(sequence: number, mark: Mark): Promise<ReplicaSnapshot>;
  /** Records the position without a mark. */
  advance(sequence: number): Promise<void>;
  /** Oldest first. */
  snapshots(): Promise<ReplicaSnapshot[]>;
  /** Bytes as they were at a snapshot; without one, as they are now. */
  read(range: Range, snapshotId?: string): Promise<Buffer>;
  /** 8 bytes per block, of the present state. */
  checksums(range: Range, blockBytes: number): Promise<Buffer>;
  /** The position stays. */
  removeSnapshot(snapshotId: string): Promise<void>;
}
