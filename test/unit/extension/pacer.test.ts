// Painting at a pace: what changes all the time is shown all the time, also by a VS Code that waits for silence.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pacer } from '../../../extension/pacer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a burst is one act, soon, and the next burst waits for its turn', () => {
  const acts: number[] = [];
  using pacer = new Pacer({ act: () => acts.push(performance.now()), gatherMs: 50, pauseMs: 300 });
  const begin = performance.now();
  for (const _ of [1, 2, 3]) pacer.request();
  vi.advanceTimersByTime(60);
  pacer.request();
  vi.advanceTimersByTime(1000);
  expect(acts.map((ms) => ms - begin)).toEqual([50, 350]);
});

test('requests without end are acted on without end', () => {
  const acts: number[] = [];
  using pacer = new Pacer({ act: () => acts.push(performance.now()), gatherMs: 50, pauseMs: 300 });
  for (let ms = 0; ms < 6000; ms += 120) {
    pacer.request();
    vi.advanceTimersByTime(120);
  }
  expect(acts.length).toBeGreaterThan(15);
  for (const [place, ms] of acts.slice(1).entries()) expect(ms - (acts[place] ?? 0)).toBeGreaterThanOrEqual(300);
});

test('nothing is done after the end', () => {
  const act = vi.fn();
  const pacer = new Pacer({ act, pauseMs: 10 });
  pacer.request();
  pacer[Symbol.dispose]();
  vi.advanceTimersByTime(100);
  expect(act).not.toHaveBeenCalled();
});
