// The 512 bytes that end a fixed VHD: what makes raw bytes in a page blob the disk of an Azure VM (Microsoft's Virtual Hard Disk image format specification).
import { LabError } from '../kernel/errors.ts';
import { sectorBytes } from './blockDevice.ts';

export const vhdFooterBytes = 512;
/** Azure takes a VHD only when its size is a whole number of these. */
export const vhdSizeUnitBytes = 1024 * 1024;

const cookie = Buffer.from('conectix', 'latin1');
const checksumAt = 64;
const uniqueIdAt = 68;
/** Seconds in a footer count from 2000-01-01 UTC. */
const epochMs = 946_684_800_000;
const diskTypes = { 2: 'fixed', 3: 'dynamic', 4: 'differencing' } as const;

export interface VhdFooter {
  readonly sizeBytes: number;
  /** 8-4-4-4-12 lower-case hex. */
  readonly uniqueId: string;
  readonly timestampMs: number;
  readonly diskType: (typeof diskTypes)[keyof typeof diskTypes];
}

/**
 * The footer of a fixed VHD.
 * @param disk `sizeBytes` of the content, a whole number of MiB; `uniqueId` a GUID; `timestampMs` since 1970
 * @throws LabError DiskSizeInvalid
 */
export function vhdFooter(disk: { readonly sizeBytes: number; readonly uniqueId: string; readonly timestampMs: number }): Buffer {
  const { sizeBytes, uniqueId, timestampMs } = disk;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || sizeBytes % vhdSizeUnitBytes !== 0)
    throw new LabError('DiskSizeInvalid', `A VHD is a whole number of MiB, not ${sizeBytes} bytes.`);
  const { cylinders, heads, sectorsPerTrack } = geometryOf(sizeBytes / sectorBytes);
  const footer = Buffer.alloc(vhdFooterBytes);
  cookie.copy(footer, 0);
  footer.writeUInt32BE(2, 8); // Features: the reserved bit is always set.
  footer.writeUInt32BE(0x0001_0000, 12); // Format version.
  footer.fill(0xff, 16, 24); // No dynamic header.
  footer.writeUInt32BE(Math.min(0xffff_ffff, Math.max(0, Math.floor((timestampMs - epochMs) / 1000))), 24);
  // qemu takes the exact size, and not that of the geometry, only from creators it knows (vcenter.md §14).
  footer.write('win ', 28, 'latin1');
  footer.writeUInt32BE(0x000a_0000, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(sizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectorsPerTrack, 59);
  footer.writeUInt32BE(2, 60); // Disk type: fixed.
  Buffer.from(uniqueId.replaceAll('-', ''), 'hex').copy(footer, uniqueIdAt, 0, 16);
  footer.writeUInt32BE(checksumOf(footer), checksumAt);
  return footer;
}

/**
 * @param bytes the last 512 bytes of a VHD (a dynamic one has a copy at its beginning)
 * @throws LabError VhdFooterInvalid when cookie, checksum, version or disk type are wrong
 */
export function readVhdFooter(bytes: Buffer): VhdFooter {
  if (bytes.length !== vhdFooterBytes) throw new LabError('VhdFooterInvalid', `It is ${bytes.length} bytes long instead of ${vhdFooterBytes}.`);
  if (!isVhdFooter(bytes)) throw new LabError('VhdFooterInvalid', 'It does not begin with "conectix".');
  const expected = checksumOf(bytes);
  const found = bytes.readUInt32BE(checksumAt);
  if (found !== expected) throw new LabError('VhdFooterInvalid', `Its checksum is ${hexOf(found)}, its bytes give ${hexOf(expected)}.`);
  const version = bytes.readUInt32BE(12);
  if (version >>> 16 !== 1) throw new LabError('VhdFooterInvalid', `Its format version is ${hexOf(version)}.`);
  const typeNumber = bytes.readUInt32BE(60);
  const diskType = (diskTypes as Record<number, VhdFooter['diskType']>)[typeNumber];
  if (diskType === undefined) throw new LabError('VhdFooterInvalid', `Its disk type is ${typeNumber}.`);
  const sizeBytes = Number(bytes.readBigUInt64BE(48));
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes % sectorBytes !== 0) throw new LabError('VhdFooterInvalid', `Its size is ${sizeBytes} bytes.`);
  const uniqueId = bytes.toString('hex', uniqueIdAt, uniqueIdAt + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { sizeBytes, uniqueId, timestampMs: epochMs + bytes.readUInt32BE(24) * 1000, diskType };
}

/** Whether bytes begin as a footer does; it may still be damaged. */
export function isVhdFooter(bytes: Buffer): boolean {
  return bytes.subarray(0, cookie.length).equals(cookie);
}

/** One's complement of the sum of all bytes but the checksum's own. */
function checksumOf(footer: Buffer): number {
  let sum = 0;
  for (let at = 0; at < vhdFooterBytes; at += 1) if (at < checksumAt || at >= checksumAt + 4) sum += footer[at] as number;
  return ~sum >>> 0;
}

/** Cylinders, heads and sectors as the specification's appendix computes them. */
function geometryOf(sectors: number): { cylinders: number; heads: number; sectorsPerTrack: number } {
  const total = Math.min(sectors, 65_535 * 16 * 255);
  if (total >= 65_535 * 16 * 63) return { cylinders: Math.floor(Math.floor(total / 255) / 16), heads: 16, sectorsPerTrack: 255 };
  let sectorsPerTrack = 17;
  let tracks = Math.floor(total / sectorsPerTrack);
  let heads = Math.max(4, Math.ceil(tracks / 1024));
  for (const longer of [31, 63]) {
    if (tracks < heads * 1024 && heads <= 16) break;
    sectorsPerTrack = longer;
    heads = 16;
    tracks = Math.floor(total / sectorsPerTrack);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectorsPerTrack };
}

function hexOf(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
