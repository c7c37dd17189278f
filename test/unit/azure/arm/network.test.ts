// Networks, groups and what else a recovery is prepared with, through the official clients: what is made drives the lab's own network.
import { expect, test } from 'vitest';
import { officialClients } from '../../../clients/officialClients.ts';
import { LabUnderTest } from '../../../support/lab.ts';

async function names(rows: AsyncIterable<{ name?: string }>): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for await (const row of rows) all.push(row.name);
  return all;
}

test('a network that a client makes, subnet by subnet, is one that failovers can use', async () => {
  await using lab = await LabUnderTest.open({});
  const { networks } = lab.lab.cloud;
  const group = lab.lab.ready.resourceGroup;
  const { network } = officialClients(lab.lab.ready);
  await network.virtualNetworks.beginCreateOrUpdateAndWait(group, 'dr', {
    location: 'westeurope',
    addressSpace: { addressPrefixes: ['10.9.0.0/16', '10.10.0.0/16'] },
  });
  await network.subnets.beginCreateOrUpdateAndWait(group, 'dr', 'front', { addressPrefix: '10.9.1.0/24' });
  await network.subnets.beginCreateOrUpdateAndWait(group, 'DR', 'back', { addressPrefix: '10.10.1.0/24' });
  expect(networks.subnets('dr')).toEqual(['front', 'back']);
  await expect(network.subnets.beginCreateOrUpdateAndWait(group, 'dr', 'out', { addressPrefix: '10.11.1.0/24' })).rejects.toMatchObject({
    statusCode: 400,
    code: 'NetcfgInvalidSubnet',
  });
  await network.subnets.beginDeleteAndWait(group, 'dr', 'front');
  expect(await names(network.subnets.list(group, 'dr'))).toEqual(['back']);
  await network.virtualNetworks.beginDeleteAndWait(group, 'dr');
  expect(networks.subnets('dr')).toBeUndefined();
});

test('a resource group takes what is in it along, and the group of the lab itself stays', async () => {
  await using lab = await LabUnderTest.open({});
  const { ready } = lab.lab;
  const { network, compute, resources, recoveryServices } = officialClients(ready);
  const { resourceGroups } = resources;
  expect(await resourceGroups.checkExistence('dr-rg')).toMatchObject({ body: false });
  await resourceGroups.createOrUpdate('dr-rg', { location: 'northeurope', tags: { for: 'drills' } });
  expect(await resourceGroups.checkExistence('DR-RG')).toMatchObject({ body: true });
  await network.virtualNetworks.beginCreateOrUpdateAndWait('dr-rg', 'dr', { location: 'northeurope', addressSpace: { addressPrefixes: ['10.9.0.0/16'] } });
  await network.networkSecurityGroups.beginCreateOrUpdateAndWait('dr-rg', 'closed', { location: 'northeurope', securityRules: [] });
  await network.publicIPAddresses.beginCreateOrUpdateAndWait('dr-rg', 'front', { location: 'northeurope', publicIPAllocationMethod: 'Dynamic' });
  await compute.availabilitySets.createOrUpdate('dr-rg', 'pair', { location: 'northeurope', platformFaultDomainCount: 2 });
  const vault = { location: 'northeurope', sku: { name: 'Standard' as const } };
  await recoveryServices.vaults.beginCreateOrUpdateAndWait('dr-rg', 'second', vault, { updateIntervalInMs: 20 });
  expect(new Set(await names(resources.resources.listByResourceGroup('dr-rg')))).toEqual(new Set(['closed', 'dr', 'front', 'pair', 'second']));
  await resourceGroups.beginDeleteAndWait('dr-rg', { updateIntervalInMs: 20 });
  expect(await names(resourceGroups.list())).toEqual([ready.resourceGroup]);
  expect(lab.lab.vaults.list().map(({ resource }) => resource.name)).toEqual([ready.vault]);
  expect(lab.lab.cloud.networks.subnets('dr')).toBeUndefined();
  await expect(resourceGroups.beginDeleteAndWait(ready.resourceGroup)).rejects.toMatchObject({ statusCode: 409, code: 'ResourceGroupDeletionBlocked' });
});

test('subscription, regions and providers are those of the lab, and another subscription does not exist', async () => {
  await using lab = await LabUnderTest.open({});
  const { ready } = lab.lab;
  const { resources, compute } = officialClients(ready);
  const provider = await resources.providers.get('microsoft.recoveryservices');
  expect(provider.resourceTypes?.map((type) => type.resourceType)).toEqual(expect.arrayContaining(['vaults', 'vaults/replicationPolicies']));
  expect((await resources.providers.register('Microsoft.Compute')).registrationState).toBe('Registered');
  const sizes: number[] = [];
  for await (const size of compute.virtualMachineSizes.list('westeurope')) sizes.push(size.numberOfCores ?? 0);
  expect(sizes.length).toBeGreaterThan(10);
  const stranger = officialClients({ ...ready, subscription: '00000000-0000-0000-0000-000000000000' });
  await expect(names(stranger.compute.virtualMachines.listAll())).rejects.toMatchObject({ statusCode: 404, code: 'SubscriptionNotFound' });
});
