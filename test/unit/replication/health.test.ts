// A process server's alerts need their condition to hold for 15 minutes (asr-behaviour §9.1).
import { expect, test } from 'vitest';
import { processServerHealth, recentSamples, type ProcessServerSample } from '../../../emulator/replication/health.ts';

const minuteMs = 60_000;
const sample = (minute: number, change: Partial<ProcessServerSample> = {}): ProcessServerSample => ({
  timeMs: minute * minuteMs,
  cpuPercent: 10,
  memoryPercent: 10,
  cacheFreePercent: 90,
  oldestPendingMs: 0,
  stoppedServices: [],
  ...change,
});
const over = (minutes: number, change: Partial<ProcessServerSample>): ProcessServerSample[] =>
  Array.from({ length: minutes + 1 }, (_, minute) => sample(minute, change));
const healthAfter = (samples: readonly ProcessServerSample[]): ReturnType<typeof processServerHealth> =>
  processServerHealth(samples, samples.at(-1)?.timeMs ?? 0, samples.at(-1)?.timeMs ?? 0);

test.each([
  ['cpu', { cpuPercent: 81 }, 'Warning'],
  ['cpu', { cpuPercent: 96 }, 'Critical'],
  ['memory', { memoryPercent: 96 }, 'Critical'],
  ['cacheSpace', { cacheFreePercent: 29 }, 'Warning'],
  ['cacheSpace', { cacheFreePercent: 24 }, 'Critical'],
  ['services', { stoppedServices: ['tmansvc'] }, 'Warning'],
] as const)('%s %o for 15 minutes is %s', (condition, change, level) => {
  expect(healthAfter(over(15, change)).alerts).toEqual([expect.objectContaining({ condition, level })]);
  expect(healthAfter(over(14, change)).level).toBe('Normal');
});

test('one good sample in between takes the alert away', () => {
  expect(healthAfter([...over(10, { cpuPercent: 99 }), sample(11), ...over(15, { cpuPercent: 99 }).slice(12)]).level).toBe('Normal');
});

test('a backlog alarms by its own age: 30 and 45 minutes', () => {
  expect(healthAfter([sample(0, { oldestPendingMs: 31 * minuteMs })]).level).toBe('Warning');
  expect(healthAfter([sample(0, { oldestPendingMs: 46 * minuteMs })]).level).toBe('Critical');
});

test('no heartbeat for 15 minutes is critical', () => {
  expect(processServerHealth([], 0, 15 * minuteMs).alerts[0]).toMatchObject({ condition: 'heartbeat', level: 'Critical' });
  expect(processServerHealth([], 0, 14 * minuteMs).level).toBe('Normal');
});

test('samples are kept for the window and one before it', () => {
  expect(recentSamples(over(60, {}), 60 * minuteMs)).toHaveLength(16);
});
