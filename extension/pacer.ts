// Does a thing soon after it is asked for, and never twice within a pause: whoever watches gets the last state of a burst.
export interface PacerDeps {
  readonly act: () => void;
  /** Between two acts. */
  readonly pauseMs: number;
  /** What comes within this time after the first request is seen by the same act. */
  readonly gatherMs?: number;
}

export class Pacer implements Disposable {
  readonly #deps: PacerDeps;
  #waiting: NodeJS.Timeout | undefined;
  #lastMs = -Infinity;

  constructor(deps: PacerDeps) {
    this.#deps = deps;
  }

  request(): void {
    const { pauseMs, gatherMs = 0 } = this.#deps;
    this.#waiting ??= setTimeout(() => this.now(), Math.max(gatherMs, this.#lastMs + pauseMs - performance.now()));
  }

  /** Acts without waiting. */
  now(): void {
    this[Symbol.dispose]();
    this.#lastMs = performance.now();
    this.#deps.act();
  }

  /** Forgets what was asked for. */
  [Symbol.dispose](): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }
}
