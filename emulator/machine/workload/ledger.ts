// A transaction ledger in a region of a disk: write-ahead log, checkpoints, and an invariant that any copy of the disk can be held against.
import { sectorBytes, type BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import {
  encodeSuperblock,
  encodeTable,
  encodeTransfer,
  nextChain,
  places,
  superblockBytes,
  type LedgerShape,
  type LedgerState,
  type Superblock,
  type Transfer,
} from './ledgerFormat.ts';
import { applyTransfer, newLedger, openLedger } from './ledgerRecovery.ts';
import { Turns } from '../turns.ts';
import { Pace, Quota } from './pacing.ts';
import type { Workload, WorkloadHost, WorkloadStatus } from './workload.ts';

export interface LedgerSettings {
  readonly kind: 'ledger';
  /** Unique in the lab. */
  readonly ledgerId: string;
  readonly diskId: string;
  /** Start of the region, a multiple of 512. */
  readonly offset: number;
  readonly transfersPerSecond: number;
  readonly tickMs?: number;
  readonly accountCount?: number;
  readonly logSectors?: number;
  /** Ledger ids of the other machines of the group. */
  readonly peers?: readonly string[];
}

const openingBalance = 1000;
const largestAmount = 20;

export class Ledger implements Workload {
  readonly name: string;
  readonly settings: LedgerSettings;
  readonly #random: Random;
  readonly #pace: Pace;
  readonly #quota: Quota;
  readonly #turns = new Turns();
  readonly #shape: LedgerShape;
  #device: BlockDevice | undefined;
  #state: LedgerState | undefined;
  #superblock: Superblock | undefined;
  #quiesced = false;
  #writtenBytes = 0;
  #problem: string | null = null;

  constructor(kernel: Pick<Kernel, 'clock' | 'random'>, settings: LedgerSettings) {
    const { ledgerId, tickMs = 1000, accountCount = 600, logSectors = 4096 } = settings;
    this.name = `ledger ${ledgerId}`;
    this.settings = settings;
    this.#shape = { accountCount, logSectors };
    this.#random = kernel.random.fork(`ledger ${ledgerId}`);
    this.#pace = new Pace({ clock: kernel.clock, name: this.name, tickMs });
    this.#quota = new Quota(settings.transfersPerSecond, tickMs);
  }

  get ledgerId(): string {
    return this.settings.ledgerId;
  }

  /** Transfers are taken and sent only while this is true. */
  get writing(): boolean {
    return this.#state !== undefined && !this.#quiesced;
  }

  /** Number of the newest transfer on the disk; 0 when not running. */
  get sequence(): number {
    return this.#state?.sequence ?? 0;
  }

  async start(host: WorkloadHost): Promise<void> {
    await this.#turns.take(async () => {
      const device = host.disk(this.settings.diskId);
      const opening = await openLedger(device, this.settings.offset);
      if (opening.kind === 'broken') {
        this.#problem = opening.reason;
        return;
      }
      this.#device = device;
      this.#problem = null;
      this.#quiesced = false;
      this.#superblock = opening.kind === 'open' ? opening.superblock : undefined;
      this.#state =
        opening.kind === 'open' ? opening.state : newLedger({ ledgerId: this.ledgerId, peers: this.settings.peers ?? [], shape: this.#shape, openingBalance });
      if (opening.kind === 'empty' || opening.replayed > 0) await this.#checkpoint();
    });
    if (this.#state !== undefined) this.#pace.start(() => this.tick());
  }

  /** What one tick of the pace does: the transfers due, in one write. */
  async tick(): Promise<void> {
    await this.#turns.take(async () => {
      const count = this.#quota.take();
      if (!this.writing || count === 0) return;
      const pick = (): number => this.#random.integer(this.#required().shape.accountCount);
      await this.#append(count, () => ({ kind: 'internal', account: pick(), counterpart: pick(), amount: 1 + this.#random.integer(largestAmount) }));
    });
  }

  /** Sends money to a peer: the record is on the disk when this ends. @returns false when the ledger does not write now */
  async send(peerId: string, amounts: readonly number[]): Promise<boolean> {
    return this.#pass('sent', peerId, amounts);
  }

  /** Takes money that a peer has sent. @returns false when the ledger does not write now */
  async receive(peerId: string, amounts: readonly number[]): Promise<boolean> {
    return this.#pass('received', peerId, amounts);
  }

  /** Transfers exchanged with a peer so far. @throws LabError NotFound */
  exchanged(peerId: string): { sent: number; received: number } {
    const peer = this.#peer(peerId);
    return { sent: this.#state?.sent[peer]?.count ?? 0, received: this.#state?.received[peer]?.count ?? 0 };
  }

  async quiesce(): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#state === undefined) return;
      await this.#checkpoint();
      this.#quiesced = true;
    });
  }

  async resume(): Promise<void> {
    this.#quiesced = false;
  }

  async stop(how: 'graceful' | 'killed'): Promise<void> {
    this.#pace.stop();
    await this.#turns.take(async () => {
      if (how === 'graceful' && this.#state !== undefined && !this.#quiesced) await this.#checkpoint();
      this.#state = undefined;
      this.#device = undefined;
    });
  }

  describe(): WorkloadStatus {
    return { kind: 'ledger', diskId: this.settings.diskId, running: this.#pace.running, writtenBytes: this.#writtenBytes, problem: this.#problem };
  }

  /** Stops writing because the records contradict those of a peer. */
  fail(reason: string): void {
    this.#problem = reason;
    this.#pace.stop();
    this.#state = undefined;
  }

  async #pass(kind: 'sent' | 'received', peerId: string, amounts: readonly number[]): Promise<boolean> {
    const counterpart = this.#peer(peerId);
    return this.#turns.take(async () => {
      if (!this.writing) return false;
      const accountCount = this.#required().shape.accountCount;
      await this.#append(amounts.length, (index) => ({ kind, account: this.#random.integer(accountCount), counterpart, amount: amounts[index] as number }));
      return true;
    });
  }

  /** The log is written before the accounts change; the records of one call go out in their order. */
  async #append(count: number, make: (index: number) => Omit<Transfer, 'sequence'>): Promise<void> {
    const state = this.#required();
    const half = Math.floor(state.shape.logSectors / 2);
    for (let done = 0; done < count;) {
      if (state.sequence - (this.#superblock?.sequence ?? 0) >= half) await this.#checkpoint();
      const step = Math.min(count - done, half - (state.sequence - (this.#superblock?.sequence ?? 0)));
      const transfers = Array.from({ length: step }, (_, index): Transfer => ({ sequence: state.sequence + 1 + index, ...make(done + index) }));
      await this.#writeLog(transfers);
      for (const transfer of transfers) applyTransfer(state, transfer);
      done += step;
    }
  }

  async #writeLog(transfers: readonly Transfer[]): Promise<void> {
    const { chain: firstChain, sequence, shape } = this.#required();
    const bytes = Buffer.allocUnsafe(transfers.length * sectorBytes);
    let chain = firstChain;
    for (const [index, transfer] of transfers.entries()) {
      chain = nextChain(chain, transfer);
      encodeTransfer(bytes.subarray(index * sectorBytes, (index + 1) * sectorBytes), transfer, chain);
    }
    const first = (sequence + 1) % shape.logSectors;
    const upToEnd = Math.min(transfers.length, shape.logSectors - first) * sectorBytes;
    const { log } = places(shape);
    await this.#write(log + first * sectorBytes, bytes.subarray(0, upToEnd));
    if (upToEnd < bytes.length) await this.#write(log, bytes.subarray(upToEnd));
  }

  /** Accounts into the table not in use, then the superblock that makes it the one in use. */
  async #checkpoint(): Promise<void> {
    const state = this.#required();
    const previous = this.#superblock;
    if (previous !== undefined && previous.sequence === state.sequence) return;
    const generation = (previous?.generation ?? 0) + 1;
    const table = previous?.table === 0 ? 1 : 0;
    await this.#write(places(state.shape).table[table], encodeTable(state.balances, generation));
    const { ledgerId, peers, shape, openingTotal, sequence, chain, sent, received } = state;
    const superblock: Superblock = {
      generation,
      table,
      sequence,
      chain,
      ledgerId,
      peers,
      shape,
      openingTotal,
      sent: sent.map((counter) => ({ ...counter })),
      received: received.map((counter) => ({ ...counter })),
    };
    await this.#write((generation % 2) * superblockBytes, encodeSuperblock(superblock));
    this.#superblock = superblock;
  }

  async #write(place: number, bytes: Buffer): Promise<void> {
    if (this.#device === undefined) throw new Error(`${this.name} has no disk`);
    await this.#device.write(this.settings.offset + place, bytes);
    this.#writtenBytes += bytes.length;
  }

  #required(): LedgerState {
    if (this.#state === undefined) throw new Error(`${this.name} is not open`);
    return this.#state;
  }

  #peer(peerId: string): number {
    const peer = (this.#state?.peers ?? this.settings.peers ?? []).indexOf(peerId);
    if (peer < 0) throw new LabError('NotFound', `${peerId} is no peer of ${this.name}.`);
    return peer;
  }
}
