// How far a captured disk holds what its change log holds: which writes are still on their way to it, and where a replay after a kill begins.

/** How far the log may grow before the replay position is moved on. */
const stepBytes = 64 * 1024 * 1024;

export class ReplayPosition {
  /** Log positions of writes that are captured and not yet on the disk, in ascending order (the order of insertion). */
  readonly #inFlight = new Set<number>();
  #from = 0;

  /** Log position before which every record is known to be on the disk. */
  get from(): number {
    return this.#from;
  }

  begin(from: number): void {
    this.#from = from;
  }

  captured(position: number): void {
    this.#inFlight.add(position);
  }

  /** The write is on the disk, or will never be. */
  landed(position: number): void {
    this.#inFlight.delete(position);
  }

  /** Log position before which every write is on the disk too. */
  settled(logEnd: number): number {
    const oldest = this.#inFlight.values().next();
    return oldest.done === true ? logEnd : oldest.value;
  }

  /** @returns whether the position moved, which it does in large steps, because each is written down */
  advance(logEnd: number): boolean {
    // Most writes end here: what is settled is never beyond the end.
    if (logEnd - this.#from < stepBytes) return false;
    const settled = this.settled(logEnd);
    if (settled - this.#from < stepBytes) return false;
    this.#from = settled;
    return true;
  }
}
