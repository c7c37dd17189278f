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
  #rows: Map<string, T> | undefined;

  constructor(store: Store, kind: string, idOf: (record: T) => string) {
    this.#store = store;
    this.#kind = kind;
    this.#idOf = idOf;
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
    this.#loaded().set(this.#idOf(record), record);
    return record;
  }

  /** Reads, changes and writes in one synchronous step. */
  change(id: string, change: (record: T) => T): T {
    return this.put(change(this.require(id)));
  }

  delete(id: string): void {
    this.#store.delete(this.#kind, id);
    this.#loaded().delete(id);
  }

  /** In the order of their first `put`. */
  list(): T[] {
    return [...this.#loaded().values()];
  }

  clear(): void {
    for (const id of [...this.#loaded().keys()]) this.delete(id);
  }

  /** The store went back: read again. */
  forget(): void {
    this.#rows = undefined;
  }

  #loaded(): Map<string, T> {
    this.#rows ??= new Map(this.#store.list<T>(this.#kind).map((record) => [this.#idOf(record), record]));
    return this.#rows;
  }
}

export function osDiskFirst(one: PairRecord, other: PairRecord): number {
  return Number(other.osDisk) - Number(one.osDisk);
}

export class Records {
  readonly #store: Store;
  readonly #tables = new Map<string, Table<never>>();
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
    return this.pairs
      .list()
      .filter((pair) => pair.itemId === item.itemId && pair.direction === item.direction && pair.state === 'active')
      .sort(osDiskFirst);
  }

  /** The newest pair of each disk in the item's present direction, whether its batches are still processed or not. */
  latestPairs(item: ProtectedItem): PairRecord[] {
    const newest = new Map<string, PairRecord>();
    for (const pair of this.pairs.list())
      if (pair.itemId === item.itemId && pair.direction === item.direction && pair.state !== 'outgrown') newest.set(pair.diskId, pair);
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
