// The journal under Azurite's metadata: replayed and rewritten, it gives the same documents.
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JournaledMetadata } from '../../../../../emulator/azure/storage/azurite/journaledMetadata.ts';
import { PageBlobRangesManager } from '../../../../../emulator/azure/storage/azurite/azuriteClasses.ts';
import { JournalFile } from '../../../../../emulator/azure/storage/azurite/journalFile.ts';
import { seededRandom } from '../../../../../emulator/kernel/random.ts';
import { useFolder } from '../../../../support/folder.ts';

const blobs = '$BLOBS_COLLECTION$';
const place = { account: 'target', container: 'wahv', blob: 'disk.vhd' };

async function open(folder: string): Promise<{ metadata: JournaledMetadata; journal: JournalFile }> {
  const journal = new JournalFile(folder);
  const metadata = new JournaledMetadata(journal, (error) => {
    throw error;
  });
  await metadata.init();
  return { metadata, journal };
}

function collectionOf(metadata: JournaledMetadata) {
  const collection = metadata.db.collections.find((one) => one.name === blobs);
  if (collection === undefined) throw new Error('Azurite has no collection of blobs.');
  return collection;
}

function documentsOf(metadata: JournaledMetadata): unknown[] {
  return collectionOf(metadata).data.map(({ $loki: _id, meta: _meta, ...document }) => structuredClone(document));
}

function pageBlob(snapshot = '') {
  const properties = { creationTime: new Date(0), lastModified: new Date(1), etag: '"0x1"', contentLength: 2 ** 30, contentMD5: new Uint8Array([1, 2, 3]) };
  return {
    accountName: place.account,
    containerName: place.container,
    name: place.blob,
    snapshot,
    properties,
    metadata: { Key: 'value' },
    pageRangesInOrder: [] as object[],
  };
}

test('page changes, snapshots and deletions come back from the journal, also after it was rewritten while running', async () => {
  using folder = useFolder();
  const random = seededRandom('journal');
  const { metadata, journal } = await open(folder.path);
  const collection = collectionOf(metadata);
  const base = collection.insert(pageBlob()) as ReturnType<typeof pageBlob>;
  let rewritten = 0;
  let files = readdirSync(folder.path);
  for (let round = 0; rewritten < 1; round += 1) {
    // A small disk, written over and over: the journal grows, what it tells does not.
    const rows = Array.from({ length: 4000 }, () => {
      const start = random.integer(2 ** 11) * 512;
      return [start, start + 4095, random.integer(5) === 0 ? null : random.integer(1000) * 512] as const;
    });
    expect(metadata.changePages(place, rows, `extent-${round}`)).toBe(201);
    if (round % 25 === 0)
      collection.insert({ ...pageBlob(`2026-01-01T00:00:00.${String(round).padStart(7, '0')}Z`), pageRangesInOrder: base.pageRangesInOrder });
    if (round % 75 === 60) collection.remove(collection.data.find((one) => one['snapshot'] !== '') as object);
    const now = readdirSync(folder.path);
    if (now[0] !== files[0]) rewritten += 1;
    files = now;
  }
  const before = documentsOf(metadata);
  journal[Symbol.dispose]();
  const again = await open(folder.path);
  expect(documentsOf(again.metadata)).toEqual(before);
  expect(readdirSync(folder.path)).toHaveLength(1);
  // Snapshots keep sharing their pages after a start: memory does not grow by it.
  const lists = collectionOf(again.metadata).data.map((document) => document['pageRangesInOrder'] as object[]);
  const distinct = new Set(lists.flat()).size;
  expect(distinct).toBeLessThanOrEqual(new Set(collectionOf(metadata).data.flatMap((document) => document['pageRangesInOrder'] as object[])).size);
  again.journal[Symbol.dispose]();
});

test('the places that a change concerns are found as the original finds them', () => {
  const manager = new PageBlobRangesManager();
  const ranges = [
    [0, 511],
    [1024, 2047],
    [4096, 4607],
  ].map(([start, end]) => ({ start: start as number, end: end as number }));
  expect(manager.selectImpactedRanges([], 0, 511)).toEqual([Infinity, -1]);
  expect(manager.selectImpactedRanges(ranges, 0, 511)).toEqual([0, 0]);
  expect(manager.selectImpactedRanges(ranges, 512, 1023)).toEqual([1, 0]);
  expect(manager.selectImpactedRanges(ranges, 512, 4096)).toEqual([1, 2]);
  expect(manager.selectImpactedRanges(ranges, 2047, 4095)).toEqual([1, 1]);
  expect(manager.selectImpactedRanges(ranges, 4608, 5119)).toEqual([Infinity, 2]);
});

test('a copied list of pages is not shared with its source', async () => {
  using folder = useFolder();
  const { metadata, journal } = await open(folder.path);
  const collection = collectionOf(metadata);
  const source = collection.insert(pageBlob()) as ReturnType<typeof pageBlob>;
  const copy = collection.insert({ ...pageBlob(), name: 'copy.vhd', pageRangesInOrder: source.pageRangesInOrder }) as ReturnType<typeof pageBlob>;
  metadata.changePages(place, [[0, 511, 0]], 'extent');
  expect([source.pageRangesInOrder.length, copy.pageRangesInOrder.length]).toEqual([1, 0]);
  journal[Symbol.dispose]();
});

test.each([
  { what: 'a blob that is not there', where: { ...place, blob: 'gone' }, rows: [[0, 511, 0]] as const, status: 404 },
  { what: 'a range past the end', where: place, rows: [[2 ** 30, 2 ** 30 + 511, 0]] as const, status: 400 },
  { what: 'a range off the boundary of a page', where: place, rows: [[1, 512, 0]] as const, status: 400 },
])('changing pages of $what changes nothing', async ({ where, rows, status }) => {
  using folder = useFolder();
  const { metadata, journal } = await open(folder.path);
  collectionOf(metadata).insert(pageBlob());
  const { sizeBytes } = journal;
  expect(metadata.changePages(where, rows, 'extent')).toBe(status);
  expect(journal.sizeBytes).toBe(sizeBytes);
  journal[Symbol.dispose]();
});

test('a line that was cut off is dropped, and the journal goes on after the line before it', () => {
  using folder = useFolder();
  {
    using journal = new JournalFile(folder.path);
    journal.append(['one']);
  }
  const [file] = readdirSync(folder.path) as [string];
  appendFileSync(join(folder.path, file), '["two');
  {
    using journal = new JournalFile(folder.path);
    journal.replay(() => undefined);
    journal.append(['three']);
  }
  const entries: unknown[] = [];
  using journal = new JournalFile(folder.path);
  journal.replay((entry) => entries.push(entry));
  expect(entries).toEqual([['one'], ['three']]);
});

test('of two journals that a kill left the newer one counts, and an unfinished one does not', () => {
  using folder = useFolder();
  writeFileSync(join(folder.path, 'metadata-1.jsonl'), '["old"]\n');
  writeFileSync(join(folder.path, 'metadata-2.jsonl'), '["new"]\n');
  writeFileSync(join(folder.path, 'metadata-3.jsonl.part'), '["half');
  const entries: unknown[] = [];
  using journal = new JournalFile(folder.path);
  journal.replay((entry) => entries.push(entry));
  expect(entries).toEqual([['new']]);
  expect(readdirSync(folder.path)).toEqual(['metadata-2.jsonl']);
});
