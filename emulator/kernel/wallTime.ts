// Time on the wall: where a lab's own time begins or catches up with it, and where people outside the lab are waited for.
import { performance } from 'node:perf_hooks';
import type { TimeMs } from './clock.ts';

/** Milliseconds since 1970, UTC. Everything after a lab's start takes its time from `kernel.clock`. */
export function wallTimeMs(): TimeMs {
  return Math.floor(performance.timeOrigin + performance.now());
}

/** Runs `look` every so often in wall time, for what people wait for outside the lab; it alone keeps no process alive. */
export function everyWallMs(intervalMs: number, look: () => void): Disposable {
  const timer = setInterval(look, intervalMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
