// What the product's limits do to machines: guests it refuses, ways that are cut, failovers that fail, disks that grow.
import { expect, test } from 'vitest';
import { Estate } from './estate.ts';

test('a guest with BitLocker is not enabled', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01', { change: { bitLocker: true } });
  await estate.site.report();
  const job = await estate.finish(estate.enable(machineId));
  expect(job.errors[0]?.details?.map((detail) => detail.message)).toEqual([expect.stringContaining('BitLocker')]);
});

test('an Azure VM that was registered and has fallen silent cannot reach the configuration server: 95226', async () => {
  await using estate = await Estate.ready();
  estate.network.connection = 'siteToSiteVpn';
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(item.itemId);
  await estate.succeed(estate.vault.operations.commit(item.itemId));
  await estate.site.report();
  for (const agent of estate.site.agents.values()) agent.alive = false;
  await estate.clock.advance(16 * 60_000);
  const job = await estate.finish(estate.reprotect(item.itemId));
  expect(job.errors[0]?.details?.map((detail) => detail.code)).toEqual(['95226']);
});

test('a failover that fails is told as an event', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(item.itemId, { performShutdown: false });
  expect(estate.vault.events().filter((event) => event.eventType === 'Job')).toMatchObject([{ eventCode: 'SourceStillRunning', severity: 'Critical' }]);
});

test('after the way there and back a machine has to prove itself by a drill again', async () => {
  await using estate = await Estate.ready();
  const { vault } = estate;
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.succeed(vault.operations.testFailover({ itemId: item.itemId, choice: 'LatestProcessed', networkName: null }));
  await estate.succeed(vault.operations.testFailoverCleanup(item.itemId));
  await estate.bringToAzureAndBack(item.itemId);
  await estate.failOver(item.itemId, { choice: 'Latest' });
  await estate.succeed(vault.operations.commit(item.itemId));
  await estate.site.report();
  await estate.succeed(vault.operations.reprotect({ itemId: item.itemId, processServerId: 'PS01' }));
  await estate.until(() => vault.item(item.itemId).protectionState === 'Protected');
  await estate.clock.advance(120_000);
  expect(vault.item(item.itemId)).toMatchObject({ direction: 'forward', healthErrors: [{ errorCode: '161011' }] });
});

test('a disk that has grown needs a resynchronisation, gets a replica of its new size, and keeps its older points until they are due', async () => {
  await using estate = await Estate.ready();
  const { site, vault, storage, compute } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(8192, 1), Buffer.alloc(8192, 2)] });
  const item = await estate.protect(machineId);
  const before = vault.recoveryPoints(item.itemId).length;
  site.grow(machineId, '{WEB01-1}', 16_384);
  await estate.clock.advance(2 * 60_000);
  expect(vault.item(item.itemId)).toMatchObject({ replicationHealth: 'Critical', healthErrors: [{ errorCode: '78222' }, { errorCode: '161011' }] });
  expect(vault.item(item.itemId).allowedOperations).toContain('RepairReplication');
  await estate.succeed(vault.operations.resynchronize(item.itemId));
  site.write(machineId, '{WEB01-1}', { offset: 12_288, bytes: Buffer.alloc(4096, 7) });
  await estate.clock.advance(7 * 60_000);
  expect(vault.item(item.itemId)).toMatchObject({ replicationHealth: 'Normal', pairs: [{ sizeBytes: 8192 }, { sizeBytes: 16_384 }] });
  expect(vault.recoveryPoints(item.itemId).length).toBeGreaterThan(before);
  const [oldest] = vault.recoveryPoints(item.itemId);
  await estate.succeed(vault.operations.testFailover({ itemId: item.itemId, choice: { recoveryPointId: oldest?.recoveryPointId ?? '' }, networkName: null }));
  expect(compute.diskOf('WEB01-Test', '{WEB01-1}')).toHaveLength(8192);
  await estate.succeed(vault.operations.testFailoverCleanup(item.itemId));
  await estate.succeed(vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: null }));
  expect(compute.diskOf('WEB01-Test', '{WEB01-1}').subarray(12_288)).toEqual(Buffer.alloc(4096, 7));
  expect(storage.replicas.size).toBe(3);
  await estate.succeed(vault.operations.testFailoverCleanup(item.itemId));
  await estate.clock.advance(25 * 3_600_000);
  expect(storage.replicas.size).toBe(2);
});

test('a disk that has grown over the limit of its target is not resynchronised', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01');
  const item = await estate.protect(machineId);
  const [sending] = [...estate.site.sendings.values()];
  Object.assign(sending as object, { resizedTo: 3000 * 2 ** 30 });
  await estate.clock.advance(2 * 60_000);
  const job = await estate.finish(estate.vault.operations.resynchronize(item.itemId));
  expect(job.errors[0]).toMatchObject({ code: 'RequirementNotMet', message: expect.stringContaining('grown') as string });
});
