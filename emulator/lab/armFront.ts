// Azure Resource Manager before the vault: where the official Azure clients come in.
import { openArm } from '../azure/arm/arm.ts';
import { AzureJobs } from '../azure/resources/azureJobs.ts';
import type { AzureServices } from '../azure/resources/inventory.ts';
import { KeptResources } from '../azure/resources/keptResources.ts';
import { ResourceGroups } from '../azure/resources/resourceGroups.ts';
import type { Vaults } from '../azure/vault/vaults.ts';
import { serve, type Listening } from '../http/serve.ts';
import { Store } from '../kernel/store.ts';
import type { Cloud } from './cloud.ts';
import type { World } from './world.ts';

export async function openArmFront(parts: { world: World; cloud: Cloud; vaults: Vaults }, resources: AsyncDisposableStack): Promise<Listening> {
  const { world, cloud, vaults } = parts;
  const { kernel, household, store, ports, folder, estate } = world;
  const services: AzureServices = {
    subscriptionId: household.subscriptionId,
    region: estate.vault.region,
    groups: new ResourceGroups(cloud.store, { name: estate.vault.resourceGroup, location: estate.vault.region, tags: {} }),
    vaults,
    machines: cloud.machines,
    networks: cloud.networks,
    storage: cloud.storage,
    kept: new KeptResources(cloud.store),
  };
  const jobStore = resources.use(new Store(folder.path('azure', 'jobs.db')));
  const jobs = resources.use(AzureJobs.open(services, { kernel, store: jobStore }));
  const app = openArm({
    kernel,
    store: cloud.store,
    directory: vaults,
    machines: cloud.machines,
    networks: cloud.networks,
    secret: household.token,
    tenantId: household.tenantId,
    subscriptionId: household.subscriptionId,
    services,
    jobs,
  });
  const port = ports.arm ?? store.get<number>('port', 'arm') ?? 0;
  const listening = resources.use(await serve(app, { port, identity: household.identity }));
  store.put('port', 'arm', listening.port);
  return listening;
}
