// What a source must remember over a kill: how far it is, and what the batch under way covers.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Range } from '../disk/blockDevice.ts';
import type { LabError } from '../kernel/errors.ts';
import type { CaptureMode } from './capture.ts';
import type { PairReport } from './reports.ts';
import { loadState, saveState } from './stateFile.ts';
import type { Stage } from './stations.ts';

/** The part of the disk's regions or of its log that one batch carries. */
export interface Coverage {
  readonly regions: readonly Range[];
  /** Log positions; both 0 for a batch of regions. */
  readonly from: number;
  readonly to: number;
  readonly mark: boolean;
}

export interface SourceState {
  readonly pairId: string;
  readonly started: boolean;
  readonly stage: Stage;
  readonly resyncId: string | null;
  /** Regions are compared with the target before they are sent. */
  readonly comparing: boolean;
  /** The target is still empty wherever nothing was sent: zeros need not travel. */
  readonly pristine: boolean;
  /** Highest sequence that the relay acknowledged. */
  readonly acked: number;
  /** Log position up to which the relay has everything. */
  readonly position: number;
  /** Marks before this log position are void: regions that are sent before them hold newer bytes. */
  readonly marksFrom: number;
  readonly intent: { readonly sequence: number; readonly covers: Coverage } | null;
  /** The relay that all this is about; null: none yet, or the only one. */
  readonly relayUrl: string | null;
  /** The next batch must tell the target that everything is compared from here on. */
  readonly resuming: boolean;
  readonly totalBytes: number;
  readonly transferredBytes: number;
}

/** The state of this pair in a disk's folder; a fresh one when the folder holds none, or another pair's. */
export function loadSourceState(folder: string, pairId: string): SourceState {
  const path = join(folder, 'source.json');
  const stored = loadState<SourceState>(path);
  if (stored?.pairId === pairId) return stored;
  return {
    pairId,
    started: false,
    stage: 'ResyncStepI',
    resyncId: null,
    comparing: false,
    pristine: true,
    acked: 0,
    position: 0,
    marksFrom: 0,
    intent: null,
    relayUrl: null,
    resuming: false,
    totalBytes: 0,
    transferredBytes: 0,
  };
}

/** The copy of a whole disk, or its comparison, begins. */
export function copyBegun(state: SourceState, copy: Pick<SourceState, 'comparing' | 'resyncId' | 'marksFrom' | 'totalBytes'>): SourceState {
  return { ...state, ...copy, started: true, stage: 'ResyncStepI', pristine: !copy.comparing, transferredBytes: 0 };
}

/** The relay has the next batch. The first mark behind a copy ends the resynchronisation. */
export function batchAcknowledged(state: SourceState, batch: { covers: Coverage; bytes: number }): SourceState {
  const { covers, bytes } = batch;
  return {
    ...state,
    acked: state.acked + 1,
    position: Math.max(state.position, covers.to),
    intent: null,
    stage: covers.mark && state.stage === 'ResyncStepII' ? 'DifferentialSync' : state.stage,
    transferredBytes: state.transferredBytes + bytes,
  };
}

/**
 * Another relay took over while nobody can say whether the former one has the batch that was under way. Its sequence is never used again:
 * the former relay may still bring it to the target, and one of the two would cover the other.
 */
export function sequenceAbandoned(state: SourceState): SourceState {
  return { ...state, acked: state.acked + 1, intent: null, resuming: true };
}

/**
 * After a kill: a log that begins anew (the old one was damaged) has none of the places that a source remembers; and marks that lie
 * in the log while regions wait would come after bytes that are newer than they.
 */
export function placesKnown(state: SourceState, disk: { logEnd: number; regionsWait: boolean }): SourceState {
  const { logEnd, regionsWait } = disk;
  const known = state.position > logEnd ? { ...state, position: logEnd, marksFrom: logEnd, intent: null } : state;
  return regionsWait ? { ...known, marksFrom: Math.max(known.marksFrom, logEnd) } : known;
}

export function pairReport(
  state: SourceState,
  now: { readonly mode: CaptureMode; readonly regionBytes: number; readonly logBytes: number; readonly error: LabError | undefined },
): PairReport {
  const { pairId, stage, totalBytes, transferredBytes, resyncId } = state;
  const { mode, regionBytes, logBytes, error } = now;
  return {
    pairId,
    stage,
    mode: mode === 'bitmap' ? 'bitmap' : 'data',
    totalBytes,
    processedBytes: Math.max(0, totalBytes - regionBytes),
    transferredBytes,
    pendingBytes: regionBytes + logBytes,
    resyncId,
    error: error?.toBody() ?? null,
  };
}

export function saveSourceState(folder: string, state: SourceState): void {
  mkdirSync(folder, { recursive: true });
  saveState(join(folder, 'source.json'), state);
}
