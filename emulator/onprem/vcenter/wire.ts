// vSphere's REST shapes of what the inventory holds (vcenter.md §11; field names as in VMware's API reference).
import { guestFullName, restGuestOs } from './guestOs.ts';
import type {
  ClusterRecord,
  DatacenterRecord,
  DatastoreRecord,
  FolderRecord,
  HostRecord,
  NetworkRecord,
  VmDisk,
  VmNic,
  VmRecord,
  VmSnapshot,
} from './inventory.ts';

const mebibyte = 2 ** 20;
const unitsPerController = 16;

export const datacenterSummary = ({ id, name }: DatacenterRecord): object => ({ datacenter: id, name });
export const clusterSummary = ({ id, name }: ClusterRecord): object => ({ cluster: id, name, ha_enabled: false, drs_enabled: true });
export const resourcePoolSummary = ({ resourcePoolId }: ClusterRecord): object => ({ resource_pool: resourcePoolId, name: 'Resources' });
export const networkSummary = ({ id, name }: NetworkRecord): object => ({ network: id, name, type: 'STANDARD_PORTGROUP' });
export const folderSummary = ({ id, name, type }: FolderRecord): object => ({ folder: id, name, type });
export const snapshotSummary = ({ id, name, createdMs }: VmSnapshot): object => ({ snapshot: id, name, create_time: new Date(createdMs).toISOString() });

export function hostSummary({ id, name, connection }: HostRecord): object {
  // Of a host that does not respond nobody knows whether it has power; vCenter then leaves the field out.
  return { host: id, name, connection_state: connection, ...(connection === 'CONNECTED' ? { power_state: 'POWERED_ON' } : {}) };
}

export function datastoreSummary({ id, name, type, capacityBytes, freeBytes }: DatastoreRecord & { freeBytes: number }): object {
  return { datastore: id, name, type, capacity: capacityBytes, free_space: freeBytes };
}

export function datastoreDetails({ name, type, accessible, hostIds, freeBytes }: DatastoreRecord & { freeBytes: number }): object {
  return { name, type, accessible, multiple_host_access: hostIds.length > 1, thin_provisioning_supported: true, free_space: freeBytes };
}

export function vmSummary({ id, name, power, cpuCount, memoryBytes }: VmRecord): object {
  return { vm: id, name, power_state: power, cpu_count: cpuCount, memory_size_MiB: memoryBytes / mebibyte };
}

export function vmDetails(vm: VmRecord, networks: readonly NetworkRecord[]): Record<string, unknown> {
  return {
    name: vm.name,
    identity: { name: vm.name, instance_uuid: vm.instanceUuid, bios_uuid: vm.biosUuid },
    power_state: vm.power,
    guest_OS: restGuestOs(vm),
    hardware: { version: 'VMX_19', upgrade_policy: 'NEVER', upgrade_status: 'NONE' },
    boot: {
      type: vm.firmware === 'UEFI' ? 'EFI' : 'BIOS',
      ...(vm.firmware === 'UEFI' ? { efi_legacy_boot: false } : {}),
      delay: 0,
      retry: false,
      retry_delay: 10_000,
      enter_setup_mode: false,
    },
    boot_devices: [],
    cpu: { count: vm.cpuCount, cores_per_socket: 1, hot_add_enabled: false, hot_remove_enabled: false },
    memory: { size_MiB: vm.memoryBytes / mebibyte, hot_add_enabled: false },
    disks: Object.fromEntries(vm.disks.map((disk) => [String(disk.key), diskDetails(disk)])),
    nics: Object.fromEntries(vm.nics.map((nic) => [String(nic.key), nicDetails(nic, networks, vm)])),
    scsi_adapters: Object.fromEntries(
      scsiBuses(vm).map((bus) => [String(1000 + bus), { label: `SCSI controller ${bus}`, type: vm.scsiType, sharing: 'NONE', scsi: { bus, unit: 7 } }]),
    ),
    sata_adapters: {},
    nvme_adapters: {},
    cdroms: {},
    floppies: {},
    parallel_ports: {},
    serial_ports: {},
    instant_clone_frozen: false,
  };
}

export function diskDetails({ key, sizeBytes, vmdkFile }: VmDisk): object {
  const place = key - 2000;
  return {
    label: `Hard disk ${place + 1}`,
    type: 'SCSI',
    scsi: { bus: Math.floor(place / unitsPerController), unit: place % unitsPerController },
    backing: { type: 'VMDK_FILE', vmdk_file: vmdkFile },
    capacity: sizeBytes,
  };
}

export function nicDetails(nic: VmNic, networks: readonly NetworkRecord[], { power }: Pick<VmRecord, 'power'>): object {
  const network = networks.find(({ id }) => id === nic.networkId);
  return {
    label: `Network adapter ${nic.key - 3999}`,
    type: 'VMXNET3',
    mac_type: 'ASSIGNED',
    mac_address: nic.macAddress,
    state: power === 'POWERED_ON' ? 'CONNECTED' : 'NOT_CONNECTED',
    start_connected: true,
    allow_guest_control: true,
    wake_on_lan_enabled: true,
    backing: { type: 'STANDARD_PORTGROUP', network: nic.networkId, network_name: network?.name ?? '' },
  };
}

/** What VMware Tools report of the operating system. */
export function guestIdentity(vm: VmRecord): object {
  return {
    name: restGuestOs(vm),
    family: vm.osType.toUpperCase(),
    full_name: { id: `vmsg.guestos.${restGuestOs(vm).toLowerCase()}.label`, default_message: guestFullName(vm), args: [] },
    host_name: vm.name,
    ...(firstAddress(vm) === undefined ? {} : { ip_address: firstAddress(vm) }),
  };
}

export function guestInterfaces(vm: VmRecord): object[] {
  return vm.nics.map(({ key, macAddress, ipAddress }) => ({
    mac_address: macAddress,
    nic: String(key),
    ip: { ip_addresses: ipAddress === null ? [] : [{ ip_address: ipAddress, prefix_length: 24, state: 'PREFERRED' }] },
  }));
}

export function guestFileSystems(vm: VmRecord): object {
  const osDisk = vm.disks.find((disk) => disk.osDisk);
  return {
    [vm.osType === 'Windows' ? 'C:\\' : '/']: {
      capacity: osDisk?.sizeBytes ?? 0,
      free_space: vm.guest.freeBytes,
      filesystem: vm.osType === 'Windows' ? 'NTFS' : 'ext4',
    },
  };
}

export function toolsDetails(vm: VmRecord): object {
  const running = vm.power === 'POWERED_ON' && vm.guest.toolsRunning;
  return {
    run_state: running ? 'RUNNING' : 'NOT_RUNNING',
    version_status: 'CURRENT',
    version_number: 12_352,
    version: '12352',
    upgrade_policy: 'MANUAL',
    auto_update_supported: true,
    install_type: 'MSI',
    install_attempt_count: 0,
  };
}

/**
 * DEVIATION: vSphere's REST API has no such call. It carries what the product learns through SOAP (secure boot, disk uuids) and from inside the guest
 * (pending reboot, disk roles).
 */
export function guestConditionsOf(vm: VmRecord): object {
  return {
    os_type: vm.osType,
    os_version: vm.osVersion,
    architecture: vm.architecture,
    secure_boot: vm.secureBoot,
    encrypted: vm.guest.bitLocker,
    reboot_pending: vm.guest.rebootPending,
    disks: Object.fromEntries(
      vm.disks.map(({ key, diskId, osDisk, dynamic, sectorBytes }) => [String(key), { disk_id: diskId, os_disk: osDisk, dynamic, sector_bytes: sectorBytes }]),
    ),
  };
}

export function powerDetails({ power }: VmRecord): object {
  return { state: power, ...(power === 'POWERED_OFF' ? { clean_power_off: true } : {}) };
}

/** The older `/rest` wire has lists of key and value where `/api` has maps. */
export function withKeyedLists(details: Record<string, unknown>): Record<string, unknown> {
  const maps = ['disks', 'nics', 'scsi_adapters', 'sata_adapters', 'nvme_adapters', 'cdroms', 'floppies', 'parallel_ports', 'serial_ports'];
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      maps.includes(name) ? Object.entries(value as object).map(([key, entry]) => ({ key, value: entry as unknown })) : value,
    ]),
  );
}

function firstAddress(vm: VmRecord): string | undefined {
  return vm.nics.find(({ ipAddress }) => ipAddress !== null)?.ipAddress ?? undefined;
}

function scsiBuses(vm: VmRecord): number[] {
  return [...new Set([0, ...vm.disks.map(({ key }) => Math.floor((key - 2000) / unitsPerController))])];
}
