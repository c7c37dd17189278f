// Timers in time order; equal times keep the order in which they were set.
import type { TimeMs, Work } from './clock.ts';

export interface QueuedTimer {
  readonly dueMs: TimeMs;
  readonly order: number;
  readonly name: string;
  readonly work: Work;
}

/** A sorted list: labs have hundreds of timers, not millions, and most are set near the end. */
export class TimerQueue {
  #timers: QueuedTimer[] = [];
  #order = 0;

  first(): QueuedTimer | undefined {
    return this.#timers[0];
  }

  /** Those that are due when this one is and have its name, in their order: the same work of many. */
  alike({ dueMs, name }: QueuedTimer): QueuedTimer[] {
    const alike: QueuedTimer[] = [];
    for (let place = 0; place < this.#timers.length; place += 1) {
      const timer = this.#timers[place] as QueuedTimer;
      if (timer.dueMs > dueMs) break;
      if (timer.dueMs === dueMs && timer.name === name) alike.push(timer);
    }
    return alike;
  }

  add(dueMs: TimeMs, name: string, work: Work): QueuedTimer {
    const timer = { dueMs, order: (this.#order += 1), name, work };
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return timer;
  }

  remove(timer: QueuedTimer): void {
    const place = this.#placeOf(timer);
    if (this.#timers[place] === timer) this.#timers.splice(place, 1);
  }

  clear(): void {
    this.#timers = [];
  }

  #placeOf(timer: QueuedTimer): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle] as QueuedTimer;
      if (other.dueMs < timer.dueMs || (other.dueMs === timer.dueMs && other.order < timer.order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
