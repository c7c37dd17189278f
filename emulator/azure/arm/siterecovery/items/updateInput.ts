// Reads the body of "update protected item": name, size, networks, network cards, disks (arm-contract §6.1, §6.4).
import type { TargetChange } from '../../../vault/items/nics.ts';
import type { DiskSettings, TargetSettings } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { badRequest } from '../../protocol/armError.ts';
import type { Body } from '../../protocol/body.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { azureOptions, defined } from './azureOptions.ts';
import { AzurePlaces } from './azurePlaces.ts';
import { nicChange } from './nicInput.ts';
import { providerInput } from './references.ts';

const optionNames = { resourceGroupId: 'recoveryAzureV2ResourceGroupId', availabilitySetId: 'recoveryAvailabilitySetId' };
const diskName = /^[A-Za-z0-9][\w.-]{0,78}\w$/;

/** What is absent stays as it is. @throws ArmError BadRequest */
export function targetChange(scope: VaultScope, item: ItemView): TargetChange {
  const properties = scope.call.body.part('properties');
  const input = providerInput(properties.part('providerSpecificDetails'), item.instanceType);
  const { target } = item.forward;
  const options = azureOptions([properties, input], optionNames);
  const nics = properties.parts('vmNics').map(nicChange);
  const managedDisks = input.optionalWord('useManagedDisks', ['true', 'false']);
  return {
    ...defined({
      azureMachineName: properties.optionalText('recoveryAzureVMName'),
      azureMachineSize: properties.optionalText('recoveryAzureVMSize'),
      networkName: network(scope, properties, 'selectedRecoveryAzureNetworkId'),
      testNetworkName: network(scope, properties, 'selectedTfoAzureNetworkId'),
      primaryNicId: primaryNic(properties),
      managedDisks: managedDisks === undefined ? undefined : managedDisks === 'true',
    }),
    ...(nics.length === 0 ? {} : { nics }),
    ...(input.has('vmDisks') ? { disks: diskNames(target, item, input) } : {}),
    ...(Object.keys(options).length === 0 ? {} : { azure: { ...target.azure, ...options } }),
  };
}

/** An empty id takes the network away. */
function network(scope: VaultScope, properties: Body, name: string): string | null | undefined {
  const id = properties.optionalText(name);
  return id === undefined ? undefined : id === '' ? null : new AzurePlaces(scope).networkNamed(id);
}

function primaryNic(properties: Body): string | undefined {
  return properties.optionalText('selectedSourceNicId') || undefined;
}

function diskNames(target: TargetSettings, item: ItemView, input: Body): DiskSettings[] {
  const wanted = new Map(input.parts('vmDisks').map((disk) => [disk.text('diskId'), disk.optionalText('targetDiskName') ?? null]));
  for (const [diskId, name] of wanted) {
    if (!item.pairs.some((pair) => pair.diskId === diskId))
      throw badRequest('InvalidParameter', `The machine does not replicate a disk ${diskId.slice(0, 100)}.`);
    if (name !== null && !diskName.test(name)) throw badRequest('InvalidParameter', `"${name.slice(0, 100)}" is no name of a disk.`);
  }
  const known = target.disks ?? [];
  const fresh = [...wanted.keys()].filter((diskId) => !known.some((disk) => disk.diskId === diskId));
  return [...known, ...fresh.map((diskId) => ({ diskId, diskType: null, diskEncryptionSetId: null, targetDiskName: null }))].map((disk) => ({
    ...disk,
    targetDiskName: wanted.has(disk.diskId) ? (wanted.get(disk.diskId) ?? null) : disk.targetDiskName,
  }));
}
