// Before anything is protected: policies for both directions, their mappings, and the machines that the site knows of.
import assert from 'node:assert/strict';
import type { ProtectableItem } from '@azure/arm-recoveryservices-siterecovery';
import { failbackPolicyName, found, listed, physical, policyName, protectees, type Life, type Protectee } from './life.ts';

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

/** Virtual machines come by the vCenter, which is taken away and added again; the physical server by its name and address. */
export async function discoverMachines(life: Life): Promise<void> {
  const { replicationProtectionContainers, replicationProtectableItems, replicationvCenters: vCenters } = life.clients.siteRecovery;
  const { container } = await life.site();
  const fabric = [container[0], container[1], container[2]] as const;
  const known = found('The vCenter of the site', (await listed(vCenters.listByReplicationFabrics(...fabric)))[0]);
  const { friendlyName, ipAddress, port, processServerId, runAsAccountId } = found('Its properties', known.properties);
  const properties = { friendlyName, ipAddress, port, processServerId, runAsAccountId } as Record<string, string>;
  await vCenters.beginDeleteAndWait(...fabric, found('Its name', known.name));
  assert.deepEqual(await listed(replicationProtectableItems.listByReplicationProtectionContainers(...container)), []);
  const added = await vCenters.beginCreateAndWait(...fabric, 'hall', { properties });
  assert.equal(added.name, 'hall');
  await vCenters.beginUpdateAndWait(...fabric, 'hall', { properties: { ...properties, friendlyName: 'The hall' } });
  const { properties: shown } = await vCenters.get(...fabric, 'hall');
  assert.deepEqual([shown?.friendlyName, shown?.discoveryStatus], ['The hall', 'Completed']);

  await replicationProtectionContainers.beginDiscoverProtectableItemAndWait(...container, {
    properties: { friendlyName: physical.machine, ipAddress: '10.0.0.21', osType: physical.osType },
  });
  for (const { machine, osType } of protectees) {
    const { name } = found(`Protectable item of ${machine}`, await protectable(life, machine));
    const item = await replicationProtectableItems.get(...container, found('Its name', name));
    assert.equal(item.properties?.protectionStatus, 'Unprotected');
    const details = item.properties.customDetails as { instanceType: string; osType?: string; discoveryType?: string } | undefined;
    assert.equal(details?.instanceType, 'VMwareVirtualMachine');
    assert.equal(details.osType, osType.toUpperCase());
    assert.equal(details.discoveryType, machine === physical.machine ? 'Physical' : 'vCenter');
  }
}

export async function protectable(life: Life, machine: Protectee['machine']): Promise<ProtectableItem | undefined> {
  const { container } = await life.site();
  const items = await listed(life.clients.siteRecovery.replicationProtectableItems.listByReplicationProtectionContainers(...container));
  return items.find(({ properties }) => properties?.friendlyName === machine);
}
