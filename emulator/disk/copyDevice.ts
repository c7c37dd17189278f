// Copies one disk's content onto another, for import and export; replication never goes this way.
import type { BlockDevice } from './blockDevice.ts';
import { piecesOf } from './hash.ts';
import { isZero } from './zeros.ts';

const blockBytes = 64 * 1024;
const writesInFlight = 4;

export interface CopyProgress {
  readonly doneBytes: number;
  /** What there is to move: the allocated part of the source; while qemu-img converts, the size of the disk. */
  readonly totalBytes: number;
}

/**
 * Makes the first `source.sizeBytes` of `target` equal to `source`, in the time of what both hold; zeros are not written.
 * @param target at least as large as the source
 */
export async function copyDevice(source: BlockDevice, target: BlockDevice, onProgress: (progress: CopyProgress) => void = () => undefined): Promise<void> {
  const whole = { offset: 0, length: source.sizeBytes };
  // What the target held before must not show through where the source has zeros.
  for (const stale of await target.allocated(whole)) await target.zero(stale.offset, stale.length);
  const totalBytes = (await source.allocated(whole)).reduce((sum, range) => sum + range.length, 0);
  let doneBytes = 0;
  onProgress({ doneBytes, totalBytes });
  const flying = new Set<Promise<void>>();
  for await (const { offset, bytes } of piecesOf(source, whole)) {
    if (flying.size >= writesInFlight) await Promise.race(flying);
    const write: Promise<void> = writeRuns(target, offset, bytes).then(() => {
      flying.delete(write);
      doneBytes = Math.min(totalBytes, doneBytes + bytes.length);
      onProgress({ doneBytes, totalBytes });
    });
    flying.add(write);
    write.catch(() => undefined);
  }
  await Promise.all(flying);
  onProgress({ doneBytes: totalBytes, totalBytes });
}

/** Writes the runs of blocks that are not zeros. */
async function writeRuns(target: BlockDevice, offset: number, bytes: Buffer): Promise<void> {
  let start = -1;
  const writeUpTo = async (end: number): Promise<void> => {
    if (start >= 0) await target.write(offset + start, bytes.subarray(start, end));
    start = -1;
  };
  for (let at = 0; at < bytes.length; at += blockBytes) {
    if (isZero(bytes.subarray(at, at + blockBytes))) await writeUpTo(at);
    else if (start < 0) start = at;
  }
  await writeUpTo(bytes.length);
}
