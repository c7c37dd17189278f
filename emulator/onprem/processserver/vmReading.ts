// One virtual machine as vSphere's REST wire describes it, read into a machine as Site Recovery sees it (asr-behaviour §2.1).
import type { DiscoveredMachine } from '../../replication/reports.ts';
import { LabError } from '../../kernel/errors.ts';
import type { VSphereClient } from '../vsphere/vSphereClient.ts';

interface VmDetails {
  readonly name: string;
  readonly power_state: 'POWERED_ON' | 'POWERED_OFF' | 'SUSPENDED';
  readonly identity: { readonly instance_uuid: string };
  readonly boot: { readonly type: 'BIOS' | 'EFI' };
  readonly cpu: { readonly count: number };
  readonly memory: { readonly size_MiB: number };
  readonly disks: Readonly<Record<string, { readonly label: string; readonly capacity: number; readonly backing: { readonly vmdk_file: string } }>>;
  readonly nics: Readonly<Record<string, { readonly mac_address: string; readonly backing: { readonly network_name: string } }>>;
}

interface GuestConditionsDetails {
  readonly os_type: 'Windows' | 'Linux';
  readonly os_version: string;
  readonly architecture: '64-bit' | '32-bit';
  readonly secure_boot: boolean;
  readonly encrypted: boolean;
  readonly reboot_pending: boolean;
  readonly disks: Readonly<Record<string, { readonly disk_id: string; readonly os_disk: boolean; readonly dynamic: boolean; readonly sector_bytes: number }>>;
}

interface GuestInterface {
  readonly mac_address: string;
  readonly ip?: { readonly ip_addresses: readonly { readonly ip_address: string }[] };
}

/**
 * @param place what the list that named the machine knows
 * @throws LabError VCenterPermissionDenied, VCenterCallFailed, PeerUnreachable, LinkDown
 */
export async function readVm(
  client: VSphereClient,
  vm: string,
  place: { vCenterId: string; hostConnected: boolean },
): Promise<Omit<DiscoveredMachine, 'notSelectable'>> {
  const path = `/api/vcenter/vm/${encodeURIComponent(vm)}`;
  const details = await client.json<VmDetails>(path);
  const conditions = await client.json<GuestConditionsDetails>(`${path}/guest/conditions`);
  const tools = await client.json<{ run_state: string }>(`${path}/tools`);
  const toolsRunning = tools.run_state === 'RUNNING';
  // Addresses are the guest's own: without VMware Tools nobody tells them.
  const interfaces = toolsRunning ? await guestInterfaces(client, path) : [];
  return {
    machineId: details.identity.instance_uuid,
    name: details.name,
    platform: 'VmWare',
    vCenterId: place.vCenterId,
    poweredOn: details.power_state === 'POWERED_ON',
    osType: conditions.os_type,
    osVersion: conditions.os_version,
    architecture: conditions.architecture,
    firmware: details.boot.type === 'EFI' ? 'UEFI' : 'BIOS',
    secureBoot: conditions.secure_boot,
    bitLocker: conditions.encrypted,
    cpuCount: details.cpu.count,
    memoryBytes: details.memory.size_MiB * 2 ** 20,
    toolsRunning,
    rebootPending: conditions.reboot_pending,
    hostConnected: place.hostConnected,
    ipAddresses: interfaces.flatMap(addressesOf),
    nics: nicsOf(details, interfaces),
    datastores: [...new Set(Object.values(details.disks).map(({ backing }) => datastoreOf(backing.vmdk_file)))],
    disks: disksOf(details, conditions),
  };
}

function nicsOf(details: VmDetails, interfaces: readonly GuestInterface[]): DiscoveredMachine['nics'] {
  const addressOf = (macAddress: string): string | null => interfaces.filter((found) => found.mac_address === macAddress).flatMap(addressesOf)[0] ?? null;
  return Object.values(details.nics).map(({ mac_address: nicId, backing }) => ({ nicId, network: backing.network_name, ipAddress: addressOf(nicId) }));
}

function disksOf(details: VmDetails, conditions: GuestConditionsDetails): DiscoveredMachine['disks'] {
  return Object.entries(details.disks).flatMap(([key, { label, capacity }]) => {
    const role = conditions.disks[key];
    return role === undefined
      ? []
      : [{ diskId: role.disk_id, name: label, sizeBytes: capacity, osDisk: role.os_disk, dynamic: role.dynamic, sectorBytes: role.sector_bytes }];
  });
}

/** The guest may end between two calls; then it has no addresses. */
async function guestInterfaces(client: VSphereClient, path: string): Promise<GuestInterface[]> {
  try {
    return await client.json<GuestInterface[]>(`${path}/guest/networking/interfaces`);
  } catch (error) {
    if (LabError.is(error, 'VCenterCallFailed')) return [];
    throw error;
  }
}

function addressesOf({ ip }: GuestInterface): string[] {
  return (ip?.ip_addresses ?? []).map(({ ip_address: address }) => address);
}

/** `[datastore] folder/name.vmdk` → `datastore`. */
function datastoreOf(vmdkFile: string): string {
  return /^\[([^\]]+)\]/.exec(vmdkFile)?.[1] ?? '';
}
