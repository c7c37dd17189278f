// Where a journal layer keeps each block: a sparse table in memory, at most 2 MiB for a GiB of disk.
import type { Range } from '../../disk/blockDevice.ts';

/** The grain of the journal: a page of a guest's file system. */
export const journalBlockBytes = 4096;
const pageBlocks = 512;

/** Block number to file position; 0: not held, -1: held as zeros. */
export class BlockIndex {
  readonly #pages = new Map<number, Float64Array>();

  get(block: number): number {
    return this.#pages.get(Math.floor(block / pageBlocks))?.[block % pageBlocks] ?? 0;
  }

  /** Notes all blocks of a range, whose first byte lies at `at`. A block that is held keeps its first place: the first write since the snapshot wins. */
  set(range: Range, at: number): void {
    const first = range.offset / journalBlockBytes;
    const count = Math.ceil(range.length / journalBlockBytes);
    for (let place = 0; place < count; place += 1) {
      const page = this.#page(Math.floor((first + place) / pageBlocks));
      const slot = (first + place) % pageBlocks;
      if (page[slot] === 0) page[slot] = at < 0 ? -1 : at + place * journalBlockBytes;
    }
  }

  /** Blocks of `extents` that are not held, as runs, ascending and clipped to `diskBytes`. */
  missing(extents: readonly Range[], diskBytes: number): Range[] {
    const runs: { first: number; end: number }[] = [];
    for (const { offset, length } of extents) {
      if (length === 0) continue;
      const end = Math.ceil((offset + length) / journalBlockBytes);
      for (let block = Math.floor(offset / journalBlockBytes); block < end; block += 1) {
        if (this.get(block) !== 0) continue;
        const last = runs.at(-1);
        if (last?.end === block) last.end += 1;
        else runs.push({ first: block, end: block + 1 });
      }
    }
    return merged(runs).map(({ first, end }) => {
      const offset = first * journalBlockBytes;
      return { offset, length: Math.min(end * journalBlockBytes, diskBytes) - offset };
    });
  }

  #page(number: number): Float64Array {
    let page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, (page = new Float64Array(pageBlocks)));
    return page;
  }
}

/** Extents of a batch may overlap and come in any order; each block is kept once. */
function merged(runs: { first: number; end: number }[]): { first: number; end: number }[] {
  runs.sort((one, other) => one.first - other.first);
  const result: { first: number; end: number }[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (last !== undefined && run.first <= last.end) last.end = Math.max(last.end, run.end);
    else result.push(run);
  }
  return result;
}
