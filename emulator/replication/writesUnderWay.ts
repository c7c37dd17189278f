// The writes under way on a captured disk: which of them overlap, and which began before the disk last began to log.
import type { Range } from '../disk/blockDevice.ts';

/** One write between its arrival and its landing on the device. */
export interface WriteUnderWay extends Range {
  readonly period: number;
  waiters: (() => void)[] | undefined;
}

export class WritesUnderWay {
  readonly #writes = new Set<WriteUnderWay>();
  #period = 0;
  /** Of earlier periods. */
  #formerCount = 0;

  /** Writes that began before the present period: the log may not hold them, and the disk does not yet. */
  get formerCount(): number {
    return this.#formerCount;
  }

  begin(offset: number, length: number): WriteUnderWay {
    const write: WriteUnderWay = { offset, length, period: this.#period, waiters: undefined };
    this.#writes.add(write);
    return write;
  }

  end(write: WriteUnderWay): void {
    this.#writes.delete(write);
    if (write.period !== this.#period) this.#formerCount -= 1;
    if (write.waiters !== undefined) for (const resolve of write.waiters) resolve();
  }

  /** Ends when one write that overlaps the range has landed; undefined when there is none. */
  overlapping(offset: number, length: number): Promise<void> | undefined {
    for (const write of this.#writes) if (write.offset < offset + length && offset < write.offset + write.length) return landing(write);
    return undefined;
  }

  /** Ends when all writes that began before the call have landed; they are the former ones from now on. */
  async nextPeriod(): Promise<void> {
    this.#period += 1;
    this.#formerCount = this.#writes.size;
    await this.landed();
  }

  /** Ends when all writes that began before the call have landed. */
  async landed(): Promise<void> {
    if (this.#writes.size > 0) await Promise.all([...this.#writes].map(landing));
  }
}

function landing(write: WriteUnderWay): Promise<void> {
  return new Promise((resolve) => void (write.waiters ??= []).push(resolve));
}
