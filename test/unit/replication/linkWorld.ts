// One disk's way from its source to its replica, without the wires between, and the memory of what was written and marked.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import type { Random } from '../../../emulator/kernel/random.ts';
import { RetentionLog } from '../../../emulator/onprem/mastertarget/retentionLog.ts';
import { RetentionVolume } from '../../../emulator/onprem/mastertarget/retentionVolume.ts';
import { VmdkReplica } from '../../../emulator/onprem/mastertarget/vmdkReplica.ts';
import { decodeBatch, frameChecksum } from '../../../emulator/replication/batch.ts';
import { CapturedDisk } from '../../../emulator/replication/capture.ts';
import type { PairOrder } from '../../../emulator/replication/orders.ts';
import { seal } from '../../../emulator/replication/seal.ts';
import { PairSource } from '../../../emulator/replication/source.ts';
import type { Relay } from '../../../emulator/replication/stations.ts';
import { PairTargetEngine } from '../../../emulator/replication/target.ts';
import { testKernel, type TestKernel } from '../../support/kernel.ts';

const sizeBytes = 4 * 1024 * 1024;
const key = Buffer.alloc(32, 7);
/** Applied batches that may stay in the log. */
export const spentBatches = 4;
const order: PairOrder = {
  pairId: 'pair',
  diskId: 'disk',
  sizeBytes,
  direction: 'forward',
  initial: 'copy',
  resyncId: null,
  key: key.toString('base64'),
  target: { kind: 'mastertarget', masterTargetId: 'mt', masterTargetUrl: 'none' },
};

/** A disk, a source, a log, a target; the relay between them can be cut and loses answers at random. */
export class LinkWorld implements AsyncDisposable {
  readonly kernel: TestKernel;
  readonly random: Random;
  readonly model = Buffer.alloc(sizeBytes);
  readonly marks = new Map<string, string>();
  cut = false;
  loseAnswers = 0;
  limitBytes = 256 * 1024;
  order = order;
  folder = '';
  disk!: CapturedDisk;
  source!: PairSource;
  engine!: PairTargetEngine;
  log!: RetentionLog;
  replica!: VmdkReplica;
  #accepted = new Map<number, number>();
  #markCount = 0;

  constructor(seed: string) {
    this.kernel = testKernel(seed);
    this.random = this.kernel.random.fork('world');
  }

  async open(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'link-'));
    await (await RawDisk.create({ path: join(this.folder, 'source.raw'), sizeBytes }))[Symbol.asyncDispose]();
    await (await RawDisk.create({ path: join(this.folder, 'target.raw'), sizeBytes }))[Symbol.asyncDispose]();
    await this.#openTarget();
    await this.#openDisk();
  }

  async startSource(): Promise<void> {
    this.source = new PairSource({
      kernel: this.kernel,
      order: this.order,
      disk: this.disk,
      relay: this.relay,
      canSend: () => true,
      onChange: () => undefined,
    });
    await this.source.start();
  }

  async restartSource(): Promise<void> {
    await this.source.close({ forget: false });
    await this.disk[Symbol.asyncDispose]();
    await this.#openDisk();
    await this.startSource();
  }

  async restartTarget(): Promise<void> {
    // The same files may not be open twice; kills in the middle of an append are tried on real processes (test/scenario).
    await this.kernel.clock.settle();
    await this.engine.close();
    await this.replica[Symbol.asyncDispose]();
    await this.#openTarget();
    this.engine.wake();
  }

  async writeSomething(): Promise<void> {
    const length = 512 * (1 + this.random.integer(64));
    const offset = 512 * this.random.integer((sizeBytes - length) / 512);
    if (this.random.next() < 0.15) {
      await this.disk.zero(offset, length);
      this.model.fill(0, offset, offset + length);
      return;
    }
    const bytes = this.random.next() < 0.2 ? Buffer.alloc(length) : this.random.bytes(length);
    await this.disk.write(offset, bytes);
    bytes.copy(this.model, offset);
  }

  mark(): boolean {
    if (!this.source.markable) return false;
    const id = `mark-${(this.#markCount += 1)}`;
    const taken = this.disk.mark({ id, timeMs: this.kernel.clock.now(), consistency: 'CrashConsistent', members: ['m'], disks: ['disk'] });
    if (taken) this.marks.set(id, digest(this.model));
    return taken;
  }

  /** Lets everything arrive. */
  async quiet(): Promise<void> {
    this.cut = false;
    this.loseAnswers = 0;
    await this.kernel.clock.advance(60_000);
    this.engine.wake();
    await this.kernel.clock.advance(60_000);
  }

  /** Compares all points with what the source was at their marks, and the replica with what it is now. */
  async verify(): Promise<number> {
    const snapshots = await this.replica.snapshots();
    for (const snapshot of snapshots) {
      const content = await this.replica.read({ offset: 0, length: sizeBytes }, snapshot.id);
      expect(digest(content), `${snapshot.mark.id} equals the source at its mark`).toBe(this.marks.get(snapshot.mark.id));
    }
    expect(digest(await this.disk.read(0, sizeBytes)), 'the source holds every acknowledged write').toBe(digest(this.model));
    expect(digest(await this.replica.read({ offset: 0, length: sizeBytes })), 'the replica at rest equals the source').toBe(digest(this.model));
    return snapshots.length;
  }

  readonly relay: Relay = {
    accepted: async () => {
      if (this.cut) throw new LabError('LinkDown');
      return Math.max(0, ...this.#accepted.keys());
    },
    accept: async (pairId, sequence, frame) => {
      if (this.cut) throw new LabError('LinkDown');
      const newest = Math.max(0, ...this.#accepted.keys());
      if (sequence > newest + 1) throw new LabError('BatchOutOfOrder');
      decodeBatch(frame);
      if (sequence <= newest) {
        if (this.#accepted.get(sequence) !== frameChecksum(frame)) throw new LabError('BatchReplayMismatch');
        return newest;
      }
      await this.log.append(pairId, sequence, await seal(frame, { key, pairId, sequence }));
      this.#accepted.set(sequence, frameChecksum(frame));
      this.engine.wake();
      if (this.random.next() < this.loseAnswers) throw new LabError('PeerUnreachable');
      return sequence;
    },
    checksums: async (_pairId, range, blockBytes) => {
      if (this.cut) throw new LabError('LinkDown');
      await this.engine.drained();
      return this.replica.checksums(range, blockBytes);
    },
  };

  /** A process server that takes everything and never says so; what it took reaches the log when it is delivered. */
  readonly mute = new Map<number, Buffer>();
  readonly muteRelay: Relay = {
    url: 'mute',
    accepted: async (pairId) => {
      if (this.mute.size > 0) throw new LabError('PeerUnreachable');
      return this.relay.accepted(pairId);
    },
    accept: async (_pairId, sequence, frame) => {
      this.mute.set(sequence, Buffer.from(frame));
      throw new LabError('PeerUnreachable');
    },
    checksums: (pairId, range, blockBytes) => this.relay.checksums(pairId, range, blockBytes),
  };
  /** Another one, which takes up any sequence. */
  readonly otherRelay: Relay = {
    ...this.relay,
    url: 'other',
    accepted: async () => this.#otherAccepted,
    accept: async (pairId, sequence, frame) => {
      await this.log.append(pairId, sequence, await seal(frame, { key, pairId, sequence }));
      this.#otherAccepted = sequence;
      this.engine.wake();
      return sequence;
    },
  };
  #otherAccepted = 0;

  async deliverMute(): Promise<void> {
    for (const [sequence, frame] of this.mute) await this.log.append('pair', sequence, await seal(frame, { key, pairId: 'pair', sequence }));
    this.engine.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close({ forget: false });
    await this.engine.close();
    await this.replica[Symbol.asyncDispose]();
    await this.disk[Symbol.asyncDispose]();
    this.kernel.clock.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #openDisk(): Promise<void> {
    this.disk = await CapturedDisk.open({
      device: await RawDisk.open({ path: join(this.folder, 'source.raw') }),
      folder: join(this.folder, 'agent'),
      name: 'disk',
      limitBytes: this.limitBytes,
      kernel: this.kernel,
    });
  }

  async #openTarget(): Promise<void> {
    const volume = await RetentionVolume.open({ volumeName: 'R:', folder: join(this.folder, 'retention'), capacityBytes: 2 ** 30, fileSystem: 'NTFS' });
    this.log = new RetentionLog(volume);
    this.replica = await VmdkReplica.open({ volume, pairId: 'pair', disk: await RawDisk.open({ path: join(this.folder, 'target.raw') }) });
    this.engine = new PairTargetEngine({
      kernel: this.kernel,
      pairId: 'pair',
      key,
      log: this.log,
      replica: this.replica,
      onSnapshot: () => undefined,
      onBroken: (error) => expect.unreachable(error.message),
      spentBatches,
    });
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function linkWorld(seed: string): Promise<LinkWorld> {
  const world = new LinkWorld(seed);
  await world.open();
  return world;
}
