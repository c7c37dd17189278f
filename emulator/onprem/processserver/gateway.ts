// The data port's rules: who may send what, whether the bytes are whole, and whether there is room (asr-behaviour §9.1).
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { decodeBatch, frameChecksum } from '../../replication/batch.ts';
import type { RelayedPair } from '../../replication/orders.ts';
import type { CacheFolder } from './cacheFolder.ts';
import { RelayPair } from './relayPair.ts';
import { freeShare, throttleBelowShare } from './state.ts';

interface GatewayDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
  readonly cache: CacheFolder;
  /** A batch was accepted. */
  readonly onAccepted: (pair: RelayPair) => void;
}

export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #pairs = new Map<string, RelayPair>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  get pairs(): ReadonlyMap<string, RelayPair> {
    return this.#pairs;
  }

  /** Free share of the cache under 20 %: agents have to wait. */
  get throttled(): boolean {
    const { cache } = this.#deps;
    return freeShare(cache.usedBytes, cache.limitBytes) < throttleBelowShare;
  }

  /** The whole list of pairs of this process server; others are forgotten. @returns the pairs that ended */
  take(orders: readonly RelayedPair[]): RelayPair[] {
    const { kernel, cache } = this.#deps;
    const listed = new Set(orders.map((order) => order.pairId));
    const ended = [...this.#pairs.values()].filter((pair) => !listed.has(pair.pairId));
    for (const pair of ended) {
      this.#pairs.delete(pair.pairId);
      pair.forget();
    }
    for (const order of orders) {
      const pair = this.#pairs.get(order.pairId);
      if (pair === undefined) this.#pairs.set(order.pairId, new RelayPair({ clock: kernel.clock, cache, order }));
      else pair.update(order);
    }
    for (const pairId of cache.pairIds()) if (!listed.has(pairId)) cache.removePair(pairId, []);
    return ended;
  }

  /** @throws LabError PairUnknown, AccessDenied when another agent asks */
  pairOf(pairId: string, hostId: string): RelayPair {
    const pair = this.#pairs.get(pairId);
    if (pair === undefined) throw new LabError('PairUnknown', pairId);
    if (pair.order.hostId !== hostId) throw new LabError('AccessDenied', `${pairId} does not belong to ${hostId}.`);
    return pair;
  }

  /**
   * See `Relay.accept` in stations.ts.
   * @throws LabError BatchTruncated, BatchChecksumWrong, BatchMalformed, BatchOutOfOrder, BatchReplayMismatch, ProcessServerThrottled, ProcessServerCacheFull, PairUnknown
   */
  async accept(pair: RelayPair, sequence: number, frame: Buffer): Promise<number> {
    const { faults } = this.#deps.kernel;
    const verdict = faults.active('processserver.accept') ? await faults.check('processserver.accept', pair.pairId) : 'pass';
    if (verdict === 'corrupt' && frame.length > 0) frame[frame.length - 1] = (frame[frame.length - 1] as number) ^ 0xff;
    const header = decodeBatch(frame);
    if (header.pairId !== pair.pairId || header.sequence !== sequence)
      throw new LabError('BatchMalformed', `${header.pairId} sequence ${header.sequence} was sent as ${pair.pairId} sequence ${sequence}.`);
    if (sequence > pair.accepted) {
      if (pair.order.mode === 'drain') throw new LabError('PairUnknown', `${pair.pairId} has moved to another process server.`);
      this.#requireRoom();
    }
    const accepted = await pair.accept(header, { frame, checksum: frameChecksum(frame), keep: verdict !== 'skip' });
    this.#deps.onAccepted(pair);
    return accepted;
  }

  #requireRoom(): void {
    const { cache } = this.#deps;
    if (!this.throttled) return;
    throw new LabError('ProcessServerThrottled', `${cache.usedBytes} of ${cache.limitBytes} bytes are in use.`);
  }
}
