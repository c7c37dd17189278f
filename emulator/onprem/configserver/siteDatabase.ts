// The configuration server's database: typed access to its records, kept in one Store of its folder.
import type { Store } from '../../kernel/store.ts';
import { LabError } from '../../kernel/errors.ts';
import type { SiteSettings, VCenterOrder } from '../../replication/orders.ts';
import type { TaskResult } from '../../replication/reports.ts';
import {
  noDiscovery,
  noSettings,
  type AccountRecord,
  type DiscoveryRecord,
  type HostRecord,
  type PairHistory,
  type PhysicalServerRecord,
  type SetupRecord,
  type SiteState,
  type VaultRegistration,
} from './state.ts';

export class SiteDatabase implements Disposable {
  readonly #store: Store;
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Activities that end after the server was closed have nowhere to write. */
  get closed(): boolean {
    return this.#closed;
  }

  get setup(): SetupRecord | undefined {
    return this.#store.get<SetupRecord>('site', 'setup');
  }

  set setup(record: SetupRecord) {
    this.#store.put('site', 'setup', record);
  }

  get vault(): VaultRegistration | undefined {
    return this.#store.get<VaultRegistration>('site', 'vault');
  }

  set vault(record: VaultRegistration | undefined) {
    if (record === undefined) this.#store.delete('site', 'vault');
    else this.#store.put('site', 'vault', record);
  }

  /** Where it listened last. */
  get port(): number | undefined {
    return this.#store.get<number>('site', 'port');
  }

  set port(port: number) {
    this.#store.put('site', 'port', port);
  }

  get clockSkewMs(): number {
    return this.#store.get<number>('site', 'clockSkewMs') ?? 0;
  }

  set clockSkewMs(skewMs: number) {
    this.#store.put('site', 'clockSkewMs', skewMs);
  }

  get settings(): SiteSettings {
    return this.#store.get<SiteSettings>('site', 'settings') ?? noSettings;
  }

  get discovery(): DiscoveryRecord {
    return this.#store.get<DiscoveryRecord>('site', 'discovery') ?? noDiscovery;
  }

  set discovery(record: DiscoveryRecord) {
    this.#store.put('site', 'discovery', record);
  }

  /** Takes a newer will of the vault; results that it has seen (it no longer lists their tasks) are forgotten. */
  takeSettings(settings: SiteSettings, histories: readonly PairHistory[]): void {
    this.#store.transaction(() => {
      this.#store.put('site', 'settings', settings);
      for (const history of histories) this.#store.put('pairHistory', history.pairId, history);
      const pairs = new Set(settings.machines.flatMap((machine) => machine.pairs.map((pair) => pair.pairId)));
      for (const { pairId } of this.histories()) if (!pairs.has(pairId)) this.#store.delete('pairHistory', pairId);
      const listed = new Set(settings.tasks.map((task) => task.taskId));
      for (const { taskId } of this.taskResults()) if (!listed.has(taskId)) this.#store.delete('taskResult', taskId);
    });
  }

  hosts(): HostRecord[] {
    return this.#store.list<HostRecord>('host');
  }

  host(hostId: string): HostRecord | undefined {
    return this.#store.get<HostRecord>('host', hostId);
  }

  /** @throws LabError HostNotRegistered */
  requireHost(hostId: string): HostRecord {
    const host = this.host(hostId);
    if (host === undefined) throw new LabError('HostNotRegistered', hostId);
    return host;
  }

  putHost(record: HostRecord): void {
    this.#store.put('host', record.hostId, record);
  }

  accounts(): AccountRecord[] {
    return this.#store.list<AccountRecord>('account');
  }

  account(accountId: string): AccountRecord | undefined {
    return this.#store.get<AccountRecord>('account', accountId);
  }

  putAccount(record: AccountRecord): void {
    this.#store.put('account', record.accountId, record);
  }

  vCenters(): VCenterOrder[] {
    return this.#store.list<VCenterOrder>('vCenter');
  }

  putVCenter(record: VCenterOrder): void {
    this.#store.put('vCenter', record.vCenterId, record);
  }

  /** Keeps the former settings until it is known whether the new ones work. Doing it twice does no harm. */
  changeVCenter(taskId: string, vCenter: VCenterOrder): void {
    this.#store.transaction(() => {
      const former = this.#store.get<VCenterOrder>('vCenter', vCenter.vCenterId);
      if (former !== undefined && this.#store.get('formerVCenter', taskId) === undefined) this.#store.put('formerVCenter', taskId, former);
      this.putVCenter(vCenter);
    });
  }

  endVCenterChange(taskId: string, how: 'keep' | 'takeBack'): void {
    const former = this.#store.get<VCenterOrder>('formerVCenter', taskId);
    if (former !== undefined && how === 'takeBack') this.putVCenter(former);
    this.#store.delete('formerVCenter', taskId);
  }

  removeVCenter(vCenterId: string): void {
    this.#store.transaction(() => {
      this.#store.delete('vCenter', vCenterId);
      const { machines, vCenters } = this.discovery;
      this.discovery = {
        machines: machines.filter((machine) => machine.vCenterId !== vCenterId),
        vCenters: vCenters.filter((report) => report.vCenterId !== vCenterId),
      };
    });
  }

  physicalServers(): PhysicalServerRecord[] {
    return this.#store.list<PhysicalServerRecord>('physicalServer');
  }

  putPhysicalServer(record: PhysicalServerRecord): void {
    this.#store.put('physicalServer', record.taskId, record);
  }

  /** Forgets a physical server and what discovery said of it. */
  removePhysicalServer(record: PhysicalServerRecord): void {
    this.#store.transaction(() => {
      this.#store.delete('physicalServer', record.taskId);
      const { machines, vCenters } = this.discovery;
      this.discovery = { machines: machines.filter((machine) => machine.machineId !== record.machineId), vCenters };
    });
  }

  taskResults(): TaskResult[] {
    return this.#store.list<TaskResult>('taskResult');
  }

  putTaskResult(result: TaskResult): void {
    this.#store.put('taskResult', result.taskId, result);
  }

  histories(): PairHistory[] {
    return this.#store.list<PairHistory>('pairHistory');
  }

  transaction<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  /** Everything the hosts' settings are made of, as it is now. */
  site(name: string, nowMs: number): SiteState {
    return {
      nowMs,
      name,
      settings: this.settings,
      hosts: this.hosts(),
      accounts: this.accounts(),
      vCenters: this.vCenters(),
      physicalServers: this.physicalServers(),
      discovery: this.discovery,
      histories: this.histories(),
      finished: new Set(this.taskResults().map((result) => result.taskId)),
    };
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#store[Symbol.dispose]();
  }
}
