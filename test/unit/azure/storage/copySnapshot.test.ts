// A copy of a snapshot shares nothing with what it was copied from.
import { expect, test } from 'vitest';
import { copySnapshot } from '../../../../emulator/azure/storage/copySnapshot.ts';
import { PageBlobReplica, type BlobPlace } from '../../../../emulator/azure/storage/pageBlobReplica.ts';
import { batchOf, markOf } from '../../../contract/replica.spec.ts';
import { useStorage } from '../../../support/storage.ts';

const mib = 1024 * 1024;
const whole = { offset: 0, length: mib };

test('a write to the copy changes neither the snapshot nor the replica, and a write to the replica changes neither of the others', async () => {
  await using storage = await useStorage();
  const place: BlobPlace = { account: storage.account, container: 'wahv', blob: 'copied-{1}.vhd' };
  const replica = await PageBlobReplica.create(place, { sizeBytes: mib, uniqueId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', timestampMs: 0 });
  const original = Buffer.alloc(mib, 1);
  await replica.apply(batchOf(1, [{ offset: 0, bytes: original }]));
  const { id } = await replica.snapshot(1, markOf(1));
  await copySnapshot({ ...place, account: storage.account }, id, { container: 'vhds', blob: 'vm.vhd' });
  const copy = storage.account.container('vhds').getPageBlobClient('vm.vhd');
  const ofCopy = async (): Promise<Buffer> => copy.downloadToBuffer(0, mib);
  expect((await ofCopy()).equals(original)).toBe(true);

  await copy.uploadPages(Buffer.alloc(4096, 2), 0, 4096);
  await copy.clearPages(8192, 4096);
  expect((await replica.read(whole, id)).equals(original)).toBe(true);
  expect((await replica.read(whole)).equals(original)).toBe(true);

  await replica.apply(batchOf(2, [{ offset: 4096, bytes: Buffer.alloc(4096, 3) }]));
  const changedCopy = Buffer.from(original).fill(2, 0, 4096).fill(0, 8192, 12_288);
  expect((await ofCopy()).equals(changedCopy)).toBe(true);
  expect((await replica.read(whole, id)).equals(original)).toBe(true);

  await storage.process.kill();
  await replica.position();
  expect((await replica.read(whole, id)).equals(original)).toBe(true);
  const again = storage.account.container('vhds').getPageBlobClient('vm.vhd');
  expect((await again.downloadToBuffer(0, mib)).equals(changedCopy)).toBe(true);
});

test('copying again replaces the copy and leaves no temporary blob', async () => {
  await using storage = await useStorage();
  const place: BlobPlace = { account: storage.account, container: 'wahv', blob: 'copied-{1}.vhd' };
  const replica = await PageBlobReplica.create(place, { sizeBytes: mib, uniqueId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', timestampMs: 0 });
  const target = { container: 'vhds', blob: 'vm.vhd' };
  for (const sequence of [1, 2]) {
    await replica.apply(batchOf(sequence, [{ offset: 0, bytes: Buffer.alloc(512, sequence) }]));
    const { id } = await replica.snapshot(sequence, markOf(sequence));
    await copySnapshot(place, id, target);
  }
  const names: string[] = [];
  for await (const blob of place.account.container('vhds').listBlobsFlat({ includeSnapshots: true })) names.push(blob.name);
  expect(names).toEqual(['vm.vhd']);
  expect((await place.account.container('vhds').getPageBlobClient('vm.vhd').downloadToBuffer(0, 512)).equals(Buffer.alloc(512, 2))).toBe(true);
});
