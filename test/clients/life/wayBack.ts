// Home again: re-protection towards the site, failback, and re-protection to Azure, as it was in the beginning.
import assert from 'node:assert/strict';
import type { InMageReplicationDetails, MasterTargetServer } from '@azure/arm-recoveryservices-siterecovery';
import { accountName, inAzure, onPremises, writePattern } from './disks.ts';
import { failbackPolicyName, found, listed, policyName, protectees, type Life, type Protectee } from './life.ts';

/** Azure's agents register again within a quarter of an hour. */
const registrationMs = 20 * 60_000;

export async function reprotectToSite(life: Life): Promise<void> {
  await life.lab.call('link.set', { path: 'site-to-site', state: 'up' });
  await life.time.step(registrationMs);
  const { details } = await life.site();
  const processServer = found(
    'The process server in Azure',
    details.processServers?.find(({ friendlyName }) => friendlyName === 'PS-AZURE'),
  );
  await Promise.all(
    protectees.map(async (protectee) => {
      const masterTarget = masterTargetFor(protectee, details.masterTargetServers ?? []);
      await life.clients.siteRecovery.replicationProtectedItems.beginReprotectAndWait(...(await life.place(protectee)), {
        properties: {
          failoverDirection: 'RecoveryToPrimary',
          providerSpecificDetails: {
            instanceType: 'InMage',
            masterTargetId: found('The master target', masterTarget.id),
            processServerId: found('The process server in Azure', processServer.id),
            retentionDrive: found('A retention drive', masterTarget.retentionVolumes?.[0]?.volumeName),
            datastoreName: found('A datastore', masterTarget.dataStores?.[0]?.symbolicName),
            profileId: life.resourceId(`Microsoft.RecoveryServices/vaults/${life.vault[0]}/replicationPolicies`, failbackPolicyName),
          },
        },
      });
    }),
  );
  await life.untilProtected();
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.equal(properties?.activeLocation, 'Primary');
    assert.deepEqual(properties.allowedOperations, ['UnplannedFailover', 'DisableProtection']);
    const { instanceType, activeSiteType } = properties.providerSpecificDetails as InMageReplicationDetails;
    assert.deepEqual({ instanceType, activeSiteType }, { instanceType: 'InMage', activeSiteType: 'Azure' });
  }
}

function masterTargetFor({ osType }: Protectee, servers: readonly MasterTargetServer[]): MasterTargetServer {
  return found(
    `A master target for ${osType}`,
    servers.find((server) => server.osType?.toLowerCase() === osType.toLowerCase()),
  );
}

export async function failBack(life: Life): Promise<void> {
  const names = await namesInAzure(life);
  await writePattern(life, 'written in Azure', names);
  const last = await inAzure(life, names);
  await Promise.all(
    protectees.map(async (protectee) =>
      life.clients.siteRecovery.replicationProtectedItems.beginUnplannedFailoverAndWait(...(await life.place(protectee)), {
        properties: {
          failoverDirection: 'PrimaryToRecovery',
          sourceSiteOperations: 'Required',
          providerSpecificDetails: { instanceType: 'InMage', recoveryPointType: 'LatestTime' },
        },
      }),
    ),
  );
  assert.deepEqual(await onPremises(life), last);
}

export async function commitFailback(life: Life): Promise<void> {
  const before = await onPremises(life);
  await Promise.all(
    protectees.map(async (protectee) => life.clients.siteRecovery.replicationProtectedItems.beginFailoverCommitAndWait(...(await life.place(protectee)))),
  );
  assert.deepEqual(await onPremises(life), before);
  assert.deepEqual(
    (await life.lab.call('machine.list', {})).filter(({ platform }) => platform === 'Azure'),
    [],
  );
}

export async function reprotectToAzure(life: Life): Promise<void> {
  const { details, container } = await life.site();
  // The physical server came home as a virtual machine that the site has to see first.
  const providers = life.clients.siteRecovery.replicationRecoveryServicesProviders;
  const [vault, resourceGroup, fabric] = container;
  for (const { name } of await listed(providers.listByReplicationFabrics(vault, resourceGroup, fabric)))
    await providers.beginRefreshProviderAndWait(vault, resourceGroup, fabric, found('The provider', name));
  const server = found('The process server', details.processServers?.find(({ friendlyName }) => friendlyName === 'CS01')?.id);
  await Promise.all(
    protectees.map(async (protectee) =>
      life.clients.siteRecovery.replicationProtectedItems.beginReprotectAndWait(...(await life.place(protectee)), {
        properties: {
          failoverDirection: 'PrimaryToRecovery',
          providerSpecificDetails: {
            instanceType: 'InMageAzureV2',
            masterTargetId: server,
            processServerId: server,
            storageAccountId: life.resourceId('Microsoft.Storage/storageAccounts', accountName),
            logStorageAccountId: life.resourceId('Microsoft.Storage/storageAccounts', 'asrlablogs'),
            policyId: life.resourceId(`Microsoft.RecoveryServices/vaults/${life.vault[0]}/replicationPolicies`, policyName),
          },
        },
      }),
    ),
  );
  await life.untilProtected();
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.equal(properties?.providerSpecificDetails?.instanceType, 'InMageAzureV2');
    assert.ok(properties?.allowedOperations?.includes('TestFailover'));
  }
}

/** An item that replicates back no longer names its VM: it is the machine that runs in Azure. */
async function namesInAzure(life: Life): Promise<(protectee: Protectee) => string> {
  const running = (await life.lab.call('machine.list', {})).filter(({ platform }) => platform === 'Azure').map(({ name }) => name);
  const byItem = new Map<Protectee, string>();
  for (const protectee of protectees)
    byItem.set(
      protectee,
      found(
        `The VM of ${protectee.machine}`,
        running.find((name) => name.startsWith(protectee.machine.toLowerCase())),
      ),
    );
  return (protectee) => byItem.get(protectee) as string;
}
