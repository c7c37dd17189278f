// The lab's vaults with their service endpoints on one socket.
import { vaultsRoutes } from '../azure/vault/routes.ts';
import { Vaults } from '../azure/vault/vaults.ts';
import { serve } from '../http/serve.ts';
import type { Cloud } from './cloud.ts';
import type { World } from './world.ts';

export async function openVaults(world: World, cloud: Cloud, resources: AsyncDisposableStack): Promise<Vaults> {
  const { kernel, estate, household, store, folder, runbooks } = world;
  const keptPort = (): number => store.get<number>('port', 'vault') ?? 0;
  const vaults = resources.use(
    await Vaults.open(
      {
        kernel,
        store: cloud.store,
        folder: folder.folder('vaults'),
        subscriptionId: household.subscriptionId,
        profile: estate.profile,
        durations: 'documented',
        signingKey: household.signingKey,
        url: () => `https://127.0.0.1:${keptPort()}`,
        storage: cloud.storage,
        compute: cloud.machines,
        network: cloud.networks,
        runScript: runbooks.run,
      },
      { name: estate.vault.name, resourceGroupName: estate.vault.resourceGroup, location: estate.vault.region },
    ),
  );
  const server = resources.use(await serve(vaultsRoutes(vaults, kernel.trace), { port: keptPort(), identity: household.identity }));
  store.put('port', 'vault', server.port);
  return vaults;
}
