// The network between the roles: named paths that can be cut, narrowed and delayed. Bytes cost lab time here, not on the wire itself.
import { networkPaths, type NetworkPath } from '../contract/faults.ts';
import type { Clock } from './clock.ts';
import { LabError } from './errors.ts';

export interface PathState {
  readonly path: NetworkPath;
  /** `up`, `cut` (connections fail) or, for a path that was never built, `absent` (the VPN before its creation). */
  readonly state: 'up' | 'cut' | 'absent';
  /** Bits per second; 0 is unlimited. */
  readonly bandwidthBps: number;
  readonly latencyMs: number;
  /** Bytes carried since the process began. */
  readonly carriedBytes: number;
}

interface MutablePath {
  state: PathState['state'];
  bandwidthBps: number;
  latencyMs: number;
  carriedBytes: number;
  freeAtMs: number;
}

/** The client of a connection asks before it sends; a cut path refuses. Each process has its own view, set by the lab. */
export class Network {
  readonly #clock: Clock;
  readonly #paths = new Map<NetworkPath, MutablePath>();
  readonly #listeners = new Set<(path: NetworkPath, state: PathState['state']) => void>();
  readonly #settingsListeners = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
    for (const path of networkPaths)
      this.#paths.set(path, { state: path === 'site-to-site' ? 'absent' : 'up', bandwidthBps: 0, latencyMs: 0, carriedBytes: 0, freeAtMs: 0 });
  }

  get(path: NetworkPath): PathState {
    const { state, bandwidthBps, latencyMs, carriedBytes } = this.#path(path);
    return { path, state, bandwidthBps, latencyMs, carriedBytes };
  }

  list(): PathState[] {
    return networkPaths.map((path) => this.get(path));
  }

  /** Changes some properties of a path; listeners hear of a change of state and drop open connections. */
  set(path: NetworkPath, change: { state?: PathState['state']; bandwidthBps?: number; latencyMs?: number }): void {
    const entry = this.#path(path);
    const before = entry.state;
    Object.assign(entry, change);
    if (entry.state !== before) for (const listener of this.#listeners) listener(path, entry.state);
    for (const listener of this.#settingsListeners) listener();
  }

  /** Hears of every `set`: whoever keeps the network of another process like this one. */
  onSettings(listener: () => void): Disposable {
    this.#settingsListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#settingsListeners.delete(listener) };
  }

  onChange(listener: (path: NetworkPath, state: PathState['state']) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** @throws LabError LinkDown when one of the paths is not up */
  requireUp(paths: readonly NetworkPath[]): void {
    for (const path of paths) {
      const { state } = this.#path(path);
      if (state !== 'up') throw new LabError('LinkDown', `${path} is ${state}.`);
    }
  }

  /**
   * Charges `sizeBytes` to each path: latency plus the time the path's bandwidth needs, queued behind what is under way.
   * @throws LabError LinkDown
   */
  async carry(paths: readonly NetworkPath[], sizeBytes: number): Promise<void> {
    this.requireUp(paths);
    let waitMs = 0;
    const nowMs = this.#clock.now();
    for (const path of paths) {
      const entry = this.#path(path);
      entry.carriedBytes += sizeBytes;
      if (entry.bandwidthBps > 0) {
        entry.freeAtMs = Math.max(entry.freeAtMs, nowMs) + (sizeBytes * 8000) / entry.bandwidthBps;
        waitMs = Math.max(waitMs, entry.freeAtMs - nowMs);
      }
      waitMs += entry.latencyMs;
    }
    if (waitMs > 0) await this.#clock.sleep(waitMs);
    this.requireUp(paths);
  }

  #path(path: NetworkPath): MutablePath {
    return this.#paths.get(path) as MutablePath;
  }
}
