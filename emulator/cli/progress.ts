// Work that takes a while, shown as it goes: bars on a terminal, a line per tenth in a log, JSON lines for programs.
import cliProgress from 'cli-progress';
import type { Writable } from 'node:stream';
import { sizeText } from './texts.ts';

export interface Step {
  /** What is worked on: a machine, a disk, a file. */
  readonly subject: string;
  /** What is being done to it. */
  readonly text: string;
  readonly done: number;
  /** 0: not known yet. */
  readonly total: number;
  readonly unit: 'bytes' | 'tasks';
}

export interface Progress extends Disposable {
  /** The newest state of a subject. */
  show(step: Step): void;
  /** A line that stays. */
  line(text: string, fields?: Readonly<Record<string, unknown>>): void;
}

function percentOf({ done, total }: Step): number {
  return total === 0 ? 0 : Math.min(100, Math.floor((done / total) * 100));
}

function amountText({ done, total, unit }: Step): string {
  if (total === 0) return '';
  return unit === 'bytes' ? `${sizeText(done)} of ${sizeText(total)}` : `${done} of ${total}`;
}

export class TerminalProgress implements Progress {
  readonly #bars: cliProgress.MultiBar;
  readonly #bySubject = new Map<string, cliProgress.SingleBar>();

  constructor(stream: Writable) {
    const options = {
      stream: stream as NodeJS.WritableStream,
      format: '{subject} {bar} {percentage} %  {text} {amount}',
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      autopadding: true,
    };
    this.#bars = new cliProgress.MultiBar(options, cliProgress.Presets.shades_grey);
  }

  show(step: Step): void {
    const shown = { subject: step.subject, text: step.text, amount: amountText(step) };
    const bar = this.#bySubject.get(step.subject);
    if (bar === undefined) this.#bySubject.set(step.subject, this.#bars.create(100, percentOf(step), shown));
    else bar.update(percentOf(step), shown);
  }

  line(text: string): void {
    this.#bars.log(`${text}\n`);
    this.#bars.update();
  }

  [Symbol.dispose](): void {
    this.#bars.stop();
  }
}

export class PlainProgress implements Progress {
  readonly #stream: Writable;
  readonly #shown = new Map<string, string>();

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  show(step: Step): void {
    const tenth = Math.floor(percentOf(step) / 10);
    const line = step.unit === 'tasks' ? `${step.subject}: ${step.text}` : `${step.subject}: ${step.text} ${tenth * 10} %`;
    if (this.#shown.get(step.subject) === line) return;
    this.#shown.set(step.subject, line);
    this.#stream.write(`${line}\n`);
  }

  line(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  [Symbol.dispose](): void {
    this.#shown.clear();
  }
}

export class JsonProgress implements Progress {
  readonly #stream: Writable;
  readonly #shown = new Map<string, string>();

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  show(step: Step): void {
    const line = JSON.stringify({ progress: step });
    if (this.#shown.get(step.subject) === line) return;
    this.#shown.set(step.subject, line);
    this.#stream.write(`${line}\n`);
  }

  line(text: string, fields: Readonly<Record<string, unknown>> = { text }): void {
    this.#stream.write(`${JSON.stringify(fields)}\n`);
  }

  [Symbol.dispose](): void {
    this.#shown.clear();
  }
}
