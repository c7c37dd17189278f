// Block checksums for resynchronisation: 8 bytes of SHA-256 per block. Blocks at the same place are compared with each other, so 64 bits are ample.
import { hash } from 'node:crypto';

export const checksumBytes = 8;

/** @returns 8 bytes per block; a shorter last block counts as one */
export function blockChecksums(bytes: Buffer, blockBytes: number): Buffer {
  const count = Math.ceil(bytes.length / blockBytes);
  const sums = Buffer.allocUnsafe(count * checksumBytes);
  for (let block = 0; block < count; block += 1) {
    hash('sha256', bytes.subarray(block * blockBytes, (block + 1) * blockBytes), 'buffer').copy(sums, block * checksumBytes, 0, checksumBytes);
  }
  return sums;
}
