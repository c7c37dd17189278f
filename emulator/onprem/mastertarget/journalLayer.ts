// One interval of a disk's past: what its blocks held before the first write after a snapshot, in one append-only file.
// Record: magic "SRJ1", flags (1 = zeros, no payload), offset (u64), length, payload CRC-32, CRC-32 of the header so far (u32 LE each), 4 zero bytes; then the payload.
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import { BlockIndex, journalBlockBytes } from './blockIndex.ts';

const magic = 0x314a5253;
const recordHeaderBytes = 32;
const scanBytes = 256 * 1024;

/** What a range held; `bytes` null: zeros. Offset and length are whole journal blocks, except at the end of the disk. */
export interface BeforeImage extends Range {
  readonly bytes: Buffer | null;
}

interface Record extends Range {
  readonly zero: boolean;
  readonly checksum: number;
  /** Where the payload begins in the file. */
  readonly at: number;
}

export class JournalLayer {
  readonly path: string;
  readonly #index = new BlockIndex();
  #file: FileHandle | undefined;
  #endBytes = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Reads the records' headers; a record that a kill cut short is cut off: its block was not overwritten yet.
   * @throws LabError RetentionJournalDamaged when a whole record is not what was written
   */
  static async open(path: string): Promise<JournalLayer> {
    const layer = new JournalLayer(path);
    const sizeBytes = (await stat(path).catch(missing))?.size ?? 0;
    if (sizeBytes > 0) await layer.#load(sizeBytes);
    return layer;
  }

  get sizeBytes(): number {
    return this.#endBytes;
  }

  has(block: number): boolean {
    return this.#index.get(block) !== 0;
  }

  /** Blocks that `extents` touch and the layer does not hold, as runs, ascending; only the part on a disk of `diskBytes`. */
  missing(extents: readonly Range[], diskBytes: number): Range[] {
    return this.#index.missing(extents, diskBytes);
  }

  /** How many bytes `append` adds to the file. */
  static sizeOf(images: readonly BeforeImage[]): number {
    return images.reduce((sum, image) => sum + recordHeaderBytes + (image.bytes?.length ?? 0), 0);
  }

  /** Durable when it resolves; one system call for all images. */
  async append(images: readonly BeforeImage[]): Promise<void> {
    const parts: Buffer[] = [];
    for (const image of images) {
      parts.push(header(image));
      if (image.bytes !== null) parts.push(image.bytes);
    }
    const file = await this.#handle();
    try {
      const wanted = JournalLayer.sizeOf(images);
      const { bytesWritten } = await file.writev(parts, this.#endBytes);
      if (bytesWritten < wanted) throw new LabError('RetentionDriveFull', `${this.path}: ${bytesWritten} of ${wanted} bytes were taken.`);
    } catch (error) {
      // Half a record in front of the next one would look like damage.
      await file.truncate(this.#endBytes);
      throw error;
    }
    for (const image of images) {
      this.#index.set(image, image.bytes === null ? -1 : this.#endBytes + recordHeaderBytes);
      this.#endBytes += recordHeaderBytes + (image.bytes?.length ?? 0);
    }
  }

  /** Bytes from a place within a block that the layer holds; they may reach into blocks that `continues` it. */
  async readBlock(block: number, within: { offset: number; length: number }): Promise<Buffer> {
    const at = this.#index.get(block);
    if (at === 0) throw new Error(`block ${block} is not in ${this.path}`);
    if (at < 0) return Buffer.alloc(within.length);
    const { buffer, bytesRead } = await (await this.#handle()).read(Buffer.allocUnsafe(within.length), 0, within.length, at + within.offset);
    // The drive's need for room may have taken the layer away from its reader.
    if (bytesRead !== within.length) throw new LabError('NotFound', `${this.path} was given up.`);
    return buffer;
  }

  /** Whether `block` continues, in the file, what `before` holds: both can then be read at once. */
  continues(before: number, block: number): boolean {
    const first = this.#index.get(before);
    const second = this.#index.get(block);
    return (first > 0 && second === first + journalBlockBytes) || (first === -1 && second === -1);
  }

  /** All images in the order they were kept, each checked. @throws LabError RetentionJournalDamaged */
  async *images(): AsyncGenerator<BeforeImage> {
    if (this.#endBytes === 0) return;
    const file = await this.#handle();
    for await (const record of records(file, this.#endBytes)) {
      yield { offset: record.offset, length: record.length, bytes: record.zero ? null : await payload(file, record, this.path) };
    }
  }

  /** Gives the file handle back; the next access opens it again. */
  async rest(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.rest();
    await rm(this.path, { force: true });
  }

  async #load(sizeBytes: number): Promise<void> {
    const file = await this.#handle();
    let last: Record | undefined;
    let endBytes = 0;
    for await (const record of records(file, sizeBytes)) {
      if (record.at + payloadBytes(record) > sizeBytes) break;
      this.#index.set(record, record.zero ? -1 : record.at);
      last = record;
      endBytes = record.at + payloadBytes(record);
    }
    if (last !== undefined) await payload(file, last, this.path);
    if (endBytes < sizeBytes) await file.truncate(endBytes);
    this.#endBytes = endBytes;
  }

  async #handle(): Promise<FileHandle> {
    this.#file ??= await open(this.path, 'r+').catch(async (error: unknown) => (missing(error), open(this.path, 'w+')));
    return this.#file;
  }
}

function header(image: BeforeImage): Buffer {
  const bytes = Buffer.alloc(recordHeaderBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(image.bytes === null ? 1 : 0, 4);
  bytes.writeBigUInt64LE(BigInt(image.offset), 8);
  bytes.writeUInt32LE(image.length, 16);
  bytes.writeUInt32LE(image.bytes === null ? 0 : crc32(image.bytes), 20);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
  return bytes;
}

function payloadBytes(record: Record): number {
  return record.zero ? 0 : record.length;
}

/** Headers up to `endBytes`; small records are read many at a time, the payload of large ones is stepped over. */
async function* records(file: FileHandle, endBytes: number): AsyncGenerator<Record> {
  const window = Buffer.allocUnsafe(Math.min(scanBytes, endBytes));
  let windowAt = 0;
  let held = 0;
  for (let at = 0; at + recordHeaderBytes <= endBytes;) {
    if (at < windowAt || at + recordHeaderBytes > windowAt + held) {
      windowAt = at;
      held = (await file.read(window, 0, Math.min(window.length, endBytes - at), at)).bytesRead;
    }
    const record = parse(window.subarray(at - windowAt, at - windowAt + recordHeaderBytes), at);
    yield record;
    at = record.at + payloadBytes(record);
  }
}

function parse(bytes: Buffer, at: number): Record {
  if (bytes.length < recordHeaderBytes || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24)))
    throw new LabError('RetentionJournalDamaged', `No record at byte ${at}.`);
  return {
    offset: Number(bytes.readBigUInt64LE(8)),
    length: bytes.readUInt32LE(16),
    zero: (bytes.readUInt32LE(4) & 1) === 1,
    checksum: bytes.readUInt32LE(20),
    at: at + recordHeaderBytes,
  };
}

async function payload(file: FileHandle, record: Record, path: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(payloadBytes(record));
  if (record.zero) return bytes;
  await file.read(bytes, 0, bytes.length, record.at);
  if (crc32(bytes) !== record.checksum) throw new LabError('RetentionJournalDamaged', `${path}: the block at ${record.offset} does not match its checksum.`);
  return bytes;
}

/** A layer without records has no file. */
function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
