// The clock on the wall, for what happens outside of a lab's own time: its first date, and the operating system's pace.
import { performance } from 'node:perf_hooks';
import type { TimeMs } from './clock.ts';

/** Milliseconds since 1970, UTC. Everything after a lab's start takes its time from `kernel.clock`. */
export function wallTimeMs(): TimeMs {
  return Math.floor(performance.timeOrigin + performance.now());
}

/** Waits for the operating system, whose processes know no lab time. Ends early when `signal` fires; keeps no process alive. */
export function wallDelay(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    resolve();
  };
  const timer = setTimeout(end, signal.aborted ? 0 : ms).unref();
  signal.addEventListener('abort', end, { once: true });
  return promise;
}
