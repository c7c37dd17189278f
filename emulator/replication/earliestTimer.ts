// A timer that is set once at a time, for the earliest of the moments it was asked for.
import type { Clock, TimeMs, Timer, Work } from '../kernel/clock.ts';

export class EarliestTimer {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #work: Work;
  #set: { readonly dueMs: TimeMs; readonly timer: Timer } | undefined;

  constructor(clock: Clock, name: string, work: Work) {
    this.#clock = clock;
    this.#name = name;
    this.#work = work;
  }

  at(dueMs: TimeMs): void {
    if (this.#set !== undefined && this.#set.dueMs <= dueMs) return;
    this.#set?.timer.cancel();
    const timer = this.#clock.at(dueMs, this.#name, () => {
      this.#set = undefined;
      return this.#work();
    });
    this.#set = { dueMs, timer };
  }
}
