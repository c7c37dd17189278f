// Vaults as their owner makes, fills and deletes them through the official client, and the site that moves from one to another.
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority } from '../../../../emulator/http/certificates.ts';
import { officialClients, type OfficialClients } from '../../../clients/officialClients.ts';
import { linuxMachine, LabUnderTest } from '../../../support/lab.ts';

const fast = { updateIntervalInMs: 20 };

async function withSecondVault(): Promise<{ lab: LabUnderTest; clients: OfficialClients } & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const lab = opening.use(await LabUnderTest.open({ virtualMachines: [linuxMachine('web01')] }));
  const clients = officialClients(lab.lab.ready);
  await clients.resources.resourceGroups.createOrUpdate('other-rg', { location: 'northeurope' });
  await createVault(clients, 'second');
  const owned = opening.move();
  return { lab, clients, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function createVault({ recoveryServices }: OfficialClients, name: string) {
  return recoveryServices.vaults.beginCreateOrUpdateAndWait('other-rg', name, { location: 'northeurope', sku: { name: 'Standard' }, properties: {} }, fast);
}

async function names(rows: AsyncIterable<{ name?: string }>): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for await (const row of rows) all.push(row.name);
  return all;
}

function createPolicy({ siteRecovery }: OfficialClients, vault: string) {
  return siteRecovery.replicationPolicies.beginCreateAndWait(
    vault,
    'other-rg',
    'own',
    { properties: { providerSpecificInput: { instanceType: 'InMageAzureV2', recoveryPointHistory: 1440, multiVmSyncStatus: 'Enable' } } },
    fast,
  );
}

test('a vault that a client makes has an engine of its own, which is there again after a restart, as is the poller of another one', async () => {
  await using used = await withSecondVault();
  const { lab, clients } = used;
  const vault = await clients.recoveryServices.vaults.get('OTHER-RG', 'Second');
  expect(vault).toMatchObject({ name: 'second', location: 'northeurope', properties: { provisioningState: 'Succeeded' } });
  await createPolicy(clients, 'second');
  const body = { location: 'northeurope', sku: { name: 'Standard' as const } };
  const poller = await clients.recoveryServices.vaults.beginCreateOrUpdate('other-rg', 'third', body, fast);
  const resumeFrom = poller.toString();
  await lab.restart();
  const again = officialClients(lab.lab.ready);
  const third = await again.recoveryServices.vaults.beginCreateOrUpdateAndWait('other-rg', 'third', body, { ...fast, resumeFrom });
  expect(third.properties?.provisioningState).toBe('Succeeded');
  expect(await names(again.siteRecovery.replicationPolicies.list('second', 'other-rg'))).toEqual(['own']);
  expect(await names(again.siteRecovery.replicationPolicies.list(lab.lab.ready.vault, lab.lab.ready.resourceGroup))).not.toContain('own');
});

test('what a client says of its vault is kept, its key is its own, and impossible vaults are refused', async () => {
  await using used = await withSecondVault();
  const { recoveryServices } = used.clients;
  const changed = await recoveryServices.vaults.beginUpdateAndWait('other-rg', 'second', {
    tags: { owner: 'me' },
    properties: { publicNetworkAccess: 'Disabled' },
  });
  expect(changed).toMatchObject({ tags: { owner: 'me' }, properties: { publicNetworkAccess: 'Disabled' } });
  const { ready } = used.lab.lab;
  const keys = [
    await recoveryServices.vaultExtendedInfo.get('other-rg', 'second'),
    await recoveryServices.vaultExtendedInfo.get(ready.resourceGroup, ready.vault),
  ];
  expect(new Set(keys.map((key) => key.integrityKey)).size).toBe(2);
  const create = (group: string, name: string) =>
    recoveryServices.vaults.beginCreateOrUpdateAndWait(group, name, { location: 'northeurope', sku: { name: 'Standard' } });
  await expect(create('other-rg', 'x')).rejects.toMatchObject({ statusCode: 400, code: 'InvalidResourceName' });
  await expect(create('no-rg', 'third')).rejects.toMatchObject({ statusCode: 404, code: 'ResourceGroupNotFound' });
});

test('a vault that a server is registered with cannot be deleted; an empty one is gone with its records, also for a new one of its name', async () => {
  await using used = await withSecondVault();
  const { lab, clients } = used;
  const { ready } = lab.lab;
  const { vaults } = clients.recoveryServices;
  await expect(vaults.beginDeleteAndWait(ready.resourceGroup, ready.vault)).rejects.toMatchObject({
    statusCode: 409,
    code: 'ServiceResourceNotEmptyWithContainerDetails',
  });
  await createPolicy(clients, 'second');
  await vaults.beginDeleteAndWait('other-rg', 'second', fast);
  await expect(vaults.get('other-rg', 'second')).rejects.toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
  await createVault(clients, 'second');
  expect(await names(clients.siteRecovery.replicationPolicies.list('second', 'other-rg'))).toEqual([]);
});

test('a certificate is read back with what is in it, and a server is taken out of its vault by name', async () => {
  await using used = await withSecondVault();
  const { lab, clients } = used;
  const { vaultCertificates, registeredIdentities, replicationUsages } = clients.recoveryServices;
  const { certificate } = await createAuthority('Owner');
  const uploaded = await vaultCertificates.create('other-rg', 'second', 'own', {
    properties: { authType: 'AAD', certificate: new Uint8Array(new X509Certificate(certificate).raw) },
  });
  expect(uploaded.properties).toMatchObject({ subject: 'CN=Owner', thumbprint: new X509Certificate(certificate).fingerprint.replaceAll(':', '') });
  const broken = vaultCertificates.create('other-rg', 'second', 'own', { properties: { certificate: new Uint8Array([1, 2, 3]) } });
  await expect(broken).rejects.toMatchObject({ statusCode: 400 });
  const { ready } = lab.lab;
  const servers = async (): Promise<number | undefined> => {
    for await (const usage of replicationUsages.list(ready.resourceGroup, ready.vault)) return usage.registeredServersCount;
    return undefined;
  };
  expect(await servers()).toBe(1);
  await registeredIdentities.delete(ready.resourceGroup, ready.vault, lab.lab.world.estate.configServer.name);
  expect(await servers()).toBe(0);
});

test('the site moves to another vault with its machines, and the first vault knows it no more', async () => {
  await using used = await withSecondVault();
  const { lab, clients } = used;
  const first = lab.lab.ready;
  expect(await lab.call('site.register', { vault: 'second' })).toMatchObject({ vault: 'second', resourceGroup: 'other-rg', region: 'northeurope' });
  expect(lab.lab.ready).toMatchObject({ vault: 'second', resourceGroup: 'other-rg' });
  await lab.step(60_000);
  const [fabric] = await fabricNames(clients, 'second', 'other-rg');
  expect(fabric).toBeDefined();
  expect(await fabricNames(clients, first.vault, first.resourceGroup)).toEqual([]);
  expect(lab.lab.vault.records.configServers.list()[0]?.machines.map((machine) => machine.name)).toContain('web01');
  await clients.recoveryServices.vaults.beginDeleteAndWait(first.resourceGroup, first.vault, fast);
  await lab.restart();
  expect(lab.lab.ready.vault).toBe('second');
  expect(await names(officialClients(lab.lab.ready).recoveryServices.vaults.listBySubscriptionId())).toEqual(['second']);
});

test('a move that a kill has cut off is ended at the next start', async () => {
  await using used = await withSecondVault();
  const { lab } = used;
  const { vaults, vault, site, world } = lab.lab;
  const second = vaults.find({ resourceGroupName: 'other-rg', name: 'second' });
  world.store.put('site', 'move', { vaultId: second?.resource.vaultId });
  expect(vault.records.configServers.get(site.configServer.hostId)).toBeDefined();
  await lab.restart();
  expect(lab.lab.ready.vault).toBe('second');
  expect(lab.lab.vault.records.configServers.list()).toHaveLength(1);
});

test('a site whose machines are protected stays with its vault', async () => {
  await using used = await withSecondVault();
  const { lab } = used;
  await lab.call('policy.create', { name: 'gold' });
  await lab.step(120_000);
  await lab.finish(lab.call('item.enable', { machine: 'web01', policy: 'gold' }));
  await expect(lab.call('site.register', { vault: 'second' })).rejects.toMatchObject({ code: 'ConfigServerInUse' });
  await expect(lab.call('site.register', { vault: 'nowhere' })).rejects.toMatchObject({ code: 'NotFound' });
  await lab.finish(lab.call('item.disable', { machine: 'web01' }));
  await lab.call('site.register', { vault: 'second', resourceGroup: 'other-rg' });
  await lab.call('policy.create', { name: 'silver' });
  await lab.step(120_000);
  await lab.finish(lab.call('item.enable', { machine: 'web01', policy: 'silver' }));
  const item = await lab.untilProtected('web01');
  expect(item.protectionState).toBe('Protected');
});

async function fabricNames({ siteRecovery }: OfficialClients, vault: string, group: string): Promise<(string | undefined)[]> {
  return names(siteRecovery.replicationFabrics.list(vault, group));
}
