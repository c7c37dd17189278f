// A lab with Azure's own client before it, and what its stories ask of both.
import type { Job, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { readFileSync } from 'node:fs';
import type { Estate } from '../../../../emulator/lab/estate.ts';
import { ArmEndpoint } from '../../../clients/armRequest.ts';
import { JobTime } from '../../../clients/jobTime.ts';
import { officialClients } from '../../../clients/officialClients.ts';
import { shapeDifferences } from '../../../conformance/shapes.ts';
import { linuxMachine, LabUnderTest } from '../../../support/lab.ts';

const estate: Partial<Estate> = {
  virtualMachines: [linuxMachine('WEB01', { ipAddress: '10.0.0.11' }), linuxMachine('DB01', { ipAddress: '10.0.0.12' })],
  processServers: ['CS01', 'PS02'].map((name) => ({ name, inAzure: false, cacheLimitBytes: 4 * 2 ** 30 })),
  masterTargets: [{ name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * 2 ** 30 }],
  policies: [{ name: 'policy24', retentionMs: 86_400_000, appConsistentIntervalMs: 0, rpoThresholdMs: 900_000 }],
};

/** WEB01 is protected, DB01 is not; time goes on while jobs run. */
export class ArmStory implements AsyncDisposable {
  readonly lab: LabUnderTest;
  readonly time: JobTime;
  readonly client: SiteRecoveryManagementClient;
  readonly place: [vault: string, resourceGroup: string];
  readonly vaultId: string;
  /** ARM names of the configuration server's fabric and container. */
  readonly fabric: string;
  readonly container: string;
  readonly #arm: ArmEndpoint;
  readonly #open = new AsyncDisposableStack();

  private constructor(lab: LabUnderTest) {
    this.lab = this.#open.use(lab);
    const { ready, world, vaults, vault } = lab.lab;
    this.time = this.#open.use(new JobTime({ clock: world.kernel.clock, vaults }));
    this.client = officialClients(ready).siteRecovery;
    this.#arm = this.#open.use(new ArmEndpoint(ready));
    this.place = [ready.vault, ready.resourceGroup];
    this.vaultId = `/Subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${ready.vault}`;
    const [server] = vault.records.configServers.list();
    this.fabric = server?.fabricName ?? '';
    this.container = server?.containerName ?? '';
  }

  static async open(): Promise<ArmStory> {
    const lab = await LabUnderTest.open(estate);
    await lab.finish(lab.call('item.enable', { machine: 'WEB01' }));
    await lab.untilProtected('WEB01');
    return new ArmStory(lab);
  }

  get containerId(): string {
    return `${this.vaultId}/replicationFabrics/${this.fabric}/replicationProtectionContainers/${this.container}`;
  }

  /** The whole of the newest job with this scenario. */
  async newestJob(scenarioName: string): Promise<Job> {
    const job = (await all(this.client.replicationJobs.list(...this.place))).find((one) => one.properties?.scenarioName === scenarioName);
    return this.client.replicationJobs.get(...this.place, job?.name ?? scenarioName);
  }

  /** What the service says to a GET below the vault, untouched by any client. @param path with its query, but for the version */
  async asked(path: string, apiVersion = '2016-08-10'): Promise<unknown> {
    return (await this.#arm.ask({ verb: 'GET', target: `${this.vaultId}/${path}${path.includes('?') ? '&' : '?'}api-version=${apiVersion}` })).body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

/** Status and first detail of what the service answered, or the text of the operation that failed. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { statusCode?: number; message?: string; response?: { bodyAsText?: string } } | undefined;
  const body = JSON.parse(error?.response?.bodyAsText ?? '{}') as { error?: { code: string; details?: { code: string }[] } };
  return error?.statusCode === undefined ? (error?.message ?? 'no error') : `${error.statusCode} ${body.error?.details?.[0]?.code ?? body.error?.code}`;
}

/** Id, name and what became of each task. */
export function tasksOf(job: Job): string[] {
  return (job.properties?.tasks ?? []).map(({ taskId, name, stateDescription }) => `${taskId} ${name} ${stateDescription}`);
}

interface Recorded {
  readonly method: string;
  readonly uri: string;
  readonly responseBody: unknown;
}

/** The first recorded answer to a GET whose address ends so. */
export function recorded(file: string, ending: RegExp): unknown {
  return answersOf(file).find((row) => ending.test(row.uri.replace(/\?.*/, '')))?.responseBody;
}

/** The last recorded answer about a job of this scenario. */
export function recordedJob(file: string, scenarioName: string): unknown {
  const jobs = answersOf(file).map((row) => row.responseBody as { properties?: { scenarioName?: string } } | null);
  return jobs.findLast((job) => job?.properties?.scenarioName === scenarioName);
}

function answersOf(file: string): Recorded[] {
  const rows = JSON.parse(readFileSync(new URL(`../../../conformance/recordings/${file}`, import.meta.url), 'utf8')) as Recorded[];
  return rows.filter((row) => row.method === 'GET');
}

/** Paths that a recorded body has and the lab's has not. */
export function missing(theirs: unknown, ours: unknown): string[] {
  return shapeDifferences('', theirs, ours)
    .filter(({ kind }) => kind === 'missing')
    .map(({ path }) => path);
}
