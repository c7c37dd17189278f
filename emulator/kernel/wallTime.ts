// The date on the wall, for the one moment when a lab's own time begins or catches up with it.
import { performance } from 'node:perf_hooks';
import type { TimeMs } from './clock.ts';

/** Milliseconds since 1970, UTC. Everything after a lab's start takes its time from `kernel.clock`. */
export function wallTimeMs(): TimeMs {
  return Math.floor(performance.timeOrigin + performance.now());
}
