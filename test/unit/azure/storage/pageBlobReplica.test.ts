// The page blob replica: the contract of every replica, and what is its own: the VHD, and kills of the storage process.
import { expect, test } from 'vitest';
import { PageBlobReplica, replicaBlobName, type BlobPlace } from '../../../../emulator/azure/storage/pageBlobReplica.ts';
import { StorageAccount } from '../../../../emulator/azure/storage/storageAccount.ts';
import { readVhdFooter } from '../../../../emulator/disk/vhd.ts';
import { batchOf, markOf, replicaSpec } from '../../../contract/replica.spec.ts';
import { testStartMs } from '../../../support/kernel.ts';
import { useStorage, type TestStorage } from '../../../support/storage.ts';

const uniqueId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const mib = 1024 * 1024;

function placeIn(storage: TestStorage): BlobPlace {
  return { account: storage.account, container: 'wahv0123456789abcdef01', blob: replicaBlobName('9417138') };
}

async function createIn(storage: TestStorage, sizeBytes = 4 * mib): Promise<PageBlobReplica> {
  return PageBlobReplica.create(placeIn(storage), { sizeBytes, uniqueId, timestampMs: testStartMs });
}

replicaSpec('PageBlobReplica', async (sizeBytes) => {
  const storage = await useStorage();
  let made = false;
  return {
    open: async () => {
      if (made) return PageBlobReplica.open(placeIn(storage));
      made = true;
      return createIn(storage, sizeBytes);
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
});

replicaSpec('PageBlobReplica on a Storage account that takes no page batches', async (sizeBytes) => {
  const storage = await useStorage();
  const { url, accountName, accountKey } = storage.account.address;
  const account = new StorageAccount({ url, accountName, accountKey });
  const place = (): BlobPlace => ({ ...placeIn(storage), account });
  let made = false;
  return {
    open: async () => {
      if (made) return PageBlobReplica.open(place());
      made = true;
      return PageBlobReplica.create(place(), { sizeBytes, uniqueId, timestampMs: testStartMs });
    },
    [Symbol.asyncDispose]: async () => {
      await account[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
});

test('the blob is a fixed VHD of whole MiB with the source disk at its beginning', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage, 2 * mib + 512);
  await replica.apply(batchOf(1, [{ offset: 2 * mib, bytes: Buffer.alloc(512, 7) }]));
  const { account, container, blob } = placeIn(storage);
  const bytes = await account.container(container).getBlobClient(blob).downloadToBuffer();
  expect(bytes.length).toBe(3 * mib + 512);
  expect(readVhdFooter(bytes.subarray(-512))).toMatchObject({ sizeBytes: 3 * mib, uniqueId, diskType: 'fixed' });
  expect(bytes.subarray(2 * mib, 2 * mib + 512).equals(Buffer.alloc(512, 7))).toBe(true);
  expect(replica.sizeBytes).toBe(2 * mib + 512);
});

test('creating it again keeps what is there', async () => {
  await using storage = await useStorage();
  const first = await createIn(storage);
  await first.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(512, 1) }]));
  await first.advance(1);
  const again = await createIn(storage);
  expect(await again.position()).toBe(1);
  expect((await again.read({ offset: 0, length: 512 })).equals(Buffer.alloc(512, 1))).toBe(true);
});

test('a write that a kill interrupts fails every call until the position is asked, and the replica goes on from there', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage);
  await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(mib, 1) }]));
  const snapshot = await replica.snapshot(1, markOf(1));
  const interrupted = { code: 'PeerUnreachable' };
  const killed = storage.process.kill();
  const writing = async (): Promise<void> => {
    for (const sequence of [2, 3]) await replica.apply(batchOf(sequence, [{ offset: 0, bytes: Buffer.alloc(512, sequence) }]));
    await replica.advance(3);
  };
  await expect(writing()).rejects.toMatchObject(interrupted);
  await killed;
  await expect(replica.apply(batchOf(3, [{ offset: 0, bytes: Buffer.alloc(512, 3) }]))).rejects.toMatchObject(interrupted);
  await expect(replica.snapshot(2, markOf(2))).rejects.toMatchObject(interrupted);
  await expect(replica.advance(2)).rejects.toMatchObject(interrupted);
  expect(await replica.position()).toBe(1);
  expect(await replica.snapshots()).toEqual([snapshot]);
  await replica.apply(batchOf(2, [{ offset: 0, bytes: Buffer.alloc(512, 2) }]));
  expect((await replica.read({ offset: 0, length: mib }, snapshot.id)).equals(Buffer.alloc(mib, 1))).toBe(true);
  expect((await replica.read({ offset: 0, length: 512 })).equals(Buffer.alloc(512, 2))).toBe(true);
});

test('a kill between two calls is no news', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage);
  await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(mib, 1) }]));
  await replica.snapshot(1, markOf(1));
  await storage.process.kill();
  await replica.apply(batchOf(2, [{ offset: 0, bytes: Buffer.alloc(512, 2) }]));
  await replica.snapshot(2, markOf(2));
  await using again = await PageBlobReplica.open(placeIn(storage));
  expect(await again.position()).toBe(2);
  expect((await again.snapshots()).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test('a replica that is not there is NotFound', async () => {
  await using storage = await useStorage();
  await expect(PageBlobReplica.open(placeIn(storage))).rejects.toMatchObject({ code: 'NotFound' });
});

test('a deleted replica is gone with its snapshots, and deleting it again is no error', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage);
  await replica.snapshot(1, markOf(1));
  await PageBlobReplica.delete(placeIn(storage));
  await PageBlobReplica.delete(placeIn(storage));
  await expect(replica.position()).rejects.toMatchObject({ code: 'NotFound' });
});

test('an extent past the end of the disk is refused before anything is written', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage);
  const batch = batchOf(1, [
    { offset: 0, bytes: Buffer.alloc(512, 1) },
    { offset: 4 * mib, bytes: Buffer.alloc(512, 1) },
  ]);
  await expect(replica.apply(batch)).rejects.toMatchObject({ code: 'DiskRangeInvalid' });
  expect((await replica.read({ offset: 0, length: 512 })).equals(Buffer.alloc(512))).toBe(true);
});
