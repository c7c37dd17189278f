// Disks come in and go out in the formats people have, and arrive with the same bytes.
import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CopyProgress } from '../../../emulator/disk/copyDevice.ts';
import { detectDiskFormat, type DiskFormat } from '../../../emulator/disk/diskFormat.ts';
import { exportDisk, exportFormats, type ExportFormat } from '../../../emulator/disk/exportDisk.ts';
import { compareDevices } from '../../../emulator/disk/hash.ts';
import { importDisk, openDiskImage } from '../../../emulator/disk/importDisk.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';
import { temporaryFolder, type TemporaryFolder } from './folder.ts';
import { tool } from './tools.ts';

const mebibyte = 1024 * 1024;
const limits = { maximumBytes: 4095 * 1024 * mebibyte };
const identity = { uniqueId: '0f8fad5b-d9cb-469f-a165-70867728950e', timestampMs: 1_700_000_000_000 };

/** A raw file of 20 MiB with bytes at its ends and in the middle. */
function rawFile(folder: TemporaryFolder, name = 'source.img'): string {
  const path = folder.file(name);
  const bytes = Buffer.alloc(20 * mebibyte);
  for (const place of [0, 7 * mebibyte, 20 * mebibyte - 65_536]) seededRandom(`${place}`).bytes(65_536).copy(bytes, place);
  writeFileSync(path, bytes);
  return path;
}

describe('an imported disk', () => {
  const kinds: readonly [string, readonly string[], DiskFormat][] = [
    ['raw', ['-O', 'raw'], { kind: 'raw' }],
    ['fixed VHD', ['-O', 'vpc', '-o', 'subformat=fixed,force_size=on'], { kind: 'vhd' }],
    ['dynamic VHD', ['-O', 'vpc', '-o', 'subformat=dynamic,force_size=on'], { kind: 'qemu', driver: 'vpc' }],
    ['monolithicFlat VMDK', ['-O', 'vmdk', '-o', 'subformat=monolithicFlat'], { kind: 'vmdk' }],
    ['monolithicSparse VMDK', ['-O', 'vmdk', '-o', 'subformat=monolithicSparse'], { kind: 'qemu', driver: 'vmdk' }],
    ['twoGbMaxExtentSparse VMDK', ['-O', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse'], { kind: 'qemu', driver: 'vmdk' }],
    ['streamOptimized VMDK', ['-O', 'vmdk', '-o', 'subformat=streamOptimized'], { kind: 'qemu', driver: 'vmdk' }],
    ['qcow2', ['-O', 'qcow2'], { kind: 'qemu', driver: 'qcow2' }],
    ['VHDX', ['-O', 'vhdx'], { kind: 'qemu', driver: 'vhdx' }],
    ['VDI', ['-O', 'vdi'], { kind: 'qemu', driver: 'vdi' }],
  ];
  for (const [name, parameters, format] of kinds) {
    test(`from ${name} equals what it was made of`, async () => {
      using folder = temporaryFolder();
      const source = rawFile(folder);
      const image = folder.file('image');
      await tool('qemu-img', 'convert', '-f', 'raw', ...parameters, source, image);
      await using original = await RawDisk.open({ path: source, readOnly: true });
      await using arrived = await imported(folder, image);
      expect(arrived.result).toEqual({ format, sizeBytes: 20 * mebibyte });
      expect(await compareDevices(original, arrived.disk)).toBeNull();
      expect(arrived.progress.at(-1)?.doneBytes).toBe(arrived.progress.at(-1)?.totalBytes);
      expect(readdirSync(folder.file('temporary'))).toEqual([]);
    });
  }

  test('of odd length is filled up with zeros to a whole MiB', async () => {
    using folder = temporaryFolder();
    const path = folder.file('odd.img');
    writeFileSync(path, Buffer.alloc(mebibyte + 700, 6));
    await using arrived = await imported(folder, path);
    expect(arrived.disk.sizeBytes).toBe(2 * mebibyte);
    expect((await arrived.disk.read(0, 2 * mebibyte)).equals(Buffer.concat([Buffer.alloc(mebibyte + 700, 6), Buffer.alloc(mebibyte - 700)]))).toBe(true);
  });

  test('of 200 GiB with one MiB in it costs one MiB', async () => {
    using folder = temporaryFolder();
    const path = folder.file('large.img');
    writeFileSync(path, Buffer.alloc(mebibyte, 5));
    truncateSync(path, 200 * 1024 * mebibyte);
    await using arrived = await imported(folder, path);
    expect(arrived.disk.sizeBytes).toBe(200 * 1024 * mebibyte);
    expect(statSync(arrived.disk.path).blocks * 512).toBeLessThan(2 * mebibyte);
  });

  test('leaves the file and its folder as they were', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('own'));
    const path = folder.file('own/disk.img');
    writeFileSync(path, Buffer.alloc(mebibyte, 5));
    const before = statSync(path).mtimeMs;
    await (await imported(folder, path))[Symbol.asyncDispose]();
    expect(readdirSync(folder.file('own'))).toEqual(['disk.img']);
    expect(statSync(path).mtimeMs).toBe(before);
  });

  test('that is too large is refused before anything is converted', async () => {
    using folder = temporaryFolder();
    const path = folder.file('large.qcow2');
    await tool('qemu-img', 'create', '-q', '-f', 'qcow2', path, '3T');
    const refused = openDiskImage({ path, maximumBytes: 2048 * 1024 * mebibyte, temporaryFolder: folder.file('.') });
    await expect(refused).rejects.toMatchObject({ code: 'DiskTooLarge' });
    const raw = rawFile(folder);
    await expect(openDiskImage({ path: raw, maximumBytes: 20 * mebibyte - 1, temporaryFolder: folder.file('.') })).rejects.toMatchObject({
      code: 'DiskTooLarge',
    });
  });

  test('that qemu-img cannot read is refused with what it said, and nothing is left behind', async () => {
    using folder = temporaryFolder();
    const path = folder.file('damaged.qcow2');
    writeFileSync(path, Buffer.concat([Buffer.from('QFI\u00fb', 'latin1'), Buffer.alloc(4096, 0xff)]));
    mkdirSync(folder.file('temporary'));
    await expect(openDiskImage({ path, ...limits, temporaryFolder: folder.file('temporary') })).rejects.toMatchObject({ code: 'QemuImgFailed' });
    expect(readdirSync(folder.file('temporary'))).toEqual([]);
  });

  test('without qemu-img is refused with a remedy', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.qcow2');
    await tool('qemu-img', 'create', '-q', '-f', 'qcow2', path, '1M');
    const searched = process.env['PATH'];
    process.env['PATH'] = folder.file('.');
    try {
      await expect(openDiskImage({ path, ...limits, temporaryFolder: folder.file('.') })).rejects.toMatchObject({
        code: 'QemuImgMissing',
        recommendedAction: expect.stringContaining('qemu-utils') as string,
      });
    } finally {
      process.env['PATH'] = searched;
    }
  });

  test('that is an archive, an XML file, empty or no file is refused; as raw it is taken', async () => {
    using folder = temporaryFolder();
    const files: readonly [string, Buffer][] = [
      ['disk.img.gz', gzipSync(Buffer.alloc(100_000))],
      ['appliance.ovf', Buffer.from('<?xml version="1.0"?><Envelope/>')],
      ['empty.img', Buffer.alloc(0)],
    ];
    for (const [name, bytes] of files) {
      writeFileSync(folder.file(name), bytes);
      await expect(detectDiskFormat(folder.file(name))).rejects.toMatchObject({ code: 'DiskFormatUnknown' });
    }
    await expect(detectDiskFormat(folder.file('.'))).rejects.toMatchObject({ code: 'DiskFormatUnknown' });
    await expect(detectDiskFormat(folder.file('none'))).rejects.toMatchObject({ code: 'DiskFileMissing' });
    await using image = await openDiskImage({ path: folder.file('disk.img.gz'), raw: true, ...limits, temporaryFolder: folder.file('.') });
    expect(image.format).toEqual({ kind: 'raw' });
  });
});

describe('an exported disk', () => {
  const drivers: Record<ExportFormat, string> = {
    raw: 'raw',
    vhd: 'vpc',
    vmdk: 'vmdk',
    qcow2: 'qcow2',
    vdi: 'vdi',
    vhdx: 'vhdx',
    'vmdk-stream': 'vmdk',
    'vhd-dynamic': 'vpc',
  };
  for (const format of exportFormats) {
    test(`as ${format} is what qemu-img says equals the source`, async () => {
      using folder = temporaryFolder();
      const source = rawFile(folder);
      mkdirSync(folder.file('out'));
      const path = folder.file(format.startsWith('vmdk') ? 'out/disk.vmdk' : 'out/disk');
      await using device = await RawDisk.open({ path: source, readOnly: true });
      const progress: CopyProgress[] = [];
      await exportDisk({ device, path, format, ...identity, onProgress: (step) => progress.push(step) });
      expect(await tool('qemu-img', 'compare', '-f', 'raw', '-F', drivers[format], source, path)).toContain('identical');
      expect(progress.at(-1)?.doneBytes).toBe(progress.at(-1)?.totalBytes);
      // No maps, no partial files.
      expect(readdirSync(dirname(path))).toEqual(format === 'vmdk' ? ['disk-flat.vmdk', 'disk.vmdk'] : [basename(path)]);
      expect(statSync(format === 'vmdk' ? folder.file('out/disk-flat.vmdk') : path).blocks * 512).toBeLessThan(12 * mebibyte);
    });
  }

  test('does not replace a file, and a size that the format cannot have is refused', async () => {
    using folder = temporaryFolder();
    await using device = await RawDisk.open({ path: rawFile(folder), readOnly: true });
    const taken = rawFile(folder, 'taken.vhd');
    await expect(exportDisk({ device, path: taken, format: 'vhd', ...identity })).rejects.toMatchObject({ code: 'DiskFileExists' });
    await using odd = await RawDisk.create({ path: folder.file('odd.raw'), sizeBytes: 1024 });
    await expect(exportDisk({ device: odd, path: folder.file('odd.vhd'), format: 'vhd', ...identity })).rejects.toMatchObject({ code: 'DiskSizeInvalid' });
    await expect(exportDisk({ device, path: folder.file('none/disk.raw'), format: 'raw', ...identity })).rejects.toMatchObject({ code: 'DiskFileMissing' });
    expect(existsSync(folder.file('odd.vhd'))).toBe(false);
  });
});

async function imported(folder: TemporaryFolder, path: string): Promise<AsyncDisposable & { disk: RawDisk; result: unknown; progress: CopyProgress[] }> {
  mkdirSync(folder.file('temporary'));
  const progress: CopyProgress[] = [];
  const targets: RawDisk[] = [];
  const result = await importDisk({
    path,
    ...limits,
    temporaryFolder: folder.file('temporary'),
    onProgress: (step) => progress.push(step),
    createTarget: async (sizeBytes) => {
      const target = await RawDisk.create({ path: folder.file('target.raw'), sizeBytes });
      targets.push(target);
      return target;
    },
  });
  const disk = targets[0] as RawDisk;
  return { disk, result, progress, [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose]() };
}
