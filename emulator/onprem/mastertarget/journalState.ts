// What a retention journal knows besides its layers: position and snapshots, replaced as a whole by one rename.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { LabError } from '../../kernel/errors.ts';
import type { ReplicaSnapshot } from '../../replication/stations.ts';

export interface JournalState {
  readonly version: 1;
  readonly position: number;
  /** Number of the next snapshot; never used twice, also not after a restore. */
  readonly nextSnapshot: number;
  /** Oldest first. A snapshot's id names the layer that begins with it. */
  readonly snapshots: readonly ReplicaSnapshot[];
  /** The snapshot that the disk is being brought back to; it is completed before anything else. */
  readonly restoring: string | null;
}

const fresh: JournalState = { version: 1, position: 0, nextSnapshot: 1, snapshots: [], restoring: null };

/** @throws LabError RetentionJournalDamaged when the file is there and cannot be read */
export async function loadJournalState(path: string): Promise<JournalState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return fresh;
    throw error;
  }
  try {
    const state = JSON.parse(text) as JournalState;
    if (state.version !== 1 || !Array.isArray(state.snapshots)) throw new Error(`version ${String(state.version)}`);
    return state;
  } catch (error) {
    throw new LabError('RetentionJournalDamaged', `${path} cannot be read.`, { cause: error });
  }
}

export async function saveJournalState(path: string, state: JournalState): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, JSON.stringify(state));
  await rename(unfinished, path);
}
