// Work that must not overlap: each piece waits for those before it, whether they succeeded or not.

/** One at a time, in the order of the calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
