// The page blob replica: the contract of every replica, and what is its own: the VHD, kills of the storage process, the fence.
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
  return { session: storage.account.session(), container: 'wahv0123456789abcdef01', blob: replicaBlobName('9417138') };
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

replicaSpec('PageBlobReplica on a Storage account without a fence', async (sizeBytes) => {
  const storage = await useStorage();
  const account = new StorageAccount({ ...storage.account.address, barrierUrl: null });
  const place = (): BlobPlace => ({ ...placeIn(storage), session: account.session() });
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
  const { session, container, blob } = placeIn(storage);
  const bytes = await session.container(container).getBlobClient(blob).downloadToBuffer();
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

test('after a kill of the storage process every call but position is refused, and the replica goes on from the position', async () => {
  await using storage = await useStorage();
  const replica = await createIn(storage);
  await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(mib, 1) }]));
  const snapshot = await replica.snapshot(1, markOf(1));
  await replica.barrier();
  await storage.process.kill();
  await expect(replica.apply(batchOf(2, [{ offset: 0, bytes: Buffer.alloc(512, 2) }])).then(() => replica.advance(2))).rejects.toMatchObject({
    code: 'StorageRestarted',
  });
  await expect(replica.apply(batchOf(3, [{ offset: 0, bytes: Buffer.alloc(512, 3) }]))).rejects.toMatchObject({ code: 'StorageRestarted' });
  await expect(replica.snapshot(2, markOf(2))).rejects.toMatchObject({ code: 'StorageRestarted' });
  await expect(replica.barrier()).rejects.toMatchObject({ code: 'StorageRestarted' });
  expect(await replica.position()).toBe(1);
  expect(await replica.snapshots()).toEqual([snapshot]);
  await replica.apply(batchOf(2, [{ offset: 0, bytes: Buffer.alloc(512, 2) }]));
  expect((await replica.read({ offset: 0, length: mib }, snapshot.id)).equals(Buffer.alloc(mib, 1))).toBe(true);
  expect((await replica.read({ offset: 0, length: 512 })).equals(Buffer.alloc(512, 2))).toBe(true);
});

test('a replica that learned of the restart does not lift the fence for another one', async () => {
  await using storage = await useStorage();
  const one = await createIn(storage);
  const other = await PageBlobReplica.open(placeIn(storage));
  await storage.process.kill();
  await one.position();
  await one.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(512, 1) }]));
  await expect(other.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(512, 1) }])).then(() => other.barrier())).rejects.toMatchObject({
    code: 'StorageRestarted',
  });
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
