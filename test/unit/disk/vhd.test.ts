// The footer is one that qemu believes, and damage to it is named.
import * as fc from 'fast-check';
import { rmSync, statSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readVhdFooter, vhdFooter } from '../../../emulator/disk/vhd.ts';
import { VhdDisk } from '../../../emulator/disk/vhdDisk.ts';
import { blockDeviceSpec } from '../../contract/blockDevice.spec.ts';
import { temporaryFolder } from './folder.ts';
import { tool } from './tools.ts';

const mebibyte = 1024 * 1024;
const identity = { uniqueId: '0f8fad5b-d9cb-469f-a165-70867728950e', timestampMs: 1_500_000_000_000 };

blockDeviceSpec('VhdDisk', async (sizeBytes) => {
  const folder = temporaryFolder();
  const path = folder.file('disk.vhd');
  let device = await VhdDisk.create({ path, sizeBytes, ...identity });
  return {
    get device() {
      return device;
    },
    reopen: async () => {
      await device[Symbol.asyncDispose]();
      return (device = await VhdDisk.open({ path }));
    },
    [Symbol.asyncDispose]: async () => {
      await device[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});

describe('the footer of a fixed VHD', () => {
  test('gives back what it was made from, for any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 * 1024 * 1024 }),
        fc.integer({ min: 946_684_800, max: 4_000_000_000 }),
        fc.uuid(),
        (mebibytes, seconds, uniqueId) => {
          const disk = { sizeBytes: mebibytes * mebibyte, uniqueId, timestampMs: seconds * 1000 };
          expect(readVhdFooter(vhdFooter(disk))).toEqual({ ...disk, diskType: 'fixed' });
        },
      ),
    );
  });

  test('is taken by qemu with the exact size, from 1 MiB to more than the geometry can hold', async () => {
    using folder = temporaryFolder();
    for (const mebibytes of [1, 16, 504, 1023, 8192, 1023 * 1024]) {
      const path = folder.file(`${mebibytes}.vhd`);
      await (await VhdDisk.create({ path, sizeBytes: mebibytes * mebibyte, ...identity }))[Symbol.asyncDispose]();
      expect(statSync(path).size).toBe(mebibytes * mebibyte + 512);
      const seen = JSON.parse(await tool('qemu-img', 'info', '-f', 'vpc', '--output=json', path)) as { 'virtual-size': number };
      expect(seen['virtual-size']).toBe(mebibytes * mebibyte);
      rmSync(path);
    }
  });

  test('is not made for a size that is no whole number of MiB', () => {
    expect(() => vhdFooter({ sizeBytes: mebibyte + 512, ...identity })).toThrow(expect.objectContaining({ code: 'DiskSizeInvalid' }));
  });

  test('with any one byte changed is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const footer = vhdFooter({ sizeBytes: 16 * mebibyte, ...identity });
        footer[at] = (footer[at] as number) ^ change;
        expect(() => readVhdFooter(footer)).toThrow(expect.objectContaining({ code: 'VhdFooterInvalid' }));
      }),
    );
  });

  test('that qemu-img wrote is read', async () => {
    using folder = temporaryFolder();
    const path = folder.file('qemu.vhd');
    await tool('qemu-img', 'create', '-q', '-f', 'vpc', '-o', 'subformat=fixed,force_size=on', path, '16M');
    await using disk = await VhdDisk.open({ path });
    expect(disk.sizeBytes).toBe(16 * mebibyte);
  });

  test('of a dynamic VHD, and a file cut short, are refused by name', async () => {
    using folder = temporaryFolder();
    const dynamic = folder.file('dynamic.vhd');
    await tool('qemu-img', 'create', '-q', '-f', 'vpc', dynamic, '16M');
    await expect(VhdDisk.open({ path: dynamic })).rejects.toMatchObject({ code: 'VhdFooterInvalid' });
    const cut = folder.file('cut.vhd');
    await (await VhdDisk.create({ path: cut, sizeBytes: mebibyte, ...identity }))[Symbol.asyncDispose]();
    truncateSync(cut, mebibyte);
    await expect(VhdDisk.open({ path: cut })).rejects.toMatchObject({ code: 'VhdFooterInvalid' });
  });
});
