// The storage process and its kills: what was acknowledged is there, whatever happened in between.
import { createServer } from 'node:net';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../../emulator/kernel/random.ts';
import { PageBlobReplica, type BlobPlace } from '../../../../emulator/azure/storage/pageBlobReplica.ts';
import { StorageProcess } from '../../../../emulator/azure/storage/storageProcess.ts';
import { testKernel } from '../../../support/kernel.ts';
import { useStorage, type TestStorage } from '../../../support/storage.ts';

const mib = 1024 * 1024;

/** Everything an account holds, as text. */
async function contentOf(storage: TestStorage): Promise<string[]> {
  const container = storage.account.container('all');
  const lines: string[] = [];
  for await (const blob of container.listBlobsFlat({ includeSnapshots: true, includeMetadata: true })) {
    const client =
      blob.snapshot === undefined || blob.snapshot === '' ? container.getBlobClient(blob.name) : container.getBlobClient(blob.name).withSnapshot(blob.snapshot);
    const bytes = blob.properties.contentLength === 0 ? Buffer.alloc(0) : await client.downloadToBuffer();
    lines.push(
      JSON.stringify([
        blob.name,
        blob.snapshot,
        blob.metadata,
        blob.properties.etag,
        blob.properties.lastModified,
        Buffer.from(blob.properties.contentMD5 ?? []).toString('hex'),
        bytes.toString('base64'),
      ]),
    );
  }
  return lines.sort();
}

test('after SIGKILL at any moment every acknowledged blob, page, snapshot, copy and deletion is there', async () => {
  await using storage = await useStorage();
  const container = storage.account.container('all');
  await container.create();
  const random = seededRandom('kills');
  const pages = container.getPageBlobClient('pages');
  await pages.create(mib);
  for (let round = 0; round < 3; round += 1) {
    for (let step = 0; step < 40; step += 1) {
      const offset = 512 * random.integer(1900);
      if (step % 4 === 0) await pages.clearPages(offset, 512 * (1 + random.integer(100)));
      else await pages.uploadPages(random.bytes(512 * (1 + random.integer(8))), offset, 512).catch(() => undefined);
      await pages.uploadPages(random.bytes(4096), offset, 4096);
      await container.getBlockBlobClient(`block-${random.integer(30)}`).upload(random.bytes(100), 100);
      await container.getBlockBlobClient(`block-${random.integer(30)}`).deleteIfExists();
      if (step % 10 === 3) await pages.createSnapshot({ metadata: { step: String(step) } });
      if (step % 10 === 5) await pages.setMetadata({ Round: String(round), step: String(step) });
    }
    const { snapshot = '' } = await pages.createSnapshot();
    await (await container.getPageBlobClient(`copy-${round}`).beginCopyFromURL(pages.withSnapshot(snapshot).url)).pollUntilDone();
    await container.getPageBlobClient(`copy-${round}`).uploadPages(random.bytes(512), 0, 512);
    const staged = container.getBlockBlobClient(`staged-${round}`);
    for (const name of ['one', 'two']) await staged.stageBlock(Buffer.from(name).toString('base64'), random.bytes(1000), 1000);
    if (round > 0) await staged.commitBlockList(['one', 'two'].map((name) => Buffer.from(name).toString('base64')));
    const before = await contentOf(storage);
    await storage.process.kill();
    expect(await contentOf(storage)).toEqual(before);
  }
});

test('writes in flight when it is killed are there or not, and those acknowledged before them are', async () => {
  await using storage = await useStorage();
  const place: BlobPlace = { account: storage.account, container: 'wahv', blob: 'copied-{1}.vhd' };
  await PageBlobReplica.create(place, { sizeBytes: 16 * mib, uniqueId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', timestampMs: 0 });
  const blob = place.account.container(place.container).getPageBlobClient(place.blob);
  const acknowledged = new Set<number>();
  const writes = Array.from({ length: 400 }, async (_, page) => {
    await blob.uploadPages(Buffer.alloc(4096, (page % 255) + 1), page * 4096, 4096);
    acknowledged.add(page);
    if (acknowledged.size === 150) void storage.process.kill();
  });
  await Promise.allSettled(writes);
  await storage.process.available();
  const bytes = await storage.account
    .container(place.container)
    .getPageBlobClient(place.blob)
    .downloadToBuffer(0, 400 * 4096);
  expect(acknowledged.size).toBeGreaterThanOrEqual(150);
  for (let page = 0; page < 400; page += 1) {
    const found = bytes.subarray(page * 4096, (page + 1) * 4096);
    const written = found.equals(Buffer.alloc(4096, (page % 255) + 1));
    expect(written || (!acknowledged.has(page) && found.equals(Buffer.alloc(4096))), `page ${page}`).toBe(true);
  }
});

test('a line that a kill cut off is forgotten, and the rest is there', async () => {
  const storage = await useStorage();
  const container = storage.account.container('all');
  await container.create();
  await container.getBlockBlobClient('blob').upload(Buffer.from('bytes'), 5);
  await storage.process[Symbol.asyncDispose]();
  const folder = join(storage.folder, 'blobs');
  const journal = readdirSync(folder).find((name) => name.endsWith('.jsonl')) as string;
  appendFileSync(join(folder, journal), '["i","$BLOBS_COLLECTION$",99,{"name":"to');
  {
    await using again = await storage.startAgain();
    const names: string[] = [];
    for await (const blob of again.account.container('all').listBlobsFlat()) names.push(blob.name);
    expect(names).toEqual(['blob']);
  }
  await storage[Symbol.asyncDispose]();
});

test('a second process on the same folder waits until the first has ended, and finds what that one acknowledged', async () => {
  await using storage = await useStorage();
  const container = storage.account.container('all');
  await container.create();
  const starting = storage.startAgain();
  await container.getBlockBlobClient('blob').upload(Buffer.from('bytes'), 5);
  await storage.process[Symbol.asyncDispose]();
  await using second = await starting;
  expect((await second.account.container('all').getBlobClient('blob').downloadToBuffer()).toString()).toBe('bytes');
});

test('a journal that somebody else wrote into keeps the process from starting, with the reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-storage-'));
  writeFileSync(join(folder, 'metadata-1.jsonl'), 'not a line of ours\n');
  const start = StorageProcess.start({ kernel: testKernel(), folder, accounts: [{ name: 'a', key: StorageProcess.newKey() }] });
  await expect(start).rejects.toMatchObject({ code: 'StorageProcessFailed', message: expect.stringContaining('JSON') });
  rmSync(folder, { recursive: true });
});

test('a port that another program has is PortInUse', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'srlab-storage-'));
  const address = other.address() as { port: number };
  const start = StorageProcess.start({ kernel: testKernel(), folder, accounts: [{ name: 'a', key: StorageProcess.newKey() }], port: address.port });
  await expect(start).rejects.toMatchObject({ code: 'PortInUse' });
  other.close();
  rmSync(folder, { recursive: true });
});

test('content that nothing refers to any more is given back, and what is needed stays', async () => {
  const storage = await useStorage();
  const container = storage.account.container('all');
  await container.create();
  await container.getBlockBlobClient('kept').upload(Buffer.from('kept'), 4);
  await storage.process.kill();
  await storage.account
    .container('all')
    .getBlockBlobClient('gone')
    .upload(Buffer.alloc(8 * mib, 1), 8 * mib);
  await storage.process.kill();
  const again = storage.account.container('all');
  await again.getBlockBlobClient('gone').delete();
  await again.getBlockBlobClient('more').upload(Buffer.from('more'), 4);
  const extents = join(storage.folder, 'blobs', 'extents');
  const before = readdirSync(extents).length;
  await storage.process.kill();
  expect(readdirSync(extents).length).toBeLessThan(before);
  const names: string[] = [];
  for (const name of ['kept', 'more']) names.push((await storage.account.container('all').getBlobClient(name).downloadToBuffer()).toString());
  expect(names).toEqual(['kept', 'more']);
  await storage[Symbol.asyncDispose]();
});

test('its own routes are closed without the token', async () => {
  await using storage = await useStorage();
  expect((await fetch(`${storage.process.url}/$lab/pages?token=wrong`, { method: 'POST' })).status).toBe(403);
  expect((await fetch(`${storage.process.url}/$lab/pages`)).status).toBe(403);
});
