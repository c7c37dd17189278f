// Before anything is protected: policies for both directions, their mappings, and the machines that the site knows of.
import assert from 'node:assert/strict';
import type { ProtectableItem } from '@azure/arm-recoveryservices-siterecovery';
import { failbackPolicyName, found, listed, policyName, protectees, type Life, type Protectee } from './life.ts';

/** Whoever has a new vault takes its registration key to the configuration server. */
export async function createVault({ clients, vault, lab }: Life): Promise<void> {
  const [name, resourceGroup] = vault;
  const { vaults } = clients.recoveryServices;
  const created = await vaults.beginCreateOrUpdateAndWait(resourceGroup, name, {
    location: 'westeurope',
    sku: { name: 'Standard' },
    tags: { purpose: 'life' },
    properties: { publicNetworkAccess: 'Enabled' },
  });
  assert.equal(created.properties?.provisioningState, 'Succeeded');
  const changed = await vaults.beginUpdateAndWait(resourceGroup, name, { tags: { purpose: 'life', stage: 'first' } });
  assert.deepEqual(changed.tags, { purpose: 'life', stage: 'first' });
  assert.ok((await listed(vaults.listByResourceGroup(resourceGroup))).some((one) => one.name === name));
  await lab.call('site.register', { vault: name });
}

export async function createPolicies({ clients, vault }: Life): Promise<void> {
  const { replicationPolicies } = clients.siteRecovery;
  const common = { recoveryPointThresholdInMinutes: 15, recoveryPointHistory: 1440, appConsistentFrequencyInMinutes: 60, multiVmSyncStatus: 'Enable' };
  const [forward, reverse] = await Promise.all([
    replicationPolicies.beginCreateAndWait(...vault, policyName, {
      properties: { providerSpecificInput: { instanceType: 'InMageAzureV2', crashConsistentFrequencyInMinutes: 5, ...common } },
    }),
    replicationPolicies.beginCreateAndWait(...vault, failbackPolicyName, { properties: { providerSpecificInput: { instanceType: 'InMage', ...common } } }),
  ]);
  assert.equal(forward.properties?.providerSpecificDetails?.instanceType, 'InMageAzureV2');
  assert.equal(reverse.properties?.providerSpecificDetails?.instanceType, 'InMage');
  const updated = await replicationPolicies.beginUpdateAndWait(...vault, policyName, {
    properties: { replicationProviderSettings: { instanceType: 'InMageAzureV2', crashConsistentFrequencyInMinutes: 5, ...common, recoveryPointHistory: 2400 } },
  });
  assert.deepEqual(updated.properties?.providerSpecificDetails, {
    instanceType: 'InMageAzureV2',
    ...common,
    crashConsistentFrequencyInMinutes: 5,
    recoveryPointHistory: 2400,
    multiVmSyncStatus: 'Enabled',
  });
  assert.deepEqual(
    (await listed(replicationPolicies.list(...vault))).map(({ name }) => name).toSorted((one = '', other = '') => one.localeCompare(other)),
    [policyName, failbackPolicyName],
  );
}

export async function mapPolicies(life: Life): Promise<void> {
  const { replicationProtectionContainerMappings: mappings } = life.clients.siteRecovery;
  const { container, containerId } = await life.site();
  const policyId = (name: string): string => life.resourceId(`Microsoft.RecoveryServices/vaults/${life.vault[0]}/replicationPolicies`, name);
  const map = (name: string, policy: string, targetProtectionContainerId: string) =>
    mappings.beginCreateAndWait(...container, name, { properties: { policyId: policyId(policy), targetProtectionContainerId } });
  const forward = await map('to-azure', policyName, 'Microsoft Azure');
  const reverse = await map('to-site', failbackPolicyName, containerId);
  assert.equal(forward.name, 'to-azure');
  assert.equal(forward.properties?.state, 'Paired');
  assert.equal(forward.properties.targetProtectionContainerFriendlyName, 'Microsoft Azure');
  assert.equal(reverse.properties?.policyFriendlyName, failbackPolicyName);
  assert.equal((await listed(mappings.listByReplicationProtectionContainers(...container))).length, 2);
}

/** Virtual machines come by the vCenter, the physical server by its name and address. */
export async function discoverMachines(life: Life): Promise<void> {
  const { replicationProtectionContainers, replicationvCenters } = life.clients.siteRecovery;
  const { container } = await life.site();
  const [vCenter] = await listed(replicationvCenters.listByReplicationFabrics(container[0], container[1], container[2]));
  assert.equal(vCenter?.properties?.discoveryStatus, 'Completed');
  if ((await protectable(life, 'PHYS01')) === undefined) {
    await replicationProtectionContainers.beginDiscoverProtectableItemAndWait(...container, {
      properties: { friendlyName: 'PHYS01', ipAddress: '10.0.0.21', osType: 'Linux' },
    });
  }
  for (const { machine, osType } of protectees) {
    const { properties } = found(`Protectable item of ${machine}`, await protectable(life, machine));
    assert.equal(properties?.protectionStatus, 'Unprotected');
    const details = properties.customDetails as { instanceType: string; osType?: string; discoveryType?: string } | undefined;
    assert.equal(details?.instanceType, 'VMwareVirtualMachine');
    assert.equal(details.osType, osType.toUpperCase());
    assert.equal(details.discoveryType, machine === 'PHYS01' ? 'Physical' : 'vCenter');
  }
}

export async function protectable(life: Life, machine: Protectee['machine']): Promise<ProtectableItem | undefined> {
  const { container } = await life.site();
  const items = await listed(life.clients.siteRecovery.replicationProtectableItems.listByReplicationProtectionContainers(...container));
  return items.find(({ properties }) => properties?.friendlyName === machine);
}
