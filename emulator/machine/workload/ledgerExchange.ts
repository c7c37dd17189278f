// Business between machines: moves money between the ledgers of a replication group, so that only a common moment of all disks adds up.
import { createHash } from 'node:crypto';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Ledger } from './ledger.ts';
import { Turns } from '../turns.ts';
import { Pace, Quota } from './pacing.ts';

export interface LedgerExchangeOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'network'>;
  /** Two or more, each with all the others as peers. */
  readonly ledgers: readonly Ledger[];
  /** Transfers per second and direction. */
  readonly transfersPerSecond: number;
  /** At most this many transfers of one direction are on their way; `verifyGroup` needs the same figure. */
  readonly batchSize: number;
  readonly tickMs?: number;
}

/** The amount of a transfer follows from its number, so that what one side sent can be delivered again after the other was away. */
export class LedgerExchange implements AsyncDisposable {
  readonly #options: LedgerExchangeOptions;
  readonly #pace: Pace;
  readonly #quota: Quota;
  readonly #turns = new Turns();

  constructor(options: LedgerExchangeOptions) {
    const { tickMs = 1000 } = options;
    this.#options = options;
    this.#pace = new Pace({ clock: options.kernel.clock, name: `exchange ${options.ledgers.map(({ ledgerId }) => ledgerId).join(' ')}`, tickMs });
    this.#quota = new Quota(options.transfersPerSecond, tickMs);
  }

  start(): void {
    this.#pace.start(() => this.tick());
  }

  /** One round between every two ledgers that both run. */
  async tick(): Promise<void> {
    const { kernel, ledgers } = this.#options;
    if (kernel.network.get('machine-machine').state !== 'up') return;
    await this.#turns.take(async () => {
      const due = this.#quota.take();
      for (const source of ledgers) for (const target of ledgers) if (source !== target) await this.#pass(source, target, due);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pace.stop();
    await this.#turns.take(async () => undefined);
  }

  async #pass(source: Ledger, target: Ledger, due: number): Promise<void> {
    if (!source.writing || !target.writing) return;
    for (let left = due; left > 0; left -= this.#options.batchSize) {
      if (!(await this.#deliver(source, target))) return;
      const { sent } = source.exchanged(target.ledgerId);
      if (!(await source.send(target.ledgerId, amounts(source, target, { from: sent, to: sent + Math.min(left, this.#options.batchSize) })))) return;
    }
    await this.#deliver(source, target);
  }

  /** Hands over what was sent and not taken. @returns whether nothing is on its way any more */
  async #deliver(source: Ledger, target: Ledger): Promise<boolean> {
    if (!source.writing || !target.writing) return false;
    const { sent } = source.exchanged(target.ledgerId);
    const { received } = target.exchanged(source.ledgerId);
    if (received > sent) {
      const reason = `${target.ledgerId} has taken ${received} transfers of ${source.ledgerId}, which has sent ${sent}: the machines do not come from one recovery point`;
      source.fail(reason);
      target.fail(reason);
      return false;
    }
    return sent === received || target.receive(source.ledgerId, amounts(source, target, { from: received, to: sent }));
  }
}

function amounts(source: Ledger, target: Ledger, numbers: { from: number; to: number }): number[] {
  return Array.from({ length: numbers.to - numbers.from }, (_, index) => {
    const digest = createHash('sha256')
      .update(`${source.ledgerId} ${target.ledgerId} ${numbers.from + index}`)
      .digest();
    return 1 + (digest.readUInt16LE(0) % 50);
  });
}
