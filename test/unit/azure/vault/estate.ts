// A vault with a site, ready for a story: one clock that the test moves, everything else in memory.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecoveryPlanContext } from '../../../../emulator/azure/vault/plans/context.ts';
import type { ProfileName } from '../../../../emulator/azure/vault/profiles.ts';
import { Vault, type ItemView } from '../../../../emulator/azure/vault/vault.ts';
import { LabClock } from '../../../../emulator/kernel/clock.ts';
import { FaultGate } from '../../../../emulator/kernel/faults.ts';
import { seededIds } from '../../../../emulator/kernel/ids.ts';
import type { JobView } from '../../../../emulator/kernel/jobRecord.ts';
import { hasEnded } from '../../../../emulator/kernel/jobRecord.ts';
import type { Kernel } from '../../../../emulator/kernel/kernel.ts';
import { Network } from '../../../../emulator/kernel/network.ts';
import { seededRandom } from '../../../../emulator/kernel/random.ts';
import { Store } from '../../../../emulator/kernel/store.ts';
import { Trace } from '../../../../emulator/kernel/trace.ts';
import type { PointChoice } from '../../../../emulator/replication/recoveryPoint.ts';
import { FakeSite } from './fakeSite.ts';
import { MemoryCompute, MemoryNetwork, MemoryStorage } from './memoryAzure.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

export function testKernel(seed = 'vault'): { kernel: Kernel; clock: LabClock; defects: unknown[] } {
  const defects: unknown[] = [];
  const clock = new LabClock({ startMs: Date.UTC(2026, 0, 1, 8), onError: (_name, error) => defects.push(error) });
  const random = seededRandom(seed);
  return {
    defects,
    clock,
    kernel: {
      clock,
      random,
      ids: seededIds(random),
      faults: new FaultGate({ clock, random }),
      network: new Network(clock),
      trace: new Trace(() => clock.now()),
    },
  };
}

export class Estate implements AsyncDisposable {
  readonly storage = new MemoryStorage();
  readonly compute = new MemoryCompute(this.storage);
  readonly network = new MemoryNetwork();
  readonly scripts: { path: string; context: RecoveryPlanContext }[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'vault-'));
  readonly #options: { profile: ProfileName; durations: 'documented' | 'none' };
  readonly kernel: Kernel;
  readonly clock: LabClock;
  readonly defects: unknown[];
  #store: Store;
  vault!: Vault;
  site!: FakeSite;
  /** Scripts of plans fail. */
  scriptError: Error | undefined;

  private constructor(options: Partial<{ profile: ProfileName; durations: 'documented' | 'none' }>) {
    this.#options = { profile: '2017', durations: 'none', ...options };
    const { kernel, clock, defects } = testKernel();
    this.kernel = kernel;
    this.clock = clock;
    this.defects = defects;
    this.#store = new Store(join(this.#folder, 'vault.db'));
  }

  static async open(options: Partial<{ profile: ProfileName; durations: 'documented' | 'none' }> = {}): Promise<Estate> {
    const estate = new Estate(options);
    estate.vault = await estate.#openVault();
    estate.site = new FakeSite({ kernel: estate.kernel, vault: estate.vault, storage: estate.storage, compute: estate.compute });
    return estate;
  }

  /** Site registered, policy made and associated. */
  static async ready(options: Partial<{ profile: ProfileName; durations: 'documented' | 'none' }> = {}): Promise<Estate> {
    const estate = await Estate.open(options);
    await estate.site.start();
    await estate.succeed(estate.vault.operations.createPolicy({ name: 'pol24' }));
    await estate.succeed(estate.vault.operations.associatePolicy('pol24', estate.site.hostId));
    return estate;
  }

  enable(machineId: string, change: Partial<Parameters<Vault['operations']['enableReplication']>[0]> = {}): JobView {
    return this.vault.operations.enableReplication({
      configServerId: this.site.hostId,
      machineId,
      policyName: 'pol24',
      processServerId: 'PS01',
      accountId: null,
      storageAccount: 'target',
      networkName: 'production',
      subnetName: 'frontend',
      ...change,
    });
  }

  /** Enabled and `Protected`. */
  async protect(machineId: string, change: Parameters<Estate['enable']>[1] = {}): Promise<ItemView> {
    await this.site.report();
    const { targetId } = await this.succeed(this.enable(machineId, change));
    await this.until(() => this.vault.item(targetId).protectionState === 'Protected');
    return this.vault.item(targetId);
  }

  async failOver(itemId: string, change: Partial<{ choice: PointChoice; performShutdown: boolean; acknowledgeRunningSource: boolean }> = {}): Promise<JobView> {
    return this.finish(
      this.vault.operations.unplannedFailover({ itemId, choice: 'Latest', performShutdown: true, acknowledgeRunningSource: false, ...change }),
    );
  }

  /** Failed over, committed and re-protected: `Protected` in the other direction. */
  async bringToAzureAndBack(itemId: string): Promise<void> {
    this.network.connection = 'siteToSiteVpn';
    await this.failOver(itemId);
    await this.succeed(this.vault.operations.commit(itemId));
    await this.site.report();
    await this.succeed(this.reprotect(itemId));
    await this.until(() => this.vault.item(itemId).protectionState === 'Protected');
  }

  reprotect(itemId: string, change: Partial<Parameters<Vault['operations']['reprotect']>[0]> = {}): JobView {
    return this.vault.operations.reprotect({
      itemId,
      processServerId: 'PSAZ',
      masterTargetId: 'MT01',
      retentionDrive: 'R:',
      datastoreName: 'datastore1',
      ...change,
    });
  }

  /** Runs the clock until the job has ended. */
  async finish(job: JobView, limitMs = 24 * hourMs): Promise<JobView> {
    await this.until(() => hasEnded(this.vault.jobs.get(job.jobId)), limitMs);
    return this.vault.jobs.get(job.jobId);
  }

  async succeed(job: JobView): Promise<JobView> {
    const ended = await this.finish(job);
    if (ended.state !== 'Succeeded') throw new Error(`${ended.friendlyName} is ${ended.state}: ${JSON.stringify(ended.errors)}`);
    return ended;
  }

  async until(reached: () => boolean, limitMs = 24 * hourMs): Promise<void> {
    if (!(await this.clock.runUntil(reached, limitMs)))
      throw new Error(`Not reached within ${limitMs} ms; jobs: ${JSON.stringify(this.vault.jobs.list().slice(-3))}`);
  }

  /** The vault's process ends without warning and starts again on the same store. */
  async restartVault(): Promise<void> {
    this.site.stop();
    const agents = this.site;
    await this.vault[Symbol.asyncDispose]();
    this.#store[Symbol.dispose]();
    this.#store = new Store(join(this.#folder, 'vault.db'));
    this.vault = await this.#openVault();
    this.site = agents.movedTo(this.vault);
    await this.site.start();
  }

  async #openVault(): Promise<Vault> {
    return Vault.open({
      kernel: this.kernel,
      store: this.#store,
      name: 'vault1',
      region: 'westeurope',
      subscriptionId: 'subscription',
      resourceGroupName: 'group',
      profile: this.#options.profile,
      profileChanges: { minimumDiskBytes: { value: 4096, source: 'this test', mark: 'Unverified' } },
      durations: this.#options.durations,
      signingKey,
      url: () => 'https://vault',
      storage: this.storage,
      compute: this.compute,
      network: this.network,
      runScript: async (script, context) => {
        if (this.scriptError !== undefined) throw this.scriptError;
        this.scripts.push({ path: script.kind === 'script' ? script.path : script.runbookId, context });
        return { output: 'ok' };
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.site.stop();
    await this.vault[Symbol.asyncDispose]();
    this.clock.close();
    this.#store[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.defects.length > 0) throw new AggregateError(this.defects, 'Activities of the estate failed.');
  }
}
