// Azure: storage accounts, networks, virtual machines and the vault, with its service endpoint on a socket.
import { AzureMachines } from '../azure/compute/service.ts';
import { VirtualNetworks } from '../azure/network/service.ts';
import { StorageAccounts } from '../azure/storage/storageAccounts.ts';
import { Store } from '../kernel/store.ts';
import { Machine } from '../machine/machine.ts';
import type { AzureTarget } from '../onprem/processserver/uploadTarget.ts';
import type { BatchLog } from '../replication/stations.ts';
import { openUploadLogs } from './uploadLogs.ts';
import type { World } from './world.ts';

export const logAccount = 'asrlablogs';
export const targetAccount = 'asrlabtarget';
/** Of a new subscription (Azure's own default is lower in cores, which the lab does not count). */
const quota = { machines: 250, nics: 250 } as const;

/** How long a Mobility service that came to Azure may take to register again (asr-behaviour §7.3). */
const azureRegistrationMs = 15 * 60_000;

/** Where Mobility services register. */
export interface SiteAccess {
  readonly configServerUrl: string;
  readonly passphrase: string;
}

export interface Cloud {
  readonly store: Store;
  readonly storage: StorageAccounts;
  readonly networks: VirtualNetworks;
  readonly machines: AzureMachines;
  /** The log of a forward pair, as a process server opens it: by address and key, with connections of its own. */
  readonly openLog: (target: AzureTarget) => Promise<BatchLog>;
}

type CloudStorage = Pick<Cloud, 'store' | 'storage'>;

/**
 * Begins at once, so that its processes start while others of the lab are built.
 * @param resources closes it, whether or not anybody waited for it
 */
export function startStorage({ kernel, folder, ports }: Pick<World, 'kernel' | 'folder' | 'ports'>, resources: AsyncDisposableStack): Promise<CloudStorage> {
  const store = resources.use(new Store(folder.path('azure.db')));
  const storing = StorageAccounts.start({
    kernel,
    store,
    folder: folder.folder('storage'),
    logAccount,
    targetAccounts: [targetAccount],
    ports: ports.blob === undefined ? {} : { target: ports.blob },
  }).then((storage) => ({ store, storage }));
  // Whoever waits for it hears of a failure; nobody has to wait.
  const started = storing.catch(() => undefined);
  resources.defer(async () => (await started)?.storage[Symbol.asyncDispose]());
  return storing;
}

export async function openCloud(
  world: World,
  { storing, siteAccess }: { readonly storing: Promise<CloudStorage>; readonly siteAccess: () => SiteAccess },
  resources: AsyncDisposableStack,
): Promise<Cloud> {
  const { kernel, folder, estate, household, guests } = world;
  const { store, storage } = await storing;
  const networks = new VirtualNetworks({ kernel, store });
  for (const { name, addressSpace, subnets } of estate.azure.networks) {
    if (networks.subnets(name) === undefined) networks.create({ name, region: estate.vault.region, addressPrefix: addressSpace, subnets });
  }
  const machines = resources.use(
    new AzureMachines({
      kernel,
      store,
      folder: folder.folder('azure', 'machines'),
      networks,
      resourceGroupId: `/subscriptions/${household.subscriptionId}/resourceGroups/${estate.vault.resourceGroup}`,
      quota: () => quota,
      makeMachine: (definition, host) => new Machine({ kernel, definition, folder: host.folder, openDevice: host.openDevice }),
      openDisk: (url, journalPath) => storage.openDisk(url, journalPath),
      diskExists: (url) => storage.diskExists(url),
      deleteDisk: (url) => storage.deleteDisk(url),
    }),
  );
  machines.onMachine((machine, { order }) => {
    const { copyOf } = order;
    guests.adopt(
      machine,
      copyOf === null ? undefined : { originId: copyOf.machineId, drill: copyOf.drill, registrationDelayMs: azureRegistrationMs, ...siteAccess() },
    );
  });
  const openLog = openUploadLogs(resources);
  return { store, storage, networks, machines, openLog };
}
