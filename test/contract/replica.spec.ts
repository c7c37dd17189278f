// What every replica must do, whatever holds it: run for the page blob and for the VMDK with its retention journal.
import { describe, expect, test } from 'vitest';
import { seededRandom, type Random } from '../../emulator/kernel/random.ts';
import { blockChecksums } from '../../emulator/replication/checksum.ts';
import type { Batch, Extent, Mark, Replica } from '../../emulator/replication/stations.ts';

/** One disk's replica, empty at first. */
export interface ReplicaFixture extends AsyncDisposable {
  /** The first call makes the replica; a later one opens it again after the one before was disposed. */
  open(): Promise<Replica>;
}

type Change = { offset: number; bytes: Buffer } | { offset: number; zeroBytes: number };

const sizeBytes = 8 * 1024 * 1024;
const kib = 1024;

/** @param make a fixture with an empty replica of `sizeBytes` */
export function replicaSpec(name: string, make: (sizeBytes: number) => Promise<ReplicaFixture>): void {
  describe(`${name} as a replica`, () => {
    bytesSpec(make);
    snapshotSpec(make);
    recoverySpec(make);
  });
}

function bytesSpec(make: (sizeBytes: number) => Promise<ReplicaFixture>): void {
  test('a new replica is zeros from end to end and stands at position 0', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    expect(replica.sizeBytes).toBe(sizeBytes);
    expect(await replica.position()).toBe(0);
    expect(await replica.snapshots()).toEqual([]);
    expect((await replica.read({ offset: 0, length: sizeBytes })).equals(Buffer.alloc(sizeBytes))).toBe(true);
  });

  test('of two extents of a batch that overlap the later one wins', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const layers = [1, 2, 3, 4, 5].map((byte) => ({ offset: (byte - 1) * 2 * kib, bytes: Buffer.alloc(16 * kib, byte) }));
    await replica.apply(batchOf(1, [...layers, { offset: 20 * kib, bytes: Buffer.alloc(kib, 9) }, { offset: 8 * kib, bytes: Buffer.alloc(512, 7) }]));
    const expected = Buffer.alloc(32 * kib);
    for (const layer of layers) layer.bytes.copy(expected, layer.offset);
    expected.fill(9, 20 * kib, 21 * kib);
    expected.fill(7, 8 * kib, 8 * kib + 512);
    expect((await replica.read({ offset: 0, length: 32 * kib })).equals(expected)).toBe(true);
  });

  test('a zero extent clears what was there, and a later write in the same batch stays', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(64 * kib, 1) }]));
    await replica.apply(
      batchOf(2, [
        { offset: 8 * kib, zeroBytes: 32 * kib },
        { offset: 16 * kib, bytes: Buffer.alloc(4 * kib, 2) },
      ]),
    );
    const expected = Buffer.alloc(64 * kib, 1)
      .fill(0, 8 * kib, 40 * kib)
      .fill(2, 16 * kib, 20 * kib);
    expect((await replica.read({ offset: 0, length: 64 * kib })).equals(expected)).toBe(true);
  });

  test('the first and the last sector can be written and read alone', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const [first, last] = [Buffer.alloc(512, 0xaa), Buffer.alloc(512, 0xbb)];
    await replica.apply(
      batchOf(1, [
        { offset: 0, bytes: first },
        { offset: sizeBytes - 512, bytes: last },
      ]),
    );
    expect((await replica.read({ offset: 0, length: 512 })).equals(first)).toBe(true);
    expect((await replica.read({ offset: sizeBytes - 512, length: 512 })).equals(last)).toBe(true);
    expect((await replica.read({ offset: 512, length: 512 })).equals(Buffer.alloc(512))).toBe(true);
  });

  test('an extent of more than 4 MiB arrives whole', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const bytes = seededRandom('large').bytes(5 * 1024 * kib + 512);
    await replica.apply(batchOf(1, [{ offset: 512, bytes }]));
    expect((await replica.read({ offset: 512, length: bytes.length })).equals(bytes)).toBe(true);
  });

  test('checksums are those of the present bytes, block by block, with a short last block', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const model = new Model();
    for (let sequence = 1; sequence <= 3; sequence += 1) await model.applyTo(replica, sequence, 'checksums');
    const blockBytes = 64 * kib;
    expect((await replica.checksums({ offset: 0, length: sizeBytes }, blockBytes)).equals(blockChecksums(model.present, blockBytes))).toBe(true);
    const part = { offset: 128 * kib, length: 160 * kib };
    const expected = blockChecksums(model.present.subarray(part.offset, part.offset + part.length), blockBytes);
    expect((await replica.checksums(part, blockBytes)).equals(expected)).toBe(true);
  });
}

function snapshotSpec(make: (sizeBytes: number) => Promise<ReplicaFixture>): void {
  test('every snapshot keeps the bytes of its mark under random writes and zeros', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const model = new Model();
    for (let sequence = 1; sequence <= 24; sequence += 1) {
      await model.applyTo(replica, sequence, 'snapshots');
      if (sequence % 3 === 0) model.keep((await replica.snapshot(sequence, markOf(sequence))).id);
    }
    await model.expectKept(replica);
    const listed = await replica.snapshots();
    expect(listed.map((snapshot) => snapshot.sequence)).toEqual([3, 6, 9, 12, 15, 18, 21, 24]);
    expect(listed.map((snapshot) => snapshot.mark)).toEqual(listed.map((snapshot) => markOf(snapshot.sequence)));
  });

  test('a snapshot of the same mark is the same snapshot', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(4 * kib, 1) }]));
    const once = await replica.snapshot(1, markOf(1));
    expect(await replica.snapshot(1, markOf(1))).toEqual(once);
    expect(await replica.snapshots()).toEqual([once]);
  });

  test('marks without a write between them are snapshots of their own', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(4 * kib, 1) }]));
    const kept = [await replica.snapshot(1, markOf(1)), await replica.snapshot(2, markOf(2)), await replica.snapshot(3, markOf(3))];
    expect(await replica.snapshots()).toEqual(kept);
    await replica.removeSnapshot((kept[1] as { id: string }).id);
    await replica.apply(batchOf(4, [{ offset: 0, bytes: Buffer.alloc(4 * kib, 9) }]));
    for (const snapshot of [kept[0], kept[2]])
      expect((await replica.read({ offset: 0, length: 4 * kib }, snapshot?.id)).equals(Buffer.alloc(4 * kib, 1))).toBe(true);
  });

  test('removing a middle snapshot leaves the bytes of the others alone', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const model = new Model();
    const ids: string[] = [];
    for (let sequence = 1; sequence <= 10; sequence += 1) {
      await model.applyTo(replica, sequence, 'removal');
      const { id } = await replica.snapshot(sequence, markOf(sequence));
      model.keep(id);
      ids.push(id);
    }
    for (const place of [4, 0, 7, 5]) {
      await replica.removeSnapshot(ids[place] as string);
      model.forget(ids[place] as string);
      await model.expectKept(replica);
    }
    expect((await replica.snapshots()).map((snapshot) => snapshot.sequence)).toEqual([2, 3, 4, 7, 9, 10]);
  });

  test('a part of a snapshot can be read', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    await replica.apply(batchOf(1, [{ offset: 4 * kib, bytes: Buffer.alloc(4 * kib, 1) }]));
    const { id } = await replica.snapshot(1, markOf(1));
    await replica.apply(batchOf(2, [{ offset: 6 * kib, bytes: Buffer.alloc(4 * kib, 2) }]));
    const expected = Buffer.alloc(6 * kib).fill(1, 2 * kib, 6 * kib);
    expect((await replica.read({ offset: 2 * kib, length: 6 * kib }, id)).equals(expected)).toBe(true);
  });
}

function recoverySpec(make: (sizeBytes: number) => Promise<ReplicaFixture>): void {
  test('position, bytes and snapshots are there when it is opened again', async () => {
    await using fixture = await make(sizeBytes);
    const model = new Model();
    let kept: unknown;
    {
      await using replica = await fixture.open();
      await replica.position();
      for (let sequence = 1; sequence <= 6; sequence += 1) {
        await model.applyTo(replica, sequence, 'reopen');
        if (sequence % 2 === 0) model.keep((await replica.snapshot(sequence, markOf(sequence))).id);
      }
      await replica.advance(8);
      kept = await replica.snapshots();
    }
    await using again = await fixture.open();
    expect(await again.position()).toBe(8);
    expect(await again.snapshots()).toEqual(kept);
    await model.expectKept(again);
  });

  test('a snapshot records the position', async () => {
    await using fixture = await make(sizeBytes);
    {
      await using replica = await fixture.open();
      await replica.position();
      await replica.apply(batchOf(5, [{ offset: 0, bytes: Buffer.alloc(512, 1) }]));
      await replica.snapshot(5, markOf(5));
    }
    await using again = await fixture.open();
    expect(await again.position()).toBe(5);
  });

  test('the position outlives the snapshot that recorded it', async () => {
    await using fixture = await make(sizeBytes);
    {
      await using replica = await fixture.open();
      await replica.position();
      for (const sequence of [3, 5]) {
        await replica.apply(batchOf(sequence, [{ offset: 0, bytes: Buffer.alloc(512, sequence) }]));
        await replica.snapshot(sequence, markOf(sequence));
      }
      for (const { id } of (await replica.snapshots()).reverse()) await replica.removeSnapshot(id);
    }
    await using again = await fixture.open();
    expect(await again.position()).toBe(5);
    expect(await again.snapshots()).toEqual([]);
  });

  test('removing the newest snapshot does not take back what was recorded after it', async () => {
    await using fixture = await make(sizeBytes);
    {
      await using replica = await fixture.open();
      await replica.position();
      const { id } = await replica.snapshot(5, markOf(5));
      await Promise.all([replica.advance(7), replica.removeSnapshot(id)]);
    }
    await using again = await fixture.open();
    expect(await again.position()).toBe(7);
  });

  test('a mark that a later batch brings again moves the position, not the snapshot', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    const kept = await replica.snapshot(5, markOf(5));
    expect(await replica.snapshot(6, markOf(5))).toEqual(kept);
    expect(await replica.position()).toBe(6);
    expect(await replica.snapshots()).toEqual([kept]);
  });

  test('applying again what was applied already, with its marks, changes nothing', async () => {
    await using fixture = await make(sizeBytes);
    await using replica = await fixture.open();
    await replica.position();
    const model = new Model();
    const batches: Batch[] = [];
    for (let sequence = 1; sequence <= 6; sequence += 1) {
      batches.push(await model.applyTo(replica, sequence, 'again'));
      if (sequence % 2 === 0) model.keep((await replica.snapshot(sequence, markOf(sequence))).id);
    }
    const kept = await replica.snapshots();
    for (const batch of batches.slice(2)) {
      await replica.apply(batch);
      if (batch.sequence % 2 === 0) await replica.snapshot(batch.sequence, markOf(batch.sequence));
    }
    expect(await replica.snapshots()).toEqual(kept);
    await model.expectKept(replica);
  });
}

/** The same disk in memory. */
class Model {
  readonly present = Buffer.alloc(sizeBytes);
  readonly #kept = new Map<string, Buffer>();

  /** Writes the same random batch here and there. */
  async applyTo(replica: Replica, sequence: number, seed: string): Promise<Batch> {
    const changes = randomChanges(seededRandom(`${seed} ${sequence}`));
    for (const change of changes) {
      if ('bytes' in change) change.bytes.copy(this.present, change.offset);
      else this.present.fill(0, change.offset, change.offset + change.zeroBytes);
    }
    const batch = batchOf(sequence, changes);
    await replica.apply(batch);
    return batch;
  }

  keep(snapshotId: string): void {
    this.#kept.set(snapshotId, Buffer.from(this.present));
  }

  forget(snapshotId: string): void {
    this.#kept.delete(snapshotId);
  }

  async expectKept(replica: Replica): Promise<void> {
    const whole = { offset: 0, length: sizeBytes };
    expect((await replica.read(whole)).equals(this.present), 'the present state').toBe(true);
    for (const [id, bytes] of this.#kept) expect((await replica.read(whole, id)).equals(bytes), `snapshot ${id}`).toBe(true);
  }
}

/** A few dozen changes of one sector to 256 KiB, near each other often enough to touch and to overlap. */
function randomChanges(random: Random): Change[] {
  return Array.from({ length: 1 + random.integer(40) }, () => {
    const length = 512 * (1 + random.integer(random.integer(8) === 0 ? 512 : 16));
    const region = random.integer(3) === 0 ? sizeBytes : 512 * kib;
    const offset = 512 * random.integer((region - Math.min(length, region)) / 512 + 1);
    const fits = Math.min(length, sizeBytes - offset);
    return random.integer(4) === 0 ? { offset, zeroBytes: fits } : { offset, bytes: random.bytes(fits) };
  });
}

/** A batch of the given changes, in their order. */
export function batchOf(sequence: number, changes: readonly Change[], pairId = 'pair'): Batch {
  const extents = changes.map((change): Extent =>
    'bytes' in change ? { offset: change.offset, length: change.bytes.length } : { offset: change.offset, length: change.zeroBytes, zero: true },
  );
  return {
    pairId,
    sequence,
    stage: 'DifferentialSync',
    extents,
    capturedMs: sequence * 1000,
    payload: Buffer.concat(changes.flatMap((change) => ('bytes' in change ? [change.bytes] : []))),
  };
}

export function markOf(sequence: number): Mark {
  return {
    id: `mark-${sequence}`,
    timeMs: sequence * 300_000,
    consistency: sequence % 4 === 0 ? 'ApplicationConsistent' : 'CrashConsistent',
    members: ['host-ä'],
    disks: ['disk-1', 'disk-2'],
  };
}
