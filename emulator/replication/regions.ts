// Which regions of a disk must be sent from the disk itself: at the initial copy all that hold data, in bitmap mode those written to.
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { Range } from '../disk/blockDevice.ts';

/** One bit in the file stands for this many bytes of the disk. */
export const regionBytes = 64 * 1024;
const headerBytes = 16;

/**
 * A bitmap in a file. A bit is set in the file before `set` returns, and cleared in it only by `done`,
 * so that a killed process finds every region that may not have arrived.
 */
export class Regions implements Disposable {
  #descriptor: number;
  readonly #sizeBytes: number;
  readonly #stored: Uint8Array;
  /** Like the file, less what was taken and not set again. */
  readonly #open: Uint8Array;
  #count = 0;
  #cursor = 0;
  /** How often a region was taken and has neither arrived nor come back: set again meanwhile, it may be under way twice. */
  readonly #underWay = new Map<number, number>();

  constructor(path: string, sizeBytes: number) {
    const count = Math.ceil(sizeBytes / regionBytes);
    this.#sizeBytes = sizeBytes;
    this.#stored = new Uint8Array(Math.ceil(count / 8));
    const existing = statSync(path, { throwIfNoEntry: false });
    this.#descriptor = openSync(path, existing === undefined ? 'w+' : 'r+');
    if (existing === undefined) writeSync(this.#descriptor, Buffer.from('SRREGION'.padEnd(headerBytes)), 0, headerBytes, 0);
    else readSync(this.#descriptor, this.#stored, 0, this.#stored.length, headerBytes);
    this.#open = Uint8Array.from(this.#stored);
    for (const byte of this.#open) this.#count += bitsIn(byte);
  }

  /** Bytes in regions that still have to be taken. */
  get bytes(): number {
    return Math.min(this.#count * regionBytes, this.#sizeBytes);
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** Whether everything taken has arrived as well. */
  get settled(): boolean {
    return this.#count === 0 && this.#stored.every((byte) => byte === 0);
  }

  set(range: Range): void {
    let firstChanged = -1;
    let lastChanged = -1;
    forEachRegion(range, (region) => {
      const byte = region >>> 3;
      const bit = 1 << (region & 7);
      if (((this.#open[byte] as number) & bit) === 0) {
        this.#open[byte] = (this.#open[byte] as number) | bit;
        this.#count += 1;
      }
      if (((this.#stored[byte] as number) & bit) !== 0) return;
      this.#stored[byte] = (this.#stored[byte] as number) | bit;
      if (firstChanged < 0) firstChanged = byte;
      lastChanged = byte;
    });
    if (firstChanged >= 0) this.#write(firstChanged, lastChanged);
  }

  /** Takes the next run of regions, at most `maxBytes`; it comes back after a kill unless `done` is called. */
  take(maxBytes: number): Range | undefined {
    if (this.#count === 0) return undefined;
    const regions = Math.ceil(this.#sizeBytes / regionBytes);
    while (!this.#isOpen(this.#cursor))
      this.#cursor =
        this.#cursor + 1 >= regions
          ? 0
          : this.#open[this.#cursor >>> 3] === 0
            ? Math.min(((this.#cursor >>> 3) + 1) << 3, regions) % regions
            : this.#cursor + 1;
    const first = this.#cursor;
    let next = first;
    while (next < regions && (next - first) * regionBytes < maxBytes && this.#isOpen(next)) {
      this.#open[next >>> 3] = (this.#open[next >>> 3] as number) & ~(1 << (next & 7));
      this.#count -= 1;
      this.#underWay.set(next, (this.#underWay.get(next) ?? 0) + 1);
      next += 1;
    }
    this.#cursor = next >= regions ? 0 : next;
    const offset = first * regionBytes;
    return { offset, length: Math.min(next * regionBytes, this.#sizeBytes) - offset };
  }

  /** What was taken has arrived. Regions set again, or taken again, meanwhile stay in the file. */
  done(range: Range): void {
    forEachRegion(range, (region) => {
      if (this.#leave(region) > 0 || this.#isOpen(region)) return;
      this.#stored[region >>> 3] = (this.#stored[region >>> 3] as number) & ~(1 << (region & 7));
    });
    this.#write(Math.floor(range.offset / regionBytes) >>> 3, Math.floor((range.offset + range.length - 1) / regionBytes) >>> 3);
  }

  /** What was taken did not arrive. */
  giveBack(range: Range): void {
    forEachRegion(range, (region) => void this.#leave(region));
    this.set(range);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #isOpen(region: number): boolean {
    return ((this.#open[region >>> 3] as number) & (1 << (region & 7))) !== 0;
  }

  #leave(region: number): number {
    const left = (this.#underWay.get(region) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(region);
    else this.#underWay.set(region, left);
    return left;
  }

  /** What arrives after the end (a batch under way when the machine was switched off) is found again by the next start; the number may belong to another file. */
  #write(firstByte: number, lastByte: number): void {
    if (this.#descriptor < 0) return;
    writeSync(this.#descriptor, this.#stored, firstByte, lastByte - firstByte + 1, headerBytes + firstByte);
  }
}

function forEachRegion(range: Range, visit: (region: number) => void): void {
  if (range.length <= 0) return;
  const last = Math.floor((range.offset + range.length - 1) / regionBytes);
  for (let region = Math.floor(range.offset / regionBytes); region <= last; region += 1) visit(region);
}

function bitsIn(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
