// What an administrator does beside the machines: jobs cancelled, restarted and exported, certificates, agents, settings, and what belongs to other architectures.
import assert from 'node:assert/strict';
import type { ExportJobDetails } from '@azure/arm-recoveryservices-siterecovery';
import { BlobClient } from '@azure/storage-blob';
import { found, listed, physical, policyName, protectees, web, type Life } from './life.ts';
import { points } from './protection.ts';

export async function keepSiteWell(life: Life): Promise<void> {
  const { replicationFabrics: fabrics, replicationProtectedItems: items, replicationProtectionContainerMappings: mappings } = life.clients.siteRecovery;
  const { fabric, container, details } = await life.site();
  const place = [...life.vault, found('The fabric', fabric.name)] as const;
  await fabrics.beginCheckConsistencyAndWait(...place);
  await fabrics.beginMigrateToAadAndWait(...place);
  await life.time.step(60_000);
  const renewed = await fabrics.beginRenewCertificateAndWait(...place, { properties: { renewCertificateType: 'Cloud' } });
  assert.equal(renewed.name, fabric.name);
  const account = found('An account', details.runAsAccounts?.find(({ accountName }) => accountName === web.osType)?.accountId);
  await items.beginUpdateMobilityServiceAndWait(...(await life.place(web)), { properties: { runAsAccountId: account } });
  // Nothing of its health is a matter of taking note.
  await refused(items.beginResolveHealthErrorsAndWait(...(await life.place(web)), { properties: { healthErrors: [{ healthErrorId: 'none' }] } }));
  await mappings.beginUpdateAndWait(...container, 'to-azure', { properties: {} });
  assert.equal((await listed(items.listByReplicationProtectionContainers(...container))).length, protectees.length);
  const [point] = await points(life, web);
  await life.clients.siteRecovery.recoveryPoints.get(...(await life.place(web)), found('A point', point?.name));
  await refused(items.beginPlannedFailoverAndWait(...(await life.place(web)), { properties: { failoverDirection: 'PrimaryToRecovery' } }));
}

export async function handleJobs(life: Life): Promise<void> {
  const { replicationJobs: jobs, replicationPolicies: policies, replicationProtectedItems: items } = life.clients.siteRecovery;
  const other = { instanceType: 'InMageAzureV2' as const, recoveryPointHistory: 1440, appConsistentFrequencyInMinutes: 120, multiVmSyncStatus: 'Enable' };
  await refused(policies.beginCreateAndWait(...life.vault, policyName, { properties: { providerSpecificInput: other } }));
  const failed = found('The failed job', (await listed(jobs.list(...life.vault, { filter: "JobStatus eq 'Failed'" })))[0]);
  assert.deepEqual(failed.properties?.allowedActions, ['Restart']);
  // To restart it is a job of its own, which succeeds; what is restarted fails once more.
  await jobs.beginRestartAndWait(...life.vault, found('Its name', failed.name));
  await life.time.until('The failure', async () => (await jobs.get(...life.vault, failed.name as string)).properties?.state === 'Failed');

  // A job that waits for its machine ends when it is told to.
  await life.lab.call('link.set', { path: 'machine-configserver', state: 'cut' });
  const resync = await items.beginRepairReplication(...(await life.place(physical)));
  const running = found(
    'The job',
    (await listed(jobs.list(...life.vault))).find(({ properties }) => properties?.scenarioName === 'RepairVMReplication' && properties.endTime === undefined),
  );
  await jobs.beginCancelAndWait(...life.vault, found('Its name', running.name));
  await refused(resync.pollUntilDone());
  await life.lab.call('link.set', { path: 'machine-configserver', state: 'up' });

  const exported = await jobs.beginExportAndWait(...life.vault, { jobOutputType: 'Json' });
  const { blobUri, sasToken } = found('What was exported', exported.properties?.customDetails as ExportJobDetails | undefined);
  const document = await new BlobClient(`${found('The document', blobUri)}?${found('Its token', sasToken).replace(/^\?/, '')}`).downloadToBuffer();
  assert.ok(JSON.stringify(JSON.parse(document.toString())).includes('EnableDr'));
}

/** What a dashboard asks for: every list and record that the life has filled, and those that a site of VMware leaves empty. */
export async function lookAround(life: Life): Promise<void> {
  const { siteRecovery: client } = life.clients;
  const { fabric, container } = await life.site();
  const fabricPlace = [...life.vault, fabric.name ?? ''] as const;
  const jobs = await listed(client.replicationJobs.list(...life.vault));
  assert.ok(jobs.length > 0);
  for (const job of jobs) await client.replicationJobs.get(...life.vault, job.name ?? '');
  const events = await listed(client.replicationEvents.list(...life.vault));
  await client.replicationEvents.get(...life.vault, found('An event', events[0]?.name));
  await client.replicationVaultHealth.get(...life.vault);
  await client.replicationVaultHealth.beginRefreshAndWait(...life.vault);
  await client.supportedOperatingSystemsOperations.get(...life.vault);
  await listed(client.replicationRecoveryServicesProviders.list(...life.vault));
  for (const provider of await listed(client.replicationRecoveryServicesProviders.listByReplicationFabrics(...fabricPlace)))
    await client.replicationRecoveryServicesProviders.get(...fabricPlace, provider.name ?? '');
  await listed(client.replicationvCenters.list(...life.vault));
  await listed(client.replicationProtectionContainers.list(...life.vault));
  await client.replicationProtectionContainers.get(...container);
  await client.replicationFabrics.get(...fabricPlace);
  await listed(client.operations.list(life.vault[1]));
  const empty = [
    client.replicationAppliances.list(...life.vault),
    client.replicationNetworks.list(...life.vault),
    client.replicationNetworks.listByReplicationFabrics(...fabricPlace),
    client.replicationNetworkMappings.list(...life.vault),
    client.replicationLogicalNetworks.listByReplicationFabrics(...fabricPlace),
    client.replicationMigrationItems.list(...life.vault),
    client.replicationMigrationItems.listByReplicationProtectionContainers(...container),
    client.replicationProtectionIntents.list(...life.vault),
    client.replicationStorageClassifications.list(...life.vault),
    client.replicationStorageClassifications.listByReplicationFabrics(...fabricPlace),
    client.replicationStorageClassificationMappings.list(...life.vault),
  ] as readonly AsyncIterable<unknown>[];
  for (const list of empty) assert.deepEqual(await listed(list), []);
}

export async function keepSettings(life: Life): Promise<void> {
  const { siteRecovery: client, recoveryServices } = life.clients;
  const [name, resourceGroup] = life.vault;
  await client.replicationAlertSettings.create(...life.vault, 'defaultAlertSetting', {
    properties: { sendToOwners: 'Send', customEmailAddresses: ['owner@contoso.com'], locale: 'en-US' },
  });
  assert.deepEqual((await client.replicationAlertSettings.get(...life.vault, 'defaultAlertSetting')).properties?.customEmailAddresses, ['owner@contoso.com']);
  await listed(client.replicationAlertSettings.list(...life.vault));
  await client.replicationVaultSetting.beginCreateAndWait(...life.vault, 'default', { properties: { vmwareToAzureProviderType: 'Vmware' } });
  await client.replicationVaultSetting.get(...life.vault, 'default');
  await listed(client.replicationVaultSetting.list(...life.vault));
  assert.equal((await recoveryServices.vaults.get(resourceGroup, name)).properties?.provisioningState, 'Succeeded');
  await listed(recoveryServices.usages.listByVaults(resourceGroup, name));
  await listed(recoveryServices.replicationUsages.list(resourceGroup, name));
  await recoveryServices.vaultExtendedInfo.get(resourceGroup, name);
  await listed(recoveryServices.vaults.listBySubscriptionId());
}

/** @throws AssertionError when it is not */
export async function refused(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call);
}
