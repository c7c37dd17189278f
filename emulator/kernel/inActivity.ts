// Work that a call from outside asks for, run as an activity: stepped time waits for it, and what it does may itself take lab time.
import type { Clock } from './clock.ts';

/** Ends as `work` does, with its result or its error. */
export async function inActivity<T>(clock: Clock, name: string, work: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  clock.start(name, () => work().then(resolve, reject));
  return promise;
}
