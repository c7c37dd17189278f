// A VMDK is one that foreign programs read, and its CID tells whether its content may have changed.
import * as fc from 'fast-check';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flatExtentPath, growVmdk, readVmdkDescriptor, VmdkDisk } from '../../../emulator/disk/vmdk.ts';
import { formatVmdkDescriptor, parseVmdkDescriptor, withNextContentId } from '../../../emulator/disk/vmdkDescriptor.ts';
import { blockDeviceSpec } from '../../contract/blockDevice.spec.ts';
import { temporaryFolder } from './folder.ts';
import { tool } from './tools.ts';

const mebibyte = 1024 * 1024;
const uniqueId = '0f8fad5b-d9cb-469f-a165-70867728950e';

blockDeviceSpec('VmdkDisk', async (sizeBytes) => {
  const folder = temporaryFolder();
  const path = folder.file('disk.vmdk');
  let device = await VmdkDisk.create({ path, sizeBytes, uniqueId });
  return {
    get device() {
      return device;
    },
    reopen: async () => {
      await device[Symbol.asyncDispose]();
      return (device = await VmdkDisk.open({ path }));
    },
    [Symbol.asyncDispose]: async () => {
      await device[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});

describe('a VMDK', () => {
  for (const createType of ['vmfs', 'monolithicFlat'] as const) {
    test(`of type ${createType} is read by qemu-img as it was written`, async () => {
      using folder = temporaryFolder();
      const path = folder.file('web01.vmdk');
      {
        await using disk = await VmdkDisk.create({ path, sizeBytes: 20 * mebibyte, uniqueId, createType });
        await disk.write(3 * mebibyte, Buffer.alloc(mebibyte, 0x42));
      }
      const seen = JSON.parse(await tool('qemu-img', 'info', '--output=json', path)) as {
        format: string;
        'virtual-size': number;
        'format-specific': { data: { 'create-type': string; cid: number } };
      };
      expect(seen).toMatchObject({ format: 'vmdk', 'virtual-size': 20 * mebibyte, 'format-specific': { data: { 'create-type': createType } } });
      expect(await tool('qemu-img', 'compare', '-f', 'vmdk', '-F', 'raw', path, flatExtentPath(path))).toContain('identical');
    });
  }

  test('gets a new CID with its first write after opening, and keeps it while it is only read', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.vmdk');
    const cid = async (): Promise<string> => (await readVmdkDescriptor(path)).cid;
    const seen: string[] = [];
    {
      await using disk = await VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId });
      seen.push(await cid());
      await disk.write(0, Buffer.alloc(512, 1));
      seen.push(await cid());
      await disk.write(512, Buffer.alloc(512, 1));
      expect(await cid()).toBe(seen.at(-1));
    }
    {
      await using disk = await VmdkDisk.open({ path });
      await disk.read(0, 512);
      expect(await cid()).toBe(seen.at(-1));
      await disk.zero(0, 512);
      seen.push(await cid());
    }
    expect(new Set(seen).size).toBe(3);
    expect((await readVmdkDescriptor(path)).database['longContentID']?.endsWith(seen.at(-1) ?? '')).toBe(true);
  });

  test('that was being created when the process was killed can be created again', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.vmdk');
    await (await VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId }))[Symbol.asyncDispose]();
    await expect(VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId })).rejects.toMatchObject({ code: 'DiskFileExists' });
    rmSync(path);
    {
      await using disk = await VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId });
      await disk.write(0, Buffer.alloc(512, 1));
    }
    rmSync(path);
    // An extent with bytes in it is somebody's disk, descriptor or not.
    await expect(VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId })).rejects.toMatchObject({ code: 'DiskFileExists' });
  });

  test('with a missing or short extent, or of many extents, is refused by name', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.vmdk');
    await (await VmdkDisk.create({ path, sizeBytes: mebibyte, uniqueId }))[Symbol.asyncDispose]();
    truncateSync(flatExtentPath(path), 1000);
    await expect(VmdkDisk.open({ path })).rejects.toMatchObject({ code: 'DiskDamaged' });
    rmSync(flatExtentPath(path));
    await expect(VmdkDisk.open({ path })).rejects.toMatchObject({ code: 'DiskFileMissing' });
    const many = folder.file('many.vmdk');
    await tool('qemu-img', 'create', '-q', '-f', 'vmdk', '-o', 'subformat=twoGbMaxExtentFlat', many, '3G');
    await expect(VmdkDisk.open({ path: many })).rejects.toMatchObject({ code: 'VmdkNotFlat' });
  });
});

describe('a descriptor', () => {
  const base = formatVmdkDescriptor({ sizeBytes: 3 * 1024 * mebibyte, createType: 'vmfs', extentFile: 'web01-flat.vmdk', uniqueId });

  test('is understood as it was written', () => {
    expect(parseVmdkDescriptor(base)).toMatchObject({
      parentCid: undefined,
      createType: 'vmfs',
      extents: [{ access: 'RW', sizeBytes: 3 * 1024 * mebibyte, type: 'VMFS', file: 'web01-flat.vmdk', offsetBytes: 0 }],
      database: { adapterType: 'lsilogic', 'geometry.cylinders': '391', 'geometry.heads': '255', 'geometry.sectors': '63' },
    });
    expect(base).toMatch(/^ddb\.uuid = "60 00 C2 9[0-9A-F]( [0-9A-F]{2}){4}-[0-9A-F]{2}( [0-9A-F]{2}){7}"$/m);
  });

  test('never carries a CID with a meaning of its own, nor the same one twice in a row', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        let text = formatVmdkDescriptor({ sizeBytes: mebibyte, createType: 'vmfs', extentFile: 'x-flat.vmdk', uniqueId: id });
        for (let turn = 0; turn < 5; turn += 1) {
          const next = withNextContentId(text);
          const { cid, database } = parseVmdkDescriptor(next);
          expect(['00000000', 'ffffffff', 'fffffffe', parseVmdkDescriptor(text).cid]).not.toContain(cid);
          expect(database['longContentID']).toMatch(new RegExp(`^[0-9a-f]{24}${cid}$`));
          text = next;
        }
      }),
    );
  });

  test('of another writer keeps the lines that we do not know', () => {
    const theirs = `${base}ddb.encoding = "windows-1252"\n# Change Tracking File\nchangeTrackPath="web01-ctk.vmdk"\n`;
    const changed = withNextContentId(theirs);
    expect(linesWithoutIds(changed)).toEqual(linesWithoutIds(theirs));
    expect(parseVmdkDescriptor(changed).changeTrackFile).toBe('web01-ctk.vmdk');
  });

  for (const [what, text] of [
    ['without its first line', base.replace('# Disk', '# Disc')],
    ['without a CID', base.replace(/^CID=.*\n/m, '')],
    ['without extents', base.replace(/^RW.*\n/m, '')],
    ['with a line that means nothing', `${base}hello there\n`],
    ['with an extent of impossible size', base.replace(/^RW \d+/m, 'RW 99999999999999999999')],
  ] as const) {
    test(`${what} is refused`, () => {
      expect(() => parseVmdkDescriptor(text)).toThrow(expect.objectContaining({ code: 'VmdkDescriptorInvalid' }));
    });
  }

  test('that grows keeps its bytes, reads zeros behind them, and is read by qemu-img in its new size', async () => {
    using folder = temporaryFolder();
    const path = folder.file('web01.vmdk');
    {
      await using disk = await VmdkDisk.create({ path, sizeBytes: 20 * mebibyte, uniqueId });
      await disk.write(19 * mebibyte, Buffer.alloc(mebibyte, 0x42));
    }
    await growVmdk(path, 3000 * mebibyte);
    {
      await using disk = await VmdkDisk.open({ path });
      expect(disk.sizeBytes).toBe(3000 * mebibyte);
      expect(await disk.read(19 * mebibyte, 2 * mebibyte)).toEqual(Buffer.concat([Buffer.alloc(mebibyte, 0x42), Buffer.alloc(mebibyte)]));
      expect(await disk.allocated({ offset: 0, length: disk.sizeBytes })).toEqual([{ offset: 19 * mebibyte, length: mebibyte }]);
    }
    const { database } = await readVmdkDescriptor(path);
    expect([database['geometry.heads'], database['geometry.sectors']]).toEqual(['255', '63']);
    await expect(growVmdk(path, 20 * mebibyte)).rejects.toMatchObject({ code: 'DiskSizeInvalid' });
    const info = JSON.parse(await tool('qemu-img', 'info', '--output=json', path)) as { 'virtual-size': number };
    expect(info['virtual-size']).toBe(3000 * mebibyte);
  });

  test('that names an extent outside its folder is refused', async () => {
    using folder = temporaryFolder();
    const path = folder.file('disk.vmdk');
    for (const file of ['/etc/passwd', '../other-flat.vmdk', '..']) {
      writeFileSync(path, base.replace('web01-flat.vmdk', file));
      await expect(VmdkDisk.open({ path })).rejects.toMatchObject({ code: 'VmdkDescriptorInvalid' });
    }
    expect(readFileSync(path, 'utf8')).toContain('".."');
  });
});

function linesWithoutIds(text: string): string[] {
  return text.split('\n').filter((line) => !/^(CID|ddb\.longContentID)/.test(line));
}
