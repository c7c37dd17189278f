// What happened, in order: JSON lines in the lab folder and a feed for whoever watches.
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { TimeMs } from './clock.ts';

/** One line. `role` is the folder that speaks (`processserver`, `vault` …), `event` a fixed word, the rest its figures. */
export interface TraceEvent {
  readonly timeMs: TimeMs;
  readonly role: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

export class Trace implements AsyncDisposable {
  readonly #now: () => TimeMs;
  readonly #file: WriteStream | undefined;
  readonly #listeners = new Set<(event: TraceEvent) => void>();

  /** @param path of the JSON-lines file, appended to; absent: listeners only */
  constructor(now: () => TimeMs, path?: string) {
    this.#now = now;
    this.#file = path === undefined ? undefined : createWriteStream(path, { flags: 'a' });
  }

  record(role: string, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const line: TraceEvent = { timeMs: this.#now(), role, event, ...fields };
    this.#file?.write(`${JSON.stringify(line)}\n`);
    for (const listener of this.#listeners) listener(line);
  }

  subscribe(listener: (event: TraceEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.end();
    await finished(this.#file);
  }
}
