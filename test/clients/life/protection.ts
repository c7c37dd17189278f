// The way to Azure: replication is enabled, the first copy is made, recovery points come, and what can be changed meanwhile.
import assert from 'node:assert/strict';
import type { InMageAzureV2ReplicationDetails, RecoveryPoint } from '@azure/arm-recoveryservices-siterecovery';
import { accountName } from './disks.ts';
import { found, listed, policyName, protectees, web, type Life, type Protectee, type Site } from './life.ts';
import { protectable } from './preparation.ts';

export async function enableReplication(life: Life): Promise<void> {
  const site = await life.site();
  await Promise.all(protectees.map((protectee) => enable(life, site, protectee)));
  await life.untilProtected();
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.equal(properties?.protectionStateDescription, 'Protected');
    assert.deepEqual(properties.allowedOperations, ['UnplannedFailover', 'DisableProtection', 'TestFailover']);
    const details = properties.providerSpecificDetails as InMageAzureV2ReplicationDetails;
    assert.equal(details.instanceType, 'InMageAzureV2');
    assert.equal(details.protectionStage, 'DifferentialSync');
    assert.equal(details.protectedDisks?.length, protectee.disks);
  }
}

async function enable(life: Life, site: Site, protectee: Protectee): Promise<void> {
  const { details } = site;
  const account = details.runAsAccounts?.find((one) => one.accountName === protectee.osType);
  const builtIn = found(
    'The process server of the configuration server',
    details.processServers?.find(({ friendlyName }) => friendlyName === 'CS01'),
  ).id;
  const created = await life.clients.siteRecovery.replicationProtectedItems.beginCreateAndWait(...(await life.place(protectee)), {
    properties: {
      policyId: life.resourceId(`Microsoft.RecoveryServices/vaults/${life.vault[0]}/replicationPolicies`, policyName),
      protectableItemId: found('The protectable item', (await protectable(life, protectee.machine))?.id),
      providerSpecificDetails: {
        instanceType: 'InMageAzureV2',
        processServerId: found('The process server', builtIn),
        masterTargetId: found('The process server', builtIn),
        runAsAccountId: found('An account for push installation', account?.accountId),
        ...(protectee.managedDisks ? { diskType: 'Standard_LRS' } : { storageAccountId: life.resourceId('Microsoft.Storage/storageAccounts', accountName) }),
        logStorageAccountId: life.resourceId('Microsoft.Storage/storageAccounts', 'asrlablogs'),
        targetAzureNetworkId: life.resourceId('Microsoft.Network/virtualNetworks', 'vnet-recovery'),
        targetAzureSubnetId: 'default',
        targetAzureVmName: protectee.machine.toLowerCase(),
        targetAzureV2ResourceGroupId: life.resourceGroupId,
        enableRdpOnTargetOption: 'Never',
      },
    },
  });
  assert.equal(created.name, protectee.item);
  assert.equal(created.properties?.friendlyName, protectee.machine);
}

/** Newest first, as the service lists them. */
export async function points(life: Life, protectee: Protectee): Promise<RecoveryPoint[]> {
  return listed(life.clients.siteRecovery.recoveryPoints.listByReplicationProtectedItems(...(await life.place(protectee))));
}

/** Lets time go on until each machine has a point of what its disks hold now. */
export async function freshPoints(life: Life): Promise<void> {
  const sinceMs = life.lab.lab.world.kernel.clock.now();
  for (const protectee of protectees) {
    await life.time.until(`A recovery point of ${protectee.machine}`, async () => {
      const [newest] = await points(life, protectee);
      return (newest?.properties?.recoveryPointTime?.getTime() ?? 0) > sinceMs;
    });
  }
}

export async function updateProperties(life: Life): Promise<void> {
  const { replicationProtectedItems, targetComputeSizes } = life.clients.siteRecovery;
  const place = await life.place(web);
  const sizes = await listed(targetComputeSizes.listByReplicationProtectedItems(...place));
  const size = found('A size that fits', sizes.find(({ properties }) => properties?.errors?.length === 0 && (properties.memoryInGB ?? 0) >= 4)?.name);
  const updated = await replicationProtectedItems.beginUpdateAndWait(...place, {
    properties: {
      recoveryAzureVMName: 'web01-recovered',
      recoveryAzureVMSize: size,
      licenseType: 'NoLicenseType',
      selectedTfoAzureNetworkId: life.resourceId('Microsoft.Network/virtualNetworks', 'vnet-drill'),
      providerSpecificDetails: { instanceType: 'InMageAzureV2' },
    },
  });
  const details = updated.properties?.providerSpecificDetails as InMageAzureV2ReplicationDetails;
  assert.equal(details.recoveryAzureVMName, 'web01-recovered');
  assert.equal(details.recoveryAzureVMSize, size);
}

export async function resynchronize(life: Life): Promise<void> {
  await life.clients.siteRecovery.replicationProtectedItems.beginRepairReplicationAndWait(...(await life.place(web)));
  await life.untilProtected();
}

export async function switchProcessServer(life: Life): Promise<void> {
  const { fabric, container, details } = await life.site();
  const serverId = (name: string): string => found(name, details.processServers?.find(({ friendlyName }) => friendlyName === name)?.id);
  const before = (await life.item(web)).properties?.providerSpecificDetails as InMageAzureV2ReplicationDetails;
  assert.equal(before.processServerId, serverId('CS01'));
  await life.clients.siteRecovery.replicationFabrics.beginReassociateGatewayAndWait(...life.vault, found('The fabric', fabric.name), {
    properties: {
      containerName: container[3],
      sourceProcessServerId: serverId('CS01'),
      targetProcessServerId: serverId('PS02'),
      vmsToMigrate: [found('The id of the machine', before.vmId)],
      updateType: 'ServerLevel',
    },
  });
  const after = (await life.item(web)).properties?.providerSpecificDetails as InMageAzureV2ReplicationDetails;
  assert.equal(after.processServerId, serverId('PS02'));
}
