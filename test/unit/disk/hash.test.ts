// Digests and comparison speak of content, never of what happens to be allocated.
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { copyDevice } from '../../../emulator/disk/copyDevice.ts';
import { compareDevices, digestOfDevice, sha256OfDevice } from '../../../emulator/disk/hash.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { temporaryFolder } from './folder.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

describe('a digest', () => {
  test('of the whole device or a part is the SHA-256 of its bytes', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await using disk = await RawDisk.create({ path, sizeBytes: 40 * mebibyte + 512 });
    await disk.write(5 * mebibyte + 512, Buffer.alloc(9 * mebibyte, 3));
    await disk.write(40 * mebibyte, Buffer.alloc(512, 4));
    const bytes = readFileSync(path);
    const of = (from: number, to: number): string => createHash('sha256').update(bytes.subarray(from, to)).digest('hex');
    expect(await sha256OfDevice(disk)).toBe(of(0, bytes.length));
    expect(await sha256OfDevice(disk, { offset: 512, length: 6 * mebibyte })).toBe(of(512, 512 + 6 * mebibyte));
    expect(await sha256OfDevice(disk, { offset: mebibyte, length: mebibyte })).toBe(of(mebibyte, 2 * mebibyte));
  });

  test('of the content is the same whatever is allocated, and another for another size', async () => {
    using folder = temporaryFolder();
    await using one = await RawDisk.create({ path: folder.file('one.raw'), sizeBytes: 100 * gibibyte });
    await using other = await RawDisk.create({ path: folder.file('other.raw'), sizeBytes: 100 * gibibyte });
    await using longer = await RawDisk.create({ path: folder.file('longer.raw'), sizeBytes: 101 * gibibyte });
    for (const disk of [one, other, longer]) await disk.write(70 * gibibyte, Buffer.alloc(3 * mebibyte, 8));
    for (const offset of [0, 70 * gibibyte - 65_536, 99 * gibibyte]) await other.write(offset, Buffer.alloc(512));
    expect(await digestOfDevice(other)).toBe(await digestOfDevice(one));
    expect(await digestOfDevice(longer)).not.toBe(await digestOfDevice(one));
    await other.write(0, Buffer.from([...Buffer.alloc(511), 1]));
    expect(await digestOfDevice(other)).not.toBe(await digestOfDevice(one));
  });
});

describe('the comparison of two devices', () => {
  test('gives the first byte that differs, wherever it is, and null without one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 * mebibyte - 1 }), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        using folder = temporaryFolder();
        await using one = await RawDisk.create({ path: folder.file('one.raw'), sizeBytes: 12 * mebibyte });
        await using other = await RawDisk.create({ path: folder.file('other.raw'), sizeBytes: 12 * mebibyte });
        await one.write(mebibyte, Buffer.alloc(5 * mebibyte, 1));
        await copyDevice(one, other);
        expect(await compareDevices(one, other)).toBeNull();
        const sector = place - (place % 512);
        const bytes = await other.read(sector, 512);
        bytes[place % 512] = (bytes[place % 512] as number) ^ change;
        await other.write(sector, bytes);
        expect(await compareDevices(one, other)).toBe(place);
        expect(await compareDevices(other, one)).toBe(place);
      }),
      { numRuns: 10 },
    );
  });

  test('of a longer device ends where the shorter one does', async () => {
    using folder = temporaryFolder();
    await using one = await RawDisk.create({ path: folder.file('one.raw'), sizeBytes: mebibyte });
    await using other = await RawDisk.create({ path: folder.file('other.raw'), sizeBytes: 2 * mebibyte });
    expect(await compareDevices(one, other)).toBe(mebibyte);
  });
});

describe('a copy', () => {
  test('replaces all that was there, leaves zeros unwritten and tells how far it is', async () => {
    using folder = temporaryFolder();
    await using source = await RawDisk.create({ path: folder.file('source.raw'), sizeBytes: 64 * gibibyte });
    await using target = await RawDisk.create({ path: folder.file('target.raw'), sizeBytes: 64 * gibibyte });
    await source.write(10 * gibibyte, Buffer.alloc(6 * mebibyte, 1));
    await source.write(20 * gibibyte, Buffer.alloc(6 * mebibyte));
    await target.write(30 * gibibyte, Buffer.alloc(mebibyte, 2));
    const seen: number[] = [];
    await copyDevice(source, target, ({ doneBytes, totalBytes }) => {
      expect(totalBytes).toBe(12 * mebibyte);
      seen.push(doneBytes);
    });
    expect(await compareDevices(source, target)).toBeNull();
    expect(await target.allocated({ offset: 0, length: target.sizeBytes })).toEqual([{ offset: 10 * gibibyte, length: 6 * mebibyte }]);
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(12 * mebibyte);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });
});
