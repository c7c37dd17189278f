// What the Mobility service keeps on the machine's system disk: its orders and how far it obeyed them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TimeMs } from '../../kernel/clock.ts';
import { Store } from '../../kernel/store.ts';
import type { MachineOrder } from '../../replication/orders.ts';

export interface MarkHistory {
  readonly lastMarkMs: TimeMs | null;
  readonly lastAppMarkMs: TimeMs | null;
  /** Since the last success (90074, 90075). */
  readonly crashFailures: number;
  readonly appFailures: number;
}

interface AgentRecord {
  readonly version: string;
  /** The newest order; replication goes on by it after a boot without the configuration server. */
  readonly order: MachineOrder | null;
  /** The newest request for a mark that was obeyed. */
  readonly obeyedRequestId: string | null;
  readonly marks: MarkHistory;
}

/** One record, durable at each change. */
export class AgentState implements Disposable {
  readonly #store: Store;
  #record: AgentRecord;

  private constructor(store: Store, version: string) {
    this.#store = store;
    const kept = store.get<AgentRecord>('agent', 'state');
    this.#record = kept ?? { version, order: null, obeyedRequestId: null, marks: { lastMarkMs: null, lastAppMarkMs: null, crashFailures: 0, appFailures: 0 } };
    if (kept === undefined) this.#save({});
  }

  /**
   * @param version what is installed, if the folder does not know yet
   * @throws LabError StateDatabaseDamaged, StateVersionUnknown
   */
  static open(folder: string, version: string): AgentState {
    mkdirSync(folder, { recursive: true });
    return new AgentState(new Store(join(folder, 'agent.db')), version);
  }

  get version(): string {
    return this.#record.version;
  }

  get order(): MachineOrder | null {
    return this.#record.order;
  }

  get obeyedRequestId(): string | null {
    return this.#record.obeyedRequestId;
  }

  get marks(): MarkHistory {
    return this.#record.marks;
  }

  set version(version: string) {
    this.#save({ version });
  }

  set order(order: MachineOrder | null) {
    this.#save({ order });
  }

  set obeyedRequestId(obeyedRequestId: string | null) {
    this.#save({ obeyedRequestId });
  }

  changeMarks(change: Partial<MarkHistory>): void {
    this.#save({ marks: { ...this.#record.marks, ...change } });
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  #save(change: Partial<AgentRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#store.put('agent', 'state', this.#record);
  }
}
