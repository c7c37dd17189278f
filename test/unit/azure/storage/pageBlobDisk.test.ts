// The disk of an Azure VM: the contract of every disk, and what it owes the machine when the storage process dies.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PageBlobDisk } from '../../../../emulator/azure/storage/pageBlobDisk.ts';
import { PageBlobReplica, type BlobPlace } from '../../../../emulator/azure/storage/pageBlobReplica.ts';
import { blockDeviceSpec } from '../../../contract/blockDevice.spec.ts';
import { useStorage, type TestStorage } from '../../../support/storage.ts';

const uniqueId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const mib = 1024 * 1024;
let storage: TestStorage;
let folder: string;
let disks = 0;

beforeAll(async () => {
  storage = await useStorage();
  folder = mkdtempSync(join(tmpdir(), 'srlab-disk-'));
});

afterAll(async () => {
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function newBlob(sizeBytes: number): Promise<{ place: () => BlobPlace; journalPath: string }> {
  const blob = `disk-${(disks += 1)}.vhd`;
  const place = (): BlobPlace => ({ account: storage.account, container: 'vhds', blob });
  await PageBlobReplica.create(place(), { sizeBytes, uniqueId, timestampMs: 0 });
  return { place, journalPath: join(folder, blob) };
}

async function openDisk({ place, journalPath }: { place: () => BlobPlace; journalPath: string }): Promise<PageBlobDisk> {
  return PageBlobDisk.open({ kernel: storage.kernel, place: place(), journalPath, available: () => storage.process.available() });
}

blockDeviceSpec('PageBlobDisk', async (sizeBytes) => {
  const blob = await newBlob(sizeBytes);
  let device = await openDisk(blob);
  return {
    get device() {
      return device;
    },
    reopen: async () => {
      await device[Symbol.asyncDispose]();
      return (device = await openDisk(blob));
    },
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
});

test('writes acknowledged before, during and after a kill of the storage process are all there', async () => {
  const blob = await newBlob(4 * mib);
  {
    await using disk = await openDisk(blob);
    const model = Buffer.alloc(4 * mib);
    const write = async (place: number): Promise<void> => {
      const bytes = Buffer.alloc(4096, (place % 255) + 1);
      bytes.copy(model, place * 4096);
      await disk.write(place * 4096, bytes);
    };
    for (let place = 0; place < 300; place += 1) await write(place);
    const killed = storage.process.kill();
    for (let place = 200; place < 600; place += 1) await write(place);
    expect((await disk.read(0, 4 * mib)).equals(model)).toBe(true);
    await killed;
    for (let place = 500; place < 700; place += 1) await write(place);
    expect((await disk.read(0, 4 * mib)).equals(model)).toBe(true);
    await disk.flushed();
    expect((await disk.read(0, 4 * mib)).equals(model)).toBe(true);
  }
  expect(readdirSync(folder).filter((name) => name.startsWith(`${blob.journalPath.slice(folder.length + 1)}.`))).toEqual([]);
});

test('what only the journal holds is on the disk when it is opened again', async () => {
  const own = await useStorage();
  const place = (): BlobPlace => ({ account: own.account, container: 'vhds', blob: 'disk.vhd' });
  await PageBlobReplica.create(place(), { sizeBytes: mib, uniqueId, timestampMs: 0 });
  const journalPath = join(folder, 'kept');
  const first = await PageBlobDisk.open({ kernel: own.kernel, place: place(), journalPath });
  await own.process[Symbol.asyncDispose]();
  await first.write(0, Buffer.alloc(512, 1));
  await first.zero(512, 512);
  await first.write(256 * 1024, Buffer.alloc(1024, 2));
  await first[Symbol.asyncDispose]();
  expect(existsSync(journalPath.concat('.1'))).toBe(true);

  await using again = await own.startAgain();
  await using disk = await PageBlobDisk.open({ kernel: own.kernel, place: { ...place(), account: again.account }, journalPath });
  expect((await disk.read(0, 1024)).equals(Buffer.alloc(1024).fill(1, 0, 512))).toBe(true);
  expect((await disk.read(256 * 1024, 1024)).equals(Buffer.alloc(1024, 2))).toBe(true);
});

test('a storage nobody starts again makes the disk fail once its journal may hold no more', async () => {
  await using own = await useStorage();
  const place: BlobPlace = { account: own.account, container: 'vhds', blob: 'disk.vhd' };
  await PageBlobReplica.create(place, { sizeBytes: 128 * mib, uniqueId, timestampMs: 0 });
  const disk = await PageBlobDisk.open({ kernel: own.kernel, place, journalPath: join(folder, 'bounded') });
  await own.process[Symbol.asyncDispose]();
  const fill = async (): Promise<void> => {
    for (let number = 0; number < 128; number += 1) await disk.write(number * mib, Buffer.alloc(mib, 1));
  };
  await expect(fill()).rejects.toMatchObject({ code: 'PeerUnreachable' });
  await disk[Symbol.asyncDispose]();
  await expect(disk.write(0, Buffer.alloc(512))).rejects.toMatchObject({ code: 'DiskClosed' });
});
