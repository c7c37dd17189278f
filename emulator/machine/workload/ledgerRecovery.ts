// Opening a ledger from any copy of its disk: the newest checkpoint, then every log record that follows it without a gap.
import { sectorBytes, type BlockDevice } from '../../disk/blockDevice.ts';
import {
  decodeSuperblock,
  decodeTable,
  decodeTransfer,
  firstChain,
  nextChain,
  places,
  superblockBytes,
  tableSectors,
  type LedgerState,
  type Superblock,
  type Transfer,
} from './ledgerFormat.ts';

/** `empty`: never formatted. `open`: usable after replaying that many records. `broken`: no moment of the ledger's life looked like this. */
export type LedgerOpening =
  | { readonly kind: 'empty' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'open'; readonly state: LedgerState; readonly superblock: Superblock; readonly replayed: number };

/** Reads only. `offset` is where the region begins, in bytes. */
export async function openLedger(device: BlockDevice, offset: number): Promise<LedgerOpening> {
  const heads = await device.read(offset, 2 * superblockBytes);
  const superblock = newest(decodeSuperblock(heads.subarray(0, superblockBytes)), decodeSuperblock(heads.subarray(superblockBytes)));
  if (superblock === undefined) return heads.every((byte) => byte === 0) ? { kind: 'empty' } : { kind: 'broken', reason: 'neither superblock can be read' };
  const { shape } = superblock;
  const place = places(shape);
  const table = await device.read(offset + place.table[superblock.table], tableSectors(shape) * sectorBytes);
  const balances = decodeTable(table, shape.accountCount, superblock.generation);
  if (balances === undefined) return { kind: 'broken', reason: `the account table of checkpoint ${superblock.generation} is damaged or of another checkpoint` };
  const state: LedgerState = {
    ledgerId: superblock.ledgerId,
    peers: superblock.peers,
    shape,
    openingTotal: superblock.openingTotal,
    sequence: superblock.sequence,
    chain: superblock.chain,
    balances,
    sent: superblock.sent.map((counter) => ({ ...counter })),
    received: superblock.received.map((counter) => ({ ...counter })),
  };
  const reason = replay(state, await device.read(offset + place.log, shape.logSectors * sectorBytes));
  if (reason !== undefined) return { kind: 'broken', reason };
  return { kind: 'open', state, superblock, replayed: state.sequence - superblock.sequence };
}

/** A ledger as it is before its first transfer. */
export function newLedger(settings: Pick<LedgerState, 'ledgerId' | 'peers' | 'shape'> & { openingBalance: number }): LedgerState {
  const { ledgerId, peers, shape, openingBalance } = settings;
  return {
    ledgerId,
    peers,
    shape,
    openingTotal: shape.accountCount * openingBalance,
    sequence: 0,
    chain: firstChain(ledgerId),
    balances: new Float64Array(shape.accountCount).fill(openingBalance),
    sent: peers.map(() => ({ count: 0, sum: 0 })),
    received: peers.map(() => ({ count: 0, sum: 0 })),
  };
}

/** Brings the state forward by one transfer whose record is on the disk. */
export function applyTransfer(state: LedgerState, transfer: Transfer): void {
  const { account, counterpart, amount } = transfer;
  if (transfer.kind === 'internal') {
    add(state.balances, account, -amount);
    add(state.balances, counterpart, amount);
  } else {
    add(state.balances, account, transfer.kind === 'sent' ? -amount : amount);
    const counter = state[transfer.kind][counterpart];
    if (counter === undefined) throw new RangeError(`the ledger has no peer ${counterpart}`);
    counter.count += 1;
    counter.sum += amount;
  }
  state.sequence = transfer.sequence;
  state.chain = nextChain(state.chain, transfer);
}

/** All money of the ledger. */
export function totalOf(state: LedgerState): number {
  return state.balances.reduce((sum, balance) => sum + balance, 0);
}

/** The total that bookkeeping demands: opening money, less what was sent, plus what was received. */
export function demandedTotal(state: LedgerState): number {
  const sumOf = (counters: readonly { sum: number }[]): number => counters.reduce((sum, counter) => sum + counter.sum, 0);
  return state.openingTotal - sumOf(state.sent) + sumOf(state.received);
}

/** @returns what is wrong, or undefined */
function replay(state: LedgerState, ring: Buffer): string | undefined {
  const { logSectors } = state.shape;
  const at = (sequence: number): ReturnType<typeof decodeTransfer> => {
    const place = (sequence % logSectors) * sectorBytes;
    return decodeTransfer(ring.subarray(place, place + sectorBytes));
  };
  for (;;) {
    const record = at(state.sequence + 1);
    if (record === undefined || record.transfer.sequence !== state.sequence + 1) break;
    if (record.chain !== nextChain(state.chain, record.transfer)) return `transfer ${record.transfer.sequence} does not follow ${state.sequence}`;
    applyTransfer(state, record.transfer);
  }
  // Records go to the disk in order: one beyond the end means that one before it was lost on the way.
  for (let place = 0; place < logSectors; place += 1) {
    const record = at(place);
    if (record !== undefined && record.transfer.sequence > state.sequence) return `transfer ${record.transfer.sequence} is there, ${state.sequence + 1} is not`;
  }
  return undefined;
}

function newest(first: Superblock | undefined, second: Superblock | undefined): Superblock | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first.generation > second.generation ? first : second;
}

function add(balances: Float64Array, account: number, amount: number): void {
  const balance = balances[account];
  if (balance === undefined) throw new RangeError(`the ledger has no account ${account}`);
  balances[account] = balance + amount;
}
