// One record of a change log as bytes. Header (32 bytes, LE): magic u32, kind u32, offset f64, length u32, CRC-32 u32, time f64; then the payload.
import { crc32 } from 'node:zlib';
import type { Range } from '../disk/blockDevice.ts';
import type { TimeMs } from '../kernel/clock.ts';
import type { Mark } from './stations.ts';

export const recordHeaderBytes = 32;
const magic = 0x314c5248;
const kinds = { write: 1, zero: 2, mark: 3 } as const;

export type LogRecord =
  | { readonly kind: 'write'; readonly timeMs: TimeMs; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'zero'; readonly timeMs: TimeMs; readonly offset: number; readonly length: number }
  | { readonly kind: 'mark'; readonly timeMs: TimeMs; readonly mark: Mark };

/** Bytes that a record takes in the log. */
export function recordBytes(record: LogRecord): number {
  if (record.kind === 'write') return recordHeaderBytes + record.bytes.length;
  return record.kind === 'zero' ? recordHeaderBytes : recordHeaderBytes + Buffer.byteLength(JSON.stringify(record.mark));
}

/** What a record changes on the disk. */
export function rangeOf(record: LogRecord): Range {
  if (record.kind === 'write') return { offset: record.offset, length: record.bytes.length };
  return record.kind === 'zero' ? record : { offset: 0, length: 0 };
}

/** Header and payload; the payload of a write is the caller's buffer, not a copy. */
export function encodeRecord(record: LogRecord): Buffer[] {
  const header = Buffer.allocUnsafe(recordHeaderBytes);
  const payload = record.kind === 'write' ? record.bytes : record.kind === 'mark' ? Buffer.from(JSON.stringify(record.mark), 'utf8') : undefined;
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(kinds[record.kind], 4);
  header.writeDoubleLE(record.kind === 'mark' ? 0 : record.offset, 8);
  header.writeUInt32LE(record.kind === 'zero' ? record.length : (payload as Buffer).length, 16);
  header.writeUInt32LE(0, 20);
  header.writeDoubleLE(record.timeMs, 24);
  const sum = crc32(header);
  header.writeUInt32LE(payload === undefined ? sum : crc32(payload, sum), 20);
  return payload === undefined ? [header] : [header, payload];
}

/**
 * Whole records from the start of `bytes`; payloads are views of it.
 * @returns the records, the bytes they took, and what the next record would need (header and payload) where it was cut off or damaged
 */
export function parseRecords(bytes: Buffer): { records: LogRecord[]; usedBytes: number; neededBytes: number } {
  const records: LogRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < recordHeaderBytes) return { records, usedBytes: at, neededBytes: recordHeaderBytes };
    const kind = bytes.readUInt32LE(at + 4);
    const length = bytes.readUInt32LE(at + 16);
    const payloadBytes = kind === kinds.zero ? 0 : length;
    const needed = recordHeaderBytes + payloadBytes;
    if (bytes.readUInt32LE(at) !== magic) return { records, usedBytes: at, neededBytes: 0 };
    if (bytes.length - at < needed) return { records, usedBytes: at, neededBytes: needed };
    const payload = bytes.subarray(at + recordHeaderBytes, at + needed);
    if (!checksumHolds(bytes.subarray(at, at + recordHeaderBytes), payload)) return { records, usedBytes: at, neededBytes: 0 };
    const timeMs = bytes.readDoubleLE(at + 24);
    const offset = bytes.readDoubleLE(at + 8);
    if (kind === kinds.write) records.push({ kind: 'write', timeMs, offset, bytes: payload });
    else if (kind === kinds.zero) records.push({ kind: 'zero', timeMs, offset, length });
    else records.push({ kind: 'mark', timeMs, mark: JSON.parse(payload.toString('utf8')) as Mark });
    at += needed;
  }
  return { records, usedBytes: at, neededBytes: 0 };
}

/** Whether a whole record begins anywhere after the first byte. */
export function holdsRecord(bytes: Buffer): boolean {
  const sign = Buffer.alloc(4);
  sign.writeUInt32LE(magic);
  for (let at = bytes.indexOf(sign, 1); at >= 0; at = bytes.indexOf(sign, at + 1)) if (parseRecords(bytes.subarray(at)).records.length > 0) return true;
  return false;
}

function checksumHolds(header: Buffer, payload: Buffer): boolean {
  const copy = Buffer.from(header);
  const stored = copy.readUInt32LE(20);
  copy.writeUInt32LE(0, 20);
  const sum = crc32(copy);
  return stored === (payload.length === 0 ? sum : crc32(payload, sum));
}
