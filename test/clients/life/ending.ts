// Nothing stays: protection is disabled, purged and completed, and mappings, policies, the site and the vault go.
import assert from 'node:assert/strict';
import { database, failbackPolicyName, listed, physical, policyName, web, type Life } from './life.ts';
import { protectable } from './preparation.ts';

export async function endProtection(life: Life): Promise<void> {
  const { replicationProtectedItems: items } = life.clients.siteRecovery;
  await Promise.all([
    items.beginDeleteAndWait(...(await life.place(web)), {
      properties: { disableProtectionReason: 'NotSpecified', replicationProviderInput: { instanceType: 'InMage', replicaVmDeletionStatus: 'Retain' } },
    }),
    items.beginDeleteAndWait(...(await life.place(database)), { properties: { disableProtectionReason: 'MigrationComplete' } }),
    items.beginPurgeAndWait(...(await life.place(physical))),
  ]);
  assert.deepEqual(await listed(items.list(...life.vault)), []);
  const again = await protectable(life, physical.machine);
  assert.equal(again?.properties?.protectionStatus, 'Unprotected');
}

export async function endPolicies(life: Life): Promise<void> {
  const { replicationProtectionContainerMappings: mappings, replicationPolicies: policies } = life.clients.siteRecovery;
  const { container } = await life.site();
  await Promise.all([
    mappings.beginDeleteAndWait(...container, 'to-azure', { properties: { providerSpecificInput: { instanceType: 'InMageAzureV2' } } }),
    mappings.beginPurgeAndWait(...container, 'to-site'),
  ]);
  await Promise.all([policyName, failbackPolicyName].map((name) => policies.beginDeleteAndWait(...life.vault, name)));
  assert.deepEqual(await listed(mappings.list(...life.vault)), []);
  assert.deepEqual(await listed(policies.list(...life.vault)), []);
}

/** The site leaves, and the empty vault goes. */
export async function endVault(life: Life): Promise<void> {
  const { replicationFabrics: fabrics } = life.clients.siteRecovery;
  const { vaults } = life.clients.recoveryServices;
  const [name, resourceGroup] = life.vault;
  await assert.rejects(vaults.beginDeleteAndWait(resourceGroup, name));
  const { container } = await life.site();
  await fabrics.beginDeleteAndWait(...life.vault, container[2]);
  assert.deepEqual(await listed(fabrics.list(...life.vault)), []);
  await vaults.beginDeleteAndWait(resourceGroup, name);
  assert.ok((await listed(vaults.listByResourceGroup(resourceGroup))).every((one) => one.name !== name));
}
