// The bounded cache folder of a process server: one file per accepted batch, one small position file per pair.
// A batch's file is complete before it is acknowledged; a frame knows its own length, so what a kill tore is recognised.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import { decodeBatch, decodeHeader, frameChecksum } from '../../replication/batch.ts';
import { loadState, saveState } from '../../replication/stateFile.ts';
import { newPosition, type CachedBatch, type PairPosition } from './state.ts';

const positionFile = 'position.json';
const batchSuffix = '.batch';
const sequenceDigits = 12;

/** What a restart finds of a pair. */
export interface CachedPair {
  readonly position: PairPosition;
  /** Ascending; those beyond a torn one were never acknowledged and are gone. */
  readonly batches: readonly CachedBatch[];
}

export class CacheFolder {
  readonly limitBytes: number;
  readonly #folder: string;
  readonly #memoryLimitBytes: number;
  /** Frames of batches on their way through, so that the upload need not read them back. */
  readonly #frames = new Map<string, Buffer>();
  #usedBytes = 0;
  #memoryBytes = 0;

  /** @param options `limitBytes`: size of the cache disk; `memoryBytes`: how much of it is kept in memory too */
  constructor(options: { folder: string; limitBytes: number; memoryBytes: number }) {
    this.#folder = options.folder;
    this.limitBytes = options.limitBytes;
    this.#memoryLimitBytes = options.memoryBytes;
    mkdirSync(this.#folder, { recursive: true });
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Ids of the pairs that the folder holds something of. */
  pairIds(): string[] {
    return readdirSync(this.#folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [decodeURIComponent(entry.name)] : []));
  }

  /** Reads a pair's folder; called once per pair and process. @param nowMs counts as the time at which its batches were accepted */
  load(pairId: string, nowMs: number): CachedPair {
    const folder = this.#pairFolder(pairId);
    mkdirSync(folder, { recursive: true });
    const position = loadState<PairPosition>(join(folder, positionFile)) ?? newPosition;
    const batches: CachedBatch[] = [];
    let last = position.accepted;
    let torn = false;
    for (const sequence of sequencesIn(folder)) {
      const path = join(folder, fileName(sequence));
      const batch: CachedBatch | undefined = torn || (sequence > position.accepted && sequence !== last + 1) ? undefined : readCached(path, sequence, nowMs);
      if (batch === undefined || sequence <= position.uploaded) {
        torn ||= batch === undefined;
        rmSync(path);
        continue;
      }
      batches.push(batch);
      this.#usedBytes += batch.sizeBytes;
      last = Math.max(last, sequence);
    }
    return { position, batches };
  }

  /** Ends when a killed process would not lose the frame. @throws LabError ProcessServerCacheFull; nothing of the batch is left then */
  async write(pairId: string, sequence: number, frame: Buffer): Promise<void> {
    if (this.#usedBytes + frame.length > this.limitBytes)
      throw new LabError('ProcessServerCacheFull', `${this.#usedBytes} of ${this.limitBytes} bytes are in use.`);
    this.#usedBytes += frame.length;
    const path = this.#batchPath(pairId, sequence);
    try {
      const file = await open(path, 'w', 0o600);
      try {
        await writeWhole(file, frame);
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#usedBytes -= frame.length;
      await removeFile(path);
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
        throw new LabError('ProcessServerCacheFull', `${this.#folder}: ${error.message}`, { cause: error });
      throw error;
    }
    this.#remember(pairId, sequence, frame);
  }

  /** @throws LabError CachedBatchDamaged */
  async read(pairId: string, batch: CachedBatch): Promise<Buffer> {
    const held = this.#frames.get(frameKey(pairId, batch.sequence));
    if (held !== undefined) return held;
    const frame = await readFile(this.#batchPath(pairId, batch.sequence));
    try {
      decodeBatch(frame);
    } catch (error) {
      throw new LabError('CachedBatchDamaged', this.#batchPath(pairId, batch.sequence), { cause: error });
    }
    return frame;
  }

  /** Forgets batches; the caller has saved a position that covers them. */
  async remove(pairId: string, batches: readonly CachedBatch[]): Promise<void> {
    for (const { sequence } of batches) {
      this.#forget(pairId, sequence);
      await removeFile(this.#batchPath(pairId, sequence));
    }
    this.#usedBytes -= batches.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** A kill leaves the old position or the new one. */
  savePosition(pairId: string, position: PairPosition): void {
    saveState(join(this.#pairFolder(pairId), positionFile), position);
  }

  /** Forgets a pair that the site no longer has. */
  removePair(pairId: string, batches: readonly CachedBatch[]): void {
    for (const { sequence, sizeBytes } of batches) {
      this.#forget(pairId, sequence);
      this.#usedBytes -= sizeBytes;
    }
    rmSync(this.#pairFolder(pairId), { recursive: true, force: true });
  }

  #remember(pairId: string, sequence: number, frame: Buffer): void {
    if (this.#memoryBytes + frame.length > this.#memoryLimitBytes) return;
    this.#frames.set(frameKey(pairId, sequence), frame);
    this.#memoryBytes += frame.length;
  }

  #forget(pairId: string, sequence: number): void {
    const key = frameKey(pairId, sequence);
    this.#memoryBytes -= this.#frames.get(key)?.length ?? 0;
    this.#frames.delete(key);
  }

  #pairFolder(pairId: string): string {
    return join(this.#folder, encodeURIComponent(pairId));
  }

  #batchPath(pairId: string, sequence: number): string {
    return join(this.#pairFolder(pairId), fileName(sequence));
  }
}

function frameKey(pairId: string, sequence: number): string {
  return `${pairId}/${sequence}`;
}

function fileName(sequence: number): string {
  return `${String(sequence).padStart(sequenceDigits, '0')}${batchSuffix}`;
}

function sequencesIn(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(batchSuffix))
    .map((name) => Number(name.slice(0, -batchSuffix.length)))
    .sort((one, other) => one - other);
}

/** @returns undefined for a torn file. A whole file with a wrong checksum was acknowledged: it stays, and its upload says what happened to it. */
function readCached(path: string, sequence: number, nowMs: number): CachedBatch | undefined {
  const frame = readFileSync(path);
  try {
    const header = decodeHeader(frame);
    return { sequence, sizeBytes: frame.length, checksum: frameChecksum(frame), mark: header.mark, acceptedMs: nowMs };
  } catch (error) {
    if (LabError.is(error, 'BatchTruncated')) return undefined;
    return { sequence, sizeBytes: frame.length, checksum: 0, mark: undefined, acceptedMs: nowMs };
  }
}

/** Gone already is as good: a write may have failed before it made the file, or the pair was forgotten. */
async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** One call as a rule; the system may take less than asked. */
async function writeWhole(file: { write(bytes: Buffer, at: number, length: number): Promise<{ bytesWritten: number }> }, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}
