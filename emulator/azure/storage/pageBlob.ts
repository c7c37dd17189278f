// Reading and writing ranges of a page blob: what a replica and the disk of an Azure VM have in common.
import type { PageBlobClient } from '@azure/storage-blob';
import type { Range } from '../../disk/blockDevice.ts';
import { blockChecksums, checksumBytes } from '../../replication/checksum.ts';
import { inParallel } from './inParallel.ts';
import { planPageWrites, type PageChange, type PageWrite } from './pageWrites.ts';
import type { StorageSession } from './storageAccount.ts';

const requestsAtOnce = 8;
/** From so many requests on, one request with all of them is faster than the same in parallel. */
const batchFrom = 12;
const batchBytes = 32 * 1024 * 1024;
/** Above 4 MiB the service does not read everything twice to give a checksum nobody asked for. */
const readBytes = 8 * 1024 * 1024;

/** @param changes in the order to apply */
export async function writePages(target: { session: StorageSession; blob: PageBlobClient }, changes: readonly PageChange[]): Promise<void> {
  const { session, blob } = target;
  const writes = planPageWrites(changes);
  if (session.takesPageBatches && writes.length >= batchFrom) {
    for (const batch of batchesOf(writes)) await session.putPageBatch({ container: blob.containerName, blob: blob.name }, encodePageBatch(batch));
    return;
  }
  await inParallel(writes, requestsAtOnce, async ({ offset, length, parts }) => {
    if (parts === null) await blob.clearPages(offset, length);
    else await blob.uploadPages(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length), offset, length);
  });
}

/** Whole batches of up to 32 MiB: memory, not correctness, is the reason for the bound. */
function* batchesOf(writes: readonly PageWrite[]): Generator<PageWrite[]> {
  let batch: PageWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    batch.push(write);
    bytes += write.parts === null ? 0 : write.length;
    if (bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** The body that `azurite/pageBatch.ts` describes. */
function encodePageBatch(writes: readonly PageWrite[]): Buffer {
  const list = Buffer.from(JSON.stringify(writes.flatMap(({ offset, length, parts }) => [offset, length, parts === null ? 1 : 0])), 'utf8');
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(list.length);
  return Buffer.concat([prefix, list, ...writes.flatMap((write) => write.parts ?? [])]);
}

/** Bytes of the blob, or of the snapshot that the client stands for. Pages that were never written are not fetched. */
export async function readPages(blob: PageBlobClient, range: Range): Promise<Buffer> {
  if (range.length <= readBytes) return fetchRange(blob, range);
  const bytes = Buffer.alloc(range.length);
  await inParallel(piecesOf(await pageRanges(blob, range), readBytes), requestsAtOnce, async (piece) => {
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
  await inParallel(piecesOf(withoutRepeats(touched), blocksPerRead), requestsAtOnce, async ({ offset: first, length: count }) => {
    const offset = range.offset + first * blockBytes;
    const length = Math.min(count * blockBytes, range.offset + range.length - offset);
    blockChecksums(await readPages(blob, { offset, length }), blockBytes).copy(sums, first * checksumBytes);
  });
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

/** Ascending ranges of blocks, of which neighbours may name the same block. */
function withoutRepeats(ranges: readonly Range[]): Range[] {
  const merged: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && offset <= last.offset + last.length) last.length = Math.max(last.length, offset + length - last.offset);
    else merged.push({ offset, length });
  }
  return merged;
}
