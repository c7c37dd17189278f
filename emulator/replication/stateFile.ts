// A small state that changes often and is kept over kills: each new one is a line at the end of its file, and the newest whole line counts.
// Writing beside and renaming costs some file systems ten times as much: they bring the new file to the disk before it takes the old one's place.
import { closeSync, existsSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { replaceFile } from './changeLog.ts';

const largestFileBytes = 256 * 1024;

/** Safe against a kill of this process when it returns. */
export function saveState(path: string, state: unknown): void {
  // It begins with an end of line too: a line that a full disk cut off must not run into this one.
  const line = Buffer.from(`\n${JSON.stringify(state)}\n`, 'utf8');
  const descriptor = openSync(path, 'a');
  try {
    if (fstatSync(descriptor).size < largestFileBytes) {
      for (let at = 0; at < line.length;) at += writeSync(descriptor, line, at);
      return;
    }
  } finally {
    closeSync(descriptor);
  }
  replaceFile(path, line.toString('utf8'));
}

/** @returns undefined when nothing was saved */
export function loadState<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const end = text.lastIndexOf('\n');
  // What comes after it was cut off by a kill, and never acknowledged.
  const newest = (end < 0 ? text : text.slice(0, end)).trimEnd().split('\n').at(-1);
  return newest === undefined || newest === '' ? undefined : (JSON.parse(newest) as T);
}
