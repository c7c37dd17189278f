// The vault's durable records: one table per kind of document over the role's store.
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';
import type { RecoveryPoint, PendingPoint } from '../../replication/recoveryPoint.ts';
import type { VaultEvent } from './health/events.ts';
import type { PairRecord, ProtectedItem } from './items/state.ts';
import type { PlanRecord } from './plans/state.ts';
import type { MappingRecord, PolicyRecord } from './policies/state.ts';
import type { ConfigServerRecord, ProcessServerHistory, SiteTaskRecord } from './site/state.ts';

export class Table<T> {
  readonly #store: Store;
  readonly #kind: string;
  readonly #idOf: (record: T) => string;

  constructor(store: Store, kind: string, idOf: (record: T) => string) {
    this.#store = store;
    this.#kind = kind;
    this.#idOf = idOf;
  }

  get(id: string): T | undefined {
    return this.#store.get<T>(this.#kind, id);
  }

  /** @throws LabError NotFound */
  require(id: string): T {
    const record = this.get(id);
    if (record === undefined) throw new LabError('NotFound', `${this.#kind} ${id}.`);
    return record;
  }

  put(record: T): T {
    this.#store.put(this.#kind, this.#idOf(record), record);
    return record;
  }

  /** Reads, changes and writes in one synchronous step. */
  change(id: string, change: (record: T) => T): T {
    return this.put(change(this.require(id)));
  }

  delete(id: string): void {
    this.#store.delete(this.#kind, id);
  }

  list(): T[] {
    return this.#store.list<T>(this.#kind);
  }
}

export class Records {
  readonly store: Store;
  readonly policies: Table<PolicyRecord>;
  readonly mappings: Table<MappingRecord>;
  readonly configServers: Table<ConfigServerRecord>;
  readonly siteTasks: Table<SiteTaskRecord>;
  readonly processServerHistories: Table<ProcessServerHistory>;
  readonly items: Table<ProtectedItem>;
  readonly pairs: Table<PairRecord>;
  readonly plans: Table<PlanRecord>;
  readonly events: Table<VaultEvent>;

  constructor(store: Store) {
    this.store = store;
    this.policies = new Table(store, 'policy', (policy) => policy.name);
    this.mappings = new Table(store, 'mapping', (mapping) => mapping.mappingId);
    this.configServers = new Table(store, 'configServer', (server) => server.hostId);
    this.siteTasks = new Table(store, 'siteTask', (task) => task.taskId);
    this.processServerHistories = new Table(store, 'processServerHistory', (history) => history.hostId);
    this.items = new Table(store, 'item', (item) => item.itemId);
    this.pairs = new Table(store, 'pair', (pair) => pair.pairId);
    this.plans = new Table(store, 'plan', (plan) => plan.name);
    this.events = new Table(store, 'event', (event) => event.eventId);
  }

  /** One table per item: lists of points stay short however many machines there are. */
  points(itemId: string): Table<RecoveryPoint> {
    return new Table(this.store, `recoveryPoint/${itemId}`, (point) => point.recoveryPointId);
  }

  /** By mark id. */
  pendingPoints(itemId: string): Table<PendingPoint> {
    return new Table(this.store, `pendingPoint/${itemId}`, (pending) => pending.mark.id);
  }

  /** Active pairs of the item's present direction. */
  activePairs(item: ProtectedItem): PairRecord[] {
    return this.pairs.list().filter((pair) => pair.itemId === item.itemId && pair.direction === item.direction && pair.state === 'active');
  }

  groupMembers(groupId: string): ProtectedItem[] {
    return this.items.list().filter((item) => item.groupId === groupId);
  }

  transaction<T>(work: () => T): T {
    return this.store.transaction(work);
  }
}
