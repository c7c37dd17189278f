// The count of what runs in a process: stepped time moves on when it is down to nothing, in all processes together.

/** What runs in a process. */
export interface ActivityCount {
  /** How many activities run there; below zero when some wait there that another process counts. */
  readonly running: number;
  /** Grows with every activity that begins, ends, waits or goes on: tells whether two looks saw the same. */
  readonly changes: number;
}

export class Activities implements ActivityCount {
  #running = 0;
  #changes = 0;
  #quiet: (() => void)[] = [];

  get running(): number {
    return this.#running;
  }

  get changes(): number {
    return this.#changes;
  }

  /** An activity begins, or goes on after a wait. */
  enter(): void {
    this.#running += 1;
    this.#changes += 1;
  }

  /** An activity ends, or begins to wait. */
  leave(): void {
    this.#running -= 1;
    this.#changes += 1;
    if (this.#running > 0) return;
    const quiet = this.#quiet;
    this.#quiet = [];
    for (const resolve of quiet) resolve();
  }

  /** Ends when the last one of those that run leaves. */
  quiet(): Promise<void> {
    return new Promise((resolve) => void this.#quiet.push(resolve));
  }
}
