// A vault as clients of the vault provider get it (arm-contract §4.2).
import type { VaultResource } from '../../vault/vaults.ts';
import { armTime } from '../protocol/armTime.ts';

export const vaultType = 'Microsoft.RecoveryServices/vaults';

/** Properties that the provider keeps as it gets them. */
export const keptProperties = ['monitoringSettings', 'restoreSettings', 'redundancySettings', 'securitySettings'] as const;

/** What the service has when nobody said otherwise. */
const usual = {
  monitoringSettings: { azureMonitorAlertSettings: { alertsForAllJobFailures: 'Enabled' }, classicAlertSettings: { alertsForCriticalOperations: 'Enabled' } },
  restoreSettings: { crossSubscriptionRestoreSettings: { crossSubscriptionRestoreState: 'Enabled' } },
} as const;

export function vaultPath(vault: Pick<VaultResource, 'subscriptionId' | 'resourceGroupName' | 'name'>): string {
  return `/subscriptions/${vault.subscriptionId}/resourceGroups/${vault.resourceGroupName}/providers/${vaultType}/${vault.name}`;
}

export function vaultResource(vault: VaultResource): unknown {
  const { identity, ...properties } = vault.kept;
  return {
    location: vault.location,
    name: vault.name,
    etag: `W/"datetime'${encodeURIComponent(armTime(vault.changedMs))}'"`,
    tags: vault.tags,
    ...(identity === undefined || identity === null ? {} : { identity }),
    properties: {
      provisioningState: vault.state,
      privateEndpointStateForBackup: 'None',
      privateEndpointStateForSiteRecovery: 'None',
      ...usual,
      ...properties,
      publicNetworkAccess: vault.publicNetworkAccess,
    },
    id: vaultPath(vault),
    type: vaultType,
    sku: { name: vault.skuName },
  };
}
