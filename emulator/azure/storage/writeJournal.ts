// The host's write journal of an Azure VM's disk: what was acknowledged to the machine and may not be in the page blob yet.
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writevSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encodeRecord, parseRecords, type LogRecord } from '../../replication/changeRecord.ts';

/** Numbered segments `<path>.<n>`: new writes go to a new segment while an older one is being written to the blob. */
export class WriteJournal implements Disposable {
  readonly #path: string;
  #oldest: number;
  #current: number;
  #descriptor: number | undefined;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    const held = this.#segments();
    this.#oldest = held[0] ?? 1;
    this.#current = (held.at(-1) ?? 0) + 1;
  }

  /** What a former process left, oldest first. A record that was cut off by a kill was never acknowledged. */
  records(): LogRecord[] {
    return this.#segments().flatMap((segment) => (existsSync(this.#file(segment)) ? parseRecords(readFileSync(this.#file(segment))).records : []));
  }

  /** Safe against a kill of this process when it returns: for bytes that go to the page cache, waiting would cost more than writing. */
  append(record: LogRecord): void {
    this.#descriptor ??= openSync(this.#file(this.#current), 'a');
    let parts = encodeRecord(record);
    for (let written = writevSync(this.#descriptor, parts); ; written = writevSync(this.#descriptor, parts)) {
      parts = without(parts, written);
      if (parts.length === 0) return;
    }
  }

  /** @returns the segment that holds the newest record of now; later ones go elsewhere */
  rotate(): number {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#current += 1;
    return this.#current - 1;
  }

  /** Forgets all segments up to and with `through`. */
  drop(through: number): void {
    for (; this.#oldest <= through; this.#oldest += 1) rmSync(this.#file(this.#oldest), { force: true });
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #segments(): number[] {
    const prefix = `${basename(this.#path)}.`;
    return readdirSync(dirname(this.#path))
      .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
      .map((name) => Number(name.slice(prefix.length)))
      .sort((one, other) => one - other);
  }

  #file(segment: number): string {
    return join(dirname(this.#path), `${basename(this.#path)}.${segment}`);
  }
}

/** What is left of `parts` after their first bytes. */
function without(parts: readonly Buffer[], count: number): Buffer[] {
  let left = count;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.length);
    left -= taken;
    return taken === part.length ? [] : [part.subarray(taken)];
  });
}
