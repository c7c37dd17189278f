// Whether two disks hold the same: digests and a comparison that cost what the disks hold, not what they could hold.
import { createHash } from 'node:crypto';
import type { BlockDevice, Range } from './blockDevice.ts';
import { isZero, zeroBytes } from './zeros.ts';

const pieceBytes = 4 * 1024 * 1024;
/** The grain of `digestOfDevice`; part of what the digest means. */
const digestBlockBytes = 64 * 1024;

/**
 * SHA-256, in hex, of all bytes of the range (absent: the whole device), zeros included: what `sha256sum` says of a raw copy.
 * Nothing is read where nothing is allocated, but zeros must be hashed: about 2 GB/s. For large sparse disks see `digestOfDevice`.
 */
export async function sha256OfDevice(device: BlockDevice, range: Range = { offset: 0, length: device.sizeBytes }): Promise<string> {
  const sum = createHash('sha256');
  const end = range.offset + range.length;
  let position = range.offset;
  const skipTo = (offset: number): void => {
    for (; position < offset; position += Math.min(zeroBytes.length, offset - position))
      sum.update(zeroBytes.subarray(0, Math.min(zeroBytes.length, offset - position)));
  };
  for await (const piece of piecesOf(device, range)) {
    skipTo(piece.offset);
    sum.update(piece.bytes);
    position = piece.offset + piece.bytes.length;
  }
  skipTo(end);
  return sum.digest('hex');
}

/**
 * A digest, in hex, of the content: size, and offset and bytes of every 64 KiB block that is not zeros. Equal for equal contents
 * whatever is allocated, in the time of the data.
 */
export async function digestOfDevice(device: BlockDevice): Promise<string> {
  const sum = createHash('sha256');
  const number = Buffer.alloc(8);
  const updateNumber = (value: number): void => {
    number.writeBigUInt64LE(BigInt(value));
    sum.update(number);
  };
  updateNumber(device.sizeBytes);
  for await (const { offset, bytes } of piecesOf(device, { offset: 0, length: device.sizeBytes })) {
    for (let at = 0; at < bytes.length; at += digestBlockBytes) {
      const block = bytes.subarray(at, at + digestBlockBytes);
      if (isZero(block)) continue;
      updateNumber(offset + at);
      sum.update(block);
    }
  }
  return sum.digest('hex');
}

/** The offset of the first byte that differs, or null. A device that is longer differs where the other ends. */
export async function compareDevices(left: BlockDevice, right: BlockDevice): Promise<number | null> {
  const commonBytes = Math.min(left.sizeBytes, right.sizeBytes);
  const common = { offset: 0, length: commonBytes };
  const ranges = [...(await left.allocated(common)), ...(await right.allocated(common))].sort((one, other) => one.offset - other.offset);
  let position = 0;
  for (const range of ranges) {
    const end = range.offset + range.length;
    for (position = Math.max(position, range.offset); position < end;) {
      const length = Math.min(pieceBytes, end - position);
      const [mine, theirs] = await Promise.all([left.read(position, length), right.read(position, length)]);
      if (!mine.equals(theirs)) return position + firstDifference(mine, theirs);
      position += length;
    }
  }
  return left.sizeBytes === right.sizeBytes ? null : commonBytes;
}

/**
 * The allocated part of a range in ascending pieces of up to 4 MiB, the next one read ahead. Pieces begin and end on 64 KiB
 * boundaries of the device (or at the ends of the range), so that blocks are the same whatever is allocated.
 */
export async function* piecesOf(device: BlockDevice, range: Range): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  const pieces = aligned(await device.allocated(range), range);
  const fetch = async (piece: Range): Promise<{ offset: number; bytes: Buffer }> => ({
    offset: piece.offset,
    bytes: await device.read(piece.offset, piece.length),
  });
  let ahead: Promise<{ offset: number; bytes: Buffer }> | undefined;
  for (const [place, piece] of pieces.entries()) {
    const current = await (ahead ?? fetch(piece));
    const following = pieces[place + 1];
    ahead = following === undefined ? undefined : fetch(following);
    // A failure of the read ahead is seen when its turn comes; a reader that stops early does not care.
    ahead?.catch(() => undefined);
    yield current;
  }
}

function aligned(ranges: readonly Range[], within: Range): Range[] {
  const pieces: Range[] = [];
  const limit = within.offset + within.length;
  let position = within.offset;
  for (const range of ranges) {
    const end = Math.min(limit, Math.ceil((range.offset + range.length) / digestBlockBytes) * digestBlockBytes);
    position = Math.max(position, Math.floor(range.offset / digestBlockBytes) * digestBlockBytes);
    for (; position < end; position = Math.min(end, position + pieceBytes - (position % digestBlockBytes))) {
      pieces.push({ offset: position, length: Math.min(end, position + pieceBytes - (position % digestBlockBytes)) - position });
    }
  }
  return pieces;
}

function firstDifference(one: Buffer, other: Buffer): number {
  let low = 0;
  let high = one.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (one.compare(other, low, middle, low, middle) === 0) low = middle;
    else high = middle;
  }
  return low;
}
