// Azure Resource Manager before the vault: where the official Azure clients come in.
import { openArm } from '../azure/arm/arm.ts';
import type { Vaults } from '../azure/vault/vaults.ts';
import { serve, type Listening } from '../http/serve.ts';
import type { Cloud } from './cloud.ts';
import { seededGuid } from './household.ts';
import type { World } from './world.ts';

export async function openArmFront(parts: { world: World; cloud: Cloud; vaults: Vaults }, resources: AsyncDisposableStack): Promise<Listening> {
  const { world, cloud, vaults } = parts;
  const { kernel, household, store, ports } = world;
  const app = openArm({
    kernel,
    store: cloud.store,
    directory: vaults,
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
