// The retention drive of a master target: a folder with a capacity that all reverse pairs share.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { TimeMs } from '../../kernel/clock.ts';

/** As the master target sees it; `fileSystem` as the guest names it (`NTFS`, `ext4`, `FAT32` …). */
export interface RetentionVolumeDefinition {
  readonly volumeName: string;
  readonly folder: string;
  readonly capacityBytes: number;
  readonly fileSystem: string;
}

/** Somebody who can give back room by forgetting the past of a disk. */
export interface Reclaimer {
  /** When the oldest point that may be given up was taken; null: none left. */
  oldestMs(): TimeMs | null;
  dropOldest(): Promise<void>;
}

/** The log leaves the journal this share of the drive: without it a full log could never be applied, and so never shrink. */
const logShare = 0.9;

/** Counts what lies on the drive, so that a full one is known before the write and not in its middle. */
export class RetentionVolume {
  readonly definition: RetentionVolumeDefinition;
  readonly #reclaimers = new Set<Reclaimer>();
  #usedBytes: number;
  #reclaiming: Promise<unknown> = Promise.resolve();

  private constructor(definition: RetentionVolumeDefinition, usedBytes: number) {
    this.definition = definition;
    this.#usedBytes = usedBytes;
  }

  static async open(definition: RetentionVolumeDefinition): Promise<RetentionVolume> {
    await mkdir(definition.folder, { recursive: true });
    return new RetentionVolume(definition, await folderBytes(definition.folder));
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get freeBytes(): number {
    return Math.max(0, this.definition.capacityBytes - this.#usedBytes);
  }

  /** Takes part in giving back room, oldest point of all pairs first. */
  offer(reclaimer: Reclaimer): Disposable {
    this.#reclaimers.add(reclaimer);
    return { [Symbol.dispose]: () => void this.#reclaimers.delete(reclaimer) };
  }

  /**
   * Counts `sizeBytes` as used, giving up the oldest points when there is no room.
   * @throws LabError RetentionDriveFull; then nothing was counted
   */
  async reserve(sizeBytes: number, use: 'log' | 'journal'): Promise<void> {
    const limitBytes = use === 'log' ? Math.floor(this.definition.capacityBytes * logShare) : this.definition.capacityBytes;
    if (this.#usedBytes + sizeBytes > limitBytes) await this.#inTurn(() => this.#reclaim(sizeBytes, limitBytes));
    this.#usedBytes += sizeBytes;
  }

  release(sizeBytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes - sizeBytes);
  }

  /** Deletes all that a pair has here. */
  async drop(pairId: string): Promise<void> {
    const folder = join(this.definition.folder, pairId);
    await mkdir(folder, { recursive: true });
    this.release(await folderBytes(folder));
    await rm(folder, { recursive: true, force: true });
  }

  async #reclaim(sizeBytes: number, limitBytes: number): Promise<void> {
    while (this.#usedBytes + sizeBytes > limitBytes) {
      let oldest: { reclaimer: Reclaimer; timeMs: TimeMs } | undefined;
      for (const reclaimer of this.#reclaimers) {
        const timeMs = reclaimer.oldestMs();
        if (timeMs !== null && (oldest === undefined || timeMs < oldest.timeMs)) oldest = { reclaimer, timeMs };
      }
      if (oldest === undefined)
        throw new LabError(
          'RetentionDriveFull',
          `${this.definition.volumeName}: ${this.#usedBytes} of ${this.definition.capacityBytes} bytes are used, ${sizeBytes} more are needed.`,
        );
      await oldest.reclaimer.dropOldest();
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#reclaiming.then(work, work);
    // The next in line starts whether or not this one found room.
    this.#reclaiming = turn.catch(() => undefined);
    return turn;
  }
}

/** The operating system's own "disk full" is the same condition as ours. */
export function asDriveError(error: unknown, volumeName: string): unknown {
  const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return full ? new LabError('RetentionDriveFull', `${volumeName}: the file system under it has no room.`, { cause: error }) : error;
}

async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return sum;
}
