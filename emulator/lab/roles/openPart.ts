// Opens the component that a role is, with what surrounds it: the lab's machines and disks, or nothing but the network.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleOptions } from '../../contract/role.ts';
import { StorageProcess } from '../../azure/storage/storageProcess.ts';
import { LabError } from '../../kernel/errors.ts';
import { Store } from '../../kernel/store.ts';
import { ConfigServer } from '../../onprem/configserver/configServer.ts';
import { MasterTarget } from '../../onprem/mastertarget/masterTarget.ts';
import { ProcessServer } from '../../onprem/processserver/processServer.ts';
import type { LabKernel } from '../openKernel.ts';
import { retentionVolume } from '../retention.ts';
import { openUploadLogs } from '../uploadLogs.ts';
import type { OwnerClient } from './ownerClient.ts';

export interface PartSurroundings {
  readonly kernel: LabKernel;
  readonly version: string;
  /** PEM. @throws LabError InvalidArgument when nobody said which */
  readonly labCa: () => string;
  /** Absent: no machine, physical server or datastore is within reach. */
  readonly owner: OwnerClient | undefined;
}

export interface Part {
  readonly role: RoleOptions['role'];
  readonly url: string;
  readonly hostId: string | null;
  readonly component: StorageProcess | ConfigServer | ProcessServer | MasterTarget;
}

type OptionsOf<Name extends RoleOptions['role']> = Extract<RoleOptions, { role: Name }>;

/** @param resources closes it */
export async function openPart(options: RoleOptions, surroundings: PartSurroundings, resources: AsyncDisposableStack): Promise<Part> {
  const { role } = options;
  if (role === 'storage') {
    const component = resources.use(await openStorage(options, surroundings));
    return { role, url: component.url, hostId: null, component };
  }
  const component = resources.use(
    role === 'configserver'
      ? await openConfigServer(options, surroundings)
      : role === 'processserver'
        ? await openProcessServer(options, surroundings, resources)
        : await openMasterTarget(options, surroundings),
  );
  return { role, url: component.url, hostId: component.hostId, component };
}

/** A file that the component was told to read. @throws LabError InvalidArgument */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('InvalidArgument', `${path} cannot be read.`, { cause: error });
  }
}

/** The key of a new account is kept with it, and shown in `account-key.txt`. */
function openStorage({ dir, port, accountName, accountKey }: OptionsOf<'storage'>, { kernel }: PartSurroundings): Promise<StorageProcess> {
  using store = new Store(join(dir, 'storage.db'));
  const key = accountKey ?? store.get<{ key: string }>('account', accountName)?.key ?? StorageProcess.newKey();
  store.put('account', accountName, { key });
  writeFileSync(join(dir, 'account-key.txt'), `${key}\n`, { mode: 0o600 });
  return StorageProcess.start({ kernel, folder: join(dir, 'blobs'), accounts: [{ name: accountName, key }], port });
}

/** A registration key is valid for days, a registration for good: after it the key is not asked for. */
async function openConfigServer(options: OptionsOf<'configserver'>, { kernel, version, labCa }: PartSurroundings): Promise<ConfigServer> {
  const { dir, name, port, vaultUrl, credentialsFile } = options;
  const server = await ConfigServer.open({ kernel, folder: dir, name, port, version, labCa: labCa() });
  try {
    if (server.vaultUrl !== undefined) return server;
    if (credentialsFile === null)
      throw new LabError('InvalidArgument', 'A configuration server that is new needs --credentials, the registration key of its vault.');
    await server.registerWithVault(readText(credentialsFile), vaultUrl ?? undefined);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

function openProcessServer(options: OptionsOf<'processserver'>, surroundings: PartSurroundings, resources: AsyncDisposableStack): Promise<ProcessServer> {
  const { dir, name, port, inAzure, cacheLimitBytes, configServerUrl, passphrase } = options;
  const { kernel, version, labCa, owner } = surroundings;
  return ProcessServer.open({
    kernel,
    folder: dir,
    name,
    port,
    inAzure,
    version,
    configServerUrl,
    passphrase,
    cacheLimitBytes,
    labCa: labCa(),
    openLog: openUploadLogs(resources),
    reachMachine: async (machineId) => owner?.reachMachine(machineId),
    findPhysical: async (order) => owner?.findPhysical(order),
  });
}

function openMasterTarget(options: OptionsOf<'mastertarget'>, { kernel, version, labCa, owner }: PartSurroundings): Promise<MasterTarget> {
  const { dir, name, port, osType, retentionDir, retentionBytes, configServerUrl, passphrase } = options;
  return MasterTarget.open({
    kernel,
    folder: dir,
    name,
    machineName: name,
    osType,
    version,
    port,
    configServerUrl,
    passphrase,
    vCenterCa: labCa(),
    retentionVolumes: [retentionVolume({ osType, folder: retentionDir, capacityBytes: retentionBytes })],
    openDatastoreDisk: async (vmdkFile) => {
      if (owner === undefined) throw new LabError('PeerUnreachable', `${vmdkFile}: no ESXi host is within reach of this process.`);
      return owner.openDatastoreDisk(vmdkFile);
    },
  });
}
