// The bandwidth schedule: work hours, other hours, and uploads that last from one into the other.
import { expect, test } from 'vitest';
import { allowedAt, passedAt, requireSchedule, type BandwidthSchedule } from '../../../../emulator/onprem/processserver/bandwidth.ts';

/** Monday to Friday from 8 to 18 at 1 Mbps, otherwise 10 Mbps. */
const office: BandwidthSchedule = { workDays: [1, 2, 3, 4, 5], startWorkHour: 8, endWorkHour: 18, workHourBps: 1_000_000, nonWorkHourBps: 10_000_000 };
const monday = (hour: number, minute = 0): number => Date.UTC(2017, 4, 29, hour, minute);
const saturday = (hour: number): number => Date.UTC(2017, 5, 3, hour);

test('work hours are those of the work days', () => {
  expect(allowedAt(office, monday(7, 59))).toEqual({ bps: 10_000_000, untilMs: monday(8) });
  expect(allowedAt(office, monday(8))).toEqual({ bps: 1_000_000, untilMs: monday(18) });
  expect(allowedAt(office, monday(18))).toEqual({ bps: 10_000_000, untilMs: monday(24) });
  expect(allowedAt(office, saturday(12)).bps).toBe(10_000_000);
});

test('an upload that lasts beyond the work hours goes on faster', () => {
  const tenMinutesBefore = monday(17, 50);
  const bytesOfTenMinutes = (600 * 1_000_000) / 8;
  const bytesOfOneMinuteLater = (60 * 10_000_000) / 8;
  expect(passedAt(office, tenMinutesBefore, bytesOfTenMinutes + bytesOfOneMinuteLater)).toBe(monday(18, 1));
});

test.each([
  ['slower than 512 Kbps', { workHourBps: 511_000 }],
  ['faster than 102 Mbps', { nonWorkHourBps: 102_000_001 }],
  ['without hours', { startWorkHour: 18, endWorkHour: 18 }],
  ['beyond midnight', { endWorkHour: 25 }],
  ['on an eighth day', { workDays: [7] }],
  ['with no number', { workHourBps: Number.NaN }],
])('a schedule %s is refused', (_name, change) => {
  expect(() => requireSchedule({ ...office, ...change })).toThrow(expect.objectContaining({ code: 'BandwidthInvalid' }));
});
