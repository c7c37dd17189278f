// The target station of a failback: a VMDK holds the present, the retention journal its past.
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { FaultVerdict } from '../../kernel/faults.ts';
import { blockChecksums, checksumBytes } from '../../replication/checksum.ts';
import type { Batch, Extent, Mark, Replica, ReplicaSnapshot } from '../../replication/stations.ts';
import { RetentionJournal, type RetentionJournalDeps } from './retentionJournal.ts';

export interface VmdkReplicaDeps extends RetentionJournalDeps {
  /** Asked before each batch. */
  readonly gate?: () => Promise<FaultVerdict>;
}

const readBytes = 4 * 1024 * 1024;

/** Owns the disk it is given; calls take turns, so a reader never sees half a batch. */
export class VmdkReplica implements Replica {
  readonly #disk: BlockDevice;
  readonly #journal: RetentionJournal;
  readonly #gate: () => Promise<FaultVerdict>;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(deps: VmdkReplicaDeps, journal: RetentionJournal) {
    this.#disk = deps.disk;
    this.#journal = journal;
    this.#gate = deps.gate ?? (async () => 'pass');
  }

  /** @throws LabError RetentionJournalDamaged */
  static async open(deps: VmdkReplicaDeps): Promise<VmdkReplica> {
    return new VmdkReplica(deps, await RetentionJournal.open(deps));
  }

  get sizeBytes(): number {
    return this.#disk.sizeBytes;
  }

  async position(): Promise<number> {
    return this.#journal.position;
  }

  /** @throws LabError RetentionDriveFull: nothing was overwritten that was not kept; apply again when there is room */
  apply(batch: Batch): Promise<void> {
    return this.#inTurn(async () => {
      for (const { offset, length } of batch.extents) {
        if (offset < 0 || length < 0 || offset + length > this.sizeBytes)
          throw new LabError('BatchMalformed', `${batch.pairId} sequence ${batch.sequence}: ${length} bytes at ${offset} of ${this.sizeBytes}.`);
      }
      if ((await this.#gate()) === 'skip') return;
      await this.#journal.keep(batch.extents);
      if (overlaps(batch.extents)) for (const write of this.#writes(batch)) await write();
      else await Promise.all(this.#writes(batch).map((write) => write()));
    });
  }

  snapshot(sequence: number, mark: Mark): Promise<ReplicaSnapshot> {
    return this.#inTurn(() => this.#journal.snapshot(sequence, mark));
  }

  advance(sequence: number): Promise<void> {
    return this.#inTurn(() => this.#journal.advance(sequence));
  }

  async snapshots(): Promise<ReplicaSnapshot[]> {
    return [...this.#journal.snapshots];
  }

  read(range: Range, snapshotId?: string): Promise<Buffer> {
    if (snapshotId === undefined) return this.#disk.read(range.offset, range.length);
    return this.#inTurn(() => this.#journal.read(range, snapshotId));
  }

  async checksums(range: Range, blockBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    const stepBytes = Math.max(1, Math.floor(readBytes / blockBytes)) * blockBytes;
    const end = range.offset + range.length;
    let zeroSums: Buffer | undefined;
    for (let offset = range.offset; offset < end; offset += stepBytes) {
      const length = Math.min(stepBytes, end - offset);
      const empty = (await this.#disk.allocated({ offset, length })).length === 0;
      if (!empty || length < stepBytes) {
        parts.push(blockChecksums(await this.#disk.read(offset, length), blockBytes));
        continue;
      }
      const wholeSteps = (zeroSums ??= blockChecksums(Buffer.alloc(stepBytes), blockBytes));
      parts.push(wholeSteps.subarray(0, (length / blockBytes) * checksumBytes));
    }
    return Buffer.concat(parts);
  }

  removeSnapshot(snapshotId: string): Promise<void> {
    return this.#inTurn(() => this.#journal.remove(snapshotId));
  }

  /** Brings the disk itself back to a snapshot and forgets what came after. Idempotent, and completed by the next `open` after a kill. @throws LabError NotFound */
  restoreTo(snapshotId: string): Promise<void> {
    return this.#inTurn(() => this.#journal.restoreTo(snapshotId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#journal[Symbol.asyncDispose]());
    await this.#disk[Symbol.asyncDispose]();
  }

  #writes(batch: Batch): (() => Promise<void>)[] {
    let at = 0;
    return batch.extents.map(({ offset, length, zero }) => {
      if (zero === true) return () => this.#disk.zero(offset, length);
      const bytes = batch.payload.subarray(at, (at += length));
      return () => this.#disk.write(offset, bytes);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    // A failure belongs to its own caller; the next one has its turn all the same.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Whether the order of the extents matters. */
function overlaps(extents: readonly Extent[]): boolean {
  const sorted = extents.toSorted((one, other) => one.offset - other.offset);
  return sorted.some((extent, place) => place > 0 && extent.offset < endOf(sorted[place - 1] as Extent));
}

function endOf(extent: Extent): number {
  return extent.offset + extent.length;
}
