// What goes into the next batch of a source: a run of regions read from the disk, or a run of records of the change log.
import type { Range } from '../disk/blockDevice.ts';
import type { Clock, TimeMs } from '../kernel/clock.ts';
import type { CapturedDisk } from './capture.ts';
import { recordBytes } from './changeRecord.ts';
import { blockChecksums, checksumBytes } from './checksum.ts';
import type { Coverage } from './sourceState.ts';
import type { Extent, Mark, Relay } from './stations.ts';

/** One batch carries about this much of the disk, or of the log. */
const regionBatchBytes = 8 * 1024 * 1024;
const logBatchBytes = 4 * 1024 * 1024;
/** Zeros are found, and blocks compared, in units of this size. */
const blockBytes = 4096;
const zeros = Buffer.alloc(blockBytes);
/** So many checksum requests are under way before their regions are read. */
const comparisonsAhead = 4;

export interface FormedBatch {
  /** Absent only when an earlier process sent the batch and its coverage is all that is known. */
  readonly header: { readonly extents: readonly Extent[]; readonly capturedMs: TimeMs; readonly mark?: Mark } | undefined;
  readonly parts: readonly Buffer[];
  readonly bytes: number;
  readonly covers: Coverage;
}

/** Extents in the making: neighbours of one kind grow together. */
class ExtentList {
  readonly extents: { offset: number; length: number; zero?: true }[] = [];
  readonly parts: Buffer[] = [];
  bytes = 0;

  addBytes(offset: number, bytes: Buffer): void {
    const last = this.extents.at(-1);
    if (last !== undefined && last.zero === undefined && last.offset + last.length === offset) last.length += bytes.length;
    else this.extents.push({ offset, length: bytes.length });
    this.parts.push(bytes);
    this.bytes += bytes.length;
  }

  addZeros(offset: number, length: number): void {
    const last = this.extents.at(-1);
    if (last?.zero === true && last.offset + last.length === offset) last.length += length;
    else this.extents.push({ offset, length, zero: true });
  }
}

/**
 * Takes the next run of regions.
 * @returns undefined when nothing of it has to be sent (all zeros on an empty target, or equal on both ends)
 */
export async function formRegionBatch(options: {
  disk: CapturedDisk;
  pristine: boolean;
  comparison: RegionComparison | undefined;
}): Promise<FormedBatch | undefined> {
  const { disk, pristine, comparison } = options;
  const list = new ExtentList();
  const next = comparison === undefined ? taken(disk.regions.take(regionBatchBytes)) : await comparison.next();
  if (next === undefined) return undefined;
  const { range, sums } = next;
  for (const piece of await readAllocated(disk, range)) {
    if (piece.bytes === undefined) {
      if (sums !== undefined) compare({ list, sums, range, offset: piece.offset, bytes: undefined, length: piece.length });
      else if (!pristine) list.addZeros(piece.offset, piece.length);
    } else if (sums !== undefined) compare({ list, sums, range, offset: piece.offset, bytes: piece.bytes, length: piece.length });
    else addNonZero(list, { offset: piece.offset, bytes: piece.bytes }, pristine);
  }
  if (list.extents.length === 0) {
    disk.regions.done(range);
    return undefined;
  }
  return {
    header: { extents: list.extents, capturedMs: disk.nowMs },
    parts: list.parts,
    bytes: list.bytes,
    covers: { regions: [range], from: 0, to: 0, mark: false },
  };
}

/** The records after a log position, up to and with the next mark. Only what is on the disk as well is sent. */
export async function formLogBatch(disk: CapturedDisk, from: number, marksFrom: number): Promise<FormedBatch | undefined> {
  const start = Math.max(from, disk.log.start);
  const { records } = await disk.log.read(start, logBatchBytes, disk.settledEnd);
  if (records.length === 0) return undefined;
  const list = new ExtentList();
  let to = start;
  let mark: Mark | undefined;
  let capturedMs = 0;
  for (const record of records) {
    to += recordBytes(record);
    capturedMs = record.timeMs;
    if (record.kind === 'write') list.addBytes(record.offset, record.bytes);
    if (record.kind === 'zero') list.addZeros(record.offset, record.length);
    if (record.kind === 'mark' && to > marksFrom) {
      mark = record.mark;
      break;
    }
  }
  return {
    header: { extents: list.extents, capturedMs, ...(mark === undefined ? {} : { mark }) },
    parts: list.parts,
    bytes: list.bytes,
    covers: { regions: [], from: start, to, mark: mark !== undefined },
  };
}

/** Asks the target for checksums some regions ahead of the reading. Stale answers do no harm: whatever changed meanwhile is in the log. */
export class RegionComparison {
  readonly #deps: { clock: Clock; disk: CapturedDisk; relay: Relay; pairId: string };
  readonly #asked: { range: Range; sums: Promise<Buffer> }[] = [];

  /** @param deps `earlier`: a comparison (of another relay) that ends here; what it had asked for is asked again */
  constructor(deps: { clock: Clock; disk: CapturedDisk; relay: Relay; pairId: string; earlier: RegionComparison | undefined }) {
    this.#deps = deps;
    if (deps.earlier !== undefined) for (const { range } of deps.earlier.#asked.splice(0)) deps.disk.regions.giveBack(range);
  }

  /** Whether regions were taken for comparison and not handed out yet. */
  get waiting(): boolean {
    return this.#asked.length > 0;
  }

  async next(): Promise<{ range: Range; sums: Buffer } | undefined> {
    const { clock, disk, relay, pairId } = this.#deps;
    while (this.#asked.length < comparisonsAhead) {
      const range = disk.regions.take(regionBatchBytes);
      if (range === undefined) break;
      const sums = clock.branch(() => relay.checksums(pairId, range, blockBytes));
      sums.catch(() => undefined);
      this.#asked.push({ range, sums });
    }
    const first = this.#asked[0];
    if (first === undefined) return undefined;
    try {
      const sums = await clock.idle(first.sums);
      // A later comparison took over meanwhile, and asks for this region again.
      if (this.#asked[0] !== first) return undefined;
      this.#asked.shift();
      return { range: first.range, sums };
    } catch (error) {
      for (const { range } of this.#asked.splice(0)) disk.regions.giveBack(range);
      throw error;
    }
  }
}

function taken(range: Range | undefined): { range: Range; sums: undefined } | undefined {
  return range === undefined ? undefined : { range, sums: undefined };
}

/** The range in pieces: with bytes where the disk may hold data, without where it surely reads as zeros. */
async function readAllocated(disk: CapturedDisk, range: Range): Promise<{ offset: number; length: number; bytes?: Buffer }[]> {
  const pieces: { offset: number; length: number; bytes?: Buffer }[] = [];
  let at = range.offset;
  for (const part of await disk.allocated(range)) {
    if (part.offset > at) pieces.push({ offset: at, length: part.offset - at });
    pieces.push({ offset: part.offset, length: part.length, bytes: await disk.read(part.offset, part.length) });
    at = part.offset + part.length;
  }
  const end = range.offset + range.length;
  if (at < end) pieces.push({ offset: at, length: end - at });
  return pieces;
}

function addNonZero(list: ExtentList, { offset, bytes }: { offset: number; bytes: Buffer }, pristine: boolean): void {
  let runStart = 0;
  let runIsZero = isZero(bytes.subarray(0, blockBytes));
  const endRun = (end: number): void => {
    if (!runIsZero) list.addBytes(offset + runStart, bytes.subarray(runStart, end));
    else if (!pristine) list.addZeros(offset + runStart, end - runStart);
    runStart = end;
  };
  for (let at = blockBytes; at < bytes.length; at += blockBytes) {
    const zero = isZero(bytes.subarray(at, at + blockBytes));
    if (zero === runIsZero) continue;
    endRun(at);
    runIsZero = zero;
  }
  endRun(bytes.length);
}

const zeroSum = blockChecksums(zeros, blockBytes);

/** Adds the blocks whose checksums differ from the target's. Regions, and so pieces, begin on a block of the range. */
function compare(piece: { list: ExtentList; sums: Buffer; range: Range; offset: number; bytes: Buffer | undefined; length: number }): void {
  const { list, sums, range, offset, bytes, length } = piece;
  const own = bytes === undefined ? undefined : blockChecksums(bytes, blockBytes);
  for (let at = 0; at < length; at += blockBytes) {
    const block = (offset + at - range.offset) / blockBytes;
    const theirs = sums.subarray(block * checksumBytes, (block + 1) * checksumBytes);
    const short = Math.min(blockBytes, length - at);
    const ours =
      own?.subarray((at / blockBytes) * checksumBytes, (at / blockBytes + 1) * checksumBytes) ??
      (short === blockBytes ? zeroSum : blockChecksums(zeros.subarray(0, short), blockBytes));
    if (ours.equals(theirs)) continue;
    const content = bytes?.subarray(at, at + short);
    if (content === undefined || isZero(content)) list.addZeros(offset + at, short);
    else list.addBytes(offset + at, content);
  }
}

function isZero(block: Buffer): boolean {
  if (block.length >= 4 && block.readUInt32LE(0) !== 0) return false;
  return block.equals(block.length === blockBytes ? zeros : zeros.subarray(0, block.length));
}
