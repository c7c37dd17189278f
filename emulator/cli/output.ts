// Everything the command line prints: tables and sentences for people, one JSON value per line with --json.
import type { Writable } from 'node:stream';
import { LabError, type ErrorBody } from '../kernel/errors.ts';
import { JsonProgress, PlainProgress, TerminalProgress, type Progress } from './progress.ts';
import { table, type Column } from './texts.ts';

export interface Streams {
  readonly stdout: Writable & { isTTY?: boolean };
  readonly stderr: Writable & { isTTY?: boolean };
}

/** Results go to stdout; notes, progress and errors for people to stderr. With --json all is JSON lines on stdout. */
export class Output {
  readonly json: boolean;
  readonly #streams: Streams;

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.json = json;
  }

  /** One record: as it is with --json, as `text` says otherwise. */
  record<T>(value: T, text: (value: T) => string): void {
    this.#streams.stdout.write(`${this.json ? JSON.stringify(value) : text(value)}\n`);
  }

  /** One line per row with --json, otherwise a table, or `empty` when there is nothing to show. */
  list<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): void {
    if (this.json) for (const row of rows) this.#streams.stdout.write(`${JSON.stringify(row)}\n`);
    else this.#streams.stdout.write(`${rows.length === 0 ? empty : table(rows, columns)}\n`);
  }

  /** For people only. */
  note(sentence: string): void {
    if (!this.json) this.#streams.stderr.write(`${sentence}\n`);
  }

  /** Bytes as they are. */
  async bytes(bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#streams.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    await promise;
  }

  error(error: unknown): void {
    const problem = LabError.from(error);
    if (this.json) this.#streams.stdout.write(`${JSON.stringify({ error: problem.toBody() })}\n`);
    else this.#streams.stderr.write(`${errorText(problem.toBody())}\n`);
    // A defect is of use to whoever mends it only with the place where it happened.
    if (problem.code === 'InternalError' && problem.cause instanceof Error) this.#streams.stderr.write(`${problem.cause.stack ?? ''}\n`);
  }

  progress(): Progress {
    if (this.json) return new JsonProgress(this.#streams.stdout);
    return this.#streams.stderr.isTTY === true ? new TerminalProgress(this.#streams.stderr) : new PlainProgress(this.#streams.stderr);
  }
}

export function errorText(body: ErrorBody, indent = ''): string {
  const details = (body.details ?? []).map((detail) => `\n${errorText(detail, `${indent}  `)}`).join('');
  return `${indent}Error ${body.code}: ${body.message}\n${indent}What to do: ${body.recommendedAction}${details}`;
}
