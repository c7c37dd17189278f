// A batch as bytes: the frame that travels from source to relay and, sealed, from relay to target.
// Layout: magic "SRB1", header length and payload length (u32 LE each), CRC-32 of header and payload (u32 LE), header JSON, payload.
import { crc32 } from 'node:zlib';
import { LabError } from '../kernel/errors.ts';
import type { Batch, BatchHeader } from './stations.ts';

const magic = 0x31425253;
const prefixBytes = 16;

export function encodeBatch(header: BatchHeader, payload: readonly Buffer[]): Buffer {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const payloadBytes = payload.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(prefixBytes + text.length + payloadBytes);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(text.length, 4);
  frame.writeUInt32LE(payloadBytes, 8);
  text.copy(frame, prefixBytes);
  let at = prefixBytes + text.length;
  for (const part of payload) at += part.copy(frame, at);
  frame.writeUInt32LE(crc32(frame.subarray(prefixBytes)), 12);
  return frame;
}

/** @throws LabError BatchTruncated, BatchChecksumWrong, BatchMalformed */
export function decodeBatch(frame: Buffer): Batch {
  const header = decodeHeader(frame);
  if (crc32(frame.subarray(prefixBytes)) !== frame.readUInt32LE(12)) throw new LabError('BatchChecksumWrong', `${header.pairId} sequence ${header.sequence}.`);
  return { ...header, payload: frame.subarray(prefixBytes + frame.readUInt32LE(4)) };
}

/** The header alone, for whoever only forwards; the checksum is not tried. */
export function decodeHeader(frame: Buffer): BatchHeader {
  if (frame.length < prefixBytes) throw new LabError('BatchTruncated', `${frame.length} bytes are less than a frame's prefix.`);
  if (frame.readUInt32LE(0) !== magic) throw new LabError('BatchMalformed', 'The frame does not begin with SRB1.');
  const headerBytes = frame.readUInt32LE(4);
  const expected = prefixBytes + headerBytes + frame.readUInt32LE(8);
  if (frame.length !== expected) throw new LabError('BatchTruncated', `${frame.length} of ${expected} bytes arrived.`);
  try {
    return JSON.parse(frame.toString('utf8', prefixBytes, prefixBytes + headerBytes)) as BatchHeader;
  } catch (error) {
    // A damaged header is told apart from a damaged payload only by its JSON; both are checksum failures to the sender.
    throw new LabError('BatchChecksumWrong', 'The header cannot be read.', { cause: error });
  }
}

/** The CRC-32 that a frame carries, to tell a replay from an impostor with the same sequence. */
export function frameChecksum(frame: Buffer): number {
  return frame.readUInt32LE(12);
}
