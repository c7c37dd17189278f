// The log station of a failback: sealed batches as files on the master target's retention drive.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { BatchLog } from '../../replication/stations.ts';
import { asDriveError, type RetentionVolume } from './retentionVolume.ts';

const batchName = /^(\d+)\.batch$/;

/** One per retention drive. A batch appears under its name only when it is whole, so what a kill tore is never listed. */
export class RetentionLog implements BatchLog {
  readonly #volume: RetentionVolume;
  readonly #pairs = new Map<string, Promise<Map<number, number>>>();
  #attempt = 0;

  constructor(volume: RetentionVolume) {
    this.#volume = volume;
  }

  /** Durable when it resolves. @throws LabError RetentionDriveFull; the process server keeps the batch and repeats it */
  async append(pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    const held = await this.#held(pairId);
    if (held.has(sequence)) return;
    await this.#volume.reserve(sealed.length, 'log');
    const path = this.#path(pairId, sequence);
    const unfinished = `${path}.${(this.#attempt += 1)}.unfinished`;
    try {
      await writeFile(unfinished, sealed);
      await rename(unfinished, path);
    } catch (error) {
      this.#volume.release(sealed.length);
      await rm(unfinished, { force: true });
      throw asDriveError(error, this.#volume.definition.volumeName);
    }
    // The same sequence may have arrived twice at once; the file is counted once.
    if (held.has(sequence)) this.#volume.release(held.get(sequence) as number);
    held.set(sequence, sealed.length);
  }

  async list(pairId: string, after: number): Promise<number[]> {
    const held = await this.#held(pairId);
    return [...held.keys()].filter((sequence) => sequence > after).sort((one, other) => one - other);
  }

  /** @throws LabError NotFound */
  async read(pairId: string, sequence: number): Promise<Buffer> {
    const held = await this.#held(pairId);
    if (!held.has(sequence)) throw new LabError('NotFound', `Batch ${sequence} of ${pairId}.`);
    return readFile(this.#path(pairId, sequence));
  }

  async remove(pairId: string, sequences: readonly number[]): Promise<void> {
    const held = await this.#held(pairId);
    await Promise.all(
      sequences.map(async (sequence) => {
        const sizeBytes = held.get(sequence);
        if (sizeBytes === undefined) return;
        await rm(this.#path(pairId, sequence), { force: true });
        held.delete(sequence);
        this.#volume.release(sizeBytes);
      }),
    );
  }

  /** Forgets a pair whose failback ended. */
  async drop(pairId: string): Promise<void> {
    await this.remove(pairId, await this.list(pairId, 0));
    await rm(this.#folder(pairId), { recursive: true, force: true });
    this.#pairs.delete(pairId);
  }

  #folder(pairId: string): string {
    return join(this.#volume.definition.folder, pairId, 'log');
  }

  #path(pairId: string, sequence: number): string {
    return join(this.#folder(pairId), `${sequence}.batch`);
  }

  /** Sequence to size, read from the folder once. */
  #held(pairId: string): Promise<Map<number, number>> {
    let held = this.#pairs.get(pairId);
    if (held === undefined) this.#pairs.set(pairId, (held = this.#load(pairId)));
    return held;
  }

  async #load(pairId: string): Promise<Map<number, number>> {
    const folder = this.#folder(pairId);
    await mkdir(folder, { recursive: true });
    const held = new Map<number, number>();
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const { size } = await stat(path);
      const sequence = batchName.exec(name)?.[1];
      if (sequence !== undefined) held.set(Number(sequence), size);
      else {
        await rm(path);
        this.#volume.release(size);
      }
    }
    return held;
  }
}
