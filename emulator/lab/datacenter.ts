// The site's own iron: vCenter with its machines, and the physical servers.
import type { PhysicalServerOrder } from '../replication/orders.ts';
import type { DiscoveredMachine } from '../replication/reports.ts';
import { VCenter } from '../onprem/vcenter/vcenter.ts';
import type { Machine } from '../machine/machine.ts';
import type { VCenterAccount } from '../onprem/vcenter/accounts.ts';
import { PhysicalServers } from '../onprem/physical/physicalServers.ts';
import type { World } from './world.ts';

/** The account that the configuration server is given, and one that may only look. */
export const vCenterUser = 'site-recovery@vsphere.local';
export const vCenterReader = 'reader@vsphere.local';
export const vCenterAdministrator = 'administrator@vsphere.local';
const defaultVSpherePort = 0;

/** @param role of the account that the configuration server uses */
export function vCenterAccounts(password: string, role: 'siteRecovery' | 'readOnly'): VCenterAccount[] {
  return [
    { userName: vCenterAdministrator, password, role: 'administrator' },
    { userName: vCenterUser, password, role },
    { userName: vCenterReader, password, role: 'readOnly' },
  ];
}

export interface Datacenter {
  readonly vCenter: VCenter;
  readonly physical: PhysicalServers;
  /** Tells of each virtual machine that begins to power on. */
  readonly onPowerOn: (listener: (machine: Machine) => void) => Disposable;
  /** What is at this address, as a process server would read it off the machine. */
  readonly findPhysical: (order: PhysicalServerOrder) => Promise<Omit<DiscoveredMachine, 'notSelectable'> | undefined>;
}

export async function openDatacenter(world: World, resources: AsyncDisposableStack): Promise<Datacenter> {
  const { kernel, folder, estate, household, ports, guests } = world;
  const { vCenter: site } = estate;
  const listeners = new Set<(machine: Machine) => void>();
  const vCenter = resources.use(
    await VCenter.open({
      kernel,
      folder: folder.folder('vcenter'),
      port: ports.vcenter ?? defaultVSpherePort,
      identity: household.identity,
      site: {
        datacenter: site.datacenter,
        cluster: 'cluster01',
        hosts: site.hosts,
        datastores: site.datastores.map((datastore) => ({ ...datastore, type: datastore.type === 'vSAN' ? 'VSAN' : datastore.type })),
        networks: [site.network],
      },
      accounts: vCenterAccounts(household.vCenterPassword, 'siteRecovery'),
      onMachine: (machine) => {
        guests.adopt(machine);
        machine.onPower((state) => {
          if (state === 'poweringOn') for (const listener of listeners) listener(machine);
        });
      },
    }),
  );
  const physical = resources.use(await PhysicalServers.open({ kernel, folder: folder.folder('physical') }));
  const onPowerOn = (listener: (machine: Machine) => void): Disposable => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  return { vCenter, physical, onPowerOn, findPhysical: async (order) => findPhysical(physical, order) };
}

function findPhysical(physical: PhysicalServers, order: PhysicalServerOrder): Omit<DiscoveredMachine, 'notSelectable'> | undefined {
  const definition = physical.find(order.ipAddress) ?? physical.find(order.name);
  if (definition === undefined) return undefined;
  const { machineId, name, osType, osVersion, architecture, firmware, secureBoot, cpuCount, memoryBytes, nics, disks, guest } = definition;
  return {
    machineId,
    name,
    platform: 'Physical',
    vCenterId: null,
    poweredOn: physical.machine(machineId).state === 'poweredOn',
    osType,
    osVersion,
    architecture,
    firmware,
    secureBoot,
    cpuCount,
    memoryBytes,
    toolsRunning: guest.toolsRunning,
    rebootPending: guest.rebootPending,
    bitLocker: guest.bitLocker,
    hostConnected: true,
    ipAddresses: nics.flatMap((nic) => nic.ipAddress ?? []),
    nics,
    datastores: [],
    disks: disks.map(({ diskId, name: diskName, sizeBytes, osDisk, dynamic, sectorBytes }) => ({
      diskId,
      name: diskName,
      sizeBytes,
      osDisk,
      dynamic,
      sectorBytes,
    })),
  };
}
