// Network Block Device on the wire: numbers and layouts of the protocol's specification (github.com/NetworkBlockDevice/nbd, doc/proto.md).

const greetingMagic = 0x4e42_444d_4147_4943n; // "NBDMAGIC"
export const optionMagic = 0x4948_4156_454f_5054n; // "IHAVEOPT"
const optionReplyMagic = 0x0003_e889_0455_65a9n;
const requestMagic = 0x2560_9513;
const simpleReplyMagic = 0x6744_6698;
const chunkMagic = 0x668e_33ef;

/** Sent with the greeting and mirrored by the client. */
export const handshakeFlags = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const options = { exportName: 1, abort: 2, list: 3, info: 6, go: 7, structuredReply: 8, listMetaContext: 9, setMetaContext: 10 } as const;
export const optionReplies = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: 0x8000_0001,
  invalid: 0x8000_0003,
  unknown: 0x8000_0006,
  tooBig: 0x8000_0009,
} as const;
export const infoTypes = { export: 0, name: 1, description: 2, blockSize: 3 } as const;

export const transmissionFlags = { hasFlags: 1, readOnly: 2, flush: 4, fua: 8, trim: 32, writeZeroes: 64, dontFragment: 128, multiConnection: 256 } as const;
export const commands = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6, blockStatus: 7 } as const;
export const commandFlags = { fua: 1, noHole: 2, dontFragment: 4, requestOne: 8 } as const;
export const errors = { none: 0, notPermitted: 1, io: 5, invalid: 22, noSpace: 28 } as const;
export const chunkTypes = { none: 0, offsetData: 1, offsetHole: 2, blockStatus: 5, error: 0x8001 } as const;
/** Of the context `base:allocation`. */
export const allocationStates = { data: 0, holeOfZeros: 3 } as const;

export const optionHeaderBytes = 16;
export const requestHeaderBytes = 28;
/** The longest data of an option; names have at most 4096 bytes. */
export const maximumOptionBytes = 64 * 1024;
/** The longest read or write, the largest that clients use without being told. */
export const maximumPayloadBytes = 32 * 1024 * 1024;

export interface NbdRequest {
  readonly flags: number;
  readonly command: number;
  /** Given back with the reply as it came. */
  readonly cookie: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** @returns undefined when it is no request: the two ends are out of step */
export function readRequest(header: Buffer): NbdRequest | undefined {
  if (header.readUInt32BE(0) !== requestMagic) return undefined;
  return {
    flags: header.readUInt16BE(4),
    command: header.readUInt16BE(6),
    cookie: header.subarray(8, 16),
    // Beyond 2^53 the exact value does not matter: no disk reaches there.
    offset: Number(header.readBigUInt64BE(16)),
    length: header.readUInt32BE(24),
  };
}

export function greeting(): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeBigUInt64BE(greetingMagic, 0);
  bytes.writeBigUInt64BE(optionMagic, 8);
  bytes.writeUInt16BE(handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes, 16);
  return bytes;
}

export function optionReply(option: number, type: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(20);
  header.writeBigUInt64BE(optionReplyMagic, 0);
  header.writeUInt32BE(option, 8);
  header.writeUInt32BE(type, 12);
  header.writeUInt32BE(content.length, 16);
  return Buffer.concat([header, content]);
}

export function simpleReply(cookie: Buffer, error: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(simpleReplyMagic, 0);
  header.writeUInt32BE(error, 4);
  cookie.copy(header, 8);
  return header;
}

/** The header of the only, and so last, chunk of a structured reply; `head` is the fixed part of its payload. */
export function chunk(cookie: Buffer, type: number, parts: { readonly head: Buffer; readonly bodyBytes: number }): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt32BE(chunkMagic, 0);
  header.writeUInt16BE(1, 4); // The reply is done with this chunk.
  header.writeUInt16BE(type, 6);
  cookie.copy(header, 8);
  header.writeUInt32BE(parts.head.length + parts.bodyBytes, 16);
  return Buffer.concat([header, parts.head]);
}

export function unsigned32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [place, value] of values.entries()) bytes.writeUInt32BE(value, place * 4);
  return bytes;
}

export function unsigned64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function unsigned16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
