// The judge of copies: what a ledger's disk, or the disks of a replication group, prove about the moment they were taken.
import type { BlockDevice } from '../../disk/blockDevice.ts';
import type { LedgerState } from './ledgerFormat.ts';
import { demandedTotal, openLedger, totalOf } from './ledgerRecovery.ts';

/** `clean`: nothing to recover, as after an app-consistent mark. `recovered`: crash-consistent. `broken`: neither. */
export interface Verdict {
  readonly state: 'clean' | 'recovered' | 'broken' | 'empty';
  readonly ledgerId: string | null;
  /** Number of the newest transfer. */
  readonly sequence: number;
  /** Transfers replayed from the log. */
  readonly replayed: number;
  readonly total: number;
  /** Hash over all transfers; equal for equal histories. */
  readonly chain: string | null;
  readonly reason: string | null;
}

export interface GroupVerdict {
  readonly consistent: boolean;
  readonly members: readonly Verdict[];
  /** Money that has left one ledger and not yet reached another. */
  readonly inFlight: number;
  readonly reason: string | null;
}

/** One ledger on a copy of its disk; `offset` is where its region begins. */
export interface LedgerCopy {
  readonly device: BlockDevice;
  readonly offset: number;
}

export async function verifyLedger(copy: LedgerCopy): Promise<Verdict> {
  return (await judge(copy)).verdict;
}

/**
 * Whether the copies show one moment of the whole group.
 * A ledger takes no money that was not sent, and sends no new batch before the last one was taken: so `received ≤ sent ≤ received + batchSize` at every instant,
 * and copies taken at different instants break one of the two.
 */
export async function verifyGroup(copies: readonly LedgerCopy[], batchSize: number): Promise<GroupVerdict> {
  const judged = await Promise.all(copies.map(judge));
  const members = judged.map(({ verdict }) => verdict);
  const bad = members.find(({ state }) => state === 'broken' || state === 'empty');
  const states = judged.flatMap(({ state }) => (state === undefined ? [] : [state]));
  const flow = bad === undefined ? flowOf(states, batchSize) : { inFlight: 0, reason: `${bad.ledgerId ?? 'a ledger'}: ${bad.reason ?? bad.state}` };
  return { consistent: flow.reason === null, members, ...flow };
}

async function judge({ device, offset }: LedgerCopy): Promise<{ verdict: Verdict; state: LedgerState | undefined }> {
  const opening = await openLedger(device, offset);
  if (opening.kind !== 'open') {
    const reason = opening.kind === 'broken' ? opening.reason : null;
    return { verdict: { state: opening.kind, ledgerId: null, sequence: 0, replayed: 0, total: 0, chain: null, reason }, state: undefined };
  }
  const { state, replayed } = opening;
  const total = totalOf(state);
  const figures = { ledgerId: state.ledgerId, sequence: state.sequence, replayed, total, chain: state.chain };
  if (total !== demandedTotal(state))
    return { verdict: { ...figures, state: 'broken', reason: `the accounts hold ${total}, they should hold ${demandedTotal(state)}` }, state };
  return { verdict: { ...figures, state: replayed === 0 ? 'clean' : 'recovered', reason: null }, state };
}

function flowOf(states: readonly LedgerState[], batchSize: number): { inFlight: number; reason: string | null } {
  let inFlight = 0;
  for (const source of states) {
    for (const [number, peerId] of source.peers.entries()) {
      const target = states.find(({ ledgerId }) => ledgerId === peerId);
      const sent = source.sent[number];
      const received = target?.received[target.peers.indexOf(source.ledgerId)];
      if (target === undefined || sent === undefined || received === undefined)
        return { inFlight, reason: `${peerId}, a peer of ${source.ledgerId}, is not among the copies` };
      if (received.count > sent.count)
        return { inFlight, reason: `${peerId} has taken ${received.count} transfers of ${source.ledgerId}, which has sent ${sent.count}` };
      if (sent.count > received.count + batchSize)
        return { inFlight, reason: `${source.ledgerId} has sent ${sent.count} transfers to ${peerId}, which has taken ${received.count}` };
      if (sent.count === received.count && sent.sum !== received.sum)
        return { inFlight, reason: `${source.ledgerId} and ${peerId} disagree about the money that passed` };
      inFlight += sent.sum - received.sum;
    }
  }
  return { inFlight, reason: null };
}
