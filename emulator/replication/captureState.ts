// The folder of a captured disk: where its log and its bitmap lie, and the state that is kept beside them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureMode } from './capture.ts';
import { replaceFile } from './changeLog.ts';

export interface CaptureState {
  readonly mode: CaptureMode;
  /** Log position before which every record is known to be on the disk: replay begins here. */
  readonly replayFrom: number;
}

/** Where a disk's log, bitmap and state lie. Disk ids come from users and vCenters; as file names they must be harmless. */
export function captureFolder(folder: string, name: string): string {
  return join(folder, name.replace(/[^A-Za-z0-9._-]/g, '_'));
}

export function logFolder(folder: string): string {
  return join(folder, 'hrl');
}

export function regionsFile(folder: string): string {
  return join(folder, 'regions');
}

/** Undefined when the disk was never captured, or no more. */
export function loadCaptureState(folder: string): CaptureState | undefined {
  const path = join(folder, 'mode.json');
  if (!existsSync(path)) return undefined;
  const state = JSON.parse(readFileSync(path, 'utf8')) as CaptureState;
  return state.mode === 'off' ? undefined : state;
}

/** Nothing is kept of a disk that has no folder. */
export function saveCaptureState(folder: string, { mode, replayFrom }: CaptureState): void {
  if (existsSync(folder)) replaceFile(join(folder, 'mode.json'), JSON.stringify({ mode, replayFrom }));
}
