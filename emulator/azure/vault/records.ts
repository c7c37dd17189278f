// The vault's durable records: one table per kind of document over the role's store.
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';
import type { RecoveryPoint, PendingPoint } from '../../replication/recoveryPoint.ts';
import type { VaultEvent } from './health/events.ts';
import type { PairRecord, ProtectedItem } from './items/state.ts';
import type { PlanActivity, PlanRecord } from './plans/state.ts';
import type { MappingRecord, PolicyRecord } from './policies/state.ts';
import type { SettingRecord } from './settings.ts';
import type { ConfigServerRecord, ProcessServerHistory, SiteTaskRecord } from './site/state.ts';
import type { VCenterRecord } from './site/vCenters.ts';

/** Records are never changed in place, so readers share what the table holds in memory; every write goes to the store at once. */
export class Table<T> {
  readonly #store: Store;
  readonly #kind: string;
  readonly #idOf: (record: T) => string;
  readonly #indexes: TableIndex<T>[] = [];
  #rows: Map<string, T> | undefined;

  constructor(store: Store, kind: string, idOf: (record: T) => string) {
    this.#store = store;
    this.#kind = kind;
    this.#idOf = idOf;
  }

  /** Finds records by another key than their id, however many there are. Call before anything is read. */
  indexed(keyOf: (record: T) => string): TableIndex<T> {
    const index = new TableIndex(() => this.#loaded().values(), this.#idOf, keyOf);
    this.#indexes.push(index);
    return index;
  }

  get(id: string): T | undefined {
    return this.#loaded().get(id);
  }

  /** @throws LabError NotFound */
  require(id: string): T {
    const record = this.get(id);
    if (record === undefined) throw new LabError('NotFound', `${this.#kind} ${id}.`);
    return record;
  }

  put(record: T): T {
    this.#store.put(this.#kind, this.#idOf(record), record);
    const former = this.get(this.#idOf(record));
    this.#loaded().set(this.#idOf(record), record);
    for (const index of this.#indexes) index.replace(former, record);
    return record;
  }

  /** Reads, changes and writes in one synchronous step. */
  change(id: string, change: (record: T) => T): T {
    return this.put(change(this.require(id)));
  }

  delete(id: string): void {
    this.#store.delete(this.#kind, id);
    const former = this.get(id);
    this.#loaded().delete(id);
    for (const index of this.#indexes) index.replace(former, undefined);
  }

  /** In the order of their first `put`. */
  list(): T[] {
    return [...this.#loaded().values()];
  }

  clear(): void {
    for (const id of this.#loaded().keys()) this.delete(id);
  }

  /** The store went back: read again. */
  forget(): void {
    this.#rows = undefined;
    for (const index of this.#indexes) index.forget();
  }

  #loaded(): Map<string, T> {
    this.#rows ??= new Map(this.#store.list<T>(this.#kind).map((record) => [this.#idOf(record), record]));
    return this.#rows;
  }
}

/** Records of a table by a key that several may share. */
export class TableIndex<T> {
  readonly #all: () => Iterable<T>;
  readonly #idOf: (record: T) => string;
  readonly #keyOf: (record: T) => string;
  #groups: Map<string, Map<string, T>> | undefined;

  constructor(all: () => Iterable<T>, idOf: (record: T) => string, keyOf: (record: T) => string) {
    this.#all = all;
    this.#idOf = idOf;
    this.#keyOf = keyOf;
  }

  /** In the order of their first `put`. */
  get(key: string): T[] {
    this.#groups ??= this.#read();
    return [...(this.#groups.get(key)?.values() ?? [])];
  }

  /** The table has changed. */
  replace(former: T | undefined, present: T | undefined): void {
    if (this.#groups === undefined) return;
    if (former !== undefined && (present === undefined || this.#keyOf(present) !== this.#keyOf(former))) {
      const group = this.#groups.get(this.#keyOf(former));
      group?.delete(this.#idOf(former));
      if (group?.size === 0) this.#groups.delete(this.#keyOf(former));
    }
    if (present !== undefined) groupOf(this.#groups, this.#keyOf(present)).set(this.#idOf(present), present);
  }

  forget(): void {
    this.#groups = undefined;
  }

  #read(): Map<string, Map<string, T>> {
    const groups = new Map<string, Map<string, T>>();
    for (const record of this.#all()) groupOf(groups, this.#keyOf(record)).set(this.#idOf(record), record);
    return groups;
  }
}

function groupOf<T>(groups: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const group = groups.get(key) ?? new Map<string, T>();
  groups.set(key, group);
  return group;
}

export function osDiskFirst(one: PairRecord, other: PairRecord): number {
  return Number(other.osDisk) - Number(one.osDisk);
}

export class Records {
  readonly #store: Store;
  readonly #tables = new Map<string, Table<never>>();
  readonly #pairsByItem: TableIndex<PairRecord>;
  readonly policies: Table<PolicyRecord>;
  readonly mappings: Table<MappingRecord>;
  readonly configServers: Table<ConfigServerRecord>;
  readonly vCenters: Table<VCenterRecord>;
  readonly siteTasks: Table<SiteTaskRecord>;
  readonly processServerHistories: Table<ProcessServerHistory>;
  readonly items: Table<ProtectedItem>;
  readonly pairs: Table<PairRecord>;
  readonly plans: Table<PlanRecord>;
  readonly planActivities: Table<PlanActivity>;
  readonly events: Table<VaultEvent>;
  readonly settings: Table<SettingRecord>;

  constructor(store: Store) {
    this.#store = store;
    this.policies = this.#table('policy', (policy) => policy.name);
    this.mappings = this.#table('mapping', (mapping) => mapping.mappingId);
    this.configServers = this.#table('configServer', (server) => server.hostId);
    this.vCenters = this.#table('vCenter', (vCenter) => vCenter.vCenterId);
    this.siteTasks = this.#table('siteTask', (task) => task.taskId);
    this.processServerHistories = this.#table('processServerHistory', (history) => history.hostId);
    this.items = this.#table('item', (item) => item.itemId);
    this.pairs = this.#table('pair', (pair) => pair.pairId);
    this.#pairsByItem = this.pairs.indexed((pair) => pair.itemId);
    this.plans = this.#table('plan', (plan) => plan.name);
    this.planActivities = this.#table('planActivity', (activity) => activity.key);
    this.settings = this.#table('setting', (setting) => setting.name);
    this.events = this.#table('event', (event) => event.eventId);
  }

  /** One table per item: lists of points stay short however many machines there are. */
  points(itemId: string): Table<RecoveryPoint> {
    return this.#table(`recoveryPoint/${itemId}`, (point) => point.recoveryPointId);
  }

  /** By mark id. */
  pendingPoints(itemId: string): Table<PendingPoint> {
    return this.#table(`pendingPoint/${itemId}`, (pending) => pending.mark.id);
  }

  /** Active pairs of the item's present direction; that of the OS disk first, also when it was made anew because its disk has grown. */
  activePairs(item: ProtectedItem): PairRecord[] {
    return this.#pairsByItem
      .get(item.itemId)
      .filter((pair) => pair.direction === item.direction && pair.state === 'active')
      .sort(osDiskFirst);
  }

  /** The newest pair of each disk in the item's present direction, whether its batches are still processed or not. */
  latestPairs(item: ProtectedItem): PairRecord[] {
    const newest = new Map<string, PairRecord>();
    for (const pair of this.#pairsByItem.get(item.itemId)) if (pair.direction === item.direction && pair.state !== 'outgrown') newest.set(pair.diskId, pair);
    return [...newest.values()].sort(osDiskFirst);
  }

  groupMembers(groupId: string): ProtectedItem[] {
    return this.items.list().filter((item) => item.groupId === groupId);
  }

  /** Everything goes, of a vault without items. */
  erase(): void {
    for (const table of this.#tables.values()) table.clear();
  }

  /** All or nothing; `work` must not await. */
  transaction<T>(work: () => T): T {
    try {
      return this.#store.transaction(work);
    } catch (error) {
      for (const table of this.#tables.values()) table.forget();
      throw error;
    }
  }

  #table<T>(kind: string, idOf: (record: T) => string): Table<T> {
    const table = (this.#tables.get(kind) as Table<T> | undefined) ?? new Table<T>(this.#store, kind, idOf);
    this.#tables.set(kind, table as unknown as Table<never>);
    return table;
  }
}
