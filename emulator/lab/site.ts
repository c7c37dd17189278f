// The components of Site Recovery at the site, each on its own socket: configuration server, process servers, master targets.
import type { BatchLog } from '../replication/stations.ts';
import { ConfigServer } from '../onprem/configserver/configServer.ts';
import { MasterTarget } from '../onprem/mastertarget/masterTarget.ts';
import { ProcessServer } from '../onprem/processserver/processServer.ts';
import type { AzureTarget } from '../onprem/processserver/uploadTarget.ts';
import type { Datacenter } from './datacenter.ts';
import type { Estate } from './estate.ts';
import type { World } from './world.ts';

export interface Site {
  readonly configServer: ConfigServer;
  readonly processServers: readonly ProcessServer[];
  readonly masterTargets: readonly MasterTarget[];
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

/** Releases of configuration server, process server and master target in the year of each profile, as those of the Mobility service. */
export const componentVersions = { '2017': '9.12.0.0', '2019': '9.29.0.0', '2023': '9.56.0.0' } as const;

export async function openSite(
  world: World,
  parts: { datacenter: Datacenter; configServer: ConfigServer; openLog: (target: AzureTarget) => Promise<BatchLog> },
  resources: AsyncDisposableStack,
): Promise<Site> {
  const { kernel, folder, estate, household, ports, guests } = world;
  const { datacenter, configServer, openLog } = parts;
  const shared = { kernel, version: componentVersions[estate.profile], configServerUrl: configServer.url, passphrase: configServer.passphrase };
  const processServers: ProcessServer[] = [];
  // A process server may come later than the rest of the lab; it goes before the rest.
  const late = resources.use(new AsyncDisposableStack());
  const openOne = async ({ name, inAzure, cacheLimitBytes }: Estate['processServers'][number], port: number): Promise<void> => {
    const server = await ProcessServer.open({
      ...shared,
      folder: folder.folder('processservers', name),
      name,
      port,
      inAzure,
      cacheLimitBytes,
      labCa: household.authority.certificate,
      openLog,
      reachMachine: (machineId) => guests.reach(machineId),
      findPhysical: datacenter.findPhysical,
    });
    processServers.push(late.use(server));
  };
  for (const [place, definition] of estate.processServers.entries()) {
    // A temporary process server in Azure can only be set up when the private connection to the site stands (asr-behaviour §7.3).
    if (!definition.inAzure || kernel.network.get('site-to-site').state === 'up') await openOne(definition, place === 0 ? (ports.processServer ?? 0) : 0);
    else resources.use(whenUp(world, () => openOne(definition, 0)));
  }
  const masterTargets: MasterTarget[] = [];
  for (const [place, { name, osType, retentionBytes }] of estate.masterTargets.entries()) {
    const volumeName = osType === 'Windows' ? 'R:' : '/mnt/retention';
    const target = await MasterTarget.open({
      ...shared,
      folder: folder.folder('mastertargets', name),
      name,
      machineName: name,
      osType,
      port: place === 0 ? (ports.masterTarget ?? 0) : 0,
      vCenterCa: household.authority.certificate,
      retentionVolumes: [
        {
          volumeName,
          folder: folder.folder('mastertargets', name, 'retention'),
          capacityBytes: retentionBytes,
          fileSystem: osType === 'Windows' ? 'NTFS' : 'ext4',
        },
      ],
      openDatastoreDisk: (vmdkFile) => datacenter.vCenter.openAttachedDisk(vmdkFile),
    });
    masterTargets.push(resources.use(target));
  }
  return { configServer, processServers, masterTargets };
}
