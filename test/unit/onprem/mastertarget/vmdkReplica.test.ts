// The retention journal against a plain list of copies, also as a kill would leave it.
import fc from 'fast-check';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RetentionVolume } from '../../../../emulator/onprem/mastertarget/retentionVolume.ts';
import { VmdkReplica } from '../../../../emulator/onprem/mastertarget/vmdkReplica.ts';
import { seededRandom } from '../../../../emulator/kernel/random.ts';
import type { Batch, Mark } from '../../../../emulator/replication/stations.ts';
import { MemoryDisk } from './memoryDisk.ts';

const diskBytes = 64 * 1024;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'));
  folders.push(folder);
  return folder;
};
const volumeAt = (folder: string, capacityBytes = 2 ** 30): Promise<RetentionVolume> =>
  RetentionVolume.open({ volumeName: 'R:', folder, capacityBytes, fileSystem: 'NTFS' });
const markOf = (sequence: number): Mark => ({
  id: `mark-${sequence}`,
  timeMs: sequence * 1000,
  consistency: 'CrashConsistent',
  members: ['host'],
  disks: ['disk'],
});
const openReplica = async (folder: string, disk: MemoryDisk, capacityBytes?: number): Promise<VmdkReplica> =>
  VmdkReplica.open({ volume: await volumeAt(folder, capacityBytes), pairId: 'pair', disk });

/** `writes`: [offset, length, fill]; fill 0 travels as a zero extent. */
type Write = readonly [number, number, number];
const batchOf = (sequence: number, writes: readonly Write[], mark?: Mark): Batch => ({
  pairId: 'pair',
  sequence,
  stage: 'DifferentialSync',
  capturedMs: 0,
  extents: writes.map(([offset, length, fill]) => (fill === 0 ? { offset, length, zero: true as const } : { offset, length })),
  payload: Buffer.concat(writes.filter(([, , fill]) => fill !== 0).map(([, length, fill]) => Buffer.alloc(length, fill))),
  ...(mark === undefined ? {} : { mark }),
});
const applyTo = (model: Buffer, writes: readonly Write[]): void => {
  for (const [offset, length, fill] of writes) model.fill(fill, offset, offset + length);
};

const write: fc.Arbitrary<Write> = fc
  .tuple(fc.integer({ min: 0, max: diskBytes / 512 - 1 }), fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 255 }))
  .map(([sector, count, fill]) => [sector * 512, Math.min(count * 512, diskBytes - sector * 512), fill] as const);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('batch' as const), writes: fc.array(write, { minLength: 1, maxLength: 6 }), marked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), place: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), place: fc.nat() }) },
);

async function expectPast(replica: VmdkReplica, past: ReadonlyMap<string, Buffer>): Promise<void> {
  const snapshots = await replica.snapshots();
  expect(snapshots.map((snapshot) => snapshot.mark.id)).toEqual([...past.keys()]);
  for (const snapshot of snapshots) {
    const bytes = await replica.read({ offset: 0, length: diskBytes }, snapshot.id);
    expect([snapshot.mark.id, bytes.equals(past.get(snapshot.mark.id) as Buffer)]).toEqual([snapshot.mark.id, true]);
  }
}

test('every snapshot equals the disk at its mark, whatever is written, removed, restored or reopened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const folder = newFolder();
      const disk = new MemoryDisk(diskBytes);
      let replica = await openReplica(folder, disk);
      const model = Buffer.alloc(diskBytes);
      const past = new Map<string, Buffer>();
      let sequence = 0;
      for (const each of steps) {
        const names = [...past.keys()];
        if (each.kind === 'batch') {
          sequence += 1;
          await replica.apply(batchOf(sequence, each.writes));
          applyTo(model, each.writes);
          if (each.marked) {
            await replica.snapshot(sequence, markOf(sequence));
            past.set(`mark-${sequence}`, Buffer.from(model));
          } else await replica.advance(sequence);
        } else if (each.kind === 'reopen') {
          await replica[Symbol.asyncDispose]();
          replica = await openReplica(folder, disk);
        } else if (names.length > 0) {
          const name = names[each.place % names.length] as string;
          const { id } = (await replica.snapshots()).find((snapshot) => snapshot.mark.id === name) as { id: string };
          if (each.kind === 'remove') {
            await replica.removeSnapshot(id);
            past.delete(name);
          } else {
            await replica.restoreTo(id);
            for (const later of names.slice(names.indexOf(name) + 1)) past.delete(later);
            (past.get(name) as Buffer).copy(model);
            sequence = await replica.position();
          }
        }
        expect(await replica.position()).toBe(sequence);
        expect(disk.bytes.equals(model)).toBe(true);
      }
      await expectPast(replica, past);
      await replica[Symbol.asyncDispose]();
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('a kill at any change of the disk leaves a journal from which the rest can be applied again', async () => {
  const random = seededRandom('kills');
  const folder = newFolder();
  const images: { folder: string; disk: Buffer }[] = [];
  const disk = new MemoryDisk(diskBytes, () => {
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    images.push({ folder: copy, disk: Buffer.from(disk.bytes) });
  });
  const replica = await openReplica(folder, disk);
  const past = new Map<string, Buffer>();
  const batches: Batch[] = [];
  const model = Buffer.alloc(diskBytes);
  for (let sequence = 1; sequence <= 9; sequence += 1) {
    const writes = Array.from({ length: 4 }, (): Write => [random.integer(120) * 512, 8 * 512, random.integer(256)]);
    const batch = batchOf(sequence, writes, sequence % 3 === 0 ? markOf(sequence) : undefined);
    batches.push(batch);
    await replica.apply(batch);
    applyTo(model, writes);
    if (batch.mark === undefined) await replica.advance(sequence);
    else {
      await replica.snapshot(sequence, batch.mark);
      past.set(batch.mark.id, Buffer.from(model));
    }
  }
  expect(images.length).toBe(72);
  for (const image of images) {
    const again = await openReplica(image.folder, new MemoryDisk(image.disk));
    const position = await again.position();
    for (const batch of batches.slice(position)) {
      await again.apply(batch);
      if (batch.mark !== undefined) await again.snapshot(batch.sequence, batch.mark);
    }
    expect((await again.read({ offset: 0, length: diskBytes })).equals(model)).toBe(true);
    await expectPast(again, past);
    await again[Symbol.asyncDispose]();
  }
});

test('a record that a kill tore is cut off, at whatever byte it ended', async () => {
  const folder = newFolder();
  const disk = new MemoryDisk(Buffer.alloc(diskBytes, 7));
  const replica = await openReplica(folder, disk);
  const first = await replica.snapshot(1, markOf(1));
  await replica.apply(batchOf(2, [[0, 4096, 1]]));
  const kept = await layerSize(folder);
  const beforeSecond = Buffer.from(disk.bytes);
  await replica.apply(batchOf(3, [[16384, 4096, 2]]));
  const whole = await layerSize(folder);
  await replica[Symbol.asyncDispose]();
  for (const length of [kept, kept + 1, kept + 31, kept + 32, kept + 100, whole - 1]) {
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    truncateSync(layerPath(copy), length);
    const again = await openReplica(copy, new MemoryDisk(beforeSecond));
    expect(await layerSize(copy)).toBe(kept);
    await again.apply(batchOf(3, [[16384, 4096, 2]]));
    expect((await again.read({ offset: 0, length: diskBytes }, first.id)).equals(Buffer.alloc(diskBytes, 7))).toBe(true);
    await again[Symbol.asyncDispose]();
  }
});

test('damage in the journal is told, not read', async () => {
  const folder = newFolder();
  const replica = await openReplica(folder, new MemoryDisk(Buffer.alloc(diskBytes, 7)));
  await replica.snapshot(1, markOf(1));
  await replica.apply(batchOf(2, [[0, 4096, 1]]));
  await replica[Symbol.asyncDispose]();
  const bytes = readFileSync(layerPath(folder));
  bytes[9] = (bytes[9] as number) ^ 0xff;
  writeFileSync(layerPath(folder), bytes);
  await expect(openReplica(folder, new MemoryDisk(diskBytes))).rejects.toMatchObject({ code: 'RetentionJournalDamaged' });
});

test('a restore that was interrupted is completed when the replica opens again', async () => {
  const folder = newFolder();
  let allowed = Infinity;
  const disk = new MemoryDisk(Buffer.alloc(diskBytes, 7), (moment) => {
    if (moment === 'before' && (allowed -= 1) < 0) throw new Error('the process ended here');
  });
  const replica = await openReplica(folder, disk);
  const first = await replica.snapshot(1, markOf(1));
  for (let sequence = 2; sequence < 8; sequence += 1) {
    await replica.apply(batchOf(sequence, [[sequence * 4096, 4096, sequence]]));
    await replica.snapshot(sequence, markOf(sequence));
  }
  allowed = 3;
  await expect(replica.restoreTo(first.id)).rejects.toThrow('the process ended here');
  allowed = Infinity;
  const again = await openReplica(folder, disk);
  expect(disk.bytes.equals(Buffer.alloc(diskBytes, 7))).toBe(true);
  expect((await again.snapshots()).map((snapshot) => snapshot.mark.id)).toEqual(['mark-1']);
  expect(await again.position()).toBe(1);
});

test('a full retention drive gives up its oldest snapshots and keeps the newest', async () => {
  const folder = newFolder();
  const replica = await openReplica(folder, new MemoryDisk(Buffer.alloc(diskBytes, 7)), 40 * 1024);
  for (let sequence = 1; sequence <= 6; sequence += 1) {
    await replica.snapshot(sequence, markOf(sequence));
    await replica.apply(batchOf(sequence + 1, [[0, 12 * 1024, sequence]]));
  }
  const left = await replica.snapshots();
  expect(left.at(-1)?.mark.id).toBe('mark-6');
  expect(left.length).toBeLessThan(6);
  const newest = await replica.read({ offset: 0, length: diskBytes }, left.at(-1)?.id);
  expect(newest.subarray(0, 12 * 1024).equals(Buffer.alloc(12 * 1024, 5))).toBe(true);
});

test('when even that does not help the batch waits, and goes on when there is room', async () => {
  const folder = newFolder();
  const disk = new MemoryDisk(Buffer.alloc(diskBytes, 7));
  const replica = await openReplica(folder, disk, 8 * 1024);
  await replica.snapshot(1, markOf(1));
  const batch = batchOf(2, [[0, 12 * 1024, 1]]);
  await expect(replica.apply(batch)).rejects.toMatchObject({ code: 'RetentionDriveFull' });
  expect(disk.bytes.equals(Buffer.alloc(diskBytes, 7))).toBe(true);
  await replica[Symbol.asyncDispose]();
  const larger = await openReplica(folder, disk, 2 ** 20);
  await larger.apply(batch);
  const [only] = await larger.snapshots();
  expect((await larger.read({ offset: 0, length: diskBytes }, only?.id)).equals(Buffer.alloc(diskBytes, 7))).toBe(true);
});

test('a batch that points past the disk is refused before anything is written', async () => {
  const disk = new MemoryDisk(diskBytes);
  const replica = await openReplica(newFolder(), disk);
  await expect(
    replica.apply(
      batchOf(1, [
        [0, 512, 1],
        [diskBytes - 512, 1024, 1],
      ]),
    ),
  ).rejects.toMatchObject({ code: 'BatchMalformed' });
  expect(disk.bytes.equals(Buffer.alloc(diskBytes))).toBe(true);
});

function layerPath(folder: string): string {
  const journal = join(folder, 'pair', 'journal');
  return join(journal, readdirSync(journal).find((name) => name.endsWith('.layer')) as string);
}

async function layerSize(folder: string): Promise<number> {
  return statSync(layerPath(folder)).size;
}
