// The clocks of other processes that follow this one: they are told its time, asked when they are due, and looked at before it moves on.
import type { ActivityCount } from './activities.ts';
import type { Speed, TimeMs } from './clock.ts';

export interface ClockPeerState extends ActivityCount {
  /** When its next timer is due. */
  readonly nextDueMs: TimeMs | null;
}

/** A clock in another process that follows this one (a role started on its own). A peer that died answers with a rejection and is passed over. */
export interface ClockPeer {
  state(): Promise<ClockPeerState>;
  /** Sets the peer's time and runs what is due there. */
  runTo(timeMs: TimeMs): Promise<void>;
  follow(timeMs: TimeMs, speed: Speed): Promise<void>;
}

export class ClockPeers {
  readonly #peers = new Set<ClockPeer>();

  get none(): boolean {
    return this.#peers.size === 0;
  }

  add(peer: ClockPeer): Disposable {
    this.#peers.add(peer);
    return { [Symbol.dispose]: () => void this.#peers.delete(peer) };
  }

  async follow(timeMs: TimeMs, speed: Speed): Promise<void> {
    for (const peer of this.#peers) await peer.follow(timeMs, speed).catch(() => undefined);
  }

  async runTo(timeMs: TimeMs): Promise<void> {
    for (const peer of this.#peers) await peer.runTo(timeMs).catch(() => undefined);
  }

  /** The earliest of when the leader's next timer is due and when theirs are. */
  async nextDueMs(leaderDueMs: TimeMs | null): Promise<TimeMs | null> {
    let nextMs = leaderDueMs;
    for (const peer of this.#peers) {
      const state = await peer.state().catch(() => null);
      if (state !== null && state.nextDueMs !== null && (nextMs === null || state.nextDueMs < nextMs)) nextMs = state.nextDueMs;
    }
    return nextMs;
  }

  /**
   * Whether no activity runs in the leader's process or in a peer's. A call from one process to another may be counted in the one and wait
   * in the other: only the sum tells, and only when nothing moved from a process not yet asked to one already asked. Two looks that saw the
   * same saw one moment.
   */
  async quietWith(leader: ActivityCount): Promise<boolean> {
    const first = await this.#look(leader);
    if (first.running > 0 || this.none) return first.running <= 0;
    return (await this.#look(leader)).changes === first.changes;
  }

  async #look(leader: ActivityCount): Promise<{ running: number; changes: string }> {
    let { running } = leader;
    const changes = [leader.changes];
    for (const peer of this.#peers) {
      const state = await peer.state().catch(() => null);
      running += state?.running ?? 0;
      changes.push(state?.changes ?? -1);
    }
    return { running, changes: changes.join(' ') };
  }
}
