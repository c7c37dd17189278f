// A component's standing connection to its configuration server: mutual TLS, the doorbell for its settings, its reports.
import type { NetworkPath } from '../contract/faults.ts';
import { createRequest } from '../http/certificates.ts';
import { HttpClient } from '../http/client.ts';
import { answerDoorbell } from '../http/doorbell.ts';
import { LabError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { HostReport } from '../replication/reports.ts';
import { loadHostIdentity, saveHostIdentity, type HostIdentity } from './hostIdentity.ts';
import type { HostRole, ReportAnswer } from './hostRole.ts';
import { registerHost } from './registerHost.ts';

const retryMs = 5000;

export interface SiteConnectionOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'network' | 'ids' | 'trace'>;
  /** Where the component keeps its registration. */
  readonly folder: string;
  readonly configServerUrl: string;
  readonly passphrase: string;
  readonly role: HostRole;
  /** Absent: the one of an earlier registration, or a new one. */
  readonly hostId?: string;
  readonly name: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly paths: readonly NetworkPath[];
}

export class SiteConnection implements AsyncDisposable {
  readonly #options: SiteConnectionOptions;
  readonly #closing = new AbortController();
  readonly #identityListeners = new Set<(identity: HostIdentity) => void>();
  #identity: HostIdentity;
  #client: HttpClient;
  #registering: Promise<void> | undefined;

  private constructor(options: SiteConnectionOptions, identity: HostIdentity) {
    this.#options = options;
    this.#identity = identity;
    this.#client = this.#newClient();
  }

  /**
   * Takes up the registration kept in the folder, or registers.
   * @throws LabError as `registerHost`, when there was nothing to take up
   */
  static async open(options: SiteConnectionOptions): Promise<SiteConnection> {
    const kept = await loadHostIdentity(options.folder);
    if (kept !== undefined && kept.configServerUrl === options.configServerUrl && (options.hostId ?? kept.hostId) === kept.hostId)
      return new SiteConnection(options, kept);
    const hostId = options.hostId ?? kept?.hostId ?? options.kernel.ids.hostId();
    return new SiteConnection(options, await register(options, hostId));
  }

  /** The newest key and certificate; they change when the configuration server renews. */
  get identity(): HostIdentity {
    return this.#identity;
  }

  get hostId(): string {
    return this.#identity.hostId;
  }

  /** Hears of a renewed identity; clients to other components of the site must then be made anew. */
  onIdentity(listener: (identity: HostIdentity) => void): Disposable {
    this.#identityListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#identityListeners.delete(listener) };
  }

  /**
   * Hands each new settings document of this host to `act`, the present one at once, until disposed. What `act` throws is traced and tried again.
   * `act` should only store and start work: the configuration server's ring ends when it has come back.
   */
  follow<T extends { revision: number }>(act: (settings: T) => Promise<void>): void {
    const { kernel, role } = this.#options;
    answerDoorbell<T>({
      clock: kernel.clock,
      name: `${role} ${this.hostId} settings`,
      retryMs,
      signal: this.#closing.signal,
      poll: (after, signal) => this.#trusted(() => this.#client.json<T>(`/hosts/${this.hostId}/settings?after=${after}`, { signal, longPoll: kernel.clock })),
      act,
      onError: (error) =>
        kernel.trace.record(role, 'settingsFailed', { hostId: this.hostId, code: LabError.from(error).code, message: LabError.from(error).message }),
    });
  }

  /** Sends this host's part of the site's report. @throws LabError PeerUnreachable, LinkDown, CertificateNotTrusted */
  async report(part: HostReport): Promise<void> {
    const answer = await this.#trusted(() => this.#client.json<ReportAnswer>(`/hosts/${this.hostId}/report`, { body: part }));
    if (answer.renewCertificate) await this.#renew();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#client[Symbol.asyncDispose]();
  }

  /** A refused certificate (expired, or the configuration server was set up anew) is cured by registering again; other failures are the caller's. */
  async #trusted<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!LabError.is(error, 'CertificateNotTrusted') && !LabError.is(error, 'HostNotRegistered')) throw error;
      await (this.#registering ??= this.#registerAgain());
      return call();
    }
  }

  async #registerAgain(): Promise<void> {
    try {
      await this.#take(await register(this.#options, this.hostId));
    } finally {
      this.#registering = undefined;
    }
  }

  async #renew(): Promise<void> {
    const { key, request } = await createRequest({ name: this.hostId, role: this.#options.role });
    const { certificate } = await this.#client.json<{ certificate: string }>(`/hosts/${this.hostId}/certificate`, { body: { request } });
    const identity = { ...this.#identity, key, certificate };
    await saveHostIdentity(this.#options.folder, identity);
    await this.#take(identity);
  }

  async #take(identity: HostIdentity): Promise<void> {
    const former = this.#client;
    this.#identity = identity;
    this.#client = this.#newClient();
    for (const listener of this.#identityListeners) listener(identity);
    await former[Symbol.asyncDispose]();
  }

  #newClient(): HttpClient {
    const { authority, key, certificate, configServerUrl } = this.#identity;
    return new HttpClient({
      url: configServerUrl,
      identity: { ca: authority, key, certificate },
      network: this.#options.kernel.network,
      paths: this.#options.paths,
      connections: 4,
    });
  }
}

async function register(options: SiteConnectionOptions, hostId: string): Promise<HostIdentity> {
  const { kernel, folder, configServerUrl, passphrase, role, name, details, paths } = options;
  const registration = await registerHost({ configServerUrl, passphrase, role, hostId, name, details, network: kernel.network, paths });
  const identity: HostIdentity = { ...registration, hostId, role, configServerUrl };
  await saveHostIdentity(folder, identity);
  kernel.trace.record(role, 'registered', { hostId, configServerUrl });
  return identity;
}
