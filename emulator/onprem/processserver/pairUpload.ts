// Uploads one pair's batches: a few on their way at once; what the log holds without a gap leaves the cache, and the vault is told.
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import { seal } from '../../replication/seal.ts';
import type { BandwidthThrottle } from './bandwidth.ts';
import type { CacheFolder } from './cacheFolder.ts';
import type { RelayPair } from './relayPair.ts';
import type { CachedBatch } from './state.ts';
import type { ChecksumQuery, UploadTarget, UploadTargets } from './uploadTarget.ts';

export interface PairUploadDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
  readonly cache: CacheFolder;
  readonly throttle: BandwidthThrottle;
  readonly targets: UploadTargets;
  /** Bytes that left, as they left: sealed. */
  readonly onUploaded: (sealedBytes: number) => void;
  /** A place is free, or there is more to do. */
  readonly onProgress: () => void;
}

interface Waiter {
  readonly through: number;
  readonly resolve: () => void;
  readonly reject: (error: LabError) => void;
}

/** Sequences on their way to one target; another target begins with none. */
interface Flight {
  readonly started: Set<number>;
  readonly appended: Set<number>;
}

const retryMs = 5000;

export class PairUpload {
  readonly #deps: PairUploadDeps;
  readonly #pair: RelayPair;
  #flight: Flight = { started: new Set(), appended: new Set() };
  #target: Promise<UploadTarget> | undefined;
  #targetText = '';
  #releasing = false;
  #noticing = false;
  #noticed = 0;
  #stalled: LabError | undefined;
  #closed = false;
  #waiters: Waiter[] = [];

  constructor(deps: PairUploadDeps, pair: RelayPair) {
    this.#deps = deps;
    this.#pair = pair;
    this.retarget();
    // The vault may have missed the last notice of a process that was killed.
    if (pair.uploaded.through > 0) this.#startNotice();
  }

  /** Batches on their way. */
  get underWay(): number {
    return this.#flight.started.size - this.#flight.appended.size;
  }

  get stalled(): LabError | undefined {
    return this.#stalled;
  }

  /** The order may name another target now. */
  retarget(): void {
    const text = JSON.stringify(this.#pair.order.target);
    if (text === this.#targetText) return;
    this.#targetText = text;
    this.#target = undefined;
    this.#flight = { started: new Set(), appended: new Set() };
  }

  /** Starts the next batch on its way, if there is one and nothing stands against it. @returns whether it did */
  startNext(): boolean {
    if (this.#closed || this.#stalled !== undefined) return false;
    const flight = this.#flight;
    const batch = this.#pair.batches.find(({ sequence }) => !flight.started.has(sequence));
    if (batch === undefined) return false;
    flight.started.add(batch.sequence);
    this.#deps.kernel.clock.start(`upload ${this.#pair.pairId} ${batch.sequence}`, () => this.#upload(batch, flight));
    return true;
  }

  /** Ends when all that was accepted before the call is in the log. @throws LabError UploadStalled when it cannot go on now */
  async drained(): Promise<void> {
    const through = this.#pair.batches.at(-1)?.sequence;
    if (through === undefined) return;
    if (this.#stalled !== undefined) throw new LabError('UploadStalled', this.#stalled.message, { cause: this.#stalled });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ through, resolve, reject });
    this.#deps.onProgress();
    await promise;
  }

  /** Checksums of the far blocks after all that was accepted before the call. @throws LabError UploadStalled, PeerUnreachable, LinkDown */
  async checksums(query: ChecksumQuery): Promise<Buffer> {
    await this.drained();
    const target = await this.#open();
    // The far end waits for what it was told of, no more.
    await this.#tell(target);
    return target.checksums(query);
  }

  close(): void {
    this.#closed = true;
    this.#rejectWaiters(new LabError('PairUnknown', this.#pair.pairId));
  }

  async #open(): Promise<UploadTarget> {
    const opening = (this.#target ??= this.#deps.targets.open(this.#pair.pairId, this.#pair.order.target));
    try {
      return await opening;
    } catch (error) {
      if (this.#target === opening) this.#target = undefined;
      throw error;
    }
  }

  async #upload(batch: CachedBatch, flight: Flight): Promise<void> {
    try {
      await this.#send(batch);
      flight.appended.add(batch.sequence);
      if (flight === this.#flight) await this.#release();
    } catch (error) {
      for (const sequences of [flight.started, flight.appended]) sequences.delete(batch.sequence);
      if (flight === this.#flight) this.#failed(error);
    }
    this.#deps.onProgress();
  }

  async #send(batch: CachedBatch): Promise<void> {
    const { kernel, cache, throttle, onUploaded } = this.#deps;
    const { pairId, order } = this.#pair;
    const verdict = kernel.faults.active('processserver.upload') ? await kernel.faults.check('processserver.upload', pairId) : 'pass';
    if (verdict === 'skip') return;
    const target = await this.#open();
    const frame = await cache.read(pairId, batch);
    const sealed = await seal(frame, { key: Buffer.from(order.key, 'base64'), pairId, sequence: batch.sequence });
    if (verdict === 'corrupt') sealed[sealed.length - 1] = (sealed[sealed.length - 1] as number) ^ 0xff;
    await throttle.pass(sealed.length);
    await target.append(batch.sequence, sealed);
    onUploaded(sealed.length);
  }

  /** What stands in the log without a gap leaves the cache. */
  async #release(): Promise<void> {
    if (this.#releasing) return;
    this.#releasing = true;
    try {
      for (let through = this.#appendedThrough(); through !== undefined && !this.#closed; through = this.#appendedThrough())
        await this.#releaseThrough(through);
    } finally {
      this.#releasing = false;
    }
  }

  async #releaseThrough(through: number): Promise<void> {
    const { started, appended } = this.#flight;
    await this.#pair.release(through);
    for (const sequences of [started, appended]) for (const sequence of sequences) if (sequence <= through) sequences.delete(sequence);
    const ready = this.#waiters.filter((waiter) => waiter.through <= through);
    this.#waiters = this.#waiters.filter((waiter) => waiter.through > through);
    for (const waiter of ready) waiter.resolve();
    this.#startNotice();
  }

  #appendedThrough(): number | undefined {
    let through: number | undefined;
    for (const { sequence } of this.#pair.batches) {
      if (!this.#flight.appended.has(sequence)) break;
      through = sequence;
    }
    return through;
  }

  /** Notices are cumulative: while one is on its way, or cannot be delivered, later ones become one. */
  #startNotice(): void {
    if (this.#noticing || this.#closed) return;
    this.#noticing = true;
    const { clock } = this.#deps.kernel;
    clock.start(`notice ${this.#pair.pairId}`, async () => {
      try {
        await this.#tell(await this.#open());
      } catch (error) {
        this.#trace('noticeFailed', LabError.from(error));
        clock.at(clock.now() + retryMs, `notice ${this.#pair.pairId}`, () => this.#startNotice());
      } finally {
        this.#noticing = false;
      }
    });
  }

  async #tell(target: UploadTarget): Promise<void> {
    while (this.#noticed < this.#pair.uploaded.through && !this.#closed) {
      const { through, newestMark } = this.#pair.uploaded;
      await target.notify(through, newestMark);
      this.#noticed = Math.max(this.#noticed, through);
    }
  }

  #failed(error: unknown): void {
    const problem = LabError.from(error);
    if (this.#closed) return;
    this.#trace('uploadFailed', problem);
    if (this.#stalled === undefined) this.#wakeLater();
    this.#stalled = problem;
    this.#rejectWaiters(new LabError('UploadStalled', problem.message, { cause: problem }));
    if (problem.code === 'InternalError') throw error;
  }

  #wakeLater(): void {
    const { clock } = this.#deps.kernel;
    clock.at(clock.now() + retryMs, `upload ${this.#pair.pairId}`, () => {
      this.#stalled = undefined;
      this.#deps.onProgress();
    });
  }

  #rejectWaiters(error: LabError): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  #trace(event: string, problem: LabError): void {
    this.#deps.kernel.trace.record('processserver', event, { pairId: this.#pair.pairId, code: problem.code, message: problem.message });
  }
}
