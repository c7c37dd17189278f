// What every disk of the lab looks like, whatever holds it: a VMDK on a datastore, a raw file, a fixed VHD, a page blob.
import { LabError } from '../kernel/errors.ts';

/** Bytes `[offset, offset + length)`. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** The unit of guest writes: every offset and length on a device is a multiple. */
export const sectorBytes = 512;

/**
 * A random-access disk. Reads of what was never written give zeros. Concurrent calls are allowed;
 * overlapping concurrent writes land in any order.
 */
export interface BlockDevice extends AsyncDisposable {
  readonly sizeBytes: number;
  /** @throws LabError DiskRangeInvalid past the end or off a sector boundary */
  read(offset: number, length: number): Promise<Buffer>;
  /** Resolves when a killed process no longer loses the bytes. The buffer must not be changed before. */
  write(offset: number, bytes: Buffer): Promise<void>;
  /** Sets a range to zeros, giving back space where the device can. */
  zero(offset: number, length: number): Promise<void>;
  /** Ranges that may hold anything but zeros, ascending, not overlapping; what is left out reads as zeros. */
  allocated(within: Range): Promise<Range[]>;
}

/**
 * The check that opens every read, write and zero.
 * @throws LabError DiskRangeInvalid
 */
export function requireRange(sizeBytes: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= sizeBytes && offset % sectorBytes === 0 && length % sectorBytes === 0) return;
  throw new LabError('DiskRangeInvalid', `Offset ${offset}, length ${length}, on a disk of ${sizeBytes} bytes.`);
}
