// What the disks of one machine must hold, now and at any moment of the past, by the writes that were acknowledged.
import { sectorBytes, type BlockDevice, type Range } from '../../../emulator/disk/blockDevice.ts';
import { digestOfDevice } from '../../../emulator/disk/hash.ts';

/** Only these parts of a disk are written: its beginning, its middle and its end. The rest must stay zeros. */
export const windowBytes = 256 * 1024;
const windowSectors = windowBytes / sectorBytes;
const windowsPerDisk = 3;

/** What each sector of one disk's windows holds: the number of the write that wrote it, 0 for zeros. */
export type DiskContent = Int32Array<ArrayBuffer>;
/** One entry per disk. */
export type MachineContent = readonly DiskContent[];

/** `sector` counts through the disk's windows. */
export interface ModelWrite {
  readonly disk: number;
  readonly sector: number;
  readonly sectors: number;
  /** 0: zeros. */
  readonly id: number;
}

/**
 * A content and when it was that of the machine, in the world's order of changes: from the change of this number until before that one.
 * Changes of all machines are counted together, so what several machines held at one moment has a number in common.
 */
export interface ContentSpan {
  readonly content: MachineContent;
  readonly from: number;
  readonly until: number;
}

interface Change {
  readonly timeMs: number;
  readonly order: number;
  readonly effect: { readonly write: ModelWrite } | { readonly content: MachineContent };
}

export class MachineModel {
  readonly #changes: Change[] = [];
  #present: MachineContent;
  readonly diskCount: number;

  constructor(diskCount: number) {
    this.diskCount = diskCount;
    this.#present = emptyDisks(diskCount);
  }

  get present(): MachineContent {
    return this.#present;
  }

  /** Takes an acknowledged write; those of one machine are given in the order of their acknowledgement. */
  wrote(at: { readonly timeMs: number; readonly order: number }, write: ModelWrite): void {
    this.#present = applied(this.#present, write);
    this.#changes.push({ ...at, effect: { write } });
  }

  /** The machine goes on from another content, for example that of a recovery point. */
  became(at: { readonly timeMs: number; readonly order: number }, content: MachineContent): void {
    this.#present = content;
    this.#changes.push({ ...at, effect: { content } });
  }

  /**
   * Every content that a mark at `timeMs` may have: all earlier changes, and the first few of that very instant; the newest first.
   * A mark lies between two writes, on all disks between the same two.
   */
  *contentsAt(timeMs: number): Generator<ContentSpan> {
    const spans: ContentSpan[] = [];
    let current = { content: emptyDisks(this.diskCount), from: 0 };
    for (const { timeMs: changedMs, order, effect } of this.#changes) {
      if (changedMs > timeMs) {
        spans.push({ ...current, until: order });
        yield* spans.reverse();
        return;
      }
      if (changedMs === timeMs) spans.push({ ...current, until: order });
      current = { content: 'write' in effect ? applied(current.content, effect.write) : effect.content, from: order };
    }
    spans.push({ ...current, until: Infinity });
    yield* spans.reverse();
  }
}

/** Where a run of sectors of the windows lies on a disk of this size. It must not cross from one window to the next. */
export function offsetOf(sector: number, diskBytes: number): number {
  const window = Math.floor(sector / windowSectors);
  // The middle one lies across a boundary of regions.
  const starts = [0, Math.floor(diskBytes / 2 / windowBytes) * windowBytes - windowBytes / 2, diskBytes - windowBytes];
  return (starts[window] as number) + (sector % windowSectors) * sectorBytes;
}

/** First sectors of the windows. */
export const windowStarts: readonly number[] = Array.from({ length: windowsPerDisk }, (_, window) => window * windowSectors);
export const sectorsPerDisk = windowSectors * windowsPerDisk;

/** The bytes of some sectors as a write with this number leaves them. */
export function bytesOf(content: DiskContent, from: number, sectors: number): Buffer {
  const bytes = Buffer.alloc(sectors * sectorBytes);
  for (let number = 0; number < sectors; number += 1) {
    const id = content[from + number] as number;
    if (id === 0) continue;
    const stamp = Buffer.from(`write ${id} sector ${from + number} `.padEnd(32, '.'));
    bytes.fill(stamp, number * sectorBytes, (number + 1) * sectorBytes);
  }
  return bytes;
}

const digests = new WeakMap<DiskContent, Promise<string>>();

/** What `disk.digest` says of a disk that holds this and nothing else. */
export function digestOf(content: DiskContent, diskBytes: number): Promise<string> {
  const known = digests.get(content) ?? digestOfDevice(deviceOf(content, diskBytes));
  digests.set(content, known);
  return known;
}

/** What stands in a sector, for a person: the number of a write, or what it looks like. */
export function readSector(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, 32);
  return /^write \d+ sector \d+ /.test(text) ? text.replace(/ \.*$/, '').trim() : bytes.every((byte) => byte === 0) ? 'zeros' : 'something else';
}

function emptyDisks(diskCount: number): MachineContent {
  return Array.from({ length: diskCount }, () => new Int32Array(sectorsPerDisk));
}

function applied(content: MachineContent, { disk, sector, sectors, id }: ModelWrite): MachineContent {
  return content.map((one, number) => (number === disk ? one.slice().fill(id, sector, sector + sectors) : one));
}

/** To be read only. */
function deviceOf(content: DiskContent, diskBytes: number): BlockDevice {
  const refuse = async (): Promise<never> => {
    throw new Error('A model is read only.');
  };
  const windows = windowStarts.map((start) => ({ offset: offsetOf(start, diskBytes), length: windowBytes, start }));
  return {
    sizeBytes: diskBytes,
    read: async (offset, length) => {
      const bytes = Buffer.alloc(length);
      for (const window of windows) {
        const from = Math.max(offset, window.offset);
        const end = Math.min(offset + length, window.offset + window.length);
        if (from < end) bytesOf(content, window.start + (from - window.offset) / sectorBytes, (end - from) / sectorBytes).copy(bytes, from - offset);
      }
      return bytes;
    },
    allocated: async (): Promise<Range[]> => windows.map(({ offset, length }) => ({ offset, length })),
    write: refuse,
    zero: refuse,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
