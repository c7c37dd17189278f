// What a captured disk keeps beside its log, and how the log is written to the disk again after a kill.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockDevice, Range } from '../disk/blockDevice.ts';
import type { CaptureMode } from './capture.ts';
import { replaceFile, type ChangeLog } from './changeLog.ts';
import type { LogRecord } from './changeRecord.ts';

export interface CaptureState {
  readonly mode: CaptureMode;
  /** Log position before which every record is known to be on the disk: replay begins here. */
  readonly replayFrom: number;
}

const replayBytes = 4 * 1024 * 1024;

/** Where a disk's log, bitmap and state lie. Disk ids come from users and vCenters; as file names they must be harmless. */
export function captureFolder(folder: string, name: string): string {
  return join(folder, name.replace(/[^A-Za-z0-9._-]/g, '_'));
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

export async function replay(log: ChangeLog, device: BlockDevice, from: number): Promise<void> {
  let position = Math.max(from, log.start);
  for (;;) {
    const { records, next } = await log.read(position, replayBytes);
    if (records.length === 0) return;
    for (const record of records) {
      if (record.kind === 'write') await device.write(record.offset, record.bytes);
      if (record.kind === 'zero') await device.zero(record.offset, record.length);
    }
    position = next;
  }
}

export function rangeOf(record: LogRecord): Range {
  if (record.kind === 'write') return { offset: record.offset, length: record.bytes.length };
  return record.kind === 'zero' ? record : { offset: 0, length: 0 };
}
