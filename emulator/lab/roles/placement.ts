// Where a component runs: in the lab's process, or in one of its own. The rest of the lab sees no difference.
import { join } from 'node:path';
import type { ConfigServer } from '../../onprem/configserver/configServer.ts';
import { MasterTarget } from '../../onprem/mastertarget/masterTarget.ts';
import { ProcessServer } from '../../onprem/processserver/processServer.ts';
import type { BandwidthSchedule } from '../../onprem/processserver/bandwidth.ts';
import type { AzureTarget } from '../../onprem/processserver/uploadTarget.ts';
import type { BatchLog } from '../../replication/stations.ts';
import type { Datacenter } from '../datacenter.ts';
import type { Estate } from '../estate.ts';
import { retentionVolume } from '../retention.ts';
import type { SiteMasterTarget, SiteProcessServer, SiteRole } from '../site.ts';
import type { World } from '../world.ts';
import type { OwnerServer } from './ownerServer.ts';
import { remoteReplica } from './remoteDiskClient.ts';
import { RoleProcess } from './roleProcess.ts';

export interface PlacedRoles {
  readonly world: World;
  readonly datacenter: Datacenter;
  readonly configServer: ConfigServer;
  readonly openLog: (target: AzureTarget) => Promise<BatchLog>;
  readonly version: string;
  /** When some roles run as processes of their own. */
  readonly owner: OwnerServer | undefined;
}

type ProcessServerDefinition = Estate['processServers'][number];
type MasterTargetDefinition = Estate['masterTargets'][number];

export async function openProcessServer(placed: PlacedRoles, definition: ProcessServerDefinition, port: number): Promise<SiteProcessServer> {
  const { world, datacenter, configServer, openLog, version, owner } = placed;
  const { kernel, folder, household, guests } = world;
  const { name, inAzure, cacheLimitBytes } = definition;
  const dir = folder.folder('processservers', name);
  if (owner !== undefined && world.processes.includes('processserver')) {
    const parameters = [...site(placed), '--cache', String(cacheLimitBytes), ...(inAzure ? ['--in-azure'] : [])];
    const child = await RoleProcess.start({ kernel, owner, role: 'processserver', name, dir, port, parameters });
    return Object.assign(asRole(child), {
      setBandwidth: async (schedule: BandwidthSchedule | null): Promise<void> => {
        const { client, headers } = owner.role(name);
        await client.call('/bandwidth', { method: 'PUT', headers, body: { schedule } });
      },
    });
  }
  const server = await ProcessServer.open({
    kernel,
    version,
    configServerUrl: configServer.url,
    passphrase: configServer.passphrase,
    folder: dir,
    name,
    port,
    inAzure,
    cacheLimitBytes,
    labCa: household.authority.certificate,
    openLog,
    reachMachine: (machineId) => guests.reach(machineId),
    findPhysical: datacenter.findPhysical,
  });
  return Object.assign(asRole(server), { setBandwidth: async (schedule: BandwidthSchedule | null) => server.setBandwidth(schedule) });
}

export async function openMasterTarget(placed: PlacedRoles, definition: MasterTargetDefinition, port: number): Promise<SiteMasterTarget> {
  const { world, datacenter, configServer, version, owner } = placed;
  const { kernel, folder, household } = world;
  const { name, osType, retentionBytes } = definition;
  const dir = folder.folder('mastertargets', name);
  const retentionDir = folder.folder('mastertargets', name, 'retention');
  if (owner !== undefined && world.processes.includes('mastertarget')) {
    const parameters = [...site(placed), '--os', osType, '--retention', retentionDir, '--retention-size', String(retentionBytes)];
    const child = await RoleProcess.start({ kernel, owner, role: 'mastertarget', name, dir, port, parameters });
    return Object.assign(asRole(child), { replicaOf: (pairId: string) => remoteReplica(owner.role(name), pairId) });
  }
  const target = await MasterTarget.open({
    kernel,
    version,
    configServerUrl: configServer.url,
    passphrase: configServer.passphrase,
    folder: dir,
    name,
    machineName: name,
    osType,
    port,
    vCenterCa: household.authority.certificate,
    retentionVolumes: [retentionVolume({ osType, folder: retentionDir, capacityBytes: retentionBytes })],
    openDatastoreDisk: (vmdkFile) => datacenter.vCenter.openAttachedDisk(vmdkFile),
  });
  return Object.assign(asRole(target), { replicaOf: async (pairId: string) => target.replicaOf(pairId) });
}

function site({ world, configServer }: PlacedRoles): string[] {
  return ['--config-server', configServer.url, '--passphrase-file', join(world.folder.path('configserver'), 'passphrase.txt')];
}

/** What may change over a restart is asked for each time. */
function asRole(part: RoleProcess | ProcessServer | MasterTarget): SiteRole {
  const own = part instanceof RoleProcess ? part : undefined;
  return {
    name: part.name,
    get hostId() {
      return part.hostId;
    },
    get url() {
      return part.url;
    },
    kill: own === undefined ? undefined : () => own.kill(),
    get pid() {
      return own?.pid;
    },
    [Symbol.asyncDispose]: () => part[Symbol.asyncDispose](),
  };
}
