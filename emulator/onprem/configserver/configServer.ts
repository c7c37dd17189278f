// The configuration server as one piece: coordinates the site and is its only voice towards the vault (asr-behaviour §1.1, §1.4).
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Doorbell } from '../../http/doorbell.ts';
import type { Listening } from '../../http/serve.ts';
import { serveKeptPort } from '../../http/serveKeptPort.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import type { SiteSettings } from '../../replication/orders.ts';
import type { HostReport, SiteReport } from '../../replication/reports.ts';
import type { RegistrationAnswer, RegistrationRequest, ReportAnswer } from '../../registration/hostRole.ts';
import { isProof, prove } from '../../registration/passphraseProof.ts';
import { certify, serverCertificate, setUp } from './authority.ts';
import { documentFor, type HostDocument } from './distribution.ts';
import { PowerControl, type PhysicalPower } from './powerControl.ts';
import { isNews, makeSiteReport } from './siteReport.ts';
import { configServerRoutes, type ConfigServerRules } from './routes.ts';
import { SiteDatabase } from './siteDatabase.ts';
import { SiteTasks } from './siteTasks.ts';
import { assignPairs, certificateHealth, certificateLifetimeMs, heartbeatMs, type HostRecord, type SetupRecord } from './state.ts';
import { VaultLink } from './vaultLink.ts';

export interface ConfigServerDeps {
  readonly kernel: Kernel;
  /** Its database and its passphrase file. */
  readonly folder: string;
  /** Name of its machine; shown as the fabric's friendly name. */
  readonly name: string;
  /** 443 in the product; 0: a free one, and the same again after a restart. */
  readonly port?: number;
  readonly version: string;
  /** PEM of the authority that signed the certificates of the vault and of vCenter. */
  readonly labCa: string;
  /** Absent: no physical server can be switched. */
  readonly physicalPower?: PhysicalPower;
}

export class ConfigServer implements ConfigServerRules, AsyncDisposable {
  readonly #deps: ConfigServerDeps;
  readonly #database: SiteDatabase;
  readonly #doorbell = new Doorbell();
  readonly #tasks: SiteTasks;
  readonly #vault: VaultLink;
  readonly #resources = new AsyncDisposableStack();
  /** Newest settings given to each host, to ring only those that are concerned. */
  readonly #documents = new Map<string, string>();
  readonly #ringing = new Set<Promise<void>>();
  #setup: SetupRecord;
  #listening: Listening | undefined;

  private constructor(deps: ConfigServerDeps, database: SiteDatabase, setup: SetupRecord) {
    this.#deps = deps;
    this.#database = this.#resources.use(database);
    this.#setup = setup;
    const power = new PowerControl({ kernel: deps.kernel, vCenterCa: deps.labCa, physicalPower: deps.physicalPower });
    this.#tasks = new SiteTasks({ kernel: deps.kernel, database, power, renewCertificates: () => this.#renew(), onResult: () => this.#changed() });
    this.#vault = this.#resources.use(
      new VaultLink({
        kernel: deps.kernel,
        database,
        vaultCa: deps.labCa,
        hostId: setup.hostId,
        name: deps.name,
        takeSettings: (settings) => this.#takeSettings(settings),
        makeReport: (discovery) => this.#makeReport(discovery),
      }),
    );
    for (const host of this.#database.hosts()) this.#documents.set(host.hostId, JSON.stringify(this.settingsOf(host)));
  }

  /**
   * Sets up a new configuration server in an empty folder, or goes on with the one that is there.
   * @throws LabError PortInUse, StateDatabaseDamaged, StateVersionUnknown
   */
  static async open(deps: ConfigServerDeps): Promise<ConfigServer> {
    await mkdir(deps.folder, { recursive: true });
    const database = new SiteDatabase(new Store(join(deps.folder, 'configserver.db')));
    try {
      const setup = database.setup ?? (database.setup = await setUp(deps.kernel, deps.name));
      await writeFile(join(deps.folder, 'passphrase.txt'), `${setup.passphrase}\n`, { mode: 0o600 });
      const server = new ConfigServer(deps, database, setup);
      await server.#start();
      return server;
    } catch (error) {
      database[Symbol.dispose]();
      throw error;
    }
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('The configuration server does not listen.');
    return this.#listening.url;
  }

  get hostId(): string {
    return this.#setup.hostId;
  }

  /** The vault it belongs to; undefined before it has registered. */
  get vaultUrl(): string | undefined {
    return this.#database.vault?.url;
  }

  get passphrase(): string {
    return this.#setup.passphrase;
  }

  /** PEM of the authority that all components of the site trust. */
  get authorityCertificate(): string {
    return this.#setup.authority.certificate;
  }

  /** End of the SSL certificate, and how near it is (asr-behaviour §1.4). */
  get certificate(): { expiryMs: number; health: 'Normal' | 'Warning' | 'Expired' } {
    const { certificateExpiryMs } = this.#setup;
    return { expiryMs: certificateExpiryMs, health: certificateHealth(certificateExpiryMs, this.#deps.kernel.clock.now()) };
  }

  /** What it is doing for whom, without secrets. */
  hosts(): HostRecord[] {
    return this.#database.hosts();
  }

  /** Where the site's components reach it; cuts them off as a broken cable does. */
  dropConnections(): void {
    this.#listening?.dropConnections();
  }

  /**
   * @param credentialsFileText the registration key downloaded from the vault
   * @param vaultUrl absent: the one that the key names
   * @throws LabError VaultCredentialsMalformed, ACS50008, ConfigServerRegisteredElsewhere, and what the vault refuses
   */
  async registerWithVault(credentialsFileText: string, vaultUrl?: string): Promise<{ vaultName: string; region: string }> {
    const { vaultName, region } = await this.#vault.register(credentialsFileText, vaultUrl);
    return { vaultName, region };
  }

  /** After the vault has forgotten this server: it belongs to none, and may register with any. */
  async leaveVault(): Promise<void> {
    await this.#vault.leave();
  }

  /** Adds a run-as account, or changes the one of this name. @returns its id: `1`, `2`, … */
  addAccount(accountName: string, userName: string, password: string): string {
    const accounts = this.#database.accounts();
    const accountId =
      accounts.find((account) => account.accountName === accountName)?.accountId ??
      String(Math.max(0, ...accounts.map((account) => Number(account.accountId))) + 1);
    this.#database.putAccount({ accountId, accountName, userName, password });
    this.#changed();
    return accountId;
  }

  /** Sets its own clock wrong, for the registration's check. */
  setClockSkew(skewMs: number): void {
    this.#database.clockSkewMs = skewMs;
  }

  /** RenewCerts: three more years. Connected components fetch new certificates with their next report, others when they register again. */
  async renewCertificates(): Promise<void> {
    this.#renew();
    this.#vault.reportSoon();
  }

  async register(request: RegistrationRequest): Promise<RegistrationAnswer> {
    const { kernel } = this.#deps;
    const { passphrase, authority } = this.#setup;
    const { role, hostId, name, details, proof } = request;
    await kernel.faults.check('configserver.register', hostId);
    if (!isProof(proof, passphrase, role, hostId, request.request)) throw new LabError('PassphraseWrong', `${name} (${role}).`);
    const nowMs = kernel.clock.now();
    const certificate = await certify(this.#setup, request, nowMs);
    const former = this.#database.host(hostId);
    if (former !== undefined && former.role !== role) throw new LabError('AccessDenied', `${hostId} is registered as ${former.role}.`);
    this.#database.putHost({
      hostId,
      role,
      name,
      details,
      registeredMs: former?.registeredMs ?? nowMs,
      lastHeartbeatMs: nowMs,
      certificateExpiryMs: this.#setup.certificateExpiryMs,
      state: 'registered',
      part: former?.part ?? {},
    });
    kernel.trace.record('configserver', 'hostRegistered', { hostId, hostRole: role, name });
    this.#changed();
    return { certificate, authority: authority.certificate, proof: prove(passphrase, certificate, authority.certificate) };
  }

  registeredHost(hostId: string): HostRecord {
    const host = this.#database.requireHost(hostId);
    if (host.state === 'removed') throw new LabError('AccessDenied', `${host.name} was unregistered.`);
    return host;
  }

  async renewCertificate(host: HostRecord, request: string): Promise<string> {
    const certificate = await certify(this.#setup, { hostId: host.hostId, role: host.role, request }, this.#deps.kernel.clock.now());
    this.#database.putHost({ ...this.registeredHost(host.hostId), certificateExpiryMs: this.#setup.certificateExpiryMs });
    return certificate;
  }

  settingsOf(host: HostRecord): HostDocument {
    return documentFor(host, this.#database.site(this.#deps.name, this.#deps.kernel.clock.now()));
  }

  takeReport(host: HostRecord, report: HostReport): ReportAnswer {
    const lastHeartbeatMs = this.#deps.kernel.clock.now();
    const { agent = host.part.agent, processServer = host.part.processServer, masterTarget = host.part.masterTarget } = report;
    const part = {
      ...(agent && { agent: { ...agent, lastHeartbeatMs } }),
      ...(processServer && { processServer: { ...processServer, lastHeartbeatMs } }),
      ...(masterTarget && { masterTarget: { ...masterTarget, lastHeartbeatMs } }),
    };
    this.#database.putHost({ ...host, part, lastHeartbeatMs });
    const discovered = host.role === 'processserver' && (report.machines !== undefined || report.vCenters !== undefined);
    if (discovered)
      this.#database.discovery = {
        machines: report.machines ?? this.#database.discovery.machines,
        vCenters: report.vCenters ?? this.#database.discovery.vCenters,
      };
    if (report.taskResults !== undefined) this.#tasks.record(report.taskResults);
    if (discovered || isNews(host.part, part)) this.#changed(discovered);
    return { renewCertificate: host.certificateExpiryMs < this.#setup.certificateExpiryMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #renew(): void {
    this.#setup = { ...this.#setup, certificateExpiryMs: this.#deps.kernel.clock.now() + certificateLifetimeMs };
    this.#database.setup = this.#setup;
  }

  async #start(): Promise<void> {
    const { kernel, port = 0 } = this.#deps;
    const { key, certificate } = await serverCertificate(this.#setup, kernel.clock.now());
    const app = configServerRoutes(this, this.#doorbell, kernel);
    this.#listening = await serveKeptPort(app, {
      port,
      keptPort: this.#database.port,
      identity: { key, certificate, clientCa: this.#setup.authority.certificate },
    });
    this.#database.port = this.#listening.port;
    this.#resources.use(this.#listening);
    const tick = kernel.clock.every(heartbeatMs, 'configuration server distribution', () => this.#distribute());
    this.#resources.defer(() => tick.cancel());
    this.#tasks.take();
    // One that was away says at once that it is back, with all it knows.
    this.#vault.reportSoon(true);
  }

  /** The vault's ring ends when this has ended, so that whoever ordered knows that the hosts have acted. */
  async #takeSettings(settings: SiteSettings): Promise<void> {
    this.#database.takeSettings(settings, assignPairs(settings, this.#database.histories()));
    this.#tasks.take();
    await this.#distribute();
  }

  #changed(discovery = false): void {
    this.#vault.reportSoon(discovery);
    this.#deps.kernel.clock.start('distribute settings', () => this.#distribute());
  }

  /** Rings those whose settings have changed; ends when they have acted or are not connected. */
  async #distribute(): Promise<void> {
    if (this.#database.closed) return;
    const site = this.#database.site(this.#deps.name, this.#deps.kernel.clock.now());
    for (const host of site.hosts) {
      const document = JSON.stringify(documentFor(host, site));
      if (host.state === 'removed' || this.#documents.get(host.hostId) === document) continue;
      this.#documents.set(host.hostId, document);
      const ring = this.#doorbell.ring(host.hostId).finally(() => this.#ringing.delete(ring));
      this.#ringing.add(ring);
    }
    // Also what another call has begun: its change may be the one this caller wants acted upon.
    await Promise.all(this.#ringing);
  }

  #makeReport(discovery: boolean): SiteReport {
    const { name, version, kernel } = this.#deps;
    return makeSiteReport({ database: this.#database, setup: this.#setup, name, version, nowMs: kernel.clock.now(), discovery });
  }
}
