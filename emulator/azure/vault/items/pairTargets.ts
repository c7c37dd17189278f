// The vault's end of the forward pairs: one engine each that takes the log into the replica, opened again after every interruption.
import type { Range } from '../../../disk/blockDevice.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { Mark, ReplicaSnapshot } from '../../../replication/stations.ts';
import { PairTargetEngine } from '../../../replication/target.ts';
import type { VaultStorage } from '../deps.ts';
import type { Records } from '../records.ts';
import type { PairRecord } from './state.ts';

const retryMs = 5000;
/** Batches of a light churn cost less to keep for a while than to delete one by one. */
const spentBatches = 32;

export interface PairTargetsDeps {
  readonly kernel: Kernel;
  readonly records: Records;
  readonly storage: Pick<VaultStorage, 'openLog' | 'openReplica'>;
  readonly onSnapshot: (pairId: string, snapshot: ReplicaSnapshot) => void;
  /** Bytes were applied, or the pair broke. */
  readonly onChange: (pairId: string) => void;
}

export class PairTargets implements AsyncDisposable {
  readonly #deps: PairTargetsDeps;
  readonly #engines = new Map<string, PairTargetEngine>();
  readonly #opening = new Map<string, Promise<PairTargetEngine | undefined>>();
  #closed = false;

  constructor(deps: PairTargetsDeps) {
    this.#deps = deps;
  }

  /** Takes up all active forward pairs, as after a start. */
  resume(): void {
    for (const pair of this.#deps.records.pairs.list())
      if (pair.direction === 'forward' && pair.state === 'active' && pair.replica !== null) this.open(pair.pairId);
  }

  /** Opens in its own activity and keeps trying while storage is away. */
  open(pairId: string): void {
    this.#deps.kernel.clock.start(`target ${pairId}`, async () => void (await this.#engine(pairId)));
  }

  /**
   * A process server says what is in the log for good.
   * @throws LabError PairUnknown
   */
  uploaded(pairId: string, through: number, newestMark: Mark | null): void {
    const { records, kernel } = this.#deps;
    const pair = this.#pair(pairId);
    if (through > pair.uploadedThrough || (newestMark !== null && newestMark.id !== pair.newestMark?.id)) {
      const newer = newestMark !== null && newestMark.timeMs >= (pair.newestMark?.timeMs ?? 0) ? newestMark : pair.newestMark;
      records.pairs.put({ ...pair, uploadedThrough: Math.max(through, pair.uploadedThrough), newestMark: newer, progressMs: kernel.clock.now() });
    }
    const engine = this.#engines.get(pairId);
    if (engine === undefined) this.open(pairId);
    else engine.wake(through);
  }

  /**
   * Applies what the log holds. For callers inside an activity.
   * @returns whether everything uploaded so far is on the replica for good; false: try again later
   */
  async drained(pairId: string): Promise<boolean> {
    const engine = await this.#engine(pairId);
    if (engine === undefined) return false;
    await engine.drained();
    return engine.broken === undefined && engine.position >= this.#pair(pairId).uploadedThrough;
  }

  /** For callers inside an activity. @throws LabError PeerUnreachable while storage is away: ask again */
  async checksums(pairId: string, range: Range, blockBytes: number): Promise<Buffer> {
    const engine = await this.#engine(pairId);
    if (engine === undefined) throw new LabError('PeerUnreachable', `The replica of pair ${pairId}.`);
    return engine.checksums(range, blockBytes);
  }

  /** @returns whether it is gone */
  async removeSnapshot(pairId: string, snapshotId: string): Promise<boolean> {
    const pair = this.#deps.records.pairs.get(pairId);
    // A deleted replica took its snapshots with it.
    if (pair === undefined || pair.replica === null) return true;
    // It goes as a whole when no point uses it any more.
    if (pair.state === 'outgrown') return true;
    const engine = await this.#engine(pairId);
    if (engine === undefined) return false;
    await engine.replica.removeSnapshot(snapshotId);
    return true;
  }

  /**
   * Leaves out what cannot be opened, before a resynchronisation: the replica goes on after the newest batch that is in the log,
   * and the comparison of blocks repairs what was left out.
   */
  async skipBroken(pairId: string): Promise<void> {
    const engine = this.#engines.get(pairId);
    if (engine?.broken === undefined) return;
    const pair = this.#pair(pairId);
    await this.close(pairId);
    const log = await this.#deps.storage.openLog(pairId, logAccountOf(this.#deps.records, pair));
    const replica = await this.#deps.storage.openReplica(pair.replica as string, pair.sizeBytes);
    try {
      const held = await log.list(pairId, 0);
      await replica.advance(Math.max(pair.uploadedThrough, ...held));
      await log.remove(pairId, held);
    } finally {
      await replica[Symbol.asyncDispose]();
    }
    this.open(pairId);
  }

  async close(pairId: string): Promise<void> {
    await this.#opening.get(pairId);
    const engine = this.#engines.get(pairId);
    if (engine === undefined) return;
    this.#engines.delete(pairId);
    await engine.close();
    await engine.replica[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const pairId of [...this.#engines.keys(), ...this.#opening.keys()]) await this.close(pairId);
  }

  async #engine(pairId: string): Promise<PairTargetEngine | undefined> {
    const engine = this.#engines.get(pairId);
    if (engine !== undefined) return engine;
    let opening = this.#opening.get(pairId);
    if (opening === undefined) {
      opening = this.#tryOpen(pairId).finally(() => this.#opening.delete(pairId));
      this.#opening.set(pairId, opening);
    }
    return opening;
  }

  async #tryOpen(pairId: string): Promise<PairTargetEngine | undefined> {
    const { kernel, storage, onSnapshot, onChange, records } = this.#deps;
    const pair = records.pairs.get(pairId);
    if (this.#closed || pair === undefined || pair.state !== 'active' || pair.replica === null) return undefined;
    try {
      const log = await storage.openLog(pairId, logAccountOf(records, pair));
      const replica = await storage.openReplica(pair.replica, pair.sizeBytes);
      const engine = new PairTargetEngine({
        kernel,
        pairId,
        key: Buffer.from(pair.key, 'base64'),
        log,
        replica,
        onSnapshot: (snapshot) => {
          onSnapshot(pairId, snapshot);
          onChange(pairId);
        },
        onBroken: (error) => this.#broken(pairId, error),
        spentBatches,
      });
      this.#engines.set(pairId, engine);
      engine.wake();
      return engine;
    } catch (error) {
      const problem = LabError.from(error);
      kernel.trace.record('vault', 'replicaUnreachable', { pairId, code: problem.code, message: problem.message });
      if (problem.code === 'InternalError') throw error;
      kernel.clock.at(kernel.clock.now() + retryMs, `target ${pairId}`, async () => void (await this.#engine(pairId)));
      return undefined;
    }
  }

  #broken(pairId: string, error: LabError): void {
    const { records, kernel, onChange } = this.#deps;
    records.pairs.change(pairId, (pair) => ({ ...pair, resyncRequired: { reason: error.message, sinceMs: kernel.clock.now() }, resyncAdoptedMs: null }));
    onChange(pairId);
  }

  #pair(pairId: string): PairRecord {
    const pair = this.#deps.records.pairs.get(pairId);
    if (pair === undefined || pair.state !== 'active') throw new LabError('PairUnknown', pairId);
    return pair;
  }
}

export function logAccountOf(records: Records, pair: PairRecord): string {
  return records.items.require(pair.itemId).forward.target.logStorageAccount;
}
