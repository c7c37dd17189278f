// The sources of one machine: one per protected disk, at most three of them copying at once (asr-behaviour §4.4).
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import type { CapturedDisk } from '../../replication/capture.ts';
import type { PairOrder } from '../../replication/orders.ts';
import type { PairReport } from '../../replication/reports.ts';
import { PairSource } from '../../replication/source.ts';
import type { Mark, Relay } from '../../replication/stations.ts';

const copyingLimit = 3;
/** A disk in the queue looks again this often, besides being told. */
const queueMs = 5000;

export interface MachinePairsDeps {
  readonly kernel: Kernel;
  /** @throws LabError NotFound when the machine has no such disk */
  readonly disk: (diskId: string) => CapturedDisk;
  /** A report changed in a way that others act on. */
  readonly onChange: () => void;
}

interface Entry {
  order: PairOrder;
  readonly disk: CapturedDisk;
  readonly source: PairSource;
}

export class MachinePairs {
  readonly #deps: MachinePairsDeps;
  readonly #entries = new Map<string, Entry>();
  /** Disks that have another size than their replica: they wait for a pair that fits (asr-behaviour §4.9). */
  readonly #resized = new Map<string, PairReport>();
  readonly #copying = new Set<string>();
  #queueArmed = false;
  #closed = false;

  constructor(deps: MachinePairsDeps) {
    this.#deps = deps;
  }

  get diskIds(): string[] {
    return [...this.#entries.values()].map(({ order }) => order.diskId);
  }

  /** Whether a mark put into all disks now becomes a recovery point: one disk that cannot holds up the whole machine (asr-behaviour §5.1). */
  get markable(): boolean {
    return !this.#closed && this.#entries.size > 0 && this.#resized.size === 0 && [...this.#entries.values()].every(({ source }) => source.markable);
  }

  /** Whether a disk is still in its first copy or a resynchronisation: no point is expected yet. */
  get copying(): boolean {
    return [...this.#entries.values()].some(({ source }) => source.report().stage === 'ResyncStepI');
  }

  /** Pairs whose copy is done and that wait for the mark which ends it. */
  get finishing(): string[] {
    return [...this.#entries].filter(([, { source }]) => source.report().stage === 'ResyncStepII').map(([pairId]) => pairId);
  }

  reports(): PairReport[] {
    const running = [...this.#entries.values()].map(({ source, disk }) => ({ ...source.report(), capturedBytes: disk.mode === 'off' ? 0 : disk.log.end }));
    return [...running, ...this.#resized.values()];
  }

  /** Starts, updates and ends sources until they are as ordered. Call it inside an activity, or before anything runs. */
  async follow(orders: readonly PairOrder[], relay: Relay): Promise<void> {
    const wanted = new Set(orders.map(({ pairId }) => pairId));
    for (const pairId of this.#resized.keys()) if (!wanted.has(pairId)) this.#resized.delete(pairId);
    for (const [pairId, { source }] of this.#entries) {
      if (wanted.has(pairId)) continue;
      this.#entries.delete(pairId);
      this.#copying.delete(pairId);
      await this.#deps.kernel.clock.idle(source.close({ forget: true }));
    }
    for (const order of orders) {
      const entry = this.#entries.get(order.pairId);
      if (entry === undefined && this.#isResized(order)) continue;
      if (entry === undefined) await this.#begin(order, relay);
      else {
        entry.order = order;
        entry.source.update(order, relay);
      }
    }
    this.#wake();
  }

  /** Uses another relay, or another identity towards it. */
  relayChanged(relay: Relay): void {
    for (const { source, order } of this.#entries.values()) source.update(order, relay);
  }

  /**
   * Puts one mark into the streams of all disks. Synchronous: no write comes between the disks.
   * @returns false when a disk could not take it; then it becomes no recovery point
   */
  mark(mark: Mark): boolean {
    if (!this.markable) return false;
    let complete = true;
    for (const { disk } of this.#entries.values()) complete = disk.mark(mark) && complete;
    return complete;
  }

  /** Ends when no write is in flight on any disk; later ones wait for `thaw`. */
  async freeze(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ disk }) => disk.freeze()));
  }

  thaw(): void {
    for (const { disk } of this.#entries.values()) disk.thaw();
  }

  /** Starts draining all disks; the promise ends when the relay holds everything captured before the call. It never fails, it may never end. */
  drain(): Promise<void> {
    const drained = [...this.#entries.values()].map(({ source, order }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#deps.kernel.clock.start(`drain ${order.pairId}`, async () => {
        await source.drained();
        resolve();
      });
      return promise;
    });
    return Promise.all(drained).then(() => undefined);
  }

  /** Stops sending at once; ends when the batches under way have ended. `forget`: replication is over, capture stops too. */
  async close(options: { forget: boolean }): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { disk } of entries) disk.thaw();
    await Promise.all(entries.map(({ source }) => source.close(options)));
  }

  #isResized(order: PairOrder): boolean {
    const { pairId, diskId } = order;
    const { sizeBytes } = this.#deps.disk(diskId);
    if (sizeBytes === order.sizeBytes) return false;
    const error = new LabError('DiskResized', `It has ${sizeBytes} bytes, its replica ${order.sizeBytes}.`).toBody();
    const figures = { totalBytes: sizeBytes, processedBytes: 0, transferredBytes: 0, pendingBytes: sizeBytes };
    if (!this.#resized.has(pairId)) this.#deps.onChange();
    this.#resized.set(pairId, { pairId, stage: 'ResyncStepI', mode: 'bitmap', ...figures, resyncId: null, error });
    return true;
  }

  async #begin(order: PairOrder, relay: Relay): Promise<void> {
    const { kernel, onChange } = this.#deps;
    const disk = this.#deps.disk(order.diskId);
    const { pairId } = order;
    const source = new PairSource({
      kernel,
      order,
      disk,
      relay,
      canSend: () => this.#mayCopy(pairId),
      onChange: () => {
        this.#wake();
        onChange();
      },
    });
    this.#entries.set(pairId, { order, disk, source });
    await source.start();
  }

  #mayCopy(pairId: string): boolean {
    if (this.#copying.has(pairId)) return true;
    for (const other of this.#copying) if (this.#entries.get(other)?.source.copying !== true) this.#copying.delete(other);
    if (this.#copying.size < copyingLimit) {
      this.#copying.add(pairId);
      return true;
    }
    this.#queue();
    return false;
  }

  #queue(): void {
    if (this.#queueArmed) return;
    this.#queueArmed = true;
    const { clock } = this.#deps.kernel;
    clock.at(clock.now() + queueMs, 'disks in queue', () => {
      this.#queueArmed = false;
      this.#wake();
    });
  }

  /** A place may have become free. */
  #wake(): void {
    if (this.#closed) return;
    for (const [pairId, { source }] of this.#entries) if (source.copying && !this.#copying.has(pairId)) source.wake();
  }
}
