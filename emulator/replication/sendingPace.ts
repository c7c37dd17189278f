// When a source sends what its change log holds: at once when much waits or somebody needs it there, otherwise what came together in a while.
import type { Clock, TimeMs } from '../kernel/clock.ts';
import { EarliestTimer } from './earliestTimer.ts';

/** Sent at once when this much waits; less waits for `lingerMs`, a mark, or somebody who needs it drained. */
const eagerBytes = 1024 * 1024;
const lingerMs = 30_000;
/** The product's agents try again after some seconds (asr-behaviour §9.5 gives no figure). */
const retryMs = 5000;

export class SendingPace {
  readonly #clock: Clock;
  readonly #waking: EarliestTimer;
  #urgent = 0;
  #pendingSinceMs: TimeMs | undefined;

  /** @param wake has the source look again */
  constructor(clock: Clock, name: string, wake: () => void) {
    this.#clock = clock;
    this.#waking = new EarliestTimer(clock, name, wake);
  }

  /** Somebody needs all of it sent, until the end of the hurry. */
  hurry(): Disposable {
    this.#urgent += 1;
    return { [Symbol.dispose]: () => void (this.#urgent -= 1) };
  }

  /** @param pressing whether what waits should go for its own sake: a mark is in it, or the copy is not usable without it */
  worthSending(pendingBytes: number, pressing: boolean): boolean {
    if (pendingBytes === 0) return false;
    const nowMs = this.#clock.now();
    this.#pendingSinceMs ??= nowMs;
    return pendingBytes >= eagerBytes || this.#urgent > 0 || pressing || nowMs - this.#pendingSinceMs >= lingerMs;
  }

  /** A batch has arrived: what waits from now on begins its own wait. */
  acknowledged(): void {
    this.#pendingSinceMs = undefined;
  }

  /** Wakes the source when what was left is due. */
  linger(pendingBytes: number): void {
    if (pendingBytes === 0) return;
    // The acknowledgement of the batch before may have ended the waiting that this one had begun.
    this.#pendingSinceMs ??= this.#clock.now();
    const dueMs = this.#pendingSinceMs + lingerMs;
    // What was due and could not be formed has not landed on the disk yet; its landing wakes the source, and looking again at once would stop time.
    this.#waking.at(dueMs > this.#clock.now() ? dueMs : this.#clock.now() + retryMs);
  }

  /** Wakes the source for another attempt. */
  retry(): void {
    this.#waking.at(this.#clock.now() + retryMs);
  }
}
