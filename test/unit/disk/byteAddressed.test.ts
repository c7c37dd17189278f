// Parts of sectors written at once by many clients do not undo each other.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteAddressed } from '../../../emulator/disk/byteAddressed.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { temporaryFolder } from './folder.ts';

const sizeBytes = 64 * 1024;

/** Cuts a stretch of the disk into neighbouring pieces of any length, each written once, in any order, all at the same time. */
test('concurrent writes and zeros of neighbouring bytes all arrive', async () => {
  const pieces = fc.array(fc.record({ length: fc.integer({ min: 1, max: 2000 }), fill: fc.integer({ min: 0, max: 255 }), rank: fc.nat() }), {
    minLength: 2,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 0, max: 2000 }), async (cuts, start) => {
      using folder = temporaryFolder();
      await using disk = await RawDisk.create({ path: folder.file('disk.raw'), sizeBytes });
      await disk.write(0, Buffer.alloc(sizeBytes, 0xee));
      const model = Buffer.alloc(sizeBytes, 0xee);
      const bytes = new ByteAddressed(disk);
      let offset = start;
      const changes = cuts.map(({ length, fill, rank }) => {
        const change = { offset, length, fill, rank };
        model.fill(fill, offset, offset + length);
        offset += length;
        return change;
      });
      const ordered = changes.toSorted((one, other) => one.rank - other.rank);
      const underWay = ordered.map((change) =>
        change.fill === 0 ? bytes.zero(change.offset, change.length) : bytes.write(change.offset, Buffer.alloc(change.length, change.fill)),
      );
      await bytes.flush();
      await Promise.all(underWay);
      expect((await disk.read(0, sizeBytes)).equals(model)).toBe(true);
      expect((await bytes.read(start, offset - start)).equals(model.subarray(start, offset))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('extents cover the range asked for, byte by byte', async () => {
  using folder = temporaryFolder();
  await using disk = await RawDisk.create({ path: folder.file('disk.raw'), sizeBytes: 4 * sizeBytes });
  await disk.write(sizeBytes, Buffer.alloc(512, 1));
  const bytes = new ByteAddressed(disk);
  expect(await bytes.extents(100, 4 * sizeBytes - 200)).toEqual([
    { length: sizeBytes - 100, allocated: false },
    { length: sizeBytes, allocated: true },
    { length: 2 * sizeBytes - 100, allocated: false },
  ]);
});
