// The Recovery Services vault: jobs, items, points and plans behind one class; it never touches the site but by settings and reports.
import { JobRunner } from '../../kernel/jobs.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';
import type { TimeMs } from '../../kernel/clock.ts';
import { worstLevel, type HealthLevel } from '../../replication/health.ts';
import type { RecoveryPoint } from '../../replication/recoveryPoint.ts';
import type { Consistency } from '../../replication/stations.ts';
import type { VaultContext } from './context.ts';
import { defineJobs } from './defineJobs.ts';
import type { VaultDeps } from './deps.ts';
import { EventLog, type VaultEvent } from './health/events.ts';
import { HealthWatch } from './health/healthWatch.ts';
import { refreshHealthJob } from './health/refreshHealth.ts';
import { configServerProblems, serverHealth, type ServerProblem } from './health/servers.ts';
import { advanceInitialReplication } from './items/initialReplication.ts';
import { resyncRequired } from './items/itemJobs.ts';
import { startDueResyncs } from './items/maintenance.ts';
import { PairTargets } from './items/pairTargets.ts';
import { removeOutgrown } from './items/pairs.ts';
import { allowedOperations, type ItemOperation } from './items/protectionState.ts';
import { RecoveryPoints } from './items/recoveryPoints.ts';
import { activeDirection, activeLocation, activeSite, type PairRecord, type ProtectedItem } from './items/state.ts';
import { pointsOf, requestMark } from './failover/points.ts';
import { endOverdueDrills } from './failover/testFailover.ts';
import { VaultOperations } from './operations.ts';
import { planView, scriptPlaces, type PlanView, type ScriptPlace } from './plans/planView.ts';
import { profiles } from './profiles.ts';
import { Records } from './records.ts';
import { issueCredentials } from './site/credentials.ts';
import { setReplicationPath } from './site/registration.ts';
import { VaultSettings } from './settings.ts';
import { SiteLink } from './site/siteLink.ts';
import { SiteService } from './site/siteService.ts';
import type { ReplicationPath } from './site/state.ts';
import { vCentersOf, type VCenterView } from './site/vCenters.ts';

const tickMs = 60_000;

/** An item as readers want it: the record with what follows from it. */
export interface ItemView extends ProtectedItem {
  readonly allowedOperations: readonly ItemOperation[];
  readonly activeLocation: 'Primary' | 'Recovery';
  readonly activeSite: 'OnPrem' | 'Azure';
  readonly instanceType: 'InMageAzureV2' | 'InMage';
  readonly pairs: readonly PairRecord[];
}

export class Vault implements AsyncDisposable {
  readonly #context: VaultContext;
  readonly #health: HealthWatch;
  readonly #tick: { cancel(): void };
  /** What the site calls. */
  readonly site: SiteService;
  /** Everything that a user can ask for; each gives a job. */
  readonly operations: VaultOperations;
  readonly vaultSettings: VaultSettings;

  /** Takes up stored jobs and pairs where the former process left them. */
  static async open(deps: VaultDeps): Promise<Vault> {
    const vault = new Vault(deps);
    vault.#context.pairTargets.resume();
    vault.#context.jobs.resume();
    return vault;
  }

  /** Forgets the records of a vault that was disposed, in a store that others use too. */
  static erase(store: Store): void {
    store.transaction(() => {
      new Records(store).erase();
      JobRunner.erase(store);
    });
  }

  private constructor(deps: VaultDeps) {
    const { kernel, store, storage } = deps;
    const records = new Records(store);
    const jobs = new JobRunner({ kernel, store });
    const events = new EventLog({ kernel, events: records.events });
    const site = new SiteLink({ kernel, records, vaultUrl: deps.url, logTarget: (account) => storage.logTarget(account) });
    const pairTargets: PairTargets = new PairTargets({
      kernel,
      records,
      storage,
      onSnapshot: (pairId, snapshot) => points.take(pairId, snapshot),
      onChange: (pairId) => this.#pairChanged(pairId),
    });
    const points = new RecoveryPoints({
      kernel,
      records,
      removeSnapshot: (pairId, snapshotId) => pairTargets.removeSnapshot(pairId, snapshotId),
      onPoint: (itemId) => this.#pointMade(itemId),
    });
    this.#context = { kernel, deps, profile: { ...profiles[deps.profile], ...deps.profileChanges }, records, jobs, events, site, pairTargets, points };
    defineJobs(this.#context);
    this.operations = new VaultOperations(this.#context);
    this.vaultSettings = new VaultSettings(records.settings);
    this.#health = new HealthWatch(this.#context);
    this.site = new SiteService({ context: this.#context, health: this.#health });
    jobs.define(refreshHealthJob(this.#health));
    this.#tick = kernel.clock.every(tickMs, `vault ${deps.name}`, () => this.#onTick());
  }

  /** The file that a configuration server registers with; valid 5 days. */
  credentialsFile(): string {
    const { deps, kernel } = this.#context;
    return issueCredentials(
      {
        vaultName: deps.name,
        resourceGroupName: deps.resourceGroupName,
        subscriptionId: deps.subscriptionId,
        region: deps.region,
        vaultUrl: deps.url(),
        issuedMs: kernel.clock.now(),
      },
      deps.signingKey,
    );
  }

  plans(): PlanView[] {
    return this.#context.records.plans.list().map((plan) => planView(this.#context, plan));
  }

  /** What scripts of such a run of the plan are told, place by place; nothing is run. @throws LabError NotFound */
  scriptPlaces(request: Parameters<typeof scriptPlaces>[1]): ScriptPlace[] {
    return scriptPlaces(this.#context, request);
  }

  get records(): Pick<Records, 'policies' | 'mappings' | 'plans' | 'configServers' | 'items'> {
    return this.#context.records;
  }

  get jobs(): Pick<JobRunner, 'get' | 'has' | 'list' | 'cancel' | 'restart' | 'resumeSuspended' | 'subscribe'> {
    return this.#context.jobs;
  }

  items(): ItemView[] {
    return this.#context.records.items.list().map((item) => this.#view(item));
  }

  /** @throws LabError NotFound */
  item(itemId: string): ItemView {
    return this.#view(this.#context.records.items.require(itemId));
  }

  /** Names match in any case. */
  itemNamed(configServerId: string, name: string): ItemView | undefined {
    const item = this.#context.records.items.list().find((one) => one.configServerId === configServerId && one.name.toLowerCase() === name.toLowerCase());
    return item === undefined ? undefined : this.#view(item);
  }

  /** One per disk of the present direction: what replicates, or did until the last failover was committed. The OS disk first. */
  latestPairs(itemId: string): PairRecord[] {
    return this.#context.records.latestPairs(this.#context.records.items.require(itemId));
  }

  /** Mean change of all disks in the last minutes, bytes per second; null: not known. */
  churnBps(itemId: string): number | null {
    const rates = this.#context.records.activePairs(this.#context.records.items.require(itemId)).map((pair) => this.#health.churnBps(pair.pairId));
    return rates.every((rate) => rate === null) ? null : rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
  }

  /** Oldest first; of the item's present direction. */
  recoveryPoints(itemId: string): RecoveryPoint[] {
    return pointsOf(this.#context, this.#context.records.items.require(itemId));
  }

  /** The pair of a disk that a recovery point names: of a disk that has grown since, the former one. */
  pairOfPoint(itemId: string, recoveryPointId: string, diskId: string): { pair: PairRecord; snapshotId: string } | undefined {
    const held = this.recoveryPoints(itemId)
      .find((point) => point.recoveryPointId === recoveryPointId)
      ?.disks.find((disk) => disk.diskId === diskId);
    return held === undefined ? undefined : { pair: this.#context.records.pairs.require(held.pairId), snapshotId: held.snapshotId };
  }

  events(): VaultEvent[] {
    return this.#context.events.list();
  }

  onEvent(listener: (event: VaultEvent) => void): Disposable {
    return this.#context.events.subscribe(listener);
  }

  /** As the site last told of them, with the names that users gave them. @throws LabError NotFound */
  vCenters(configServerId: string): VCenterView[] {
    return vCentersOf(this.#context, this.#context.records.configServers.require(configServerId));
  }

  configServerHealth(configServerId: string): { level: HealthLevel; problems: (ServerProblem & { readonly sinceMs: TimeMs })[] } {
    const server = this.#context.records.configServers.require(configServerId);
    const problems = configServerProblems(this.#context, server);
    return {
      level: worstLevel(problems.map((problem) => problem.level)),
      problems: problems.map((problem) => ({ ...problem, sinceMs: this.#health.problemSinceMs(configServerId, problem) })),
    };
  }

  /** @throws LabError NotFound */
  processServerHealth(hostId: string): ReturnType<typeof serverHealth> {
    const processServer = this.#context.records.configServers
      .list()
      .flatMap((server) => server.processServers)
      .find((candidate) => candidate.hostId === hostId);
    if (processServer === undefined) throw new LabError('NotFound', `Process server ${hostId}.`);
    return serverHealth(this.#context, processServer);
  }

  setReplicationPath(configServerId: string, path: ReplicationPath): void {
    setReplicationPath(this.#context, configServerId, path);
  }

  /**
   * Asks the machine for a mark now; the point that comes of it carries the request's id.
   * @throws LabError OperationNotAllowed when the machine does not replicate
   */
  requestMark(itemId: string, consistency: Consistency): Promise<string> {
    const item = this.#context.records.items.require(itemId);
    if (activeDirection(item).replication !== 'running') throw new LabError('OperationNotAllowed', `${item.friendlyName} does not replicate.`);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#context.kernel.clock.start(`mark ${item.friendlyName}`, () => requestMark(this.#context, item, consistency).then(resolve, reject));
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tick.cancel();
    await this.#context.jobs[Symbol.asyncDispose]();
    await this.#context.pairTargets[Symbol.asyncDispose]();
  }

  #view(item: ProtectedItem): ItemView {
    return {
      ...item,
      allowedOperations: allowedOperations(item, resyncRequired(this.#context, item)),
      activeLocation: activeLocation(item),
      activeSite: activeSite(item),
      instanceType: item.direction === 'forward' ? 'InMageAzureV2' : 'InMage',
      pairs: this.#context.records.activePairs(item),
    };
  }

  #pointMade(itemId: string): void {
    advanceInitialReplication(this.#context, itemId);
    this.#context.jobs.wake();
  }

  #pairChanged(pairId: string): void {
    const pair = this.#context.records.pairs.get(pairId);
    if (pair?.resyncRequired !== null && pair !== undefined) this.#health.checkItem(pair.itemId);
  }

  #onTick(): void {
    const { records, points } = this.#context;
    for (const item of records.items.list()) points.prune(item.itemId);
    this.#health.tick();
    startDueResyncs(this.#context);
    endOverdueDrills(this.#context);
    if (records.pairs.list().some((pair) => pair.state === 'outgrown'))
      this.#context.kernel.clock.start('outgrown replicas', () => removeOutgrown(this.#context));
  }
}
