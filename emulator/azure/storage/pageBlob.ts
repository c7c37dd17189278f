// Reading ranges of a page blob: what a replica and the disk of an Azure VM have in common.
import type { PageBlobClient } from '@azure/storage-blob';
import type { Range } from '../../disk/blockDevice.ts';
import { blockChecksums, checksumBytes } from '../../replication/checksum.ts';
import { inParallel } from './inParallel.ts';

const requestsAtOnce = 8;
/** Above 4 MiB the service does not read everything twice to give a checksum nobody asked for. */
const readBytes = 8 * 1024 * 1024;
/** Zeros between two ranges that are cheaper to fetch than a second request. */
const cheapGapBytes = 512 * 1024;

/** Bytes of the blob, or of the snapshot that the client stands for. Pages that were never written are not fetched. */
export async function readPages(blob: PageBlobClient, range: Range): Promise<Buffer> {
  if (range.length <= readBytes) return fetchRange(blob, range);
  const bytes = Buffer.alloc(range.length);
  await inParallel(piecesOf(bridged(await pageRanges(blob, range), cheapGapBytes), readBytes), requestsAtOnce, async (piece) => {
    (await fetchRange(blob, piece)).copy(bytes, piece.offset - range.offset);
  });
  return bytes;
}

/** Ranges within `within` that were written and not cleared since, ascending, neighbours joined. */
export async function pageRanges(blob: PageBlobClient, within: Range): Promise<Range[]> {
  const ranges: { offset: number; length: number }[] = [];
  for await (const page of blob.listPageRanges(within.offset, within.length)) {
    if (page.isClear) continue;
    const offset = Math.max(page.start, within.offset);
    const length = Math.min(page.end + 1, within.offset + within.length) - offset;
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else if (length > 0) ranges.push({ offset, length });
  }
  return ranges;
}

/** 8 bytes per block (`checksum.ts`); blocks without a written page are not fetched. */
export async function pageChecksums(blob: PageBlobClient, range: Range, blockBytes: number): Promise<Buffer> {
  const blocks = Math.ceil(range.length / blockBytes);
  const sums = zeroChecksums(range.length, blockBytes);
  const touched = (await pageRanges(blob, range)).map(({ offset, length }) => {
    const first = Math.floor((offset - range.offset) / blockBytes);
    return { offset: first, length: Math.floor((offset - range.offset + length - 1) / blockBytes) + 1 - first };
  });
  const blocksPerRead = Math.max(1, Math.floor(readBytes / blockBytes));
  await inParallel(
    piecesOf(bridged(touched, Math.ceil(cheapGapBytes / blockBytes)), blocksPerRead),
    requestsAtOnce,
    async ({ offset: first, length: count }) => {
      const offset = range.offset + first * blockBytes;
      const length = Math.min(count * blockBytes, range.offset + range.length - offset);
      blockChecksums(await readPages(blob, { offset, length }), blockBytes).copy(sums, first * checksumBytes);
    },
  );
  return sums.subarray(0, blocks * checksumBytes);
}

async function fetchRange(blob: PageBlobClient, { offset, length }: Range): Promise<Buffer> {
  return length === 0 ? Buffer.alloc(0) : blob.downloadToBuffer(offset, length, { blockSize: length });
}

function zeroChecksums(length: number, blockBytes: number): Buffer {
  const whole = blockChecksums(Buffer.alloc(Math.min(blockBytes, length)), blockBytes);
  const sums = Buffer.alloc(Math.ceil(length / blockBytes) * checksumBytes, whole);
  const lastBytes = length % blockBytes;
  if (lastBytes > 0) blockChecksums(Buffer.alloc(lastBytes), blockBytes).copy(sums, sums.length - checksumBytes);
  return sums;
}

function* piecesOf(ranges: readonly Range[], largest: number): Generator<Range> {
  for (const { offset, length } of ranges) for (let at = 0; at < length; at += largest) yield { offset: offset + at, length: Math.min(largest, length - at) };
}

/** Ascending ranges made fewer: those that touch, overlap or lie no further apart than `gap` become one. */
function bridged(ranges: readonly Range[], gap: number): Range[] {
  const merged: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && offset <= last.offset + last.length + gap) last.length = Math.max(last.length, offset + length - last.offset);
    else merged.push({ offset, length });
  }
  return merged;
}
