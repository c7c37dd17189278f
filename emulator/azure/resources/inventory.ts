// Everything that stands in the resource groups of the lab's subscription, by type.
import type { AzureMachines } from '../compute/service.ts';
import type { AzureMachineRecord } from '../compute/state.ts';
import type { VirtualNetworks } from '../network/service.ts';
import type { StorageAccounts } from '../storage/storageAccounts.ts';
import type { Vaults } from '../vault/vaults.ts';
import { keptTypes, type KeptResources } from './keptResources.ts';
import type { ResourceGroups } from './resourceGroups.ts';

/** The subscription's services, as its resource providers use them. */
export interface AzureServices {
  readonly subscriptionId: string;
  /** Where the lab's own resources are. */
  readonly region: string;
  readonly groups: ResourceGroups;
  readonly vaults: Vaults;
  readonly machines: AzureMachines;
  readonly networks: VirtualNetworks;
  readonly storage: StorageAccounts;
  readonly kept: KeptResources;
}

export interface InventoryRow {
  readonly type: string;
  readonly resourceGroupName: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function inventory(services: AzureServices): InventoryRow[] {
  const { region, groups, vaults, machines, networks, storage, kept } = services;
  const own = { resourceGroupName: groups.homeName, location: region, tags: {} };
  return [
    ...vaults.resources().map(({ resourceGroupName, name, location, tags }) => ({
      type: 'Microsoft.RecoveryServices/vaults',
      resourceGroupName,
      name,
      location,
      tags,
    })),
    ...machines.list().flatMap((machine) => {
      const { order, nics } = machine;
      const beside = { ...own, resourceGroupName: groupOfMachine(machine) };
      return [
        { ...beside, type: 'Microsoft.Compute/virtualMachines', name: order.name, tags: order.tags ?? {} },
        ...(order.managedDisks === true ? order.disks.map(({ name }) => ({ ...beside, type: 'Microsoft.Compute/disks', name })) : []),
        ...nics.map((_, place) => ({ ...beside, type: 'Microsoft.Network/networkInterfaces', name: nicName(order.name, place) })),
      ];
    }),
    ...networks.list().map(({ name, region: location, resourceGroupName = groups.homeName, tags = {} }) => ({
      type: 'Microsoft.Network/virtualNetworks',
      resourceGroupName,
      name,
      location,
      tags,
    })),
    ...storage.names().map((name) => ({ ...own, type: 'Microsoft.Storage/storageAccounts', name })),
    ...kept.list().map(({ type, resourceGroupName, name, location, tags }) => ({ type: keptTypes[type], resourceGroupName, name, location, tags })),
  ];
}

/** The resource group that a machine was made in, with its disks and network cards. */
export function groupOfMachine({ resourceId }: Pick<AzureMachineRecord, 'resourceId'>): string {
  return resourceId.split('/')[4] ?? '';
}

/** A network card of an Azure VM has no name of its own in the lab. */
export function nicName(machineName: string, place: number): string {
  return `${machineName}-nic${place}`;
}
