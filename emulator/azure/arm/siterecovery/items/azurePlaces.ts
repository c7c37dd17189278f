// Ids of what a failover uses in Azure: networks, storage accounts, resource groups and machines, and back from an id to a name.
import { resourceId } from '../../azureScope.ts';
import type { AzureServices } from '../../../resources/inventory.ts';
import { badRequest } from '../../protocol/armError.ts';
import { nameIn, sameId } from '../ids.ts';
import type { VaultScope } from '../siteRecovery.ts';

export class AzurePlaces {
  readonly #scope: VaultScope;

  constructor(scope: VaultScope) {
    this.#scope = scope;
  }

  get groupId(): string {
    return `/subscriptions/${this.#services.subscriptionId}/resourceGroups/${this.#services.groups.homeName}`;
  }

  network(name: string | null | undefined): string | null {
    if (name === null || name === undefined) return null;
    const group = this.#services.networks.list().find((one) => one.name === name)?.resourceGroupName;
    return this.#id('Microsoft.Network/virtualNetworks', name, group);
  }

  storageAccount(name: string): string {
    return this.#id('Microsoft.Storage/storageAccounts', name);
  }

  disk(groupId: string, name: string): string {
    return `${groupId}/providers/Microsoft.Compute/disks/${name}`;
  }

  /** An id that ends before the name, as the service has it before a failover. */
  machineBeforeFailover(groupId: string): string {
    return `${groupId}/providers/Microsoft.Compute/virtualMachines/`;
  }

  /** @returns the network's name as it is written there; an unknown one as it came, for the engine to refuse */
  networkNamed(networkId: string): string {
    const name = nameIn(networkId);
    return this.#services.networks.list().find((one) => sameId(one.name, name))?.name ?? name;
  }

  /** @throws ArmError BadRequest for an account that the lab does not have */
  accountNamed(accountId: string): string {
    const name = nameIn(accountId);
    const known = this.#services.storage.names().find((one) => sameId(one, name));
    if (known !== undefined) return known;
    const message = `There is no storage account ${name.slice(0, 100)}.`;
    throw badRequest('StorageAccountNotFound', message, `Use ${this.#services.storage.names().join(' or ')}.`);
  }

  /** Where replicas of machines lie whose owner did not choose an account: those with managed disks. */
  get managedDiskAccount(): string {
    return this.#services.storage.managedDiskAccount;
  }

  /** The address by which a blob can be read now. */
  blobUrl(address: string): string {
    return this.#services.storage.urlOf(address);
  }

  get #services(): AzureServices {
    return this.#scope.deps.services;
  }

  #id(type: string, name: string, resourceGroupName = this.#services.groups.homeName): string {
    return resourceId(this.#services.subscriptionId, { resourceGroupName, type, name });
  }
}
