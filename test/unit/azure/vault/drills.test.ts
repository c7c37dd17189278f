// Drills: a copy in a test network, counted only after its cleanup, in the way until then.
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../../emulator/contract/errors.ts';
import { Estate, hourMs, minuteMs } from './estate.ts';

const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;

test('a drill makes a running copy of the newest bytes and leaves replication alone', async () => {
  await using estate = await Estate.ready();
  const { site, vault, compute } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(8192, 1)] });
  const item = await estate.protect(machineId);
  site.write(machineId, '{WEB01-0}', { offset: 0, bytes: Buffer.alloc(4096, 2) });
  await estate.succeed(vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: 'isolated' }));
  expect(compute.named('WEB01-Test')).toMatchObject({ running: true, order: { network: { networkName: 'isolated', subnetName: 'frontend' } } });
  expect(compute.diskOf('WEB01-Test', '{WEB01-0}')[0]).toBe(2);
  compute.diskOf('WEB01-Test', '{WEB01-0}').fill(9);
  expect(vault.item(item.itemId)).toMatchObject({
    protectionState: 'Protected',
    testFailover: { state: 'WaitingForCompletion' },
    forward: { replication: 'running' },
  });
  expect(() => vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: 'isolated' })).toThrow(coded('OperationNotAllowed'));
  const pointsBefore = vault.recoveryPoints(item.itemId).length;
  await estate.clock.advance(10 * minuteMs);
  expect(vault.recoveryPoints(item.itemId).length).toBeGreaterThan(pointsBefore);
});

test('readiness turns green only when the drill was cleaned up', async () => {
  await using estate = await Estate.ready();
  const { vault, compute } = estate;
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.clock.advance(minuteMs);
  expect(vault.item(item.itemId)).toMatchObject({ failoverHealth: 'Warning', healthErrors: [{ errorCode: '161011', errorCategory: 'TestFailover' }] });
  await estate.succeed(vault.operations.testFailover({ itemId: item.itemId, choice: 'LatestProcessed', networkName: null }));
  await estate.clock.advance(minuteMs);
  expect(vault.item(item.itemId).failoverHealth).toBe('Warning');
  await estate.succeed(vault.operations.testFailoverCleanup(item.itemId, 'went well'));
  await estate.clock.advance(minuteMs);
  expect(vault.item(item.itemId)).toMatchObject({
    failoverHealth: 'Normal',
    testFailover: { state: 'MarkedForDeletion', copy: null, comments: 'went well' },
    allowedOperations: ['UnplannedFailover', 'DisableProtection', 'TestFailover'],
  });
  expect(compute.machines.size).toBe(0);
});

test('a drill needs a network that exists and a point of the kind asked for', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: 'nowhere' })).toThrow(coded('NetworkNotFound'));
  const job = await estate.finish(estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'LatestApplicationConsistent', networkName: null }));
  expect(job.errors[0]?.code).toBe('RecoveryPointMissing');
  expect(estate.vault.item(item.itemId).allowedOperations).toContain('TestFailover');
});

test('an open drill stands before the failover', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.succeed(estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: 'isolated' }));
  expect(estate.vault.item(item.itemId).allowedOperations).toEqual(['TestFailoverCleanup']);
  await expect(estate.failOver(item.itemId)).rejects.toThrow('Clean up the test failover first.');
  await estate.succeed(estate.vault.operations.testFailoverCleanup(item.itemId));
  expect((await estate.failOver(item.itemId)).state).toBe('Succeeded');
});

test('a drill takes the network of the properties when it names none', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.succeed(estate.vault.operations.updateProperties(item.itemId, { testNetworkName: 'isolated' }));
  await estate.succeed(estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest' }));
  expect(estate.compute.named('WEB01-Test')?.order.network).toMatchObject({ networkName: 'isolated' });
});

test("an address that another machine's drill holds makes the failover fail, which can be tried again", async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'), { ipAddress: '10.1.0.4' });
  const other = await estate.protect(estate.site.addMachine('WEB02'), { ipAddress: '10.1.0.4' });
  await estate.succeed(estate.vault.operations.testFailover({ itemId: other.itemId, choice: 'Latest', networkName: 'production' }));
  expect((await estate.failOver(item.itemId)).state).toBe('Failed');
  expect(estate.vault.item(item.itemId)).toMatchObject({
    protectionState: 'UnplannedFailoverFailed',
    allowedOperations: ['RepairReplication', 'UnplannedFailover', 'DisableProtection'],
  });
  await estate.succeed(estate.vault.operations.testFailoverCleanup(other.itemId));
  expect((await estate.failOver(item.itemId, { choice: 'LatestProcessed' })).state).not.toBe('Failed');
});

test('in 2017 a drill that is forgotten for two weeks is ended by force, later it stays', async () => {
  for (const [profile, state] of [
    ['2017', 'MarkedForDeletion'],
    ['2019', 'WaitingForCompletion'],
  ] as const) {
    await using estate = await Estate.ready({ profile });
    const item = await estate.protect(estate.site.addMachine('WEB01'));
    await estate.succeed(estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'LatestProcessed', networkName: null }));
    // Nothing of the two weeks matters to the drill, so nothing is replicated meanwhile.
    estate.site.stop();
    await estate.clock.advance(13 * 24 * hourMs);
    expect(estate.vault.item(item.itemId).testFailover.state).toBe('WaitingForCompletion');
    await estate.clock.advance(25 * hourMs);
    expect(estate.vault.item(item.itemId).testFailover).toMatchObject({ state, ...(profile === '2017' && { comments: 'Ended by force after 14 days.' }) });
    expect(estate.compute.machines.size).toBe(profile === '2017' ? 0 : 1);
  }
});
