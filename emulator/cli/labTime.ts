// Waiting on a lab whose time stands still: whoever waits lets it go on, in steps that are the same on every computer.
import { LabError } from '../kernel/errors.ts';
import type { ControlClient } from './client.ts';
import { durationText } from './texts.ts';

export const stepMs = 15_000;
/** More lab time than a command waits for; what is not done by then hangs. */
const limitMs = 7 * 24 * 3_600_000;

export async function isPaused(client: ControlClient): Promise<boolean> {
  return (await client.call('clock.show', {})).speed === 'paused';
}

/**
 * Lets time go on until `look` finds something. Several may wait at once: their steps add up to time for all.
 * @throws LabError LoopStalled after `limitMs` of lab time
 */
export async function stepUntil<T>(client: ControlClient, look: () => Promise<T | undefined>, limit = limitMs): Promise<T> {
  for (let passedMs = 0; ; passedMs += stepMs) {
    const found = await look();
    if (found !== undefined) return found;
    if (passedMs > limit) throw new LabError('LoopStalled', `After ${durationText(passedMs)} of lab time.`);
    await client.call('clock.step', { stepMs });
  }
}

/** An answer that may take lab time, such as that of a guest that shuts down. No time passes when none is needed. */
export async function answered<T>(client: ControlClient, asking: Promise<T>): Promise<T> {
  let ended = false;
  const asked = asking.finally(() => void (ended = true));
  // Its failure is thrown at the end, whenever it comes.
  asked.catch(() => undefined);
  if (await isPaused(client)) {
    // A step of nothing ends when all work that needs no time has; what is then on the wire gets the second one to arrive.
    for (const nothing of [0, 0]) if (!ended) await client.call('clock.step', { stepMs: nothing });
    await stepUntil(client, async () => ended || undefined);
  }
  return asked;
}
