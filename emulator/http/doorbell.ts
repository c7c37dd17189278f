// How a server tells a client behind a firewall that something changed: a long poll whose next call is the acknowledgement.
// The product's components only call outwards (asr-behaviour §1.2), so the vault cannot call the configuration server, nor that an agent.
import type { Clock } from '../kernel/clock.ts';

interface Caller {
  revision: number;
  /** `away` has no open poll and none is expected soon, `polling` has one, `acting` got an answer and has not come back yet. */
  state: 'away' | 'polling' | 'acting';
  /** Of the polls that hang. A call that its client has given up may still arrive, and after the one that took its place: each is answered. */
  readonly polls: Set<() => void>;
  waiting: (() => void)[];
}

/** A subscriber that got an answer and then vanished must not hold the ringer for ever. Wall time: it is a real socket that is waited for. */
const actingLimitMs = 10_000;

/** One bell per subscriber name. Whoever rings knows afterwards that a connected subscriber has seen the change and acted on it. */
export class Doorbell {
  readonly #callers = new Map<string, Caller>();

  revision(name: string): number {
    return this.#caller(name).revision;
  }

  /** Ends when the subscriber has come back for more, or is not connected (it will see the new state when it connects). */
  async ring(name: string): Promise<void> {
    const caller = this.#caller(name);
    caller.revision += 1;
    if (caller.state === 'away') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    caller.waiting.push(resolve);
    for (const answer of caller.polls) answer();
    const limit = setTimeout(() => leave(caller), actingLimitMs);
    await promise;
    clearTimeout(limit);
  }

  /**
   * The server's side of a poll: ends when the revision is newer than `after`, or `gone` fires.
   * @returns the revision to answer with
   */
  async poll(name: string, after: number, gone: AbortSignal): Promise<number> {
    const caller = this.#caller(name);
    if (gone.aborted) return caller.revision;
    caller.state = 'acting';
    if (caller.revision > after) return caller.revision;
    for (const done of caller.waiting.splice(0)) done();
    const { promise, resolve } = Promise.withResolvers<void>();
    caller.polls.add(resolve);
    caller.state = 'polling';
    gone.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    caller.polls.delete(resolve);
    if (!gone.aborted) caller.state = 'acting';
    else if (caller.polls.size === 0) leave(caller);
    return caller.revision;
  }

  #caller(name: string): Caller {
    let caller = this.#callers.get(name);
    if (caller === undefined) this.#callers.set(name, (caller = { revision: 1, state: 'away', polls: new Set(), waiting: [] }));
    return caller;
  }
}

function leave(caller: Caller): void {
  caller.state = 'away';
  for (const done of caller.waiting.splice(0)) done();
}

/**
 * The client's side: polls for ever, hands each new state to `act`, and waits `retryMs` of lab time after a failure.
 * `poll` must not hold time while it hangs (`longPoll` of the client); time is held while `act` runs.
 */
export function answerDoorbell<T extends { revision: number }>(options: {
  clock: Clock;
  name: string;
  retryMs: number;
  signal: AbortSignal;
  poll: (after: number, signal: AbortSignal) => Promise<T>;
  act: (state: T) => Promise<void>;
  onError: (error: unknown) => void;
}): void {
  const { clock, signal } = options;
  const loop = async (): Promise<void> => {
    let after = 0;
    while (!signal.aborted) {
      try {
        const state = await options.poll(after, signal);
        if (signal.aborted) return;
        await options.act(state);
        after = state.revision;
      } catch (error) {
        if (signal.aborted) return;
        options.onError(error);
        after = 0;
        await clock.sleep(options.retryMs);
      }
    }
  };
  clock.start(options.name, loop);
}
