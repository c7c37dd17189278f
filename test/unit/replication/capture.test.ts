// Writes that are still on their way to the device when something changes around them: nothing of them may be lost, or come too early.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BlockDevice, Range } from '../../../emulator/disk/blockDevice.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { decodeBatch } from '../../../emulator/replication/batch.ts';
import { CapturedDisk } from '../../../emulator/replication/capture.ts';
import type { PairOrder } from '../../../emulator/replication/orders.ts';
import { Regions } from '../../../emulator/replication/regions.ts';
import { PairSource } from '../../../emulator/replication/source.ts';
import type { Relay } from '../../../emulator/replication/stations.ts';
import { testKernel, type TestKernel } from '../../support/kernel.ts';

const sizeBytes = 4 * 1024 * 1024;
const limitBytes = 256 * 1024;
const order: PairOrder = {
  pairId: 'pair',
  diskId: 'disk',
  sizeBytes,
  direction: 'forward',
  initial: 'copy',
  resyncId: null,
  key: Buffer.alloc(32).toString('base64'),
  target: { kind: 'mastertarget', masterTargetId: 'mt', masterTargetUrl: 'none' },
};

/** A device whose writes to one place wait until they are let go, or are refused. */
class SlowDisk implements BlockDevice {
  readonly sizeBytes = sizeBytes;
  readonly #disk: RawDisk;
  #held: { offset: number; released: Promise<void> } | undefined;
  refusedAt = -1;

  constructor(disk: RawDisk) {
    this.#disk = disk;
  }

  /** @returns what lets the writes go */
  hold(offset: number): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = { offset, released: promise };
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    if (this.#held?.offset === offset) await this.#held.released;
    if (this.refusedAt === offset) throw new LabError('DiskSpaceExhausted');
    await this.#disk.write(offset, bytes);
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.#disk.read(offset, length);
  }

  zero(offset: number, length: number): Promise<void> {
    return this.#disk.zero(offset, length);
  }

  allocated(within: Range): Promise<Range[]> {
    return this.#disk.allocated(within);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disk[Symbol.asyncDispose]();
  }
}

/** One captured disk, its source, and a far end that applies at once what it is sent. */
class Bench implements AsyncDisposable {
  readonly kernel: TestKernel = testKernel('capture');
  readonly replica = Buffer.alloc(sizeBytes);
  /** What the replica was at each mark that came. */
  readonly points = new Map<string, string>();
  folder = '';
  cut = false;
  device!: SlowDisk;
  disk!: CapturedDisk;
  source!: PairSource;
  #accepted = 0;

  static async open(): Promise<Bench> {
    const bench = new Bench();
    bench.folder = await mkdtemp(join(tmpdir(), 'capture-'));
    await (await RawDisk.create({ path: join(bench.folder, 'disk.raw'), sizeBytes }))[Symbol.asyncDispose]();
    await bench.openDisk();
    return bench;
  }

  async openDisk(): Promise<void> {
    this.device = new SlowDisk(await RawDisk.open({ path: join(this.folder, 'disk.raw') }));
    this.disk = await CapturedDisk.open({ device: this.device, folder: join(this.folder, 'agent'), name: 'disk', limitBytes, kernel: this.kernel });
  }

  async startSource(): Promise<void> {
    const { kernel, disk, relay } = this;
    this.source = new PairSource({ kernel, order, disk, relay, canSend: () => true, onChange: () => undefined });
    await this.source.start();
  }

  /** Replication runs, with its first mark behind it. */
  async protect(): Promise<void> {
    await this.startSource();
    await this.quiet();
    this.mark('first');
    await this.quiet();
  }

  /** Ends when the source knows. */
  async loseLink(): Promise<void> {
    this.cut = true;
    await this.disk.write(2 * 1024 * 1024, filled(4096, 8));
    await this.quiet();
  }

  async shutDown(): Promise<void> {
    await this.source.close({ forget: false });
    await this.disk[Symbol.asyncDispose]();
  }

  mark(id: string): boolean {
    return (
      this.source.markable && this.disk.mark({ id, timeMs: this.kernel.clock.now(), consistency: 'CrashConsistent', members: ['machine'], disks: ['disk'] })
    );
  }

  async quiet(): Promise<void> {
    await this.kernel.clock.advance(60_000);
  }

  async content(): Promise<string> {
    return digest(await this.device.read(0, sizeBytes));
  }

  readonly relay: Relay = {
    accepted: async () => this.#reached(),
    accept: async (_pairId, sequence, frame) => {
      if (sequence !== this.#reached() + 1) throw new LabError('BatchOutOfOrder');
      const batch = decodeBatch(frame);
      let at = 0;
      for (const { offset, length, zero } of batch.extents) {
        if (zero === true) this.replica.fill(0, offset, offset + length);
        else batch.payload.copy(this.replica, offset, at, (at += length));
      }
      if (batch.mark !== undefined) this.points.set(batch.mark.id, digest(this.replica));
      return (this.#accepted = sequence);
    },
    checksums: () => Promise.reject(new LabError('LinkDown')),
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutDown();
    this.kernel.clock.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #reached(): number {
    if (this.cut) throw new LabError('LinkDown');
    return this.#accepted;
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function filled(length: number, fill: number): Buffer {
  return Buffer.alloc(length, fill);
}

describe('writes that are landing', () => {
  test('one that the log lost when it overflowed is on the replica although it landed after everything was sent', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    await bench.loseLink();
    const release = bench.device.hold(1024 * 1024);
    const first = bench.disk.write(0, filled(limitBytes + 4096, 1));
    const second = bench.disk.write(1024 * 1024, filled(128 * 1024, 2));
    await first;
    expect(bench.disk.mode).toBe('bitmap');
    bench.cut = false;
    await bench.quiet();
    release();
    await second;
    await bench.quiet();
    expect(digest(bench.replica)).toBe(await bench.content());
  });

  test('no mark is put in before a write that no log holds has landed, and the next mark equals the disk', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    await bench.loseLink();
    await bench.disk.write(0, filled(limitBytes + 4096, 1));
    const release = bench.device.hold(1024 * 1024);
    const landing = bench.disk.write(1024 * 1024, filled(4096, 2));
    bench.cut = false;
    await bench.quiet();
    expect(bench.mark('early')).toBe(false);
    release();
    await landing;
    await bench.quiet();
    expect(bench.mark('late')).toBe(true);
    const content = await bench.content();
    await bench.disk.write(1024 * 1024 + 8192, filled(4096, 3));
    await bench.quiet();
    expect(bench.points.get('late')).toBe(content);
  });

  test('two that overlap come to the disk in the order in which they come to the log', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    const release = bench.device.hold(0);
    const lower = bench.disk.write(0, filled(128 * 1024, 1));
    const upper = bench.disk.write(4096, filled(4096, 2));
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([lower, upper]);
    await bench.quiet();
    expect(digest(bench.replica)).toBe(await bench.content());
  });

  test('one that came before replication was begun is part of the first copy', async () => {
    await using bench = await Bench.open();
    const release = bench.device.hold(0);
    const landing = bench.disk.write(0, filled(128 * 1024, 1));
    const starting = bench.startSource();
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([landing, starting]);
    await bench.quiet();
    expect(digest(bench.replica)).toBe(await bench.content());
  });

  test('one that the disk refuses is not on the replica either', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    bench.device.refusedAt = 8192;
    await expect(bench.disk.write(8192, filled(4096, 1))).rejects.toMatchObject({ code: 'DiskSpaceExhausted' });
    await bench.disk.write(1024 * 1024, filled(4096, 2));
    await bench.quiet();
    expect(digest(bench.replica)).toBe(await bench.content());
  });
});

test('a write that takes long to land does not stop time', async () => {
  await using bench = await Bench.open();
  await bench.protect();
  const release = bench.device.hold(0);
  const landing = bench.disk.write(0, filled(4096, 1));
  await bench.disk.write(1024 * 1024, filled(4096, 2));
  await bench.quiet();
  release();
  await landing;
  await bench.quiet();
  expect(digest(bench.replica)).toBe(await bench.content());
});

describe('a machine that starts again', () => {
  test('replicates on when its change log was damaged, and points come again', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    for (let round = 0; round < 3; round += 1) {
      await bench.disk.write(0, filled(128 * 1024, round));
      await bench.quiet();
    }
    await bench.disk.write(65_536, filled(4096, 9));
    await bench.shutDown();
    const log = join(bench.folder, 'agent', 'disk', 'hrl');
    for (const name of await readdir(log)) await writeFile(join(log, name), filled(4096, 0xee));
    await bench.openDisk();
    await bench.startSource();
    await bench.quiet();
    await bench.shutDown();
    await bench.openDisk();
    await bench.startSource();
    await bench.disk.write(8192, filled(4096, 7));
    expect(bench.mark('again')).toBe(true);
    await bench.quiet();
    expect(digest(bench.replica)).toBe(await bench.content());
    expect(bench.points.get('again')).toBe(await bench.content());
  });

  test('makes no point of a mark in its log when regions have to be sent before it', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    bench.cut = true;
    await bench.disk.write(0, filled(4096, 1));
    expect(bench.mark('before')).toBe(true);
    const content = await bench.content();
    await bench.disk.write(8192, filled(4096, 2));
    await bench.shutDown();
    // A kill between the bits and the change of the mode.
    const regions = new Regions(join(bench.folder, 'agent', 'disk', 'regions'), sizeBytes);
    regions.set({ offset: 0, length: 4096 });
    regions[Symbol.dispose]();
    await bench.openDisk();
    await bench.startSource();
    bench.cut = false;
    await bench.quiet();
    expect(bench.points.get('before') ?? content).toBe(content);
    expect(bench.source.report().pendingBytes).toBe(0);
    expect(digest(bench.replica)).toBe(await bench.content());
  });

  test('does not write over what others wrote to its disk while it was off', async () => {
    await using bench = await Bench.open();
    await bench.protect();
    await bench.disk.write(0, filled(4096, 1));
    await bench.quiet();
    await bench.shutDown();
    await using disk = await RawDisk.open({ path: join(bench.folder, 'disk.raw') });
    await disk.write(0, filled(4096, 2));
    await disk[Symbol.asyncDispose]();
    await bench.openDisk();
    await bench.startSource();
    expect((await bench.disk.read(0, 4096))[0]).toBe(2);
  });
});
