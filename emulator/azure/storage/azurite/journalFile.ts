// The storage process's journal on disk: numbered files of JSON lines, of which only the newest counts.
// A line is written before the request it belongs to is answered, so a killed process loses nothing that it acknowledged.
import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const namePattern = /^metadata-(\d+)\.jsonl$/;
const readBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/** @throws Error when a line in the middle cannot be read: somebody else wrote there */
export class JournalFile implements Disposable {
  readonly #folder: string;
  #generation = 0;
  #descriptor: number;
  #sizeBytes = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#generation = newestGeneration(folder);
    this.#descriptor = openSync(this.#path(this.#generation), 'a+');
    this.#sizeBytes = fstatSync(this.#descriptor).size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Hands over all lines in order; a torn last line (its write was never acknowledged) is cut off. */
  replay(take: (entry: unknown) => void): void {
    const chunk = Buffer.allocUnsafe(readBytes);
    let rest = Buffer.alloc(0);
    let keptBytes = 0;
    for (let at = 0; ;) {
      const count = readSync(this.#descriptor, chunk, 0, readBytes, at);
      if (count === 0) break;
      at += count;
      const text = Buffer.concat([rest, chunk.subarray(0, count)]);
      let lineAt = 0;
      for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline, lineAt)) {
        take(JSON.parse(text.toString('utf8', lineAt, end)));
        keptBytes += end + 1 - lineAt;
        lineAt = end + 1;
      }
      rest = Buffer.from(text.subarray(lineAt));
    }
    if (keptBytes === this.#sizeBytes) return;
    ftruncateSync(this.#descriptor, keptBytes);
    this.#sizeBytes = keptBytes;
  }

  /** On disk (against a killed process) when it returns. */
  append(entry: unknown): void {
    this.#sizeBytes += writeWhole(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  /** Puts a new, shorter journal in the place of this one, all or nothing. */
  rewrite(entries: Iterable<unknown>): void {
    const generation = this.#generation + 1;
    const temporary = `${this.#path(generation)}.part`;
    const descriptor = openSync(temporary, 'w+');
    let sizeBytes = 0;
    let pending = '';
    for (const entry of entries) {
      pending += `${JSON.stringify(entry)}\n`;
      if (pending.length < readBytes) continue;
      sizeBytes += writeWhole(descriptor, pending);
      pending = '';
    }
    sizeBytes += writeWhole(descriptor, pending);
    renameSync(temporary, this.#path(generation));
    closeSync(this.#descriptor);
    rmSync(this.#path(this.#generation));
    closeSync(descriptor);
    this.#generation = generation;
    this.#descriptor = openSync(this.#path(generation), 'a+');
    this.#sizeBytes = sizeBytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  #path(generation: number): string {
    return join(this.#folder, `metadata-${generation}.jsonl`);
  }
}

function writeWhole(descriptor: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
  return bytes.length;
}

/** A kill between the rename and the removal leaves two complete files; the newer one holds all of the older. */
function newestGeneration(folder: string): number {
  const generations = readdirSync(folder).flatMap((name) => {
    const match = namePattern.exec(name);
    if (match === null && name.startsWith('metadata-') && name.endsWith('.part')) rmSync(join(folder, name));
    return match === null ? [] : [Number(match[1])];
  });
  const newest = Math.max(0, ...generations);
  for (const older of generations) if (older < newest && existsSync(join(folder, `metadata-${older}.jsonl`))) rmSync(join(folder, `metadata-${older}.jsonl`));
  return newest;
}
