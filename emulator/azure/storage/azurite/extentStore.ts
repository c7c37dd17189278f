// Content of blobs in append-only files, in the place of Azurite's own file store.
// That one opens a stream per page range it reads, waits for the physical disk at each append, and needs a second database that can disagree with the first.
import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Where bytes lie: in which file, from where, how many. */
export interface ExtentChunk {
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

/** What lives long and what is soon deleted are kept in different files, so that whole files become garbage. */
type ContentKind = 'pages' | 'blocks';

interface Writer {
  readonly kind: ContentKind;
  readonly id: string;
  readonly descriptor: number;
  offset: number;
}

/** What Azurite calls pages that were never written. */
const zeroExtent = '*ZERO*';
const largestExtentBytes = 64 * 1024 * 1024;
const pieceBytes = 1024 * 1024;
const openReaders = 256;

/** The part of Azurite's extent store that its handlers call. Reads and writes go to the page cache, which outlives a killed process. */
export class ExtentStore implements Disposable {
  readonly #folder: string;
  readonly #known: Set<string>;
  /** Free ones; whoever appends has one for himself. Last in, first out, so that few files are used. */
  readonly #free: Record<ContentKind, Writer[]> = { pages: [], blocks: [] };
  /** Files that may still be appended to, free or not. */
  readonly #beingWritten = new Set<string>();
  /** Descriptors by extent, least recently used first. */
  readonly #readers = new Map<string, number>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#known = new Set(readdirSync(folder));
  }

  /** What Azurite's handlers call; the content is the request itself. */
  async appendExtent(content: (AsyncIterable<Buffer> & { readonly url?: string }) | Buffer): Promise<ExtentChunk> {
    return this.append(content, !Buffer.isBuffer(content) && (content.url ?? '').includes('comp=page') ? 'pages' : 'blocks');
  }

  /** Rejects when the stream ends early; the bytes that came are overwritten by the next append. */
  async append(content: AsyncIterable<Buffer> | Buffer, kind: ContentKind): Promise<ExtentChunk> {
    const writer = this.#free[kind].pop() ?? this.#newWriter(kind);
    let at = writer.offset;
    try {
      if (Buffer.isBuffer(content)) at += writeWhole(writer.descriptor, content, at);
      else for await (const piece of content) at += writeWhole(writer.descriptor, piece, at);
      const chunk = { id: writer.id, offset: writer.offset, count: at - writer.offset };
      writer.offset = at;
      return chunk;
    } finally {
      this.#release(writer);
    }
  }

  async readExtent(chunk: ExtentChunk | undefined): Promise<Readable> {
    return this.readExtents(chunk === undefined ? [] : [chunk], 0, chunk?.count ?? 0);
  }

  /** The chunks as one stream, of which `count` bytes from `offset`. */
  async readExtents(chunks: readonly ExtentChunk[], offset = 0, count = Infinity): Promise<Readable> {
    return Readable.from(this.#pieces(joined(cut(chunks, offset, count))), { objectMode: false, highWaterMark: pieceBytes });
  }

  /** Files that will not be appended to any more. */
  finished(): string[] {
    return [...this.#known].filter((id) => !this.#beingWritten.has(id));
  }

  /** Deletes a file that nothing refers to. */
  remove(id: string): void {
    this.#closeReader(id);
    rmSync(join(this.#folder, id), { force: true });
    this.#known.delete(id);
  }

  [Symbol.dispose](): void {
    for (const writers of Object.values(this.#free)) for (const writer of writers.splice(0)) closeSync(writer.descriptor);
    for (const id of this.#readers.keys()) this.#closeReader(id);
  }

  /** Small chunks are gathered in one buffer: a disk written in 4 KiB pieces is read at the speed of memory. */
  *#pieces(chunks: readonly ExtentChunk[]): Generator<Buffer> {
    let left = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    let piece = Buffer.allocUnsafe(Math.min(pieceBytes, left));
    let filled = 0;
    for (const { id, offset, count } of chunks) {
      for (let taken = 0; taken < count;) {
        const length = Math.min(count - taken, piece.length - filled);
        this.#fill(piece.subarray(filled, filled + length), id, offset + taken);
        taken += length;
        filled += length;
        if (filled < piece.length) continue;
        left -= filled;
        yield piece;
        piece = Buffer.allocUnsafe(Math.min(pieceBytes, left));
        filled = 0;
      }
    }
  }

  #fill(target: Buffer, id: string, offset: number): void {
    if (id === zeroExtent) {
      target.fill(0);
      return;
    }
    const descriptor = this.#reader(id);
    for (let at = 0; at < target.length;) {
      const count = readSync(descriptor, target, at, target.length - at, offset + at);
      if (count === 0) throw new Error(`Content file ${id} ends before ${offset + target.length}.`);
      at += count;
    }
  }

  #reader(id: string): number {
    const descriptor = this.#readers.get(id) ?? openSync(join(this.#folder, id), 'r');
    this.#readers.delete(id);
    this.#readers.set(id, descriptor);
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > openReaders && oldest !== undefined) this.#closeReader(oldest);
    return descriptor;
  }

  #closeReader(id: string): void {
    const descriptor = this.#readers.get(id);
    if (descriptor === undefined) return;
    closeSync(descriptor);
    this.#readers.delete(id);
  }

  #newWriter(kind: ContentKind): Writer {
    const id = randomUUID();
    const writer: Writer = { kind, id, descriptor: openSync(join(this.#folder, id), 'wx'), offset: 0 };
    this.#known.add(id);
    this.#beingWritten.add(id);
    return writer;
  }

  #release(writer: Writer): void {
    if (writer.offset < largestExtentBytes) {
      this.#free[writer.kind].push(writer);
      return;
    }
    closeSync(writer.descriptor);
    this.#beingWritten.delete(writer.id);
  }
}

function writeWhole(descriptor: number, bytes: Buffer, position: number): number {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, position + at);
  return bytes.length;
}

function cut(chunks: readonly ExtentChunk[], offset: number, count: number): ExtentChunk[] {
  let at = 0;
  return chunks.flatMap((chunk) => {
    const from = Math.max(offset - at, 0);
    const to = Math.min(offset + count - at, chunk.count);
    at += chunk.count;
    return from < to ? [{ id: chunk.id, offset: chunk.offset + from, count: to - from }] : [];
  });
}

/** Chunks that follow each other in one file are read in one call. */
function joined(chunks: readonly ExtentChunk[]): ExtentChunk[] {
  const runs: { id: string; offset: number; count: number }[] = [];
  for (const chunk of chunks) {
    const last = runs.at(-1);
    if (last !== undefined && last.id === chunk.id && (chunk.id === zeroExtent || last.offset + last.count === chunk.offset)) last.count += chunk.count;
    else runs.push({ ...chunk });
  }
  return runs;
}
