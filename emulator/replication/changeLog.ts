// The change log of one disk on its source: every captured write and mark, in order, in `.hrl` segment files (seed.md, asr-behaviour §4.5).
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync, writeSync, writev, writevSync } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Range } from '../disk/blockDevice.ts';
import { LabError } from '../kernel/errors.ts';
import { encodeRecord, holdsRecord, parseRecords, recordBytes, recordHeaderBytes, type LogRecord } from './changeRecord.ts';

const writeAll = promisify(writev);
const segmentBytes = 16 * 1024 * 1024;
/** Above this, a flush leaves the event loop free while the kernel copies. */
const synchronousBytes = 256 * 1024;
/** Records up to this length are gathered in a buffer: a copy and one system call for all of a moment cost less than a call for each. */
const smallBytes = 64 * 1024;
const gatherBytes = 128 * 1024;

interface Segment {
  /** Position of its first byte in the whole log. */
  readonly start: number;
  readonly path: string;
  bytes: number;
}

/** Positions count bytes since the log began; a position never comes back after `trim`. */
export class ChangeLog implements Disposable {
  readonly #folder: string;
  #segments: Segment[] = [];
  #descriptor = -1;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #waiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #flushing = false;
  #reader: { path: string; handle: FileHandle } | undefined;
  /** Small records of this moment, side by side, and the one promise of them all. */
  readonly #gather = Buffer.allocUnsafeSlow(gatherBytes);
  #gatheredBytes = 0;
  #gathered: PromiseWithResolvers<void> | undefined;
  /** Where each record ends and what it touched, oldest first; entries before `#indexHead` are trimmed. */
  #index: { end: number; offset: number; length: number }[] = [];
  #indexHead = 0;
  #trimmed = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens or begins the log of a folder. A record torn by a kill at the very end is cut off: its write was never acknowledged.
   * @throws LabError ChangeLogCorrupt when a record before the end is damaged
   */
  static async open(folder: string): Promise<ChangeLog> {
    mkdirSync(folder, { recursive: true });
    const log = new ChangeLog(folder);
    const names = readdirSync(folder)
      .filter((name) => /^\d{16}\.hrl$/.test(name))
      .sort();
    for (const name of names) {
      const path = join(folder, name);
      log.#segments.push({ start: Number(name.slice(0, 16)), path, bytes: statSync(path).size });
    }
    await log.#verify();
    return log;
  }

  /** Position after the last record. */
  get end(): number {
    const last = this.#segments.at(-1);
    return (last === undefined ? 0 : last.start + last.bytes) + this.#queuedBytes;
  }

  /** Position after the last record that a killed process would not lose. */
  get durableEnd(): number {
    return this.end - this.#queuedBytes;
  }

  /** Bytes that were not trimmed, whether or not their space has come back. */
  get keptBytes(): number {
    return this.end - Math.max(this.start, this.#trimmed);
  }

  /** Position of the oldest record kept. */
  get start(): number {
    return this.#segments[0]?.start ?? 0;
  }

  /**
   * Appends a record; the order of calls is the order in the log.
   * @returns the position of its first byte, and a promise that resolves when a killed process no longer loses it
   * @throws LabError ChangeLogFull, by the promise
   */
  append(record: LogRecord): { start: number; durable: Promise<void> } {
    const start = this.end;
    const small = !this.#flushing && record.kind === 'write' && record.bytes.length + recordHeaderBytes <= smallBytes;
    const durable = small ? this.#gatherOne(record) : this.#queueOne(record);
    this.#remember(record, start);
    return { start, durable };
  }

  /** What the kept records touched, oldest first, those still being written included. */
  forEachRange(visit: (range: Range) => void): void {
    for (let place = this.#indexHead; place < this.#index.length; place += 1) visit(this.#index[place] as Range);
  }

  /** Records between two positions, up to about `maxBytes`, at least one if there is one; only what is durable already. */
  async read(from: number, maxBytes: number, until = Infinity): Promise<{ records: LogRecord[]; next: number }> {
    const segment = this.#segments.find((candidate) => from < candidate.start + candidate.bytes);
    if (segment === undefined || from >= until) return { records: [], next: from };
    const at = Math.max(0, from - segment.start);
    const handle = await this.#open(segment.path);
    const available = Math.min(segment.bytes, until - segment.start) - at;
    let wanted = Math.min(maxBytes + recordHeaderBytes, available);
    for (;;) {
      const bytes = Buffer.allocUnsafe(wanted);
      const { bytesRead } = await handle.read(bytes, 0, wanted, at);
      const { records, usedBytes, neededBytes } = parseRecords(bytes.subarray(0, bytesRead));
      if (records.length > 0) return { records, next: segment.start + at + usedBytes };
      if (neededBytes <= wanted) throw new LabError('ChangeLogCorrupt', `${segment.path} at ${at}.`);
      wanted = Math.min(neededBytes, available);
    }
  }

  /** Forgets what lies before a position; space comes back segment by segment. */
  trim(before: number): void {
    this.#trimmed = Math.max(this.#trimmed, before);
    while (this.#indexHead < this.#index.length && (this.#index[this.#indexHead] as { end: number }).end <= before) this.#indexHead += 1;
    if (this.#indexHead > 4096 && this.#indexHead * 2 > this.#index.length) {
      this.#index = this.#index.slice(this.#indexHead);
      this.#indexHead = 0;
    }
    while (this.#segments.length > 1 && (this.#segments[1] as Segment).start <= before) rmSync((this.#segments.shift() as Segment).path, { force: true });
  }

  /** Forgets everything; the next record begins a new segment at the same position. Waits of appends under way are resolved. */
  async clear(): Promise<void> {
    this.#writeGathered();
    if (this.#queue.length > 0 || this.#flushing) await new Promise<void>((resolve, reject) => void this.#waiters.push({ resolve, reject }));
    const end = this.end;
    this.#index = [];
    this.#indexHead = 0;
    this.#roll(end);
    for (const segment of this.#segments.splice(0, this.#segments.length - 1)) rmSync(segment.path, { force: true });
  }

  [Symbol.dispose](): void {
    this.#writeGathered();
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    void this.#reader?.handle.close();
    this.#reader = undefined;
  }

  #remember(record: LogRecord, start: number): number {
    const end = start + recordBytes(record);
    if (record.kind === 'write') this.#index.push({ end, offset: record.offset, length: record.bytes.length });
    else if (record.kind === 'zero') this.#index.push({ end, offset: record.offset, length: record.length });
    return end;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiters.length > 0) {
        const parts = this.#queue;
        const bytes = this.#queuedBytes;
        const waiters = this.#waiters;
        this.#queue = [];
        this.#waiters = [];
        try {
          if (parts.length > 0) await this.#write(parts, bytes);
          for (const waiter of waiters) waiter.resolve();
        } catch (error) {
          for (const waiter of waiters) waiter.reject(error);
        }
      }
    } finally {
      this.#flushing = false;
    }
  }

  #gatherOne(record: LogRecord): Promise<void> {
    const bytes = recordBytes(record);
    if (this.#gatheredBytes + bytes > gatherBytes) this.#writeGathered();
    if (this.#gathered === undefined) {
      this.#gathered = Promise.withResolvers();
      queueMicrotask(() => this.#writeGathered());
    }
    for (const part of encodeRecord(record)) this.#gatheredBytes += part.copy(this.#gather, this.#gatheredBytes);
    this.#queuedBytes += bytes;
    return this.#gathered.promise;
  }

  #queueOne(record: LogRecord): Promise<void> {
    // The order of calls is the order in the log.
    this.#writeGathered();
    for (const part of encodeRecord(record)) {
      this.#queue.push(part);
      this.#queuedBytes += part.length;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ resolve, reject });
    if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => void this.#flush());
    }
    return promise;
  }

  #writeGathered(): void {
    const gathered = this.#gathered;
    if (gathered === undefined) return;
    const bytes = this.#gatheredBytes;
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
    try {
      const segment = this.#segmentToWrite();
      const written = writeSync(this.#descriptor, this.#gather, 0, bytes);
      if (written !== bytes) throw new Error(`${written} of ${bytes} bytes were written`);
      segment.bytes += bytes;
      gathered.resolve();
    } catch (error) {
      gathered.reject(takenBack(this.#segments.at(-1), error));
    }
    this.#queuedBytes -= bytes;
  }

  #segmentToWrite(): Segment {
    const segment = this.#segments.at(-1);
    return segment === undefined || segment.bytes >= segmentBytes || this.#descriptor < 0 ? this.#roll(this.end - this.#queuedBytes) : segment;
  }

  async #write(parts: Buffer[], bytes: number): Promise<void> {
    const segment = this.#segmentToWrite();
    try {
      let written = 0;
      // The kernel takes at most 1024 parts in one call.
      for (let first = 0; first < parts.length; first += 1024) {
        const some = parts.slice(first, first + 1024);
        written += bytes <= synchronousBytes ? writevSync(this.#descriptor, some) : (await writeAll(this.#descriptor, some)).bytesWritten;
      }
      if (written !== bytes) throw new Error(`${written} of ${bytes} bytes were written`);
    } catch (error) {
      this.#queuedBytes -= bytes;
      throw takenBack(segment, error);
    }
    segment.bytes += bytes;
    this.#queuedBytes -= bytes;
  }

  #roll(start: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.bytes === 0 && this.#descriptor >= 0) return last;
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    const path = join(this.#folder, `${String(start).padStart(16, '0')}.hrl`);
    this.#descriptor = openSync(path, 'a');
    if (last?.path === path) return last;
    const segment = { start, path, bytes: 0 };
    this.#segments.push(segment);
    return segment;
  }

  async #open(path: string): Promise<FileHandle> {
    if (this.#reader?.path === path) return this.#reader.handle;
    const previous = this.#reader;
    const handle = await open(path, 'r');
    this.#reader = { path, handle };
    await previous?.handle.close();
    return handle;
  }

  async #verify(): Promise<void> {
    for (const [place, segment] of this.#segments.entries()) {
      const bytes = await readFile(segment.path);
      const { records, usedBytes, neededBytes } = parseRecords(bytes);
      let start = segment.start;
      for (const record of records) start = this.#remember(record, start);
      if (usedBytes === bytes.length) continue;
      const rest = bytes.subarray(usedBytes);
      // A damaged length looks like a record cut off by a kill, but nothing was ever written after one of those.
      const torn = place === this.#segments.length - 1 && neededBytes > rest.length && !holdsRecord(rest);
      if (!torn) throw new LabError('ChangeLogCorrupt', `${segment.path} at ${usedBytes}.`);
      truncateSync(segment.path, usedBytes);
      segment.bytes = usedBytes;
    }
  }
}

/** What was written of a failed record must go, or the next one would follow a torn one. */
function takenBack(segment: Segment | undefined, error: unknown): LabError {
  if (segment !== undefined) truncateSync(segment.path, segment.bytes);
  return new LabError('ChangeLogFull', `${segment?.path ?? 'No segment'}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}

/** Small state beside the log, replaced as a whole. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}
