// What the disks of one machine must hold, now and at any moment of the past, by the writes that were acknowledged.
import { sectorBytes } from '../../../emulator/disk/blockDevice.ts';

/** Only these parts of a disk are written and compared: its beginning, its middle and its end. */
export const windowBytes = 256 * 1024;
const windowSectors = windowBytes / sectorBytes;
const windowsPerDisk = 3;

/** What each sector of one disk's windows holds: the number of the write that wrote it, 0 for zeros. */
export type DiskContent = Int32Array<ArrayBuffer>;
/** One entry per disk. */
export type MachineContent = readonly DiskContent[];

/** Acknowledged; `sector` counts through the disk's windows. */
export interface ModelWrite {
  readonly disk: number;
  readonly sector: number;
  readonly sectors: number;
  /** 0: zeros. */
  readonly id: number;
}

type Change = { readonly timeMs: number } & ({ readonly write: ModelWrite } | { readonly content: MachineContent });

export class MachineModel {
  readonly #changes: Change[] = [];
  #present: MachineContent;
  readonly diskCount: number;

  constructor(diskCount: number) {
    this.diskCount = diskCount;
    this.#present = Array.from({ length: diskCount }, () => new Int32Array(windowSectors * windowsPerDisk));
  }

  get present(): MachineContent {
    return this.#present;
  }

  /** Takes an acknowledged write; those of one machine are given in the order of their acknowledgement. */
  wrote(timeMs: number, write: ModelWrite): void {
    this.#present = applied(this.#present, write);
    this.#changes.push({ timeMs, write });
  }

  /** The machine goes on from another content, for example that of a recovery point. */
  became(timeMs: number, content: MachineContent): void {
    this.#present = content;
    this.#changes.push({ timeMs, content });
  }

  /**
   * Every content that a mark at `timeMs` may have: all earlier changes, and the first few of that very instant; the newest first.
   * A mark lies between two writes, on all disks between the same two.
   */
  *contentsAt(timeMs: number): Generator<MachineContent> {
    const contents: MachineContent[] = [];
    let content: MachineContent = Array.from({ length: this.diskCount }, () => new Int32Array(windowSectors * windowsPerDisk));
    for (const change of this.#changes) {
      if (change.timeMs > timeMs) break;
      if (change.timeMs === timeMs) contents.push(content);
      content = 'write' in change ? applied(content, change.write) : change.content;
    }
    yield content;
    yield* contents.reverse();
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

/** What stands in a sector, for a person: the number of a write, or what it looks like. */
export function readSector(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, 32);
  return /^write \d+ sector \d+ /.test(text) ? text.replace(/ \.*$/, '').trim() : bytes.every((byte) => byte === 0) ? 'zeros' : 'something else';
}

function applied(content: MachineContent, { disk, sector, sectors, id }: ModelWrite): MachineContent {
  return content.map((one, number) => (number === disk ? one.slice().fill(id, sector, sector + sectors) : one));
}
