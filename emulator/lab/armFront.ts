// Azure Resource Manager before the vault: where the official Azure clients come in.
import { openArm } from '../azure/arm/arm.ts';
import type { VaultDirectory } from '../azure/arm/vaults.ts';
import type { Vault } from '../azure/vault/vault.ts';
import { serve, type Listening } from '../http/serve.ts';
import type { Cloud } from './cloud.ts';
import { seededGuid } from './household.ts';
import type { World } from './world.ts';

export async function openArmFront(parts: { world: World; cloud: Cloud; vault: Vault }, resources: AsyncDisposableStack): Promise<Listening> {
  const { world, cloud, vault } = parts;
  const { kernel, household, store, ports } = world;
  const app = openArm({
    kernel,
    store: cloud.store,
    directory: directoryOf(world, vault),
    machines: cloud.machines,
    networks: cloud.networks,
    secret: household.token,
    tenantId: seededGuid(kernel.random, 'tenant'),
    subscriptionId: household.subscriptionId,
  });
  const port = ports.arm ?? store.get<number>('port', 'arm') ?? 0;
  const listening = resources.use(await serve(app, { port, identity: household.identity }));
  store.put('port', 'arm', listening.port);
  return listening;
}

function directoryOf({ estate, household }: World, vault: Vault): VaultDirectory {
  const resource = {
    subscriptionId: household.subscriptionId,
    resourceGroupName: estate.vault.resourceGroup,
    name: estate.vault.name,
    location: estate.vault.region,
    tags: {},
    skuName: 'Standard' as const,
    publicNetworkAccess: 'Enabled' as const,
    monitoringSettings: null,
    changedMs: 0,
  };
  const entry = { resource, vault };
  return {
    list: () => [entry],
    find: (place) =>
      place.name.toLowerCase() === resource.name.toLowerCase() && place.resourceGroupName.toLowerCase() === resource.resourceGroupName.toLowerCase()
        ? entry
        : undefined,
    job: (jobId) => vault.jobs.get(jobId),
  };
}
