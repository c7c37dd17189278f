// The pace of programs: work each tick of lab time, in pieces that a rate makes due.
import type { Clock, Timer } from '../../kernel/clock.ts';

/** Turns a rate per second into whole units per tick; what is left over is kept for the next. */
export class Quota {
  readonly #perTick: number;
  #rest = 0;

  constructor(perSecond: number, tickMs: number) {
    this.#perTick = (perSecond * tickMs) / 1000;
  }

  /** Units due now. Ticks that a jump of the clock left out are not made up for. */
  take(unit = 1): number {
    this.#rest += this.#perTick;
    const whole = Math.floor(this.#rest / unit) * unit;
    this.#rest -= whole;
    return whole;
  }
}

/** A ticking activity that can be paused without losing its place. */
export class Pace {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #tickMs: number;
  #timer: Timer | undefined;

  constructor(options: { clock: Clock; name: string; tickMs: number }) {
    this.#clock = options.clock;
    this.#name = options.name;
    this.#tickMs = options.tickMs;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  start(work: () => Promise<void>): void {
    this.#timer ??= this.#clock.every(this.#tickMs, this.#name, work);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
