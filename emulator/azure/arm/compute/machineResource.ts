// An Azure VM as clients of the compute provider get it.
import type { AzureDisk, AzureMachineRecord } from '../../compute/state.ts';
import { groupOfMachine, nicName } from '../../resources/inventory.ts';
import type { AzureScope } from '../azureScope.ts';
import { optionalArmTime } from '../protocol/armTime.ts';

export const machineType = 'Microsoft.Compute/virtualMachines';
const bytesPerGib = 2 ** 30;

/** @param expand `instanceView` adds what the machine does now */
export function machineResource(scope: AzureScope, machine: AzureMachineRecord, expand = false): unknown {
  const { deps } = scope;
  const { order, nics, machineId } = machine;
  const resourceGroupName = groupOfMachine(machine);
  const nicId = (place: number): string => scope.id({ type: 'Microsoft.Network/networkInterfaces', resourceGroupName, name: nicName(order.name, place) });
  return {
    id: scope.id({ type: machineType, resourceGroupName, name: order.name }),
    name: order.name,
    type: machineType,
    location: deps.region,
    tags: order.tags ?? {},
    properties: {
      vmId: machineId,
      provisioningState: 'Succeeded',
      hardwareProfile: { vmSize: order.size },
      storageProfile: storageProfile(scope, machine),
      networkProfile: {
        networkInterfaces: nics.map((_, place) => ({ id: nicId(place), properties: { primary: place === 0, deleteOption: 'Delete' } })),
      },
      timeCreated: optionalArmTime(machine.createdMs),
      ...(expand ? { instanceView: instanceView(scope, machine) } : {}),
    },
  };
}

/** Blobs of a storage account or managed disks, as the failover made them; with the machine they go. */
function storageProfile(scope: AzureScope, machine: AzureMachineRecord): unknown {
  const { order } = machine;
  const diskOf = (disk: AzureDisk): Record<string, unknown> => ({
    name: disk.name,
    createOption: 'Attach',
    ...(order.managedDisks === true
      ? {
          managedDisk: {
            id: scope.id({ type: 'Microsoft.Compute/disks', resourceGroupName: groupOfMachine(machine), name: disk.name }),
            storageAccountType: 'Standard_LRS',
          },
        }
      : { vhd: { uri: scope.deps.storage.urlOf(disk.url) } }),
    diskSizeGB: Math.ceil(disk.sizeBytes / bytesPerGib),
    deleteOption: 'Delete',
  });
  const [osDisk] = order.disks.filter((disk) => disk.osDisk);
  const dataDisks = order.disks.filter((disk) => !disk.osDisk);
  return {
    ...(osDisk === undefined ? {} : { osDisk: { osType: order.osType, caching: 'ReadWrite', ...diskOf(osDisk) } }),
    dataDisks: dataDisks.map((disk, lun) => ({ lun, caching: 'None', toBeDetached: false, ...diskOf(disk) })),
  };
}

export function instanceView({ deps }: AzureScope, machine: AzureMachineRecord): unknown {
  const { order } = machine;
  return {
    computerName: order.name,
    osName: order.osVersion ?? order.osType,
    osVersion: order.osVersion ?? null,
    hyperVGeneration: order.firmware === 'UEFI' ? 'V2' : 'V1',
    disks: order.disks.map((disk) => ({ name: disk.name, statuses: [status('ProvisioningState/succeeded', 'Provisioning succeeded')] })),
    statuses: [status('ProvisioningState/succeeded', 'Provisioning succeeded'), powerStatus(deps.machines.machine(machine.machineId).state, machine)],
  };
}

function powerStatus(state: string, { deallocated }: AzureMachineRecord): unknown {
  switch (state) {
    case 'poweredOn':
      return status('PowerState/running', 'VM running');
    case 'poweringOn':
      return status('PowerState/starting', 'VM starting');
    case 'poweredOff':
      return deallocated === true ? status('PowerState/deallocated', 'VM deallocated') : status('PowerState/stopped', 'VM stopped');
    default:
      return status('PowerState/stopping', 'VM stopping');
  }
}

function status(code: string, displayStatus: string): unknown {
  return { code, level: 'Info', displayStatus };
}
