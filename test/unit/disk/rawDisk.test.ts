// A raw disk keeps its bytes, costs what was written, and does not believe a map that is out of date.
import { existsSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mapPath, RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { blockDeviceSpec } from '../../contract/blockDevice.spec.ts';
import { temporaryFolder } from './folder.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

blockDeviceSpec('RawDisk', async (sizeBytes) => {
  const folder = temporaryFolder();
  const path = folder.file('disk.raw');
  let device = await RawDisk.create({ path, sizeBytes });
  return {
    get device() {
      return device;
    },
    reopen: async () => {
      await device[Symbol.asyncDispose]();
      return (device = await RawDisk.open({ path }));
    },
    [Symbol.asyncDispose]: async () => {
      await device[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});

describe('the file of a raw disk', () => {
  test('is as sparse as what was written', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await using disk = await RawDisk.create({ path, sizeBytes: 4096 * gibibyte });
    await disk.write(3000 * gibibyte, Buffer.alloc(mebibyte, 1));
    expect(statSync(path).blocks * 512).toBeLessThan(2 * mebibyte);
    expect(await disk.allocated({ offset: 0, length: disk.sizeBytes })).toEqual([{ offset: 3000 * gibibyte, length: mebibyte }]);
  });

  test('zeroed whole regions are no longer allocated, parts of regions are', async () => {
    using folder = temporaryFolder();
    await using disk = await RawDisk.create({ path: folder.file('disk.raw'), sizeBytes: mebibyte });
    await disk.write(0, Buffer.alloc(mebibyte, 1));
    await disk.zero(65_536 - 512, 2 * 65_536 + 512);
    expect(await disk.allocated({ offset: 0, length: mebibyte })).toEqual([
      { offset: 0, length: 65_536 },
      { offset: 3 * 65_536, length: mebibyte - 3 * 65_536 },
    ]);
  });

  test('without its map is scanned', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await written(path, 300 * mebibyte, 200 * mebibyte);
    rmSync(mapPath(path));
    await using disk = await RawDisk.open({ path });
    expect(await disk.allocated({ offset: 0, length: disk.sizeBytes })).toEqual([{ offset: 200 * mebibyte, length: 65_536 }]);
  });

  test('is scanned when somebody else wrote to it while it was closed', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await written(path, 2 * mebibyte, 0);
    const bytes = readFileSync(path);
    bytes.fill(7, mebibyte, mebibyte + 10);
    writeFileSync(path, bytes);
    utimesSync(path, 1, 1);
    await using disk = await RawDisk.open({ path });
    expect(await disk.allocated({ offset: 0, length: disk.sizeBytes })).toEqual([
      { offset: 0, length: 65_536 },
      { offset: mebibyte, length: 65_536 },
    ]);
  });

  test('keeps its map when nothing happened in between', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    {
      await using disk = await RawDisk.create({ path, sizeBytes: mebibyte });
      // A scan would not call these zeros allocated.
      await disk.write(0, Buffer.alloc(512));
    }
    await using disk = await RawDisk.open({ path });
    expect(await disk.allocated({ offset: 0, length: mebibyte })).toEqual([{ offset: 0, length: 65_536 }]);
  });

  test('is scanned when its map is cut short', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await written(path, 2 * mebibyte, mebibyte);
    truncateSync(mapPath(path), 66);
    await using disk = await RawDisk.open({ path });
    expect(await disk.allocated({ offset: 0, length: disk.sizeBytes })).toEqual([{ offset: mebibyte, length: 65_536 }]);
  });

  test('opened for reading is left as it is, without a map beside it', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    writeFileSync(path, Buffer.alloc(1000, 3));
    await using disk = await RawDisk.open({ path, sizeBytes: 1024, readOnly: true });
    expect((await disk.read(512, 512)).subarray(480).toString('hex')).toBe('03'.repeat(8) + '00'.repeat(24));
    await expect(disk.write(0, Buffer.alloc(512))).rejects.toMatchObject({ code: 'DiskReadOnly' });
    await expect(disk.zero(0, 512)).rejects.toMatchObject({ code: 'DiskReadOnly' });
    expect(existsSync(mapPath(path))).toBe(false);
  });

  test('that is missing, exists already, or is shorter than its content is refused by name', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.raw');
    await expect(RawDisk.open({ path })).rejects.toMatchObject({ code: 'DiskFileMissing' });
    await written(path, mebibyte, 0);
    await expect(RawDisk.create({ path, sizeBytes: mebibyte })).rejects.toMatchObject({ code: 'DiskFileExists' });
    await expect(RawDisk.open({ path, sizeBytes: 2 * mebibyte })).rejects.toMatchObject({ code: 'DiskDamaged' });
    await expect(RawDisk.create({ path: folder.file('odd.raw'), sizeBytes: 1000 })).rejects.toMatchObject({ code: 'DiskSizeInvalid' });
  });

  test('cannot be used after it was closed', async () => {
    using folder = temporaryFolder();
    const disk = await RawDisk.create({ path: folder.file('disk.raw'), sizeBytes: mebibyte });
    await disk[Symbol.asyncDispose]();
    await expect(disk.read(0, 512)).rejects.toThrow('closed');
    await expect(disk.write(0, Buffer.alloc(512))).rejects.toThrow('closed');
  });
});

/** A closed disk with one sector of sevens. */
async function written(path: string, sizeBytes: number, offset: number): Promise<void> {
  await using disk = await RawDisk.create({ path, sizeBytes });
  await disk.write(offset, Buffer.alloc(512, 7));
}
