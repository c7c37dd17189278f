// The configuration server's line to its vault: registration, the doorbell for the vault's will, and the site's reports.
import { HttpClient } from '../../http/client.ts';
import { answerDoorbell } from '../../http/doorbell.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SiteSettings } from '../../replication/orders.ts';
import type { SiteReport } from '../../replication/reports.ts';
import type { SiteDatabase } from './siteDatabase.ts';
import { clockSkewLimitMs, heartbeatMs, type VaultRegistration } from './state.ts';
import { parseCredentialsFile } from './wire.ts';

const retryMs = 5000;

interface VaultLinkDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'network' | 'faults' | 'trace'>;
  readonly database: SiteDatabase;
  /** PEM of the authority of the vault's certificate. */
  readonly vaultCa: string;
  readonly hostId: string;
  readonly name: string;
  /** Stores a newer will and ends when the hosts concerned have acted on it. */
  readonly takeSettings: (settings: SiteSettings) => Promise<void>;
  /** The report of this moment; `discovery`: with the long lists that seldom change. */
  readonly makeReport: (discovery: boolean) => SiteReport;
}

export class VaultLink implements AsyncDisposable {
  readonly #deps: VaultLinkDeps;
  readonly #closing = new AbortController();
  #line: { readonly client: HttpClient; readonly closing: AbortController } | undefined;
  #reporting: 'idle' | 'sending' | 'again' = 'idle';
  #discoveryKnown = false;

  constructor(deps: VaultLinkDeps) {
    this.#deps = deps;
    const { vault } = deps.database;
    if (vault !== undefined) this.#connect(vault);
    const heartbeat = deps.kernel.clock.every(heartbeatMs, 'configuration server heartbeat', () => this.#sendReports());
    this.#closing.signal.addEventListener('abort', () => heartbeat.cancel(), { once: true });
  }

  /**
   * Registers with the vault that made the credentials file (asr-behaviour §1.4).
   * @param givenUrl absent: the one that the file names
   * @throws LabError VaultCredentialsMalformed, ACS50008 (own clock more than 15 minutes off), ConfigServerRegisteredElsewhere, and what the vault refuses: expired or forged credentials
   */
  async register(credentialsFileText: string, givenUrl?: string): Promise<VaultRegistration> {
    const { kernel, database, vaultCa, hostId, name } = this.#deps;
    const named = parseCredentialsFile(credentialsFileText);
    const vaultUrl = givenUrl ?? named.vaultUrl;
    if (vaultUrl === undefined) throw new LabError('VaultCredentialsMalformed', 'It does not say where the vault is.');
    await kernel.faults.check('configserver.register', hostId);
    if (Math.abs(database.clockSkewMs) > clockSkewLimitMs) throw new LabError('ACS50008', `It is off by ${Math.round(database.clockSkewMs / 60_000)} minutes.`);
    const former = database.vault;
    if (former !== undefined && former.url !== vaultUrl) throw new LabError('ConfigServerRegisteredElsewhere', `${former.vaultName} at ${former.url}.`);
    await using client = new HttpClient({ url: vaultUrl, identity: { ca: vaultCa }, network: kernel.network, paths: ['configserver-vault'], connections: 1 });
    const answer = await client.json<Omit<VaultRegistration, 'url'>>('/registration', { body: { credentials: credentialsFileText, hostId, name } });
    const registration = { url: vaultUrl, vaultName: answer.vaultName, region: answer.region, token: answer.token };
    if (former !== undefined && former.vaultName !== registration.vaultName) throw new LabError('ConfigServerRegisteredElsewhere', former.vaultName);
    database.vault = registration;
    if (this.#line === undefined) this.#connect(registration);
    await this.#sendReports();
    return registration;
  }

  /** Forgets the vault, which has forgotten this server: from here on it may register with another one. */
  async leave(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    this.#deps.database.vault = undefined;
    this.#discoveryKnown = false;
    line?.closing.abort();
    await line?.client[Symbol.asyncDispose]();
  }

  /** Something changed that the vault wants to know. Many calls make few reports. @param discovery the long lists changed too */
  reportSoon(discovery = false): void {
    if (discovery) this.#discoveryKnown = false;
    if (this.#reporting !== 'idle') this.#reporting = 'again';
    else this.#deps.kernel.clock.start('report to the vault', () => this.#sendReports());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#line?.closing.abort();
    await this.#line?.client[Symbol.asyncDispose]();
  }

  #connect(vault: VaultRegistration): void {
    const { kernel, vaultCa, hostId, takeSettings, database } = this.#deps;
    const client = new HttpClient({ url: vault.url, identity: { ca: vaultCa }, network: kernel.network, paths: ['configserver-vault'], connections: 4 });
    const closing = new AbortController();
    this.#line = { client, closing };
    answerDoorbell<SiteSettings>({
      clock: kernel.clock,
      name: 'settings from the vault',
      retryMs,
      signal: closing.signal,
      // The token is read anew each time: registering again may have changed it.
      poll: (after, signal) =>
        client.json(`/configservers/${hostId}/settings?after=${after}`, { headers: authorization(database.vault ?? vault), signal, longPoll: kernel.clock }),
      act: takeSettings,
      onError: (error) => this.#trace('settingsFailed', error),
    });
  }

  async #sendReports(): Promise<void> {
    if (this.#line === undefined || this.#closing.signal.aborted) return;
    if (this.#reporting !== 'idle') {
      this.#reporting = 'again';
      return;
    }
    try {
      do {
        this.#reporting = 'sending';
        await this.#sendReport();
      } while (this.#isAskedAgain());
    } catch (error) {
      if (this.#closing.signal.aborted || this.#line === undefined) return;
      // The next heartbeat tries again, with all that is known by then.
      this.#discoveryKnown = false;
      this.#trace('reportFailed', error);
    } finally {
      this.#reporting = 'idle';
    }
  }

  #isAskedAgain(): boolean {
    return this.#reporting === 'again' && !this.#closing.signal.aborted && this.#line !== undefined;
  }

  async #sendReport(): Promise<void> {
    const { database, hostId, makeReport } = this.#deps;
    const { vault } = database;
    const { client } = this.#line ?? {};
    if (vault === undefined || client === undefined) return;
    const discovery = !this.#discoveryKnown;
    this.#discoveryKnown = true;
    await client.json(`/configservers/${hostId}/report`, { body: makeReport(discovery), headers: authorization(vault) });
  }

  #trace(event: string, error: unknown): void {
    const problem = LabError.from(error);
    this.#deps.kernel.trace.record('configserver', event, { code: problem.code, message: problem.message });
  }
}

function authorization(vault: VaultRegistration): Record<string, string> {
  return { authorization: `Bearer ${vault.token}` };
}
