// Where a sparse file holds bytes: from qemu-img, which can ask the file system for holes, or else by reading all of it.
import { read } from 'node:fs';
import type { Range } from './blockDevice.ts';
import { regionBytes } from './allocationMap.ts';
import { runQemuImg } from './qemuImg.ts';
import { isZero } from './zeros.ts';

const readBytes = 4 * 1024 * 1024;
const readsInFlight = 3;

/**
 * Reads a file and reports each run of regions that is not all zeros; holes are passed over where the system tells them.
 * @param file an open file descriptor on `path`
 */
export async function scanRegions(
  file: number,
  source: { readonly path: string; readonly sizeBytes: number },
  found: (offset: number, length: number) => void,
): Promise<void> {
  const pieces: Range[] = [];
  for (const extent of await dataExtents(source)) {
    const start = Math.floor(extent.offset / regionBytes) * regionBytes;
    const end = Math.min(source.sizeBytes, extent.offset + extent.length);
    for (let offset = start; offset < end; offset += readBytes) pieces.push({ offset, length: Math.min(readBytes, end - offset) });
  }
  let next = 0;
  const reader = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++]) {
      const length = await readInto(file, buffer, piece);
      for (let at = 0; at < length; at += regionBytes) {
        const size = Math.min(regionBytes, length - at);
        if (!isZero(buffer.subarray(at, at + size))) found(piece.offset + at, size);
      }
    }
  };
  await Promise.all(Array.from({ length: readsInFlight }, reader));
}

/** Without qemu-img the whole file is one extent. */
async function dataExtents(source: { readonly path: string; readonly sizeBytes: number }): Promise<Range[]> {
  const whole = [{ offset: 0, length: source.sizeBytes }];
  // A small file is read sooner than a process is started.
  if (source.sizeBytes <= 16 * readBytes) return whole;
  const answer = await runQemuImg(['map', '-U', '-f', 'raw', '--output=json', source.path]);
  if (answer === undefined || answer.exitCode !== 0) return whole;
  const rows = JSON.parse(answer.stdout) as { start: number; length: number; data: boolean; zero: boolean }[];
  return rows.filter((row) => row.data && !row.zero).map((row) => ({ offset: row.start, length: row.length }));
}

/** @returns the bytes read; fewer than asked for at the end of the file */
async function readInto(file: number, buffer: Buffer, range: Range): Promise<number> {
  let done = 0;
  while (done < range.length) {
    const count = await new Promise<number>((resolve, reject) => {
      read(file, buffer, done, range.length - done, range.offset + done, (error, bytesRead) => (error === null ? resolve(bytesRead) : reject(error)));
    });
    if (count === 0) break;
    done += count;
  }
  return done;
}
