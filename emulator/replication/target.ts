// Target side of a pair: takes sealed batches from the log in order, applies them to the replica, and turns marks into snapshots.
import type { Range } from '../disk/blockDevice.ts';
import type { TimeMs } from '../kernel/clock.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { LabError } from '../kernel/errors.ts';
import { decodeBatch, decodeHeader } from './batch.ts';
import { unseal } from './seal.ts';
import type { BatchLog, Replica, ReplicaSnapshot } from './stations.ts';

export interface PairTargetDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
  readonly pairId: string;
  /** 32 bytes. */
  readonly key: Buffer;
  readonly log: BatchLog;
  readonly replica: Replica;
  /** May be shown as (part of) a recovery point. Called once per snapshot and process life, again after an interruption. */
  readonly onSnapshot: (snapshot: ReplicaSnapshot) => void;
  /** The pair cannot go on without a resynchronisation (broken seal, wrong checksum in the log). */
  readonly onBroken: (error: LabError) => void;
  /** So many applied batches may stay in the log, to be removed together; default none. */
  readonly spentBatches?: number;
}

/** One per pair and process. `wake` after news of the log; the rest happens by itself. */
export class PairTargetEngine {
  readonly #deps: PairTargetDeps;
  #position = 0;
  /** After a start, or a failure, the replica itself says where it is. */
  #lost = true;
  /** Highest sequence that somebody said is in the log; 0 when only a look there can tell. */
  #told = 0;
  /** Applied, and still in the log. */
  #spent: number[] = [];
  #spentBytes = 0;
  /** Since when later batches are in the log and the next one is not. */
  #gapSinceMs: TimeMs | undefined;
  /** Sequences there that need what is missing. */
  readonly #behindGap = new Set<number>();
  #running = false;
  #again = false;
  #closed = false;
  #broken: LabError | undefined;
  #idle: (() => void)[] = [];

  constructor(deps: PairTargetDeps) {
    this.#deps = deps;
  }

  /** Sequence up to which everything is on the replica. */
  get position(): number {
    return this.#position;
  }

  get broken(): LabError | undefined {
    return this.#broken;
  }

  get replica(): Replica {
    return this.#deps.replica;
  }

  /** There may be new batches. @param through the log holds all up to this sequence, as its writer says: no need to look */
  wake(through = 0): void {
    this.#told = Math.max(this.#told, through);
    this.#again = true;
    if (this.#running || this.#closed || this.#broken !== undefined) return;
    this.#running = true;
    this.#deps.kernel.clock.start(`target ${this.#deps.pairId}`, () => this.#run());
  }

  /** Ends when nothing is left to apply, or the pair is broken or closed. For callers inside an activity. */
  async drained(): Promise<void> {
    this.wake();
    if (!this.#running) return;
    await this.#deps.kernel.clock.idle(new Promise<void>((resolve) => void this.#idle.push(resolve)));
  }

  /** 8 bytes per block, of what is applied. For callers inside an activity, after `drained`. */
  async checksums(range: Range, blockBytes: number): Promise<Buffer> {
    return this.#deps.replica.checksums(range, blockBytes);
  }

  /** Stops applying; a batch under way is finished. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running) await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed && this.#broken === undefined) {
        this.#again = false;
        await this.#catchUp();
      }
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.#running = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Links and storage come back: try again later. Anything else ends the pair until it is resynchronised. */
  async #failed(error: unknown): Promise<void> {
    const { kernel, pairId } = this.#deps;
    const problem = LabError.from(error);
    kernel.trace.record('target', 'interrupted', { pairId, code: problem.code, message: problem.message });
    this.#lost = true;
    this.#told = 0;
    const lasting = problem.code === 'SealBroken' || problem.code.startsWith('Batch');
    if (lasting) {
      this.#broken = problem;
      this.#deps.onBroken(problem);
      return;
    }
    if (problem.code === 'InternalError') throw error;
    kernel.clock.at(kernel.clock.now() + retryMs, `target ${pairId}`, () => this.wake());
  }

  async #catchUp(): Promise<void> {
    const sequences = await this.#waiting();
    const wanted: number[] = [];
    const next = await this.#nextOf(sequences);
    for (const sequence of sequences.filter((one) => one >= next)) {
      if (sequence !== next + wanted.length) break;
      wanted.push(sequence);
    }
    // What follows a gap is looked at when everything before it is applied.
    if (wanted.length > 0 && wanted.at(-1) !== sequences.at(-1)) this.#again = true;
    await this.#applyAll(wanted);
    await this.#removeSpent();
  }

  async #applyAll(wanted: readonly number[]): Promise<void> {
    const { kernel, replica, pairId, onSnapshot } = this.#deps;
    if (wanted.length === 0) return;
    // The next batches are fetched and opened while one is written.
    const ahead = wanted.slice(0, fetchedAhead).map((sequence) => this.#fetchAhead(sequence));
    let applied = 0;
    for (const [place, sequence] of wanted.entries()) {
      if (this.#closed) break;
      const frame = await (ahead.shift() as Promise<Buffer>);
      const following = wanted[place + fetchedAhead];
      if (following !== undefined) ahead.push(this.#fetchAhead(following));
      const batch = decodeBatch(frame);
      const verdict = await kernel.faults.check('target.apply', pairId);
      if (verdict !== 'skip') await replica.apply(batch);
      applied = sequence;
      this.#spent.push(sequence);
      this.#spentBytes += frame.length;
      if (batch.mark === undefined) continue;
      const snapshot = await replica.snapshot(sequence, batch.mark);
      this.#position = sequence;
      onSnapshot(snapshot);
    }
    if (applied > this.#position) await replica.advance(applied);
    this.#position = Math.max(applied, this.#position);
    this.#gapSinceMs = undefined;
    this.#behindGap.clear();
    kernel.trace.record('target', 'applied', { pairId, through: this.#position });
  }

  /** Only what lies below the recorded position; what a kill leaves is found by the next start. */
  async #removeSpent(): Promise<void> {
    const { log, pairId, spentBatches = 0 } = this.#deps;
    if (this.#spent.length <= spentBatches && this.#spentBytes < spentBytesLimit) return;
    const spent = this.#spent;
    this.#spent = [];
    this.#spentBytes = 0;
    if (spent.length > 0) await log.remove(pairId, spent);
  }

  /** Sequences to apply. After a start, or a failure, the log itself says. */
  async #waiting(): Promise<number[]> {
    const { log, pairId } = this.#deps;
    if (this.#lost) {
      await this.#recover();
      const held = await log.list(pairId, 0);
      this.#spent = held.filter((sequence) => sequence <= this.#position);
      this.#spentBytes = 0;
      return held.filter((sequence) => sequence > this.#position);
    }
    if (this.#told <= this.#position) return log.list(pairId, this.#position);
    return Array.from({ length: this.#told - this.#position }, (_, place) => this.#position + 1 + place);
  }

  /** Where to go on: at the next sequence, or behind a gap at a batch that needs nothing of what is missing. */
  async #nextOf(sequences: readonly number[]): Promise<number> {
    const next = this.#position + 1;
    const [first] = sequences;
    if (first === undefined || first === next) return next;
    for (const sequence of sequences) {
      if (this.#behindGap.has(sequence)) continue;
      if (decodeHeader(await this.#fetch(sequence)).resumes === true) return sequence;
      this.#behindGap.add(sequence);
    }
    this.#watchGap();
    return next;
  }

  /** What is missing may still come: from a process server that this pair left, over a link that is cut. Not for ever. */
  #watchGap(): void {
    const { kernel, pairId } = this.#deps;
    const nowMs = kernel.clock.now();
    if (this.#gapSinceMs === undefined) {
      this.#gapSinceMs = nowMs;
      kernel.clock.at(nowMs + gapLimitMs, `target ${pairId}`, () => this.wake());
    }
    if (nowMs - this.#gapSinceMs >= gapLimitMs)
      throw new LabError('BatchMissing', `Pair ${pairId} has later batches in its log, and not sequence ${this.#position + 1}.`);
  }

  /** Its failure is heard of when its turn comes. */
  #fetchAhead(sequence: number): Promise<Buffer> {
    const fetching = this.#fetch(sequence);
    fetching.catch(() => undefined);
    return fetching;
  }

  async #fetch(sequence: number): Promise<Buffer> {
    const { log, pairId, key } = this.#deps;
    return unseal(await log.read(pairId, sequence), { key, pairId, sequence });
  }

  async #recover(): Promise<void> {
    const { replica, onSnapshot } = this.#deps;
    this.#position = await replica.position();
    this.#lost = false;
    for (const snapshot of await replica.snapshots()) onSnapshot(snapshot);
  }
}

const retryMs = 5000;
/** So long a batch may be missing between others before the pair is resynchronised. */
const gapLimitMs = 15 * 60_000;
const fetchedAhead = 3;
const spentBytesLimit = 32 * 1024 * 1024;
