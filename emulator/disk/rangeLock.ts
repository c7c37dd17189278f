// Keeps changes of parts of sectors apart from other writes to the same sectors; whole-sector writes do not wait for each other.
import type { Range } from './blockDevice.ts';

interface Holder {
  readonly range: Range;
  readonly exclusive: boolean;
  readonly released: Promise<void>;
}

export class RangeLock {
  readonly #holders = new Set<Holder>();

  /** Runs `work` when no other holder overlaps, or neither side is exclusive. */
  async holding<T>(range: Range, exclusive: boolean, work: () => Promise<T>): Promise<T> {
    for (let other = this.#conflict(range, exclusive); other !== undefined; other = this.#conflict(range, exclusive)) await other.released;
    const { promise, resolve } = Promise.withResolvers<void>();
    const holder = { range, exclusive, released: promise };
    this.#holders.add(holder);
    try {
      return await work();
    } finally {
      this.#holders.delete(holder);
      resolve();
    }
  }

  /** Ends when everything held now has been let go. */
  async drained(): Promise<void> {
    await Promise.all([...this.#holders].map((holder) => holder.released));
  }

  #conflict(range: Range, exclusive: boolean): Holder | undefined {
    const end = range.offset + range.length;
    for (const holder of this.#holders) {
      if ((exclusive || holder.exclusive) && holder.range.offset < end && range.offset < holder.range.offset + holder.range.length) return holder;
    }
    return undefined;
  }
}
