// The disk of an Azure VM: a page blob behind the host's write journal, so that a dying storage process loses no write the machine believes in.
import type { PageBlobClient } from '@azure/storage-blob';
import { requireRange, type BlockDevice, type Range } from '../../disk/blockDevice.ts';
import { vhdFooterBytes } from '../../disk/vhd.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { pageRanges, readPages } from './pageBlob.ts';
import type { BlobPlace } from './pageBlobReplica.ts';
import { PageWriter } from './pageWriter.ts';
import type { PageChange } from './pageWrites.ts';
import { WriteJournal } from './writeJournal.ts';

export interface PageBlobDiskOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  /** A fixed VHD. */
  readonly place: BlobPlace;
  /** Of the journal's files, which outlive the process. */
  readonly journalPath: string;
  /** Ends when the storage process runs (again). Absent: a storage that somebody else looks after, whose absence is an error of the disk. */
  readonly available?: () => Promise<void>;
}

/** Acknowledged and not yet in the blob; more makes a write wait. */
const heldBytesLimit = 64 * 1024 * 1024;
const attempts = 100;
const retryMs = 5000;
/** A record's length is 32 bits wide. */
const largestZeroBytes = 2 ** 30;

export class PageBlobDisk implements BlockDevice {
  readonly sizeBytes: number;
  readonly #options: PageBlobDiskOptions;
  readonly #blob: PageBlobClient;
  readonly #journal: WriteJournal;
  /** Changes that wait, and those that are being written, each in the order of the machine. */
  #waiting: PageChange[] = [];
  #flying: PageChange[] = [];
  #heldBytes = 0;
  #flush: Promise<void> | undefined;
  #failure: unknown;
  #closed = false;

  private constructor(options: PageBlobDiskOptions, opened: { blob: PageBlobClient; sizeBytes: number; journal: WriteJournal }) {
    this.sizeBytes = opened.sizeBytes;
    this.#options = options;
    this.#blob = opened.blob;
    this.#journal = opened.journal;
  }

  /** What the journal holds is part of the disk from the first read on. @throws LabError PeerUnreachable; RestError when the blob is gone */
  static async open(options: PageBlobDiskOptions): Promise<PageBlobDisk> {
    const { account, container, blob } = options.place;
    const client = account.container(container).getPageBlobClient(blob);
    const { contentLength = 0 } = await client.getProperties();
    const journal = new WriteJournal(options.journalPath);
    const disk = new PageBlobDisk(options, { blob: client, sizeBytes: contentLength - vhdFooterBytes, journal });
    for (const record of journal.records()) {
      if (record.kind === 'write') disk.#hold({ offset: record.offset, length: record.bytes.length, bytes: record.bytes });
      else if (record.kind === 'zero') disk.#hold({ offset: record.offset, length: record.length, bytes: null });
    }
    return disk;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    requireRange(this.sizeBytes, offset, length);
    const held = [...this.#flying, ...this.#waiting].filter((change) => change.offset < offset + length && change.offset + change.length > offset);
    const newest = held.at(-1);
    const covered = newest !== undefined && newest.offset <= offset && newest.offset + newest.length >= offset + length;
    const bytes = covered ? Buffer.alloc(length) : await this.#untilAvailable(() => readPages(this.#blob, { offset, length }));
    for (const change of held) overlay(bytes, offset, change);
    return bytes;
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    requireRange(this.sizeBytes, offset, bytes.length);
    await this.#room();
    this.#journal.append({ kind: 'write', timeMs: 0, offset, bytes });
    // The caller may use his buffer again once the write is acknowledged.
    this.#hold({ offset, length: bytes.length, bytes: Buffer.from(bytes) });
  }

  async zero(offset: number, length: number): Promise<void> {
    requireRange(this.sizeBytes, offset, length);
    await this.#room();
    for (let at = offset; at < offset + length; at += largestZeroBytes) {
      const piece = { offset: at, length: Math.min(largestZeroBytes, offset + length - at) };
      this.#journal.append({ kind: 'zero', timeMs: 0, ...piece });
      this.#hold({ ...piece, bytes: null });
    }
  }

  async allocated(within: Range): Promise<Range[]> {
    requireRange(this.sizeBytes, within.offset, within.length);
    await this.flushed();
    return this.#untilAvailable(() => pageRanges(this.#blob, within));
  }

  /** Ends when everything acknowledged before the call is in the blob. @throws what keeps it from getting there */
  async flushed(): Promise<void> {
    while (this.#heldBytes > 0 || this.#waiting.length + this.#flying.length > 0) {
      this.#startFlush();
      await this.#flush;
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  /** What cannot be written now stays in the journal for the next `open`. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.flushed();
    } catch (error) {
      this.#trace('journalKept', error);
    }
    this.#closed = true;
    this.#journal[Symbol.dispose]();
  }

  #hold(change: PageChange): void {
    this.#waiting.push(change);
    this.#heldBytes += change.bytes?.length ?? 0;
    if (this.#failure === undefined) this.#startFlush();
  }

  async #room(): Promise<void> {
    if (this.#closed) throw new LabError('DiskClosed', this.#blob.name);
    while (this.#heldBytes >= heldBytesLimit) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#startFlush();
      await this.#flush;
    }
  }

  #startFlush(): void {
    if (this.#flush !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flush = promise;
    this.#failure = undefined;
    const { clock } = this.#options.kernel;
    clock.start(`disk ${this.#blob.name}`, async () => {
      try {
        while (this.#waiting.length > 0 || this.#flying.length > 0) await this.#flushOnce();
      } catch (error) {
        this.#failure = error;
        this.#trace('writeDelayed', error);
        if (!this.#closed) clock.at(clock.now() + retryMs, `disk ${this.#blob.name}`, () => (this.#closed ? undefined : this.#startFlush()));
      } finally {
        this.#flush = undefined;
        resolve();
      }
    });
  }

  async #flushOnce(): Promise<void> {
    const through = this.#journal.rotate();
    this.#flying = [...this.#flying, ...this.#waiting];
    this.#waiting = [];
    await this.#untilAvailable(async () => {
      const writer = new PageWriter({ account: this.#options.place.account, blob: this.#blob });
      try {
        await writer.write(this.#flying);
        await writer.settled();
      } finally {
        // Nothing of a failed attempt may arrive after its repetition.
        await writer.reset();
      }
    });
    this.#journal.drop(through);
    this.#heldBytes -= this.#flying.reduce((sum, change) => sum + (change.bytes?.length ?? 0), 0);
    this.#flying = [];
  }

  async #untilAvailable<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const { available } = this.#options;
        if (attempt >= attempts || available === undefined || !LabError.is(error, 'PeerUnreachable')) throw error;
        await available();
      }
    }
  }

  #trace(event: string, error: unknown): void {
    const { code, message } = LabError.from(error);
    this.#options.kernel.trace.record('compute', event, { blob: this.#blob.name, code, message });
  }
}

function overlay(bytes: Buffer, offset: number, change: PageChange): void {
  const from = Math.max(offset, change.offset);
  const to = Math.min(offset + bytes.length, change.offset + change.length);
  if (change.bytes === null) bytes.fill(0, from - offset, to - offset);
  else change.bytes.copy(bytes, from - offset, from - change.offset, to - change.offset);
}
