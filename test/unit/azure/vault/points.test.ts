// Recovery points: whole machines only, thinned by the policy, shared by groups, and never lost or doubled by a restart.
import { expect, test } from 'vitest';
import { Estate, hourMs, minuteMs } from './estate.ts';

test('a point exists when all disks have the mark', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const machineId = site.addMachine('SQL01', { disks: [Buffer.alloc(8192, 1), Buffer.alloc(8192, 2)] });
  const item = await estate.protect(machineId);
  const before = vault.recoveryPoints(item.itemId).length;
  const [osPair, dataPair] = item.pairs.map((pair) => pair.pairId) as [string, string];
  site.uploadCut = true;
  await site.markAll('ApplicationConsistent');
  const through = site.sendings.get(osPair)?.sequence as number;
  vault.site.uploaded(site.hostId, osPair, { through, newestMark: null });
  await estate.clock.settle();
  expect(vault.recoveryPoints(item.itemId)).toHaveLength(before);
  vault.site.uploaded(site.hostId, dataPair, { through, newestMark: null });
  await estate.clock.settle();
  expect(vault.recoveryPoints(item.itemId)).toHaveLength(before + 1);
  expect(vault.recoveryPoints(item.itemId).at(-1)).toMatchObject({ consistency: 'ApplicationConsistent', disks: [{ pairId: osPair }, { pairId: dataPair }] });
});

test('two days of points are thinned to the policy, and snapshots go with their points', async () => {
  await using estate = await Estate.ready();
  const { vault, storage } = estate;
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.clock.advance(48 * hourMs);
  const points = vault.recoveryPoints(item.itemId);
  const nowMs = estate.clock.now();
  expect(points.filter((point) => nowMs - point.timeMs <= 2 * hourMs).length).toBeGreaterThanOrEqual(24);
  expect(points.filter((point) => nowMs - point.timeMs > 2 * hourMs).length).toBeGreaterThanOrEqual(22);
  expect(points.length).toBeLessThanOrEqual(25 + 23);
  expect(points.every((point) => nowMs - point.timeMs <= 24 * hourMs)).toBe(true);
  expect([...storage.replicas.values()].flatMap((blob) => blob.snapshots)).toHaveLength(points.length);
});

test('a policy change applies to the points that are there', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.clock.advance(6 * hourMs);
  await estate.succeed(estate.vault.operations.updatePolicy({ name: 'pol24', retentionMs: 2 * hourMs, appConsistentIntervalMs: hourMs }));
  await estate.clock.advance(5 * minuteMs);
  const points = estate.vault.recoveryPoints(item.itemId);
  expect(points.every((point) => estate.clock.now() - point.timeMs <= 2 * hourMs)).toBe(true);
});

test('points of a group are shared from the moment when the last member has its own', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const first = await estate.protect(site.addMachine('APP01'), { groupName: 'shop' });
  const second = await estate.protect(site.addMachine('SQL01'), { groupName: 'shop' });
  expect(second.groupId).toBe(first.groupId);
  await estate.clock.advance(10 * minuteMs);
  const marks = [first, second].map((item) =>
    vault
      .recoveryPoints(item.itemId)
      .filter((point) => point.multiVmSyncPoint)
      .map((point) => point.markId),
  );
  expect(marks[0]?.length).toBeGreaterThan(0);
  expect(marks[0]).toEqual(marks[1]);
  const sharedBefore = marks[0]?.length;
  site.power(second.source.machineId, false);
  await estate.clock.advance(10 * minuteMs);
  const after = vault.recoveryPoints(first.itemId);
  expect(after.filter((point) => point.multiVmSyncPoint)).toHaveLength(sharedBefore as number);
  expect(after.at(-1)?.multiVmSyncPoint).toBe(false);
});

test('a group has at most 16 members, all with one policy', async () => {
  await using estate = await Estate.ready();
  await estate.succeed(estate.vault.operations.createPolicy({ name: 'other' }));
  await estate.succeed(estate.vault.operations.associatePolicy('other', estate.site.hostId));
  for (let count = 0; count < 16; count += 1) await estate.protect(estate.site.addMachine(`M${count}`), { groupName: 'big' });
  const machineId = estate.site.addMachine('M16');
  await estate.site.report();
  const job = await estate.finish(estate.enable(machineId, { groupName: 'big', policyName: 'other' }));
  expect(job.errors[0]?.details?.map((detail) => detail.code)).toEqual(['ReplicationGroupInvalid', 'ReplicationGroupInvalid']);
});

test('a restart of the vault keeps the points, makes none twice, and goes on', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.clock.advance(20 * minuteMs);
  const before = estate.vault.recoveryPoints(item.itemId).map((point) => point.recoveryPointId);
  await estate.restartVault();
  await estate.clock.settle();
  expect(estate.vault.recoveryPoints(item.itemId).map((point) => point.recoveryPointId)).toEqual(before);
  await estate.clock.advance(10 * minuteMs);
  expect(estate.vault.recoveryPoints(item.itemId).length).toBe(before.length + 2);
});

test('a failover under way goes on in the next process of the vault', async () => {
  await using estate = await Estate.ready({ durations: 'documented' });
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const { jobId } = estate.vault.operations.unplannedFailover({
    itemId: item.itemId,
    choice: 'Latest',
    performShutdown: true,
    acknowledgeRunningSource: false,
  });
  await estate.until(() => estate.compute.machines.size === 1);
  await estate.restartVault();
  await estate.until(() => estate.vault.jobs.get(jobId).state === 'Succeeded');
  expect(estate.compute.machines.size).toBe(1);
  expect(estate.vault.item(item.itemId).protectionState).toBe('UnplannedFailoverCommitPendingStatesBegin');
});

test('storage that is away holds points back and loses none', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const before = estate.vault.recoveryPoints(item.itemId).length;
  await estate.restartVault();
  estate.storage.away = true;
  estate.site.stop();
  await estate.clock.advance(10 * minuteMs);
  estate.storage.away = false;
  await estate.site.movedTo(estate.vault).start();
  await estate.clock.advance(10 * minuteMs);
  expect(estate.vault.recoveryPoints(item.itemId).length).toBe(before + 2);
});

test('a batch that cannot be opened asks for a resynchronisation, which makes the replica equal again', async () => {
  await using estate = await Estate.ready();
  const { site, vault, storage } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(8192, 1)] });
  const item = await estate.protect(machineId);
  const pairId = item.pairs[0]?.pairId as string;
  site.uploadCut = true;
  site.write(machineId, '{WEB01-0}', { offset: 0, bytes: Buffer.alloc(4096, 7) });
  await site.markAll('CrashConsistent');
  const sequence = site.sendings.get(pairId)?.sequence as number;
  storage.logs.get(pairId)?.batches.get(sequence)?.fill(0, 40);
  site.uploadCut = false;
  vault.site.uploaded(site.hostId, pairId, { through: sequence, newestMark: null });
  await estate.clock.settle();
  expect(vault.item(item.itemId)).toMatchObject({
    replicationHealth: 'Critical',
    allowedOperations: ['RepairReplication', 'UnplannedFailover', 'DisableProtection', 'TestFailover'],
  });
  const before = vault.recoveryPoints(item.itemId).length;
  await estate.clock.advance(10 * minuteMs);
  expect(vault.recoveryPoints(item.itemId)).toHaveLength(before);
  await estate.succeed(vault.operations.resynchronize(item.itemId));
  await estate.clock.advance(6 * minuteMs);
  expect(vault.item(item.itemId)).toMatchObject({ replicationHealth: 'Normal', protectionState: 'Protected' });
  const snapshot = [...storage.replicas.values()][0]?.snapshots.at(-1);
  expect(snapshot?.bytes.equals(site.machines.get(machineId)?.disks.get('{WEB01-0}') as Buffer)).toBe(true);
  expect(vault.recoveryPoints(item.itemId)).toHaveLength(before + 1);
});

test('in the evening a resynchronisation that is due starts by itself', async () => {
  await using estate = await Estate.ready();
  const { site, vault, storage } = estate;
  const item = await estate.protect(site.addMachine('WEB01'));
  const pairId = item.pairs[0]?.pairId as string;
  site.uploadCut = true;
  await site.markAll('CrashConsistent');
  const sequence = site.sendings.get(pairId)?.sequence as number;
  storage.logs.get(pairId)?.batches.get(sequence)?.fill(0, 40);
  site.uploadCut = false;
  await estate.clock.advance(hourMs);
  expect(vault.item(item.itemId).pairs[0]?.resyncRequired).not.toBeNull();
  await estate.clock.advance(10 * hourMs);
  expect(vault.item(item.itemId)).toMatchObject({ pairs: [{ resyncRequired: null }] });
  expect(
    vault.jobs
      .list()
      .filter((job) => job.kind === 'RepairVMReplication')
      .map((job) => job.state),
  ).toEqual(['Succeeded']);
});

test('resynchronisation is refused while nothing needs it, unless it is asked for by force', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => estate.vault.operations.resynchronize(item.itemId)).toThrow(expect.objectContaining({ code: 'ResyncNotRequired' }) as Error);
  await estate.succeed(estate.vault.operations.resynchronize(item.itemId, { force: true }));
  await estate.clock.advance(10 * minuteMs);
  expect(estate.vault.item(item.itemId).pairs[0]?.resyncRequired).toBeNull();
});
