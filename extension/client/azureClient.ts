// Azure's own clients behind `VaultClient`. A bundle of its own, loaded when a lab runs: the SDK is larger than the rest of the extension.
import { ComputeManagementClient } from '@azure/arm-compute';
import { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { listResources } from './armReader.ts';
import type { AzureVirtualMachine, MachineSize, StorageAccount, VaultClient, VaultPlace, VirtualNetwork } from './vaultClient.ts';

// This bundle has its own copy of the texts: the extension hands over its language.
export { useTexts } from '../texts.ts';

export function openVaultClient(place: VaultPlace): VaultClient {
  const { endpoint, subscriptionId, resourceGroupName: group, vaultName: vault, ca } = place;
  const credential = { getToken: () => place.token() };
  const options = { endpoint, ...(ca === undefined ? {} : { tlsOptions: { ca } }) };
  const siteRecovery = new SiteRecoveryManagementClient(credential, subscriptionId, options);
  const providers = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers`;
  const compute = new ComputeManagementClient(credential, subscriptionId, options);
  return {
    place,
    siteRecovery,
    fabrics: () => Array.fromAsync(siteRecovery.replicationFabrics.list(vault, group)),
    vCenters: () => Array.fromAsync(siteRecovery.replicationvCenters.list(vault, group)),
    policies: () => Array.fromAsync(siteRecovery.replicationPolicies.list(vault, group)),
    mappings: () => Array.fromAsync(siteRecovery.replicationProtectionContainerMappings.list(vault, group)),
    protectedItems: () => Array.fromAsync(siteRecovery.replicationProtectedItems.list(vault, group)),
    protectedItem: (id) => {
      const { fabric, container, name } = partsOf(id);
      return siteRecovery.replicationProtectedItems.get(vault, group, fabric, container, name);
    },
    protectableItems: async () => {
      const containers = await Array.fromAsync(siteRecovery.replicationProtectionContainers.list(vault, group));
      const lists = containers.map((container) =>
        Array.fromAsync(
          siteRecovery.replicationProtectableItems.listByReplicationProtectionContainers(
            vault,
            group,
            partsOf(container.id ?? '').fabric,
            container.name ?? '',
          ),
        ),
      );
      return (await Promise.all(lists)).flat();
    },
    recoveryPoints: (id) => {
      const { fabric, container, name } = partsOf(id);
      return Array.fromAsync(siteRecovery.recoveryPoints.listByReplicationProtectedItems(vault, group, fabric, container, name));
    },
    recoveryPlans: () => Array.fromAsync(siteRecovery.replicationRecoveryPlans.list(vault, group)),
    jobs: () => Array.fromAsync(siteRecovery.replicationJobs.list(vault, group)),
    job: (name) => siteRecovery.replicationJobs.get(vault, group, name),
    events: () => Array.fromAsync(siteRecovery.replicationEvents.list(vault, group)),
    virtualNetworks: async () =>
      (await listResources<NetworkResource>(place, `${providers}/Microsoft.Network/virtualNetworks`, '2025-05-01')).map(virtualNetwork),
    storageAccounts: () => listResources<StorageAccount>(place, `${providers}/Microsoft.Storage/storageAccounts`, '2025-08-01'),
    machineSizes: (location) =>
      listResources<MachineSize>(place, `${providers}/Microsoft.Compute/locations/${encodeURIComponent(location)}/vmSizes`, '2025-04-01'),
    targetSizes: (id) => {
      const { fabric, container, name } = partsOf(id);
      return Array.fromAsync(siteRecovery.targetComputeSizes.listByReplicationProtectedItems(vault, group, fabric, container, name));
    },
    recoveryPlan: (id) => siteRecovery.replicationRecoveryPlans.get(vault, group, partsOf(id).name),
    virtualMachines: async () => (await Array.fromAsync(compute.virtualMachines.listAll({ expand: 'instanceView' }))).map(virtualMachine),
  };
}

interface NetworkResource {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly properties?: { readonly subnets?: readonly { readonly name: string; readonly properties?: { readonly addressPrefix?: string } }[] };
}

function virtualNetwork({ id, name, location, properties }: NetworkResource): VirtualNetwork {
  const subnets = (properties?.subnets ?? []).map((subnet) => ({ name: subnet.name, addressPrefix: subnet.properties?.addressPrefix ?? '' }));
  return { id, name, location, subnets };
}

function virtualMachine(vm: {
  id?: string;
  name?: string;
  hardwareProfile?: { vmSize?: string };
  instanceView?: { statuses?: { code?: string; displayStatus?: string }[] };
}): AzureVirtualMachine {
  const power = vm.instanceView?.statuses?.find((status) => status.code?.startsWith('PowerState/') === true);
  return { id: vm.id ?? '', name: vm.name ?? '', size: vm.hardwareProfile?.vmSize ?? '', powerState: power?.displayStatus ?? '' };
}

/** Names in the ARM id of a fabric's child. */
function partsOf(id: string): { fabric: string; container: string; name: string } {
  const segments = id.split('/');
  const after = (word: string): string => segments[segments.findIndex((segment) => segment.toLowerCase() === word.toLowerCase()) + 1] ?? '';
  return { fabric: after('replicationFabrics'), container: after('replicationProtectionContainers'), name: segments.at(-1) ?? '' };
}
