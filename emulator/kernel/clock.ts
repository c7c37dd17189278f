// The lab's time: the only place that reads the machine's clock or sets a timer.
// One clock, three ways to move: stepped (paused), as fast as the work allows (max), or wall time times a factor.
import { performance } from 'node:perf_hooks';
import { Activities } from './activities.ts';
import { ClockPeers, type ClockPeer, type ClockPeerState } from './clockPeers.ts';
import { TimerQueue, type QueuedTimer } from './timerQueue.ts';

/** Milliseconds since 1970-01-01 UTC, on the lab's clock. */
export type TimeMs = number;
export type Work = () => void | Promise<void>;
/** `paused` moves only when told, `max` runs due work back to back, a number is lab seconds per wall second. */
export type Speed = 'paused' | 'max' | number;

/** A scheduled piece of work; cancelling one that already ran does nothing. */
export interface Timer {
  cancel(): void;
}

/** What roles see of time. Work started here is awaited before stepped time moves on. */
export interface Clock {
  now(): TimeMs;
  /** Runs `work` once, when the clock reaches `dueMs`. */
  at(dueMs: TimeMs, name: string, work: Work): Timer;
  /** Runs `work` each `intervalMs`; never overlaps itself; ticks missed by a jump are run once. */
  every(intervalMs: number, name: string, work: Work): Timer;
  /** Starts an activity now. */
  start(name: string, work: Work): void;
  /** Ends after `ms` of lab time. Only inside an activity: the activity does not hold time while it sleeps. */
  sleep(ms: number): Promise<void>;
  /** Awaits something that other activities or the outside bring about, without holding time meanwhile. */
  idle<T>(promise: Promise<T>): Promise<T>;
  /** Starts a part of an activity that runs beside it; counted on its own, since it may sleep on its own. Its caller awaits it through `idle`. */
  branch<T>(work: () => Promise<T>): Promise<T>;
  /** Several branches at once, awaited: what `Promise.all` is outside of activities. */
  all<T>(works: readonly (() => Promise<T>)[]): Promise<T[]>;
}

export class LabClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #peers = new ClockPeers();
  readonly #activities = new Activities();
  readonly #onError: (name: string, error: unknown) => void;
  #speed: Speed = 'paused';
  #baseMs: TimeMs;
  #baseWallMs = performance.now();
  #armed: NodeJS.Timeout | undefined;
  #moving: Promise<unknown> = Promise.resolve();
  #closed = false;
  #atMax = false;

  /** @param options `startMs`: the first time shown; `onError`: what to do with work that throws (a defect, unless the role handled it) */
  constructor(options: { startMs: TimeMs; onError: (name: string, error: unknown) => void }) {
    this.#baseMs = options.startMs;
    this.#onError = options.onError;
  }

  get speed(): Speed {
    return this.#speed;
  }

  now(): TimeMs {
    return typeof this.#speed === 'number' ? Math.floor(this.#baseMs + (performance.now() - this.#baseWallMs) * this.#speed) : this.#baseMs;
  }

  at(dueMs: TimeMs, name: string, work: Work): Timer {
    const timer = this.#timers.add(Math.max(dueMs, this.now()), name, work);
    this.#arm();
    return { cancel: () => this.#timers.remove(timer) };
  }

  every(intervalMs: number, name: string, work: Work): Timer {
    let timer: Timer;
    let cancelled = false;
    let dueMs = this.now() + intervalMs;
    const tick = async (): Promise<void> => {
      try {
        await work();
      } finally {
        dueMs = Math.max(dueMs + intervalMs, dueMs + Math.floor((this.now() - dueMs) / intervalMs) * intervalMs + intervalMs);
        if (!cancelled) timer = this.at(dueMs, name, tick);
      }
    };
    timer = this.at(dueMs, name, tick);
    return {
      cancel: () => {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  start(name: string, work: Work): void {
    if (this.#closed) return;
    this.#activities.enter();
    void (async () => {
      try {
        await work();
      } catch (error) {
        if (!this.#closed) this.#onError(name, error);
      } finally {
        this.#activities.leave();
      }
    })();
  }

  async sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#timers.add(this.now() + Math.max(0, ms), 'sleep', () => {
      this.#activities.enter();
      resolve();
    });
    this.#arm();
    this.#activities.leave();
    await promise;
  }

  async idle<T>(promise: Promise<T>): Promise<T> {
    this.#activities.leave();
    try {
      return await promise;
    } finally {
      this.#activities.enter();
    }
  }

  async branch<T>(work: () => Promise<T>): Promise<T> {
    this.#activities.enter();
    try {
      return await work();
    } finally {
      this.#activities.leave();
    }
  }

  async all<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
    return this.idle(Promise.all(works.map((work) => this.branch(work))));
  }

  /** Moves time by `ms`, running all work that falls due on the way, in time order, each awaited; equal work of one instant runs side by side. */
  async advance(ms: number): Promise<void> {
    await this.#exclusively(() => this.#moveTo(this.now() + ms));
  }

  /**
   * Steps from one due time to the next until `reached` says so.
   * @returns whether it was reached within `limitMs` of lab time
   */
  async runUntil(reached: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
    return this.#exclusively(async () => {
      const endMs = this.now() + limitMs;
      for (;;) {
        await this.#settle();
        if (await reached()) return true;
        const dueMs = await this.#nextDueMs();
        if (dueMs === null || dueMs > endMs) {
          await this.#moveTo(endMs);
          return reached();
        }
        await this.#runDue(dueMs);
      }
    });
  }

  /** Sets time ahead without the work in between: what was due meanwhile runs once, as on a computer that slept. */
  async jump(ms: number): Promise<void> {
    await this.#exclusively(async () => {
      const speed = this.#speed;
      this.#rebase(this.now() + ms, 'paused');
      await this.#moveTo(this.#baseMs);
      this.#rebase(this.#baseMs, speed);
    });
  }

  /** Ends when no activity runs, here or in a peer. */
  async settle(): Promise<void> {
    await this.#exclusively(() => this.#settle());
  }

  async setSpeed(speed: Speed): Promise<void> {
    this.#rebase(this.now(), speed);
    if (!this.#peers.none) await this.#peers.follow(this.#baseMs, speed);
    if (speed === 'max') void this.#runAtMax();
    this.#arm();
  }

  /** Takes a role in another process into this clock's time. */
  async join(peer: ClockPeer): Promise<Disposable> {
    await peer.follow(this.now(), this.#speed);
    return this.#peers.add(peer);
  }

  /** For a process that follows another clock: what a ClockPeer reports of it. */
  async state(): Promise<ClockPeerState> {
    await new Promise((resolve) => setImmediate(resolve));
    const { running, changes } = this.#activities;
    return { running, changes, nextDueMs: this.#timers.first()?.dueMs ?? null };
  }

  /** For a process that follows another clock: takes over time and speed. */
  follow(timeMs: TimeMs, speed: Speed): void {
    this.#rebase(timeMs, speed === 'max' ? 'paused' : speed);
    this.#arm();
  }

  /** For a process that follows another clock: starts what is due; the leader waits for it by `state`. */
  runTo(timeMs: TimeMs): void {
    this.#baseMs = timeMs;
    for (let timer = this.#timers.first(); timer !== undefined && timer.dueMs <= timeMs; timer = this.#timers.first()) this.#fire(timer);
  }

  /** Stops all timers; running activities end on their own. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#armed);
    this.#timers.clear();
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#moving.then(work, work);
    this.#moving = result.catch(() => undefined);
    return result;
  }

  /** Between two due times whoever wants to step, jump or settle has his turn. */
  async #runAtMax(): Promise<void> {
    if (this.#atMax) return;
    this.#atMax = true;
    try {
      while (await this.#exclusively(() => this.#stepAtMax()));
    } finally {
      this.#atMax = false;
    }
  }

  /** @returns whether there is more to come */
  async #stepAtMax(): Promise<boolean> {
    if (this.#speed !== 'max' || this.#closed) return false;
    await this.#settle();
    const dueMs = await this.#nextDueMs();
    if (dueMs !== null) await this.#runDue(dueMs);
    return dueMs !== null;
  }

  async #moveTo(targetMs: TimeMs): Promise<void> {
    if (typeof this.#speed === 'number') {
      await this.#waitFor(targetMs);
      return;
    }
    for (;;) {
      await this.#settle();
      const dueMs = await this.#nextDueMs();
      if (dueMs === null || dueMs > targetMs) break;
      await this.#runDue(dueMs);
    }
    this.#baseMs = Math.max(this.#baseMs, targetMs);
    await this.#peers.runTo(this.#baseMs);
  }

  /** In wall time a step is a wait. */
  async #waitFor(targetMs: TimeMs): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.at(targetMs, 'wait', resolve);
    await promise;
  }

  async #runDue(dueMs: TimeMs): Promise<void> {
    if (typeof this.#speed === 'number') return this.#waitFor(dueMs);
    this.#baseMs = Math.max(this.#baseMs, dueMs);
    await this.#peers.runTo(this.#baseMs);
    const timer = this.#timers.first();
    // What has one name is the same work of many machines, which have nothing to do with each other. What wakes from a sleep may be anything.
    if (timer !== undefined && timer.dueMs <= this.#baseMs) for (const one of timer.name === 'sleep' ? [timer] : this.#timers.alike(timer)) this.#fire(one);
    await this.#settle();
  }

  #nextDueMs(): Promise<TimeMs | null> {
    return this.#peers.nextDueMs(this.#timers.first()?.dueMs ?? null);
  }

  #fire(timer: QueuedTimer): void {
    this.#timers.remove(timer);
    if (timer.name === 'sleep') void timer.work();
    else this.start(timer.name, timer.work);
  }

  async #settle(): Promise<void> {
    for (;;) {
      if (this.#activities.running > 0 && this.#peers.none) await this.#activities.quiet();
      await new Promise((resolve) => setImmediate(resolve));
      if (await this.#peers.quietWith(this.#activities)) return;
    }
  }

  #rebase(timeMs: TimeMs, speed: Speed): void {
    this.#baseMs = timeMs;
    this.#baseWallMs = performance.now();
    this.#speed = speed;
  }

  #arm(): void {
    clearTimeout(this.#armed);
    const first = this.#timers.first();
    if (typeof this.#speed !== 'number' || first === undefined || this.#closed) return;
    const waitMs = Math.min(Math.max(0, (first.dueMs - this.now()) / this.#speed), 2 ** 31 - 1);
    this.#armed = setTimeout(() => this.#runOverdue(), waitMs);
  }

  #runOverdue(): void {
    const nowMs = this.now();
    for (let timer = this.#timers.first(); timer !== undefined && timer.dueMs <= nowMs; timer = this.#timers.first()) this.#fire(timer);
    this.#arm();
  }
}
