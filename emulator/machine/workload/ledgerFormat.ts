// The ledger's records on disk: every sector carries its kind and a CRC-32, so that a torn or lost write is seen.
//
// Region: two superblocks of 4 KiB (the newer valid one counts) · account table A · account table B · log ring.
// A transfer is first a log record; a checkpoint writes all accounts into the table not in use, then the superblock that names it.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sectorBytes } from '../../disk/blockDevice.ts';

/** How large a ledger is; fixed when its region is formatted. */
export interface LedgerShape {
  readonly accountCount: number;
  /** Transfers the ring holds; a checkpoint comes at the latest when half of them are newer than the last one. */
  readonly logSectors: number;
}

/** All that a ledger knows; a checkpoint holds it whole, the log brings it forward. */
export interface LedgerState {
  readonly ledgerId: string;
  /** Ids of the ledgers money is exchanged with; the place in this list is the peer number in records. */
  readonly peers: readonly string[];
  readonly shape: LedgerShape;
  /** Money when formatted. */
  readonly openingTotal: number;
  /** Number of the last transfer applied. */
  sequence: number;
  /** Hash over all transfers so far, 32 hex digits. */
  chain: string;
  balances: Float64Array;
  /** Transfers sent to and received from each peer so far: how many, and their sum. */
  sent: PeerCounter[];
  received: PeerCounter[];
}

export interface PeerCounter {
  count: number;
  sum: number;
}

/** One log record. `internal` moves money between two accounts, `sent` and `received` between an account and a peer. */
export interface Transfer {
  readonly sequence: number;
  readonly kind: 'internal' | 'sent' | 'received';
  /** The account debited, or credited for `received`. */
  readonly account: number;
  /** The account credited, or the peer's number. */
  readonly counterpart: number;
  readonly amount: number;
}

export interface Superblock {
  readonly generation: number;
  readonly table: 0 | 1;
  readonly sequence: number;
  readonly chain: string;
  readonly ledgerId: string;
  readonly peers: readonly string[];
  readonly shape: LedgerShape;
  readonly openingTotal: number;
  readonly sent: readonly PeerCounter[];
  readonly received: readonly PeerCounter[];
}

const magic = { superblock: 0x5347444c, table: 0x5447444c, log: 0x4c47444c } as const;
/** Room for the ids of all peers. */
export const superblockBytes = 4096;
const headBytes = 16;
/** Per table sector: head, generation, 60 balances. */
const balancesPerSector = 60;
const transferKinds = ['internal', 'sent', 'received'] as const;

export function tableSectors(shape: LedgerShape): number {
  return Math.ceil(shape.accountCount / balancesPerSector);
}

/** Byte offsets from the region's start. */
export function places(shape: LedgerShape): { table: readonly [number, number]; log: number; sizeBytes: number } {
  const tableBytes = tableSectors(shape) * sectorBytes;
  const first = 2 * superblockBytes;
  const log = first + 2 * tableBytes;
  return { table: [first, first + tableBytes], log, sizeBytes: log + shape.logSectors * sectorBytes };
}

export function encodeSuperblock(superblock: Superblock): Buffer {
  const sector = Buffer.alloc(superblockBytes);
  const text = Buffer.from(JSON.stringify(superblock), 'utf8');
  if (headBytes + 4 + text.length > superblockBytes) throw new RangeError('ledger id and peers do not fit into a superblock');
  sector.writeUInt32LE(text.length, headBytes);
  text.copy(sector, headBytes + 4);
  return sealed(sector, magic.superblock);
}

export function decodeSuperblock(sector: Buffer): Superblock | undefined {
  if (!isSealed(sector, magic.superblock)) return undefined;
  return JSON.parse(sector.toString('utf8', headBytes + 4, headBytes + 4 + sector.readUInt32LE(headBytes))) as Superblock;
}

export function encodeTable(balances: Float64Array, generation: number): Buffer {
  const sectors = Math.ceil(balances.length / balancesPerSector);
  const bytes = Buffer.alloc(sectors * sectorBytes);
  for (let index = 0; index < sectors; index += 1) {
    const sector = bytes.subarray(index * sectorBytes, (index + 1) * sectorBytes);
    sector.writeDoubleLE(generation, headBytes);
    const first = index * balancesPerSector;
    balances.subarray(first, first + balancesPerSector).forEach((balance, place) => sector.writeDoubleLE(balance, headBytes + 8 + place * 8));
    sealed(sector, magic.table);
  }
  return bytes;
}

/** @returns undefined when a sector is damaged or belongs to another checkpoint */
export function decodeTable(bytes: Buffer, accountCount: number, generation: number): Float64Array | undefined {
  const balances = new Float64Array(accountCount);
  for (let account = 0; account < accountCount; account += 1) {
    const start = Math.floor(account / balancesPerSector) * sectorBytes;
    const place = account % balancesPerSector;
    if (place === 0) {
      const sector = bytes.subarray(start, start + sectorBytes);
      if (!isSealed(sector, magic.table) || sector.readDoubleLE(headBytes) !== generation) return undefined;
    }
    balances[account] = bytes.readDoubleLE(start + headBytes + 8 + place * 8);
  }
  return balances;
}

/** The record names the chain after it, so that it can only follow the one it was made for. */
export function encodeTransfer(target: Buffer, transfer: Transfer, chain: string): void {
  target.fill(0);
  target.writeDoubleLE(transfer.sequence, headBytes);
  target.write(chain, headBytes + 8, 'hex');
  target.writeUInt32LE(transferKinds.indexOf(transfer.kind), headBytes + 24);
  target.writeUInt32LE(transfer.account, headBytes + 28);
  target.writeUInt32LE(transfer.counterpart, headBytes + 32);
  target.writeDoubleLE(transfer.amount, headBytes + 40);
  sealed(target, magic.log);
}

export function decodeTransfer(sector: Buffer): { transfer: Transfer; chain: string } | undefined {
  if (!isSealed(sector, magic.log)) return undefined;
  const kind = transferKinds[sector.readUInt32LE(headBytes + 24)];
  if (kind === undefined) return undefined;
  return {
    transfer: {
      sequence: sector.readDoubleLE(headBytes),
      kind,
      account: sector.readUInt32LE(headBytes + 28),
      counterpart: sector.readUInt32LE(headBytes + 32),
      amount: sector.readDoubleLE(headBytes + 40),
    },
    chain: sector.toString('hex', headBytes + 8, headBytes + 24),
  };
}

export function nextChain(chain: string, transfer: Transfer): string {
  return shortHash(`${chain} ${transfer.sequence} ${transfer.kind} ${transfer.account} ${transfer.counterpart} ${transfer.amount}`);
}

export function firstChain(ledgerId: string): string {
  return shortHash(ledgerId);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function sealed(sector: Buffer, kind: number): Buffer {
  sector.writeUInt32LE(kind, 4);
  sector.writeUInt32LE(crc32(sector.subarray(4)), 0);
  return sector;
}

function isSealed(sector: Buffer, kind: number): boolean {
  return sector.readUInt32LE(4) === kind && sector.readUInt32LE(0) === crc32(sector.subarray(4));
}
