// Copies a file and keeps its holes: a disk of which little is written costs little as a copy, too.
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, futimesSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { isZero } from './zeros.ts';

const pieceBytes = 1024 * 1024;
const blockBytes = 64 * 1024;

/** From here on it pays to start a process that can ask the file system for holes, which Node cannot. */
const largeBytes = 16 * 1024 * 1024;

/** With mode and times of the source; what is there under the name of the target is replaced. Nothing else of this process runs meanwhile. */
export function copySparse(from: string, to: string): void {
  const asked =
    statSync(from).size >= largeBytes && spawnSync('cp', ['--sparse=auto', '--reflink=auto', '--preserve=mode,timestamps', '--', from, to]).status === 0;
  // Elsewhere than on Linux, cp does not know these words: the file is then read, holes and all.
  if (!asked) copyByReading(from, to);
}

function copyByReading(from: string, to: string): void {
  const source = openSync(from, 'r');
  try {
    const { size, mode, atimeMs, mtimeMs } = fstatSync(source);
    const target = openSync(to, 'w', mode);
    try {
      ftruncateSync(target, size);
      const piece = Buffer.allocUnsafe(pieceBytes);
      let offset = 0;
      for (let length = readSync(source, piece, 0, pieceBytes, 0); length > 0; length = readSync(source, piece, 0, pieceBytes, offset)) {
        writeData(target, piece.subarray(0, length), offset);
        offset += length;
      }
      futimesSync(target, atimeMs / 1000, mtimeMs / 1000);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** Writes the blocks that are not zeros, neighbours together. */
function writeData(target: number, bytes: Buffer, offset: number): void {
  const isHole = (at: number): boolean => isZero(bytes.subarray(at, at + blockBytes));
  for (let start = 0; start < bytes.length; start += blockBytes) {
    let end = start;
    while (end < bytes.length && !isHole(end)) end = Math.min(end + blockBytes, bytes.length);
    let done = start;
    while (done < end) done += writeSync(target, bytes, done, end - done, offset + done);
    start = end;
  }
}
