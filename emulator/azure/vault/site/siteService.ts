// What a site may ask of its vault: to be registered and let go, its settings, and to take its reports and notices.
import { LabError } from '../../../kernel/errors.ts';
import type { SiteSettings } from '../../../replication/orders.ts';
import type { SiteReport } from '../../../replication/reports.ts';
import type { Mark } from '../../../replication/stations.ts';
import { checksums, type ChecksumRange } from '../checksums.ts';
import type { VaultContext } from '../context.ts';
import type { HealthWatch } from '../health/healthWatch.ts';
import { advanceInitialReplication } from '../items/initialReplication.ts';
import { takeAgentReports } from '../items/pairs.ts';
import { authenticate, registerConfigServer, releaseConfigServer, requireReleasable, type RegistrationRequest } from './registration.ts';
import type { ConfigServerRecord } from './state.ts';

export class SiteService {
  readonly #context: VaultContext;
  readonly #health: HealthWatch;

  constructor(deps: { context: VaultContext; health: HealthWatch }) {
    this.#context = deps.context;
    this.#health = deps.health;
  }

  /** @throws LabError CredentialsInvalid, CredentialsExpired */
  register(request: RegistrationRequest): { token: string; vaultName: string; region: string } {
    const { token } = registerConfigServer(this.#context, request);
    return { token, vaultName: this.#context.deps.name, region: this.#context.deps.region };
  }

  /** @throws LabError NotFound, ConfigServerInUse */
  requireReleasable(configServerId: string): void {
    requireReleasable(this.#context, configServerId);
  }

  /** The vault forgets a server that protects nothing here. @throws LabError NotFound, ConfigServerInUse */
  release(configServerId: string): void {
    releaseConfigServer(this.#context, configServerId);
  }

  /** @throws LabError AccessDenied */
  authenticate(token: string): ConfigServerRecord {
    return authenticate(this.#context, token);
  }

  poll(configServerId: string, after: number, gone: AbortSignal): Promise<SiteSettings> {
    return this.#context.site.poll(configServerId, after, gone);
  }

  /** Returns when the report is stored; what follows from it happens afterwards. @throws LabError of an injected fault */
  async report(configServerId: string, report: SiteReport): Promise<void> {
    const { kernel, site } = this.#context;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // An activity, because a fault may cost lab time.
    kernel.clock.start(`report ${configServerId}`, async () => {
      try {
        if ((await kernel.faults.check('vault.report', configServerId)) !== 'skip') {
          site.take(configServerId, report);
          this.#reported(configServerId, report);
        }
        resolve();
      } catch (error) {
        reject(error);
      }
    });
    await promise;
  }

  /** @throws LabError PairUnknown, AccessDenied when the pair belongs to another site */
  uploaded(configServerId: string, pairId: string, notice: { through: number; newestMark: Mark | null }): void {
    this.#requirePairOf(configServerId, pairId);
    this.#context.pairTargets.uploaded(pairId, notice.through, notice.newestMark);
  }

  /** 8 bytes per block of the replica after everything uploaded was applied. @throws LabError PairUnknown, PeerUnreachable while storage is away */
  checksums(configServerId: string, pairId: string, range: ChecksumRange): Promise<Buffer> {
    this.#requirePairOf(configServerId, pairId);
    return checksums(this.#context, pairId, range);
  }

  #requirePairOf(configServerId: string, pairId: string): void {
    const { records } = this.#context;
    const pair = records.pairs.get(pairId);
    if (pair === undefined) throw new LabError('PairUnknown', pairId);
    if (records.items.get(pair.itemId)?.configServerId !== configServerId) throw new LabError('AccessDenied', `Pair ${pairId} belongs to another site.`);
  }

  #reported(configServerId: string, report: SiteReport): void {
    const items = takeAgentReports(this.#context, report.agents ?? []);
    // Points of a failback come with the master target's report.
    if (report.masterTargets !== undefined) for (const item of this.#context.records.items.list()) if (item.direction === 'reverse') items.add(item.itemId);
    for (const itemId of items) advanceInitialReplication(this.#context, itemId);
    this.#health.takeAgents(configServerId, report.agents ?? []);
    this.#context.jobs.wake();
  }
}
