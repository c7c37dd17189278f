// A captured disk after a kill: what its log holds and the disk may lack is written to the disk again, and a log that is damaged is not believed.
import { rmSync } from 'node:fs';
import type { BlockDevice } from '../disk/blockDevice.ts';
import { LabError } from '../kernel/errors.ts';
import type { CaptureOptions } from './capture.ts';
import { loadCaptureState, logFolder, regionsFile, saveCaptureState, type CaptureState } from './captureState.ts';
import { ChangeLog } from './changeLog.ts';
import { Regions } from './regions.ts';

export interface RestoredCapture extends CaptureState {
  readonly log: ChangeLog;
  readonly regions: Regions;
}

const replayBytes = 4 * 1024 * 1024;

/** @returns undefined when the disk was not being captured */
export async function restoreCapture(folder: string, { device, name, kernel }: CaptureOptions): Promise<RestoredCapture | undefined> {
  const stored = loadCaptureState(folder);
  if (stored === undefined) return undefined;
  const regions = new Regions(regionsFile(folder), device.sizeBytes);
  try {
    const log = await ChangeLog.open(logFolder(folder));
    if (stored.mode === 'data' && log.end < stored.replayFrom)
      throw new LabError('ChangeLogCorrupt', `${name}: the log ends at ${log.end} and went to ${stored.replayFrom} before.`);
    if (stored.mode === 'data') await replay(log, device, stored.replayFrom);
    else log.forEachRange((range) => regions.set(range));
    return { ...stored, log, regions };
  } catch (error) {
    if (!LabError.is(error, 'ChangeLogCorrupt')) throw error;
    kernel.trace.record('agent', 'changeLogCorrupt', { disk: name, message: error.message });
    return compareEverything(folder, regions, device.sizeBytes);
  }
}

/** The disk is whole but nobody knows which changes were not sent. */
async function compareEverything(folder: string, regions: Regions, sizeBytes: number): Promise<RestoredCapture> {
  const state: CaptureState = { mode: 'bitmap', replayFrom: 0 };
  // The bits and the mode first: without them a kill would leave an empty log that looks as if all were sent.
  regions.set({ offset: 0, length: sizeBytes });
  saveCaptureState(folder, state);
  rmSync(logFolder(folder), { recursive: true, force: true });
  return { ...state, log: await ChangeLog.open(logFolder(folder)), regions };
}

async function replay(log: ChangeLog, device: BlockDevice, from: number): Promise<void> {
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
