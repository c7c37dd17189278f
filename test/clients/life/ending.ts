// Nothing stays: protection is disabled, purged and completed, mappings and policies go, and the vault's own records are looked at once more.
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

/** What a dashboard asks for: every list and record that the life has filled. */
export async function lookAround(life: Life): Promise<void> {
  const { siteRecovery: client, recoveryServices } = life.clients;
  const { fabric, container } = await life.site();
  const fabricPlace = [...life.vault, fabric.name ?? ''] as const;
  const jobs = await listed(client.replicationJobs.list(...life.vault));
  assert.ok(jobs.length > 0);
  for (const job of jobs.slice(0, 40)) await client.replicationJobs.get(...life.vault, job.name ?? '');
  const events = await listed(client.replicationEvents.list(...life.vault));
  if (events[0]?.name !== undefined) await client.replicationEvents.get(...life.vault, events[0].name);
  await client.replicationVaultHealth.get(...life.vault);
  await client.replicationVaultHealth.beginRefreshAndWait(...life.vault);
  await client.supportedOperatingSystemsOperations.get(...life.vault);
  await listed(client.replicationRecoveryServicesProviders.list(...life.vault));
  for (const provider of await listed(client.replicationRecoveryServicesProviders.listByReplicationFabrics(...fabricPlace))) {
    await client.replicationRecoveryServicesProviders.get(...fabricPlace, provider.name ?? '');
    await client.replicationRecoveryServicesProviders.beginRefreshProviderAndWait(...fabricPlace, provider.name ?? '');
  }
  await listed(client.replicationvCenters.list(...life.vault));
  await listed(client.replicationProtectionContainers.list(...life.vault));
  await client.replicationProtectionContainers.get(...container);
  await client.replicationFabrics.get(...fabricPlace);
  await client.replicationAlertSettings.create(...life.vault, 'defaultAlertSetting', {
    properties: { sendToOwners: 'Send', customEmailAddresses: ['owner@contoso.com'], locale: 'en-US' },
  });
  await listed(client.replicationAlertSettings.list(...life.vault));
  const vault = await recoveryServices.vaults.get(life.vault[1], life.vault[0]);
  assert.equal(vault.properties?.provisioningState, 'Succeeded');
  await listed(recoveryServices.usages.listByVaults(life.vault[1], life.vault[0]));
  await listed(recoveryServices.replicationUsages.list(life.vault[1], life.vault[0]));
}
