// Retention: which of a day's points are left after thinning (asr-behaviour §5.2).
import { expect, test } from 'vitest';
import { choosePoint, newestCommonMark, type RecoveryPoint } from '../../../emulator/replication/recoveryPoint.ts';
import { expiredPoints } from '../../../emulator/replication/retention.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = Date.UTC(2026, 0, 20);

function point(ageMs: number, change: Partial<RecoveryPoint> = {}): RecoveryPoint {
  return {
    recoveryPointId: `p${ageMs}`,
    itemId: 'i',
    markId: `m${ageMs}`,
    timeMs: nowMs - ageMs,
    processedMs: nowMs,
    consistency: 'CrashConsistent',
    members: [],
    multiVmSyncPoint: false,
    requestId: null,
    disks: [],
    state: 'available',
    ...change,
  };
}

/** As a running vault does: thinned after each new point. */
function afterRunning(forMs: number, retentionMs: number): RecoveryPoint[] {
  let points: RecoveryPoint[] = [];
  for (let ageMs = forMs; ageMs >= 0; ageMs -= 5 * minuteMs) {
    const made = point(ageMs, ageMs % hourMs === 0 ? { consistency: 'ApplicationConsistent' } : {});
    points = [...points, made];
    const gone = new Set(expiredPoints(points, { retentionMs, nowMs: made.timeMs }));
    points = points.filter((one) => !gone.has(one));
  }
  return points;
}

test('one day keeps two hours of all points, then one per hour, and those are application-consistent', () => {
  const points = afterRunning(2 * dayMs, dayMs);
  const old = points.filter((one) => nowMs - one.timeMs > 2 * hourMs);
  expect(points.length - old.length).toBe(25);
  expect(old).toHaveLength(22);
  expect(new Set(old.map((one) => one.consistency))).toEqual(new Set(['ApplicationConsistent']));
});

test('three days keep one per two hours beyond the dense window, so 12 more for each further day', () => {
  expect(afterRunning(5 * dayMs, 3 * dayMs).length - afterRunning(5 * dayMs, 2 * dayMs).length).toBe(12);
});

test('fifteen days keep one per four hours beyond seven days', () => {
  const ages = afterRunning(16 * dayMs, 15 * dayMs)
    .map((one) => nowMs - one.timeMs)
    .filter((ageMs) => ageMs > 8 * dayMs)
    .sort((a, b) => a - b);
  expect(new Set(ages.slice(1).map((ageMs, place) => ageMs - (ages[place] as number)))).toEqual(new Set([4 * hourMs]));
});

test('no retention keeps the newest point only, and the newest is never removed however old it is', () => {
  expect(afterRunning(hourMs, 0).map((one) => one.timeMs)).toEqual([nowMs]);
  expect(expiredPoints([point(40 * dayMs)], { retentionMs: dayMs, nowMs })).toEqual([]);
});

test('each choice takes the newest point of its kind, and of one millisecond the later', () => {
  const app = point(10, { consistency: 'ApplicationConsistent', multiVmSyncPoint: true });
  const points = [point(20), app, point(5), point(5, { recoveryPointId: 'later' })];
  expect(choosePoint(points, 'LatestProcessed')?.recoveryPointId).toBe('later');
  expect(choosePoint(points, 'LatestApplicationConsistent')).toBe(app);
  expect(choosePoint(points, 'LatestMultiVm')).toBe(app);
  expect(choosePoint(points, { recoveryPointId: 'p20' })?.timeMs).toBe(nowMs - 20);
  expect(choosePoint([point(1, { state: 'removing' })], 'Latest')).toBeUndefined();
});

test('a common mark is one that every member has', () => {
  const shared = (ageMs: number): RecoveryPoint => point(ageMs, { multiVmSyncPoint: true });
  expect(
    newestCommonMark(
      [
        [shared(30), shared(20), shared(10)],
        [shared(30), shared(20)],
      ],
      false,
    ),
  ).toBe('m20');
  expect(newestCommonMark([[shared(30)], []], false)).toBeUndefined();
});
