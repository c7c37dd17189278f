// Which regions of a sparse disk file were ever written: a bitmap in a file beside it, because Node cannot ask the file system for holes.
// A bit is in the page cache before the region's first byte is written, so a killed process leaves bits without bytes, never bytes without bits.
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { Range } from './blockDevice.ts';

export const regionBytes = 64 * 1024;

/** Layout of the file: this header, then one bit per region, lowest bit first. */
const headerBytes = 64;
const magic = Buffer.from('SRLMAP01', 'latin1');
const inUse = 1;
const closed = 2;

/** How the disk's file looked; tells whether somebody else changed it since the map was written. */
export interface FileState {
  readonly fileBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

export class AllocationMap {
  readonly #sizeBytes: number;
  readonly #bits: Uint8Array;
  readonly #words: Uint32Array;
  /** Undefined: lives in memory only. */
  #file: number | undefined;

  private constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    const words = Math.ceil(sizeBytes / regionBytes / 32);
    this.#words = new Uint32Array(words);
    this.#bits = new Uint8Array(this.#words.buffer);
  }

  /** An empty map that lives in memory until `persist`. */
  static empty(sizeBytes: number): AllocationMap {
    return new AllocationMap(sizeBytes);
  }

  /**
   * Reads the map at `path`.
   * After a clean close it is believed when size and time of the disk's file are as they were then. When the process was
   * killed, the file's time says nothing; then the same file in the same boot of the machine is believed, since our own
   * writes set bits first. After a crash of the machine the two files may have reached the drive in any order.
   * @returns undefined when there is no map to believe; the caller scans
   */
  static read(path: string, sizeBytes: number, state: FileState): AllocationMap | undefined {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const header = Buffer.alloc(headerBytes);
      if (readSync(file, header, 0, headerBytes, 0) !== headerBytes || !isCurrent(header, sizeBytes, state)) return undefined;
      const map = new AllocationMap(sizeBytes);
      return readSync(file, map.#bits, 0, map.#bits.length, headerBytes) === map.#bits.length ? map : undefined;
    } finally {
      closeSync(file);
    }
  }

  /** Writes the map to `path` and keeps it up to date there from now on. */
  persist(path: string, state: FileState): void {
    this.#file = openSync(path, 'w+');
    ftruncateSync(this.#file, headerBytes + this.#bits.length);
    for (let region = this.#next(0, 1); region < this.#regions;) {
      const end = this.#next(region, 0);
      this.#flush(region, end - 1);
      region = this.#next(end, 1);
    }
    this.#writeHeader(inUse, state);
  }

  /** Keeps the map that `read` found up to date from now on. */
  attach(path: string, state: FileState): void {
    this.#file = openSync(path, 'r+');
    this.#writeHeader(inUse, state);
  }

  /** Records that the disk's file is complete and as `state` says. */
  close(state: FileState): void {
    if (this.#file === undefined) return;
    this.#writeHeader(closed, state);
    closeSync(this.#file);
    this.#file = undefined;
  }

  /** Whether any byte of the range may differ from zero. */
  isAllocated(offset: number, length: number): boolean {
    const end = Math.ceil((offset + length) / regionBytes);
    return this.#next(Math.floor(offset / regionBytes), 1) < end;
  }

  /** Sets the bits of all regions that the range touches; on disk when it returns. */
  mark(offset: number, length: number): void {
    const first = Math.floor(offset / regionBytes);
    const last = Math.floor((offset + length - 1) / regionBytes);
    if (this.#next(first, 0) > last) return;
    // Set in a copy that goes to the file first: a bit that is in memory alone would let the next write pass without one on disk.
    const from = first >>> 3;
    const bytes = this.#bits.slice(from, (last >>> 3) + 1);
    for (let region = first; region <= last; region += 1) {
      const at = (region >>> 3) - from;
      bytes[at] = (bytes[at] as number) | (1 << (region & 7));
    }
    if (this.#file !== undefined) writeSync(this.#file, bytes, 0, bytes.length, headerBytes + from);
    this.#bits.set(bytes, from);
  }

  /** Clears the bit of one region, whose bytes are zeros already. */
  clear(offset: number): void {
    const region = Math.floor(offset / regionBytes);
    const byte = this.#bits[region >>> 3] as number;
    this.#bits[region >>> 3] = byte & ~(1 << (region & 7));
    this.#flush(region, region);
  }

  /** Marked regions inside `within`, joined where they touch, cut to `within`. */
  ranges(within: Range): Range[] {
    const ranges: Range[] = [];
    const limit = within.offset + within.length;
    for (let region = this.#next(Math.floor(within.offset / regionBytes), 1); region * regionBytes < limit;) {
      const end = this.#next(region, 0);
      const from = Math.max(within.offset, region * regionBytes);
      ranges.push({ offset: from, length: Math.min(limit, end * regionBytes) - from });
      region = this.#next(end, 1);
    }
    return ranges;
  }

  get #regions(): number {
    return Math.ceil(this.#sizeBytes / regionBytes);
  }

  /** The first region at or after `from` whose bit is `wanted`; the number of regions if there is none. */
  #next(from: number, wanted: 0 | 1): number {
    const flip = wanted === 1 ? 0 : 0xffff_ffff;
    let keep = (0xffff_ffff << (from & 31)) >>> 0;
    for (let word = from >>> 5; word < this.#words.length; word += 1) {
      const found = (((this.#words[word] as number) ^ flip) & keep) >>> 0;
      if (found !== 0) return Math.min(this.#regions, word * 32 + 31 - Math.clz32(found & -found));
      keep = 0xffff_ffff;
    }
    return this.#regions;
  }

  #flush(firstRegion: number, lastRegion: number): void {
    if (this.#file === undefined) return;
    const from = firstRegion >>> 3;
    writeSync(this.#file, this.#bits, from, (lastRegion >>> 3) - from + 1, headerBytes + from);
  }

  #writeHeader(use: number, state: FileState): void {
    const header = Buffer.alloc(headerBytes);
    magic.copy(header, 0);
    header.writeUInt32LE(regionBytes, 8);
    header.writeUInt32LE(use, 12);
    header.writeDoubleLE(this.#sizeBytes, 16);
    header.writeDoubleLE(state.fileBytes, 24);
    header.writeDoubleLE(state.mtimeMs, 32);
    header.writeDoubleLE(state.inode, 40);
    bootId.copy(header, 48);
    writeSync(this.#file as number, header, 0, headerBytes, 0);
  }
}

function isCurrent(header: Buffer, sizeBytes: number, state: FileState): boolean {
  if (!header.subarray(0, magic.length).equals(magic) || header.readUInt32LE(8) !== regionBytes) return false;
  if (header.readDoubleLE(16) !== sizeBytes || header.readDoubleLE(24) !== state.fileBytes) return false;
  // Copies of a lab folder keep the time to the millisecond at best.
  if (header.readUInt32LE(12) === closed) return Math.abs(header.readDoubleLE(32) - state.mtimeMs) < 2;
  return header.readDoubleLE(40) === state.inode && header.subarray(48, 64).equals(bootId);
}

/** 16 bytes that change when the machine restarts; zeros where the system does not tell. */
function readBootId(): Buffer {
  let text = '';
  try {
    text = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
  } catch (error) {
    // Only Linux has this file.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  const id = Buffer.alloc(16);
  Buffer.from(text.replaceAll('-', ''), 'hex').copy(id);
  return id;
}

const bootId = readBootId();
