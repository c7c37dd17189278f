// One pair at its process server: takes its batches in order, keeps them in the cache folder, and hands them to the uploader.
import type { Clock } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { RelayedPair } from '../../replication/orders.ts';
import type { BatchHeader, Mark } from '../../replication/stations.ts';
import type { CacheFolder } from './cacheFolder.ts';
import { afterUpload, type CachedBatch, type PairPosition } from './state.ts';

interface RelayPairDeps {
  readonly clock: Clock;
  readonly cache: CacheFolder;
  readonly order: RelayedPair;
}

/** A batch whose file is being written. */
interface Writing {
  readonly checksum: number;
  readonly ended: Promise<void>;
}

export class RelayPair {
  readonly #deps: RelayPairDeps;
  readonly #writing = new Map<number, Writing>();
  readonly #batches: CachedBatch[];
  #order: RelayedPair;
  #position: PairPosition;
  #accepted: number;

  constructor(deps: RelayPairDeps) {
    this.#deps = deps;
    this.#order = deps.order;
    const { position, batches } = deps.cache.load(deps.order.pairId, deps.clock.now());
    this.#position = position;
    this.#batches = [...batches];
    this.#accepted = Math.max(position.accepted, batches.at(-1)?.sequence ?? 0);
  }

  get pairId(): string {
    return this.#order.pairId;
  }

  get order(): RelayedPair {
    return this.#order;
  }

  /** Highest sequence held durably, here or already at the target. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Newest sequence and mark that are in the log with all before them. */
  get uploaded(): { through: number; newestMark: Mark | null } {
    return { through: this.#position.uploaded, newestMark: this.#position.newestMark };
  }

  /** Accepted and not in the log with all before them, in order. */
  get batches(): readonly CachedBatch[] {
    return this.#batches;
  }

  /** A newer order. A machine that comes back from another process server goes on where that one had it. */
  update(order: RelayedPair): void {
    if (order.mode === 'relay' && this.#order.mode === 'drain') this.#save({ ...this.#position, accepted: this.#accepted, floating: true });
    this.#order = order;
  }

  /**
   * Keeps a frame whose bytes were checked, in order; a repeated one is acknowledged again.
   * @param source `keep` false leaves the batch out: an injected fault
   * @returns the highest sequence held durably
   * @throws LabError BatchOutOfOrder, BatchReplayMismatch, ProcessServerCacheFull
   */
  async accept(header: BatchHeader, source: { frame: Buffer; checksum: number; keep: boolean }): Promise<number> {
    const { sequence } = header;
    const under = this.#writing.get(sequence);
    if (under !== undefined) {
      requireSame(under.checksum, source.checksum, header);
      await under.ended;
      return this.#accepted;
    }
    if (sequence <= this.#accepted) {
      requireSame(this.#checksumOf(sequence), source.checksum, header);
      return this.#accepted;
    }
    this.#requireNext(header);
    const ended = this.#keep(header, source, this.#lastWriting());
    // Whoever repeats this batch, or sends the next one, waits for it too and must not make it an unhandled failure.
    ended.catch(() => undefined);
    this.#writing.set(sequence, { checksum: source.checksum, ended });
    try {
      await ended;
    } finally {
      this.#writing.delete(sequence);
    }
    return this.#accepted;
  }

  /** The log holds all up to `through`: the position says so first, then the files go. */
  async release(through: number): Promise<void> {
    const count = this.#batches.findIndex((batch) => batch.sequence > through);
    const final = this.#batches.splice(0, count < 0 ? this.#batches.length : count);
    this.#save(afterUpload(this.#position, final, this.#accepted));
    await this.#deps.cache.remove(this.pairId, final);
  }

  /** The site has no such pair any more. */
  forget(): void {
    this.#deps.cache.removePair(this.pairId, this.#batches.splice(0));
  }

  async #keep(header: BatchHeader, source: { frame: Buffer; checksum: number; keep: boolean }, before: Promise<void> | undefined): Promise<void> {
    const { sequence, mark } = header;
    const { frame, checksum } = source;
    const written = source.keep ? this.#deps.cache.write(this.pairId, sequence, frame) : Promise.resolve();
    const batch: CachedBatch = { sequence, sizeBytes: frame.length, checksum, mark, acceptedMs: this.#deps.clock.now() };
    const [earlier, own] = await Promise.allSettled([before, written]);
    if (own.status === 'rejected') throw own.reason;
    if (earlier.status === 'rejected') {
      // Without the one before it this batch must not be found by a restart.
      if (source.keep) await this.#deps.cache.remove(this.pairId, [batch]);
      throw new LabError('BatchOutOfOrder', `${this.pairId} sequence ${sequence - 1} could not be kept.`, { cause: earlier.reason });
    }
    if (source.keep) this.#batches.push(batch);
    this.#accepted = sequence;
  }

  #requireNext({ sequence }: BatchHeader): void {
    const next = Math.max(this.#accepted, ...this.#writing.keys()) + 1;
    if (this.#position.floating && this.#writing.size === 0) {
      // Durable before the batch itself: a restart must not take what follows for a gap.
      this.#save({ ...this.#position, accepted: sequence - 1, floating: false });
      this.#accepted = sequence - 1;
    } else if (sequence !== next) throw new LabError('BatchOutOfOrder', `${this.pairId} sequence ${sequence} came, ${next} is next.`);
  }

  #lastWriting(): Promise<void> | undefined {
    return [...this.#writing.values()].at(-1)?.ended;
  }

  #checksumOf(sequence: number): number | undefined {
    return this.#batches.find((batch) => batch.sequence === sequence)?.checksum ?? this.#position.checksums.find(([known]) => known === sequence)?.[1];
  }

  #save(position: PairPosition): void {
    this.#deps.cache.savePosition(this.pairId, position);
    this.#position = position;
  }
}

/** @throws LabError BatchReplayMismatch also for a sequence so old that nothing is known of it: nobody repeats such a batch */
function requireSame(held: number | undefined, sent: number, { pairId, sequence }: BatchHeader): void {
  if (held !== sent) throw new LabError('BatchReplayMismatch', `${pairId} sequence ${sequence}.`);
}
