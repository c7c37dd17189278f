// What a process server keeps of a pair beside its batches, and the pure rules on it.
import type { Mark } from '../../replication/stations.ts';

/** Written before batches are deleted, so that the position outlives them. */
export interface PairPosition {
  /** Everything up to here was accepted and is uploaded or in the cache folder; what the folder holds beyond it in sequence counts too. */
  readonly accepted: number;
  /** The machine came (again) to this process server: the next batch may have any sequence above `accepted`, another server had those between. */
  readonly floating: boolean;
  /** Up to here the log holds everything. */
  readonly uploaded: number;
  /** Newest mark up to `uploaded`. */
  readonly newestMark: Mark | null;
  /** Frame checksums of the newest uploaded batches, to know a replay from an impostor. */
  readonly checksums: readonly (readonly [sequence: number, checksum: number])[];
}

/** One accepted batch that is not uploaded yet. */
export interface CachedBatch {
  readonly sequence: number;
  readonly sizeBytes: number;
  readonly checksum: number;
  readonly mark: Mark | undefined;
  readonly acceptedMs: number;
}

export const newPosition: PairPosition = { accepted: 0, floating: true, uploaded: 0, newestMark: null, checksums: [] };

/** Senders have few batches under way; a replay is never older. */
const rememberedChecksums = 32;

/** The position after these batches are in the log. */
export function afterUpload(position: PairPosition, uploaded: readonly CachedBatch[], accepted: number): PairPosition {
  const newest = uploaded.at(-1);
  if (newest === undefined) return position;
  const checksums = [...position.checksums, ...uploaded.map((batch) => [batch.sequence, batch.checksum] as const)].slice(-rememberedChecksums);
  return {
    accepted,
    floating: position.floating,
    uploaded: newest.sequence,
    newestMark: uploaded.findLast((batch) => batch.mark !== undefined)?.mark ?? position.newestMark,
    checksums,
  };
}

/** Free part of the cache folder, 0 to 1. */
export function freeShare(usedBytes: number, limitBytes: number): number {
  return limitBytes === 0 ? 0 : Math.max(0, 1 - usedBytes / limitBytes);
}

/** Below this the process server takes no more data (asr-behaviour §9.1). */
export const throttleBelowShare = 0.2;
