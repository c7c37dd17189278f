// The components of Site Recovery at the site, each on its own socket: configuration server, process servers, master targets.
import { ConfigServer } from '../onprem/configserver/configServer.ts';
import type { BandwidthSchedule } from '../onprem/processserver/bandwidth.ts';
import type { AzureTarget } from '../onprem/processserver/uploadTarget.ts';
import type { BatchLog } from '../replication/stations.ts';
import type { Datacenter } from './datacenter.ts';
import type { Estate } from './estate.ts';
import { OwnerServer } from './roles/ownerServer.ts';
import type { ReadableReplica } from './roles/remoteDiskRoutes.ts';
import { openMasterTarget, openProcessServer, type PlacedRoles } from './roles/placement.ts';
import { componentVersions } from './versions.ts';
import type { World } from './world.ts';

/** A component, in this process or in one of its own. */
export interface SiteRole extends AsyncDisposable {
  readonly name: string;
  readonly hostId: string;
  readonly url: string;
  /** Of its own process. */
  readonly pid: number | undefined;
  /** SIGKILL, where it is a process of its own; ends when it is back. */
  readonly kill: (() => Promise<void>) | undefined;
}

export interface SiteProcessServer extends SiteRole {
  setBandwidth(schedule: BandwidthSchedule | null): Promise<void>;
}

export interface SiteMasterTarget extends SiteRole {
  /** The replica of a pair while its disk is attached there. */
  replicaOf(pairId: string): Promise<ReadableReplica | undefined>;
}

export interface Site {
  readonly configServer: ConfigServer;
  readonly processServers: readonly SiteProcessServer[];
  readonly masterTargets: readonly SiteMasterTarget[];
}

/** Opens the configuration server alone: the others register with it. */
export async function openConfigServer(world: World, datacenter: Datacenter, resources: AsyncDisposableStack): Promise<ConfigServer> {
  const { kernel, folder, estate, household, ports } = world;
  return resources.use(
    await ConfigServer.open({
      kernel,
      folder: folder.folder('configserver'),
      name: estate.configServer.name,
      port: ports.configServer ?? 0,
      version: componentVersions[estate.profile],
      labCa: household.authority.certificate,
      physicalPower: async (machineId, action) => datacenter.physical.power(machineId, action),
    }),
  );
}

/** Once, when the private connection comes up. */
function whenUp({ kernel }: World, work: () => Promise<void>): Disposable {
  let done = false;
  return kernel.network.onChange((path, state) => {
    if (done || path !== 'site-to-site' || state !== 'up') return;
    done = true;
    kernel.clock.start('process server in Azure', work);
  });
}

export async function openSite(
  world: World,
  parts: { datacenter: Datacenter; configServer: ConfigServer; openLog: (target: AzureTarget) => Promise<BatchLog> },
  resources: AsyncDisposableStack,
): Promise<Site> {
  const { kernel, estate, ports, processes } = world;
  const version = componentVersions[estate.profile];
  const owner = processes.length === 0 ? undefined : resources.use(await OwnerServer.open({ world, datacenter: parts.datacenter, version }));
  const placed: PlacedRoles = { world, ...parts, version, owner };
  const processServers: SiteProcessServer[] = [];
  // A process server may come later than the rest of the lab; it goes before the rest.
  const late = resources.use(new AsyncDisposableStack());
  const openOne = async (definition: Estate['processServers'][number], port: number): Promise<void> => {
    processServers.push(late.use(await openProcessServer(placed, definition, port)));
  };
  for (const [place, definition] of estate.processServers.entries()) {
    // A temporary process server in Azure can only be set up when the private connection to the site stands (asr-behaviour §7.3).
    if (!definition.inAzure || kernel.network.get('site-to-site').state === 'up') await openOne(definition, place === 0 ? (ports.processServer ?? 0) : 0);
    else resources.use(whenUp(world, () => openOne(definition, 0)));
  }
  const masterTargets: SiteMasterTarget[] = [];
  for (const [place, definition] of estate.masterTargets.entries())
    masterTargets.push(resources.use(await openMasterTarget(placed, definition, place === 0 ? (ports.masterTarget ?? 0) : 0)));
  return { configServer: parts.configServer, processServers, masterTargets };
}
