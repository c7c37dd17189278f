// A lab with two machines that nobody protects yet, Azure's own client before it, and the words in which stories of protected items ask and look.
import type { InMageAzureV2ReplicationDetails, ReplicationProtectedItem, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import type { ConfigServerRecord } from '../../../../emulator/azure/vault/site/state.ts';
import type { Estate } from '../../../../emulator/lab/estate.ts';
import type { DiscoveredMachine } from '../../../../emulator/replication/reports.ts';
import { ArmEndpoint } from '../../../clients/armRequest.ts';
import { JobTime } from '../../../clients/jobTime.ts';
import { officialClients } from '../../../clients/officialClients.ts';
import { linuxMachine, smallDiskBytes, LabUnderTest } from '../../../support/lab.ts';

const disk = { sizeBytes: smallDiskBytes, contentBytes: 0 };
const estate: Partial<Estate> = {
  virtualMachines: [linuxMachine('WEB01', { ipAddress: '10.0.0.11' }), linuxMachine('DB01', { ipAddress: '10.0.0.12', disks: [disk, disk] })],
  processServers: [
    { name: 'CS01', inAzure: false, cacheLimitBytes: 4 * 2 ** 30 },
    { name: 'PS-AZURE', inAzure: true, cacheLimitBytes: 4 * 2 ** 30 },
  ],
  masterTargets: [{ name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * 2 ** 30 }],
  policies: [{ name: 'policy24', retentionMs: 86_400_000, appConsistentIntervalMs: 0, rpoThresholdMs: 900_000 }],
};

type ContainerPlace = [vault: string, resourceGroup: string, fabric: string, container: string];

export class ItemStory implements AsyncDisposable {
  readonly lab: LabUnderTest;
  readonly time: JobTime;
  readonly client: SiteRecoveryManagementClient;
  readonly endpoint: ArmEndpoint;
  readonly vaultId: string;
  readonly #open = new AsyncDisposableStack();

  private constructor(lab: LabUnderTest) {
    this.lab = this.#open.use(lab);
    const { ready, world, vaults } = lab.lab;
    this.time = this.#open.use(new JobTime({ clock: world.kernel.clock, vaults }));
    this.endpoint = this.#open.use(new ArmEndpoint(ready));
    this.client = officialClients(ready).siteRecovery;
    this.vaultId = `/Subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${ready.vault}`;
  }

  /** Both machines are discovered. */
  static async open(): Promise<ItemStory> {
    const story = new ItemStory(await LabUnderTest.open(estate));
    await story.time.until(
      'Discovery',
      () => ['WEB01', 'DB01'].every((name) => story.site.machines.some((one) => one.name === name)) && story.site.masterTargets.length === 1,
    );
    return story;
  }

  get site(): ConfigServerRecord {
    const [server] = this.lab.lab.vault.records.configServers.list();
    if (server === undefined) throw new Error('The site is registered.');
    return server;
  }

  get container(): ContainerPlace {
    const { ready } = this.lab.lab;
    return [ready.vault, ready.resourceGroup, this.site.fabricName, this.site.containerName];
  }

  get containerId(): string {
    return `${this.vaultId}/replicationFabrics/${this.site.fabricName}/replicationProtectionContainers/${this.site.containerName}`;
  }

  machine(name: string): DiscoveredMachine {
    const found = this.site.machines.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is discovered.`);
    return found;
  }

  processServerId(inAzure: boolean): string {
    return this.site.processServers.find((one) => one.inAzure === inAzure)?.hostId ?? '';
  }

  /** The Mobility service is installed with the site's account for Linux. */
  get account(): { runAsAccountId: string } {
    return { runAsAccountId: this.site.status?.accounts.find(({ accountName }) => accountName === 'Linux')?.accountId ?? '' };
  }

  networkId(name: string): string {
    return this.#azureId('Microsoft.Network/virtualNetworks', name);
  }

  accountId(name: string): string {
    return this.#azureId('Microsoft.Storage/storageAccounts', name);
  }

  itemId(name: string): string {
    return `${this.containerId}/replicationProtectedItems/${name}`;
  }

  item(name: string): Promise<ReplicationProtectedItem> {
    return this.client.replicationProtectedItems.get(...this.container, name);
  }

  async details(name: string): Promise<InMageAzureV2ReplicationDetails> {
    return (await this.item(name)).properties?.providerSpecificDetails as InMageAzureV2ReplicationDetails;
  }

  async untilProtected(name: string): Promise<ReplicationProtectedItem> {
    await this.time.until(`Protection of ${name}`, async () => (await this.item(name)).properties?.protectionState === 'Protected');
    return this.item(name);
  }

  /** @param details beside what every machine of this site needs */
  enableInput(machineName: string, details: object) {
    return {
      properties: {
        policyId: `${this.vaultId}/replicationPolicies/policy24`,
        protectableItemId: `${this.containerId}/replicationProtectableItems/${this.machine(machineName).machineId}`,
        providerSpecificDetails: { instanceType: 'InMageAzureV2' as const, processServerId: this.processServerId(false), ...this.account, ...details },
      },
    };
  }

  /** What the official client would not send. */
  async plainRefusal(verb: string, path: string, properties: object): Promise<string> {
    const { status, body } = await this.endpoint.ask({ verb, target: `${path}?api-version=2023-06-01`, body: { properties } });
    const { error } = body as { error: { code: string; details: { code: string }[] } };
    return `${status} ${error.code} ${error.details[0]?.code}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }

  #azureId(type: string, name: string): string {
    const { ready } = this.lab.lab;
    return `/subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}/providers/${type}/${name}`;
  }
}

/** Status, code and first detail of what the service answered. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { statusCode?: number; response?: { bodyAsText?: string } } | undefined;
  const body = JSON.parse(error?.response?.bodyAsText ?? '{}') as { error?: { code: string; details?: { code: string }[] } };
  return `${error?.statusCode} ${body.error?.code} ${body.error?.details?.[0]?.code}`;
}
