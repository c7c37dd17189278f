// The process server as one piece: data gateway, cache, uploads, discovery and push installation (asr-behaviour §1.1, §9).
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkPath } from '../../contract/faults.ts';
import type { Listening } from '../../http/serve.ts';
import { serveKeptPort } from '../../http/serveKeptPort.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import type { PhysicalServerOrder, ProcessServerSettings, RelayedPair } from '../../replication/orders.ts';
import type { DiscoveredMachine, ProcessServerReport } from '../../replication/reports.ts';
import type { BatchLog } from '../../replication/stations.ts';
import { SiteConnection } from '../../registration/siteConnection.ts';
import { BandwidthThrottle, type BandwidthSchedule } from './bandwidth.ts';
import { CacheFolder } from './cacheFolder.ts';
import { Discovery } from './discovery.ts';
import { Gateway } from './gateway.ts';
import { pushInstall, type GuestAccess } from './pushInstall.ts';
import type { RelayPair } from './relayPair.ts';
import { Reporter } from './reporter.ts';
import { processServerRoutes, type DataPortRules } from './routes.ts';
import { Statistics, type ImposedLoad } from './statistics.ts';
import { Uploader } from './uploader.ts';
import { UploadTargets, type AzureTarget, type ChecksumQuery } from './uploadTarget.ts';

export interface ProcessServerDeps {
  readonly kernel: Kernel;
  /** Registration, settings and, in `cache`, the cache disk. */
  readonly folder: string;
  readonly name: string;
  /** Data port: 9443 in the product; 0: a free one, and the same again after a restart. */
  readonly port?: number;
  /** A temporary one for failback (asr-behaviour §7.3): its ways lead through the VPN. */
  readonly inAzure: boolean;
  readonly version: string;
  readonly configServerUrl: string;
  readonly passphrase: string;
  /** Absent: the one of an earlier registration, or a new one. */
  readonly hostId?: string;
  /** Size of the cache disk; default 4 GiB. The product advises 600 GB. */
  readonly cacheLimitBytes?: number;
  /** PEM of the authority that signed the certificates of the vault and of vCenter. */
  readonly labCa: string;
  /** The log of a forward pair; one per pair and process. */
  readonly openLog: (target: AzureTarget) => Promise<BatchLog>;
  /** Undefined: no machine answers. */
  readonly reachMachine: (machineId: string) => Promise<GuestAccess | undefined>;
  /** Looks up a physical server by what was typed in; undefined: nothing answers there. */
  readonly findPhysical: (order: PhysicalServerOrder) => Promise<Omit<DiscoveredMachine, 'notSelectable'> | undefined>;
}

const heartbeatMs = 60_000;
const defaultCacheBytes = 4 * 2 ** 30;
const memoryBytes = 64 * 2 ** 20;

export class ProcessServer implements DataPortRules, AsyncDisposable {
  readonly gateway: Gateway;
  readonly #deps: ProcessServerDeps;
  readonly #resources = new AsyncDisposableStack();
  readonly #store: Store;
  readonly #cache: CacheFolder;
  readonly #throttle: BandwidthThrottle;
  readonly #statistics: Statistics;
  readonly #site: SiteConnection;
  readonly #targets: UploadTargets;
  readonly #uploader: Uploader;
  readonly #discovery: Discovery;
  readonly #reporter: Reporter;
  readonly #installing = new Set<string>();
  #listening: Listening | undefined;

  private constructor(deps: ProcessServerDeps, store: Store, site: SiteConnection) {
    const { kernel, folder, inAzure, labCa, openLog, cacheLimitBytes = defaultCacheBytes } = deps;
    this.#deps = deps;
    this.#store = this.#resources.use(store);
    this.#site = this.#resources.use(site);
    this.#cache = new CacheFolder({ folder: join(folder, 'cache'), limitBytes: cacheLimitBytes, memoryBytes });
    this.#statistics = new Statistics(kernel.clock, inAzure);
    this.#throttle = new BandwidthThrottle(kernel.clock);
    this.#throttle.set(store.get<BandwidthSchedule>('setting', 'bandwidth') ?? null);
    this.#targets = this.#resources.use(new UploadTargets({ kernel, inAzure, labCa, openLog, identity: () => site.identity }));
    this.#resources.use(site.onIdentity(() => kernel.clock.start('new identity', () => this.#targets.renew())));
    this.#uploader = new Uploader({
      kernel,
      cache: this.#cache,
      throttle: this.#throttle,
      targets: this.#targets,
      onUploaded: (bytes) => this.#statistics.uploaded(bytes),
    });
    this.gateway = new Gateway({ kernel, cache: this.#cache, onAccepted: () => this.#uploader.pump() });
    this.#reporter = new Reporter({ kernel, site, ownPart: () => ({ processServer: this.report() }) });
    this.#discovery = this.#resources.use(
      new Discovery({ kernel, vCenterCa: labCa, store, findPhysical: deps.findPhysical, onResult: (part) => this.#reporter.send(part) }),
    );
  }

  /**
   * Registers with the configuration server (once), takes up what its cache folder holds, and listens.
   * @throws LabError PassphraseWrong, CertificateNotTrusted, PeerUnreachable, LinkDown, PortInUse, StateDatabaseDamaged
   */
  static async open(deps: ProcessServerDeps): Promise<ProcessServer> {
    const { kernel, folder, name, configServerUrl, passphrase, hostId, version, inAzure } = deps;
    await mkdir(folder, { recursive: true });
    const paths: NetworkPath[] = inAzure ? ['processserver-configserver', 'site-to-site'] : ['processserver-configserver'];
    const site = await SiteConnection.open({
      kernel,
      folder,
      configServerUrl,
      passphrase,
      role: 'processserver',
      ...(hostId && { hostId }),
      name,
      details: { version, inAzure },
      paths,
    });
    const server = new ProcessServer(deps, new Store(join(folder, 'processserver.db')), site);
    try {
      await server.#start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('The process server does not listen.');
    return this.#listening.url;
  }

  get name(): string {
    return this.#deps.name;
  }

  get hostId(): string {
    return this.#site.hostId;
  }

  /** Upload throttle as `Set-OBMachineSetting` sets it; null: none. @throws LabError BandwidthInvalid */
  setBandwidth(schedule: BandwidthSchedule | null): void {
    this.#throttle.set(schedule);
    this.#store.put('setting', 'bandwidth', schedule);
  }

  /** Registry value `UploadThreadsPerVM`: 1 to 32. */
  setUploadThreads(threads: number): void {
    this.#uploader.setThreads(threads);
  }

  /** Shows a load that the lab's traffic does not make, for the health ladder. */
  imposeLoad(load: ImposedLoad): void {
    this.#statistics.impose(load);
  }

  /** Stops or starts a service by its documented name; `LogUpload` stopped is shown, uploads go on. @returns whether there is such a service */
  setService(name: string, running: boolean): boolean {
    return this.#statistics.setService(name, running);
  }

  /** Cuts every open connection of the data port. */
  dropConnections(): void {
    this.#listening?.dropConnections();
  }

  async checksums(pair: RelayPair, query: ChecksumQuery): Promise<Buffer> {
    return this.#uploader.uploadOf(pair).checksums(query);
  }

  report(): ProcessServerReport {
    const { kernel, name, version, inAzure } = this.#deps;
    const nowMs = kernel.clock.now();
    const pending = [...this.gateway.pairs.values()].flatMap((pair) => pair.batches);
    return {
      hostId: this.hostId,
      name,
      url: this.url,
      inAzure,
      version,
      lastHeartbeatMs: nowMs,
      cpuPercent: this.#statistics.cpuPercent,
      memoryTotalBytes: this.#statistics.memoryTotalBytes,
      memoryFreeBytes: this.#statistics.memoryFreeBytes(this.#cache.memoryBytes),
      cacheTotalBytes: this.#cache.limitBytes,
      cacheFreeBytes: Math.max(0, this.#cache.limitBytes - this.#cache.usedBytes),
      throttled: this.gateway.throttled,
      pendingUploadBytes: pending.reduce((sum, batch) => sum + batch.sizeBytes, 0),
      oldestPendingMs: pending.reduce((oldest, batch) => Math.max(oldest, nowMs - batch.acceptedMs), 0),
      throughputBps: this.#statistics.throughputBps,
      services: this.#statistics.services,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#uploader.close();
    await this.#resources.disposeAsync();
  }

  async #start(): Promise<void> {
    const { kernel, port = 0 } = this.#deps;
    // What it was told last: data goes on while the configuration server is away.
    this.#takePairs(this.#store.get<readonly RelayedPair[]>('setting', 'pairs') ?? []);
    const { key, certificate, authority } = this.#site.identity;
    const app = processServerRoutes(this, kernel);
    this.#listening = await serveKeptPort(app, {
      port,
      keptPort: this.#store.get<number>('setting', 'port'),
      identity: { key, certificate, clientCa: authority },
    });
    this.#resources.use(this.#listening);
    this.#store.put('setting', 'port', this.#listening.port);
    const heartbeat = kernel.clock.every(heartbeatMs, `process server ${this.#deps.name} heartbeat`, () => this.#reporter.send({}));
    this.#resources.defer(() => heartbeat.cancel());
    await this.#reporter.send({});
    this.#site.follow<ProcessServerSettings>((settings) => this.#takeSettings(settings));
  }

  async #takeSettings(settings: ProcessServerSettings): Promise<void> {
    this.#store.put('setting', 'pairs', settings.pairs);
    this.#takePairs(settings.pairs);
    this.#discovery.take(settings.discovery);
    for (const order of settings.installs) {
      if (this.#installing.has(order.taskId)) continue;
      this.#installing.add(order.taskId);
      this.#deps.kernel.clock.start(`push installation ${order.machineId}`, async () => {
        try {
          const { kernel, configServerUrl, passphrase, reachMachine } = this.#deps;
          await this.#reporter.send({ taskResults: [await pushInstall({ kernel, configServerUrl, passphrase, reachMachine }, order)] });
        } finally {
          this.#installing.delete(order.taskId);
        }
      });
    }
  }

  #takePairs(pairs: readonly RelayedPair[]): void {
    this.gateway.take(pairs);
    this.#uploader.take(this.gateway.pairs.values());
  }
}
