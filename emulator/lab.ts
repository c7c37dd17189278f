// The composition root: read from top to bottom it is the data path, from the machine's disk to the vault, and everything stops in reverse.
import type { Vault } from './azure/vault/vault.ts';
import type { Vaults } from './azure/vault/vaults.ts';
import type { ReadyLine } from './contract/labLocator.ts';
import type { LabOptions } from './contract/labOptions.ts';
import { Store } from './kernel/store.ts';
import { wallTimeMs } from './kernel/wallTime.ts';
import { openArmFront } from './lab/armFront.ts';
import { openCloud, logAccount, startStorage, targetAccount, type Cloud, type SiteAccess } from './lab/cloud.ts';
import { openControl } from './lab/control.ts';
import { openDatacenter, vCenterUser, type Datacenter } from './lab/datacenter.ts';
import { DiskPlaces } from './lab/diskPlaces.ts';
import { Guests } from './lab/guests.ts';
import { openHousehold } from './lab/household.ts';
import { LabFolder } from './lab/labFolder.ts';
import { openKernel } from './lab/openKernel.ts';
import { inheritFailback, openPast, sourceDiskNumber } from './lab/past.ts';
import { provisionMachines, provisionVault } from './lab/provision.ts';
import { Runbooks } from './lab/runbooks/runbooks.ts';
import { findEstate, isAnother } from './lab/scenarios/scenarios.ts';
import { openConfigServer, openSite, type Site } from './lab/site.ts';
import { SiteVault } from './lab/siteVault.ts';
import { openVaults } from './lab/vaults.ts';
import { componentVersions } from './lab/versions.ts';
import type { World } from './lab/world.ts';

/** A whole lab in this process, with its storage beside it. */
export interface Lab extends AsyncDisposable {
  readonly ready: ReadyLine;
  readonly world: World;
  readonly datacenter: Datacenter;
  readonly cloud: Cloud;
  readonly vaults: Vaults;
  readonly siteVault: SiteVault;
  /** That of the site. */
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
  // Before anything is kept: a scenario that cannot be read must not be that of the folder.
  const began = folder.settings?.scenario;
  const estate = findEstate(began ?? options.scenario);
  const kernel = openKernel(folder, { ...options, scenario: estate.name, wallMs: wallTimeMs() });
  opening.defer(() => kernel.trace[Symbol.asyncDispose]());
  if (began !== undefined && isAnother(began, options.scenario))
    options.onProgress?.(`This lab began with the scenario ${began}, and goes on with it; ${options.scenario} is for a new one.`);
  opening.defer(() => kernel.clock.close());
  const storing = startStorage({ kernel, folder, ports: options.ports }, opening);
  const store = opening.use(new Store(folder.path('lab.db')));
  const household = await openHousehold(folder, store, kernel.random);
  const guests = opening.use(new Guests({ kernel, store, mobilityVersion: componentVersions[estate.profile] }));
  const runbooks = new Runbooks(store);
  const world: World = { kernel, folder, store, estate, household, guests, runbooks, ports: options.ports, processes: options.processes ?? [] };

  const datacenter = await openDatacenter(world, opening);
  const configServer = await openConfigServer(world, datacenter, opening);
  const siteAccess = (): SiteAccess => ({ configServerUrl: configServer.url, passphrase: configServer.passphrase });
  const cloud = await openCloud(world, { storing, siteAccess }, opening);
  const vaults = await openVaults(world, cloud, opening);
  opening.use(runbooks);
  const siteVault = new SiteVault({ vaults, configServer, store });
  await siteVault.settle();
  const site = await openSite(world, { datacenter, configServer, openLog: cloud.openLog }, opening);
  opening.use(datacenter.onPowerOn((machine) => inheritFailback({ guests, siteVault, siteAccess }, machine)));
  await provisionMachines(world, datacenter);
  await cloud.machines.resume();
  await datacenter.vCenter.resume();
  await datacenter.physical.resume();

  const disks = new DiskPlaces({
    datacenter,
    machines: cloud.machines,
    storage: cloud.storage,
    openPast: openPast({ siteVault, cloud, site }),
    sourceDiskNumber: (machineId, diskId) => sourceDiskNumber(siteVault.vault, machineId, diskId),
  });
  const parts = { world, datacenter, cloud, vaults, siteVault, site, disks };
  const control = await openControl({ ...parts, port: options.ports.control ?? 0, accounts: { log: logAccount, target: targetAccount } }, opening);
  await provisionVault(parts);
  const arm = await openArmFront(parts, opening);
  const ready = (): ReadyLine => readyLine(parts, { control: control.url, arm: arm.url });
  folder.publish(ready());
  siteVault.onMove(() => folder.publish(ready()));
  await kernel.clock.setSpeed(options.speed);
  const resources = opening.move();
  return {
    ...parts,
    get ready() {
      return ready();
    },
    get vault() {
      return siteVault.vault;
    },
    watched: control.watched,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function readyLine(parts: Pick<Lab, 'world' | 'datacenter' | 'cloud' | 'site' | 'siteVault'>, urls: { control: string; arm: string }): ReadyLine {
  const { world, datacenter, cloud, site, siteVault } = parts;
  const { household, estate, folder } = world;
  const { name: vault, resourceGroupName: resourceGroup } = siteVault.entry?.resource ?? {
    name: estate.vault.name,
    resourceGroupName: estate.vault.resourceGroup,
  };
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
    tenant: household.tenantId,
    subscription: household.subscriptionId,
    resourceGroup,
    vault,
  };
}
