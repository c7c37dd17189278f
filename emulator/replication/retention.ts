// Which recovery points live: the window of the policy, thinned with age (asr-behaviour §5.2).
import type { TimeMs } from '../kernel/clock.ts';
import type { RecoveryPoint } from './recoveryPoint.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** All points younger than this stay. */
const denseMs = 2 * hourMs;

/**
 * How far apart points of an age are kept. The 2017 and 2018 limits (24 h, 72 h) have no documented grid:
 * DEVIATION: the rows of the later documentation are used for them.
 */
function stepMs(ageMs: number, retentionMs: number): number {
  if (retentionMs <= dayMs) return hourMs;
  return ageMs <= 7 * dayMs ? 2 * hourMs : 4 * hourMs;
}

/**
 * @param points of one machine, in any order
 * @param policy `retentionMs` 0 keeps only the newest point
 * @returns the points to remove. In a bucket the oldest application-consistent point stays, else the oldest: so a point
 * that was kept once stays until it leaves the window, and does not change with each new one.
 */
export function expiredPoints(points: readonly RecoveryPoint[], policy: { readonly retentionMs: number; readonly nowMs: TimeMs }): RecoveryPoint[] {
  const { retentionMs, nowMs } = policy;
  const newest = Math.max(...points.map((point) => point.timeMs));
  const kept = new Map<string, RecoveryPoint>();
  const expired: RecoveryPoint[] = [];
  for (const point of [...points].sort((a, b) => a.timeMs - b.timeMs)) {
    const ageMs = nowMs - point.timeMs;
    // The newest point is never removed: a machine that stands still keeps a way out.
    if (point.timeMs === newest || (retentionMs > 0 && ageMs <= Math.min(denseMs, retentionMs))) continue;
    if (ageMs > retentionMs) {
      expired.push(point);
      continue;
    }
    const step = stepMs(ageMs, retentionMs);
    const bucket = `${step}/${Math.floor(point.timeMs / step)}`;
    const holder = kept.get(bucket);
    if (holder === undefined) kept.set(bucket, point);
    else if (holder.consistency === 'CrashConsistent' && point.consistency === 'ApplicationConsistent') {
      expired.push(holder);
      kept.set(bucket, point);
    } else expired.push(point);
  }
  return expired;
}
