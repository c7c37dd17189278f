// One reverse pair on its master target: log and replica, and the engine between them.
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ReplicaSnapshot } from '../../replication/stations.ts';
import { PairTargetEngine } from '../../replication/target.ts';
import type { RetentionLog } from './retentionLog.ts';
import type { RetentionVolume } from './retentionVolume.ts';
import type { HeldDisk } from './state.ts';
import { VmdkReplica } from './vmdkReplica.ts';

/** The automatic failback policy keeps its points for a day (asr-behaviour §3.2). */
const retentionMs = 24 * 3_600_000;

export interface HeldPairDeps {
  readonly kernel: Kernel;
  readonly held: HeldDisk;
  readonly volume: RetentionVolume;
  readonly log: RetentionLog;
  readonly disk: BlockDevice;
  /** A point was made, or the pair broke. */
  readonly onChange: () => void;
}

export class HeldPair implements AsyncDisposable {
  readonly pairId: string;
  readonly #deps: HeldPairDeps;
  readonly #replica: VmdkReplica;
  readonly #engine: PairTargetEngine;

  private constructor(deps: HeldPairDeps, replica: VmdkReplica) {
    this.#deps = deps;
    this.pairId = deps.held.pairId;
    this.#replica = replica;
    const { kernel, held, log, onChange } = deps;
    this.#engine = new PairTargetEngine({
      kernel,
      pairId: held.pairId,
      key: Buffer.from(held.key, 'base64'),
      log,
      replica,
      onSnapshot: () => this.#prune(),
      onBroken: onChange,
    });
  }

  /** Takes up where the journal says the disk stands. @throws LabError RetentionJournalDamaged */
  static async open(deps: HeldPairDeps): Promise<HeldPair> {
    const { kernel, volume, held, disk } = deps;
    const replica = await VmdkReplica.open({ volume, pairId: held.pairId, disk, gate: () => kernel.faults.check('mastertarget.apply', held.pairId) });
    const pair = new HeldPair(deps, replica);
    pair.#engine.wake();
    return pair;
  }

  get replica(): VmdkReplica {
    return this.#replica;
  }

  get broken(): LabError | undefined {
    return this.#engine.broken;
  }

  /** Sequences that need not be sent again: those held in the log, and all up to the replica's position. */
  async held(): Promise<{ through: number; sequences: number[] }> {
    const through = await this.#replica.position();
    return { through, sequences: await this.#deps.log.list(this.pairId, through) };
  }

  /** Durable when it resolves. Idempotent by sequence. @throws LabError RetentionDriveFull */
  async take(sequence: number, sealed: Buffer): Promise<void> {
    if (sequence <= (await this.#replica.position())) return;
    await this.#deps.log.append(this.pairId, sequence, sealed);
    this.#engine.wake();
  }

  /** 8 bytes per block, after everything received was applied. @throws LabError DiskRangeInvalid, SealBroken and what else broke the pair; PeerUnreachable while the disk lags */
  async checksums(range: Range, blockBytes: number): Promise<Buffer> {
    const received = (await this.#deps.log.list(this.pairId, 0)).at(-1) ?? 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#deps.kernel.clock.start(`checksums ${this.pairId}`, () => this.#engine.drained().then(resolve));
    await promise;
    if (this.#engine.broken !== undefined) throw this.#engine.broken;
    // A full retention drive, say: equal blocks of an older state would hide what is still to be applied.
    if ((await this.#replica.position()) < received)
      throw new LabError('PeerUnreachable', `The disk of pair ${this.pairId} has not taken everything that was received.`);
    if (range.offset + range.length > this.#replica.sizeBytes)
      throw new LabError('DiskRangeInvalid', `Offset ${range.offset}, length ${range.length}, on a disk of ${this.#replica.sizeBytes} bytes.`);
    return this.#replica.checksums(range, blockBytes);
  }

  async describe(): Promise<{ pairId: string; sequence: number; snapshots: ReplicaSnapshot[] }> {
    const sequence = this.#engine.position;
    const snapshots = await this.#replica.snapshots();
    return { pairId: this.pairId, sequence, snapshots: snapshots.filter((snapshot) => snapshot.sequence <= sequence) };
  }

  /** A batch under way is finished; then disk and journal are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
    await this.#replica[Symbol.asyncDispose]();
  }

  #prune(): void {
    const { kernel, onChange } = this.#deps;
    onChange();
    kernel.clock.start(`retention ${this.pairId}`, async () => {
      const snapshots = await this.#replica.snapshots();
      for (const { id, mark } of snapshots.slice(0, -1)) if (mark.timeMs < kernel.clock.now() - retentionMs) await this.#replica.removeSnapshot(id);
    });
  }
}
