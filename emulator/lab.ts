// The composition root: read from top to bottom it is the data path, from the machine's disk to the vault, and everything stops in reverse.
import { Vault } from './azure/vault/vault.ts';
import { vaultRoutes } from './azure/vault/routes.ts';
import type { LabOptions, ReadyLine } from './contract/control.ts';
import { serve } from './http/serve.ts';
import { Store } from './kernel/store.ts';
import { wallTimeMs } from './kernel/wallTime.ts';
import { openArmFront } from './lab/armFront.ts';
import { openCloud, logAccount, targetAccount, type Cloud, type SiteAccess } from './lab/cloud.ts';
import { openControl } from './lab/control.ts';
import { openDatacenter, vCenterUser, type Datacenter } from './lab/datacenter.ts';
import { DiskPlaces } from './lab/diskPlaces.ts';
import { Guests } from './lab/guests.ts';
import { openHousehold, seededGuid } from './lab/household.ts';
import { LabFolder } from './lab/labFolder.ts';
import { openKernel } from './lab/openKernel.ts';
import { inheritFailback, openPast, sourceDiskNumber } from './lab/past.ts';
import { provisionMachines, provisionVault } from './lab/provision.ts';
import { runScript } from './lab/runScript.ts';
import { findEstate } from './lab/scenarios/scenarios.ts';
import { openConfigServer, openSite, type Site } from './lab/site.ts';
import { componentVersions } from './lab/versions.ts';
import type { World } from './lab/world.ts';

/** A whole lab in this process, with its storage beside it. */
export interface Lab extends AsyncDisposable {
  readonly ready: ReadyLine;
  readonly world: World;
  readonly datacenter: Datacenter;
  readonly cloud: Cloud;
  readonly vault: Vault;
  readonly site: Site;
  readonly disks: DiskPlaces;
  /** Whether a client follows the news: a window that shows this lab. */
  readonly watched: () => boolean;
}

/**
 * Builds the lab of a folder, or goes on with the one that is there.
 * @throws LabError LabFolderInUse, PortInUse, StateDatabaseDamaged, StateVersionUnknown, InvalidArgument
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(new LabFolder(options.dir));
  const kernel = openKernel(folder, { ...options, wallMs: wallTimeMs() });
  opening.defer(() => kernel.trace[Symbol.asyncDispose]());
  opening.defer(() => kernel.clock.close());
  const estate = findEstate(folder.settings?.scenario ?? options.scenario);
  const store = opening.use(new Store(folder.path('lab.db')));
  const household = await openHousehold(folder, store, seededGuid(kernel.random, 'subscription'));
  const guests = opening.use(new Guests({ kernel, store, mobilityVersion: componentVersions[estate.profile] }));
  const world: World = { kernel, folder, store, estate, household, guests, ports: options.ports, processes: options.processes ?? [] };

  const datacenter = await openDatacenter(world, opening);
  const configServer = await openConfigServer(world, datacenter, opening);
  const siteAccess = (): SiteAccess => ({ configServerUrl: configServer.url, passphrase: configServer.passphrase });
  const cloud = await openCloud(world, siteAccess, opening);
  const vault = opening.use(await openVault(world, cloud));
  const vaultServer = opening.use(await serve(vaultRoutes(vault, kernel.trace), { port: keptVaultPort(store), identity: household.identity }));
  store.put('port', 'vault', vaultServer.port);
  if (configServer.vaultUrl === undefined) await configServer.registerWithVault(vault.credentialsFile(), vaultServer.url);
  const site = await openSite(world, { datacenter, configServer, openLog: cloud.openLog }, opening);
  opening.use(datacenter.onPowerOn((machine) => inheritFailback({ guests, vault, siteAccess }, machine)));
  await provisionMachines(world, datacenter);
  await cloud.machines.resume();
  await datacenter.vCenter.resume();
  await datacenter.physical.resume();

  const disks = new DiskPlaces({
    datacenter,
    machines: cloud.machines,
    storage: cloud.storage,
    openPast: openPast({ vault, cloud, site }),
    sourceDiskNumber: (machineId, diskId) => sourceDiskNumber(vault, machineId, diskId),
  });
  const parts = { world, datacenter, cloud, vault, site, disks };
  const control = await openControl({ ...parts, port: options.ports.control ?? 0, accounts: { log: logAccount, target: targetAccount } }, opening);
  await provisionVault(parts);
  const arm = await openArmFront(parts, opening);
  const ready = readyLine(parts, { control: control.url, arm: arm.url });
  folder.publish(ready);
  await kernel.clock.setSpeed(options.speed);
  const resources = opening.move();
  return { ...parts, ready, watched: control.watched, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function openVault(world: World, cloud: Cloud): Promise<Vault> {
  const { kernel, estate, household, store } = world;
  return Vault.open({
    kernel,
    store: cloud.store,
    name: estate.vault.name,
    region: estate.vault.region,
    subscriptionId: household.subscriptionId,
    resourceGroupName: estate.vault.resourceGroup,
    profile: estate.profile,
    durations: 'documented',
    signingKey: household.signingKey,
    url: () => `https://127.0.0.1:${keptVaultPort(store)}`,
    storage: cloud.storage,
    compute: cloud.machines,
    network: cloud.networks,
    runScript,
  });
}

function keptVaultPort(store: Store): number {
  return store.get<number>('port', 'vault') ?? 0;
}

function readyLine(parts: Pick<Lab, 'world' | 'datacenter' | 'cloud' | 'site'>, urls: { control: string; arm: string }): ReadyLine {
  const { world, datacenter, cloud, site } = parts;
  const { household, estate, folder } = world;
  const { address } = cloud.storage.account(targetAccount);
  return {
    pid: process.pid,
    dir: folder.dir,
    arm: { url: urls.arm, token: household.token },
    vcenter: { url: datacenter.vCenter.url, user: vCenterUser, password: household.vCenterPassword },
    configServer: { url: site.configServer.url, hostId: site.configServer.hostId, passphrase: site.configServer.passphrase },
    processServers: site.processServers.map((server) => ({ url: server.url, hostId: server.hostId, name: server.name })),
    blob: { url: address.url, accountName: address.accountName, accountKey: address.accountKey },
    control: { url: urls.control, token: household.token },
    ca: household.caPath,
    token: household.token,
    subscription: household.subscriptionId,
    resourceGroup: estate.vault.resourceGroup,
    vault: estate.vault.name,
  };
}
