// Azurite's metadata made durable per request: every change of a document is a line of the journal, and a start replays them.
// The original writes the whole database out every 5 s, so a kill loses acknowledged blobs, and its cost grows with all snapshots ever kept.
import { randomBytes } from 'node:crypto';
import type { LokiCollection } from 'azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js';
import { LokiBlobMetadataStore, PageBlobRangesManager } from './azuriteClasses.ts';
import { extentsOf, fromPlain, packRanges, toPlain, unpackRanges, type PackedRanges, type PageRange, type StoredDocument } from './documents.ts';
import type { JournalFile } from './journalFile.ts';

type Entry =
  /** Inserted; `ranges` null: no page blob. */
  | readonly ['i', collection: string, id: number, document: StoredDocument, ranges: PackedRanges | null]
  /** Changed, page ranges as they were. */
  | readonly ['u', collection: string, id: number, document: StoredDocument]
  | readonly ['d', collection: string, ids: readonly number[]]
  /** Pages written, then pages cleared; the blob's new ETag and time. */
  | readonly ['p', id: number, start: number, end: number, extent: string, offset: number, etag: string, timeMs: number]
  | readonly ['c', id: number, start: number, end: number, etag: string, timeMs: number]
  /** Both, in their order. */
  | readonly ['b', id: number, extent: string, rows: readonly PageChangeRow[], etag: string, timeMs: number];

/** First and last byte, and where in the content file the bytes begin; null: zeros. */
export type PageChangeRow = readonly [start: number, end: number, contentOffset: number | null];

/** What Azurite's handler for snapshots calls with; the rest are conditions and metadata. */
type SnapshotArguments = [context: { startTime: Date }, account: string, container: string, blob: string, ...rest: unknown[]];

interface BlobProperties {
  leaseState?: string;
  etag: string;
  lastModified: Date;
  contentLength: number;
}

const blobs = '$BLOBS_COLLECTION$';
const pageBytes = 512;
const compactAboveBytes = 32 * 1024 * 1024;

export class JournaledMetadata extends LokiBlobMetadataStore {
  readonly #journal: JournalFile;
  readonly #onBroken: (error: unknown) => void;
  readonly #collections = new Map<string, LokiCollection>();
  readonly #ranges = new PageBlobRangesManager();
  /** The page operation of the request that is being carried out; the document's update follows in the same turn. */
  #pageChange: { write: PageRange } | { clear: { start: number; end: number } } | undefined;
  #compactAtBytes = compactAboveBytes;

  /** @param onBroken must end the process: the journal cannot be written */
  constructor(journal: JournalFile, onBroken: (error: unknown) => void) {
    super('', true);
    this.#journal = journal;
    this.#onBroken = onBroken;
    const ranges = this.#ranges;
    this.pageBlobRangesManager = {
      mergeRange: (list: PageRange[], range: PageRange) => {
        ranges.mergeRange(list, range);
        this.#pageChange = { write: range };
      },
      clearRange: (list: PageRange[], range: { start: number; end: number }) => {
        ranges.clearRange(list, range);
        this.#pageChange = { clear: range };
      },
    };
  }

  override async init(): Promise<void> {
    await super.init();
    for (const collection of this.db.collections) this.#collections.set(collection.name, collection);
    const documents = new Map<string, StoredDocument>();
    this.#journal.replay((entry) => this.#replayed(documents, entry as Entry));
    // The in-memory database numbers its documents anew, so the journal starts anew with those numbers.
    this.#compact();
    for (const collection of this.#collections.values()) this.#watch(collection);
  }

  /**
   * Two snapshots within a millisecond would get the same name; the service itself counts in 100 ns.
   * DEVIATION: the later one's name is moved on by whole milliseconds.
   */
  override async createSnapshot(...[context, account, container, blob, ...rest]: SnapshotArguments): Promise<unknown> {
    const collection = this.#collection(blobs);
    const named = (time: Date): object => ({ accountName: account, containerName: container, name: blob, snapshot: `${time.toISOString().slice(0, -1)}0000Z` });
    while (collection.findOne(named(context.startTime)) !== null) context.startTime = new Date(context.startTime.getTime() + 1);
    return super.createSnapshot(context, account, container, blob, ...rest);
  }

  /**
   * Many page changes of one blob, at once.
   * @returns the HTTP status: 201, 404 without such a page blob, 400 when a range does not lie in it, 409 when it is leased
   */
  changePages(place: { account: string; container: string; blob: string }, rows: readonly PageChangeRow[], extent: string): number {
    const document = this.#collection(blobs).findOne({ accountName: place.account, containerName: place.container, name: place.blob, snapshot: '' });
    if (document === null || !Array.isArray(document['pageRangesInOrder'])) return 404;
    const properties = document['properties'] as BlobProperties;
    if (properties.leaseState === 'leased') return 409;
    if (rows.some(([start, end]) => start < 0 || end < start || end >= properties.contentLength || start % pageBytes !== 0 || (end + 1) % pageBytes !== 0))
      return 400;
    const now = new Date();
    const etag = `"0x${now.getTime().toString(16).toUpperCase()}${randomBytes(4).toString('hex').toUpperCase()}"`;
    const entry: Entry = ['b', document['$loki'] as number, extent, rows, etag, now.getTime()];
    this.#changeMany(document, entry);
    this.#append(entry);
    return 201;
  }

  /** Every extent that some blob, snapshot or block needs. */
  referencedExtents(): Set<string> {
    const referenced = new Set<string>();
    for (const collection of this.#collections.values())
      for (const document of collection.data) for (const extent of extentsOf(document)) referenced.add(extent);
    return referenced;
  }

  #watch(collection: LokiCollection): void {
    const insert = collection.insert.bind(collection);
    const update = collection.update.bind(collection);
    const remove = collection.remove.bind(collection);
    const removeBatchByPositions = collection.removeBatchByPositions.bind(collection);
    collection.insert = (document) => {
      // A copied blob comes with the very list of its source (3.36.0): a write to one would show in the other.
      const blob = document as { pageRangesInOrder?: PageRange[] };
      if (blob.pageRangesInOrder !== undefined) blob.pageRangesInOrder = [...blob.pageRangesInOrder];
      const inserted = insert(document);
      this.#append(['i', collection.name, inserted['$loki'] as number, toPlain(inserted), this.#rangesOf(collection, inserted)]);
      return inserted;
    };
    collection.update = (document) => {
      const updated = update(document);
      this.#appendUpdate(collection.name, updated);
      return updated;
    };
    collection.remove = (document) => {
      const id = (document as StoredDocument)['$loki'] as number;
      const removed = remove(document);
      this.#append(['d', collection.name, [id]]);
      return removed;
    };
    collection.removeBatchByPositions = (positions) => {
      const ids = positions.map((position) => collection.data[position]?.['$loki'] as number);
      const removed = removeBatchByPositions(positions);
      if (ids.length > 0) this.#append(['d', collection.name, ids]);
      return removed;
    };
  }

  #appendUpdate(name: string, document: StoredDocument): void {
    const change = this.#pageChange;
    this.#pageChange = undefined;
    const id = document['$loki'] as number;
    if (change === undefined) return this.#append(['u', name, id, toPlain(document)]);
    const { etag, lastModified, contentLength } = document['properties'] as BlobProperties;
    if ('write' in change) {
      const { start, end, persistency } = change.write;
      return this.#append(['p', id, start, end, persistency.id, persistency.offset, etag, lastModified.getTime()]);
    }
    this.#append(['c', id, change.clear.start, change.clear.end, etag, lastModified.getTime()]);
    // A blob that was made shorter clears what it lost, and changes its length with the same update.
    if (change.clear.end >= contentLength) this.#append(['u', name, id, toPlain(document)]);
  }

  /** A snapshot has the ranges of its blob at this moment. */
  #rangesOf(collection: LokiCollection, document: StoredDocument): PackedRanges | null {
    const ranges = document['pageRangesInOrder'] as PageRange[] | undefined;
    if (ranges === undefined) return null;
    if (document['snapshot'] === '' || ranges.length === 0) return packRanges(ranges);
    const { accountName, containerName, name } = document;
    const base = collection.findOne({ accountName, containerName, name, snapshot: '' });
    return packRanges(ranges, base === null ? undefined : { id: base['$loki'] as number, ranges: rangesIn(base) });
  }

  #append(entry: Entry): void {
    try {
      this.#journal.append(entry);
      if (this.#journal.sizeBytes > this.#compactAtBytes) this.#compact();
    } catch (error) {
      // What is in memory is not on disk: nothing more may be acknowledged.
      this.#onBroken(error);
    }
  }

  #compact(): void {
    this.#journal.rewrite(this.#everything());
    this.#compactAtBytes = Math.max(compactAboveBytes, 3 * this.#journal.sizeBytes);
  }

  /** Each snapshot of a blob by its difference from the document of the same blob before it. */
  *#everything(): Generator<Entry> {
    for (const collection of this.#collections.values()) {
      const newest = new Map<string, { id: number; ranges: PageRange[] }>();
      for (const document of collection.data) {
        const id = document['$loki'] as number;
        const ranges = document['pageRangesInOrder'] as PageRange[] | undefined;
        const key = `${String(document['accountName'])}/${String(document['containerName'])}/${String(document['name'])}`;
        yield ['i', collection.name, id, toPlain(document), ranges === undefined ? null : packRanges(ranges, newest.get(key))];
        if (ranges !== undefined) newest.set(key, { id, ranges });
      }
    }
  }

  #replayed(documents: Map<string, StoredDocument>, entry: Entry): void {
    switch (entry[0]) {
      case 'i': {
        const [, name, id, plain, packed] = entry;
        const document = fromPlain(plain);
        if (packed !== null) document['pageRangesInOrder'] = unpackRanges(packed, packed.of === null ? [] : rangesIn(documents.get(`${name} ${packed.of}`)));
        documents.set(`${name} ${id}`, this.#collection(name).insert(document));
        return;
      }
      case 'u': {
        const [, name, id, plain] = entry;
        const document = documents.get(`${name} ${id}`) as StoredDocument;
        const { $loki, meta, pageRangesInOrder } = document;
        for (const key of Object.keys(document)) delete document[key];
        Object.assign(document, fromPlain(plain), { $loki, meta }, pageRangesInOrder === undefined ? {} : { pageRangesInOrder });
        this.#collection(name).update(document);
        return;
      }
      case 'd': {
        const [, name, ids] = entry;
        for (const id of ids) {
          this.#collection(name).remove(documents.get(`${name} ${id}`) as StoredDocument);
          documents.delete(`${name} ${id}`);
        }
        return;
      }
      case 'b':
        return this.#changeMany(documents.get(`${blobs} ${entry[1]}`), entry);
      case 'p': {
        const [, id, start, end, extent, offset, etag, timeMs] = entry;
        const document = documents.get(`${blobs} ${id}`);
        this.#ranges.mergeRange(rangesIn(document), { start, end, persistency: { id: extent, offset, count: end + 1 - start } });
        Object.assign(document?.['properties'] as BlobProperties, { etag, lastModified: new Date(timeMs) });
        return;
      }
      case 'c': {
        const [, id, start, end, etag, timeMs] = entry;
        const document = documents.get(`${blobs} ${id}`);
        this.#ranges.clearRange(rangesIn(document), { start, end });
        Object.assign(document?.['properties'] as BlobProperties, { etag, lastModified: new Date(timeMs) });
        return;
      }
    }
  }

  #changeMany(document: StoredDocument | undefined, [, , extent, rows, etag, timeMs]: Extract<Entry, readonly ['b', ...unknown[]]>): void {
    const ranges = rangesIn(document);
    for (const [start, end, offset] of rows) {
      if (offset === null) this.#ranges.clearRange(ranges, { start, end });
      else this.#ranges.mergeRange(ranges, { start, end, persistency: { id: extent, offset, count: end + 1 - start } });
    }
    Object.assign(document?.['properties'] as BlobProperties, { etag, lastModified: new Date(timeMs) });
  }

  #collection(name: string): LokiCollection {
    const collection = this.#collections.get(name);
    if (collection === undefined) throw new Error(`The journal names a collection that this version of Azurite does not have: ${name}`);
    return collection;
  }
}

function rangesIn(document: StoredDocument | undefined): PageRange[] {
  if (document === undefined || !Array.isArray(document['pageRangesInOrder'])) throw new Error('The journal changes pages of a blob that it did not create.');
  return document['pageRangesInOrder'] as PageRange[];
}
