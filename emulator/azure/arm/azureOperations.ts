// Every operation outside Site Recovery: subscription and groups, vaults, and what a failover and its user need of compute, network and storage.
import { defineAzureOperations, type AzureArmDeps } from './azureScope.ts';
import { diskOperations } from './compute/disks.ts';
import { sizeOperations } from './compute/sizes.ts';
import { virtualMachineOperations } from './compute/virtualMachines.ts';
import { networkInterfaceOperations } from './network/networkInterfaces.ts';
import { virtualNetworkOperations } from './network/virtualNetworks.ts';
import type { ArmOperation } from './protocol/operation.ts';
import { certificateOperations } from './recoveryservices/certificates.ts';
import { extendedInformationOperations } from './recoveryservices/extendedInformation.ts';
import { locationOperations, providerOperations } from './recoveryservices/locations.ts';
import { usageOperations } from './recoveryservices/usages.ts';
import { vaultOperations } from './recoveryservices/vaults.ts';
import { keptResourceOperations } from './resources/keptResources.ts';
import { resourceProviderOperations } from './resources/providers.ts';
import { resourceGroupOperations } from './resources/resourceGroups.ts';
import { subscriptionOperations } from './resources/subscriptions.ts';
import { storageAccountOperations } from './storage/storageAccounts.ts';

/** @param all the operations of the whole front, for lists of what can be done */
export function azureOperations(deps: AzureArmDeps, all: () => readonly ArmOperation[]): ArmOperation[] {
  const define = defineAzureOperations(deps);
  return [
    ...subscriptionOperations(define),
    ...resourceGroupOperations(define),
    ...resourceProviderOperations(define, all),
    ...keptResourceOperations(define),
    ...vaultOperations(define),
    ...extendedInformationOperations(define),
    ...usageOperations(define),
    ...certificateOperations(define),
    ...locationOperations(define),
    ...providerOperations(define, all),
    ...virtualMachineOperations(define),
    ...diskOperations(define),
    ...sizeOperations(define),
    ...virtualNetworkOperations(define),
    ...networkInterfaceOperations(define),
    ...storageAccountOperations(define),
  ];
}
