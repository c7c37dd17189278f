// The main story: protect, drill, fail over, commit, re-protect, fail back, protect again; bytes compared at each step.
import { expect, test } from 'vitest';
import { Estate, hourMs, minuteMs } from './estate.ts';

test('a machine travels to Azure and back and is protected again, byte for byte', async () => {
  await using estate = await Estate.ready();
  const { site, vault, compute } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(65_536, 'os'), Buffer.alloc(32_768, 'data')] });
  await site.report();
  const item = await estate.protect(machineId);
  expect(item.allowedOperations).toEqual(['UnplannedFailover', 'DisableProtection', 'TestFailover']);
  expect(vault.recoveryPoints(item.itemId)).toHaveLength(1);

  site.write(machineId, '{WEB01-1}', { offset: 4096, bytes: Buffer.alloc(4096, 'changed') });
  await estate.failOver(item.itemId);
  const source = site.machines.get(machineId)?.disks.get('{WEB01-1}') as Buffer;
  expect(vault.item(item.itemId).protectionState).toBe('UnplannedFailoverCommitPendingStatesBegin');
  expect(compute.named('WEB01')?.running).toBe(true);
  expect(compute.diskOf('WEB01', '{WEB01-1}').equals(source)).toBe(true);
  expect(site.machines.get(machineId)?.poweredOn).toBe(false);

  await estate.succeed(vault.operations.commit(item.itemId));
  expect(vault.recoveryPoints(item.itemId)).toEqual([]);
  expect([...estate.storage.replicas.values()].flatMap((blob) => blob.snapshots)).toEqual([]);

  estate.network.connection = 'siteToSiteVpn';
  await site.report();
  const azureMachineId = compute.named('WEB01')?.machine.machineId as string;
  compute.diskOf('WEB01', '{WEB01-0}').fill('azure', 8192, 12_288);
  await estate.succeed(estate.reprotect(item.itemId));
  await estate.until(() => vault.item(item.itemId).protectionState === 'Protected');
  const reversed = vault.item(item.itemId);
  expect(reversed).toMatchObject({
    instanceType: 'InMage',
    activeLocation: 'Primary',
    activeSite: 'Azure',
    allowedOperations: ['UnplannedFailover', 'DisableProtection'],
  });
  expect([...site.sendings.values()].reduce((sum, sending) => sum + sending.sentBytes, 0)).toBe(4096);

  const wanted = Buffer.from(compute.diskOf('WEB01', '{WEB01-0}'));
  await estate.failOver(item.itemId);
  expect(vault.item(item.itemId)).toMatchObject({ activeLocation: 'Recovery', activeSite: 'OnPrem' });
  expect(compute.state(azureMachineId)).toBe('stopped');
  expect(site.machines.get(machineId)?.disks.get('{WEB01-0}')?.equals(wanted)).toBe(true);
  expect(site.machines.get(machineId)?.poweredOn).toBe(true);

  await estate.succeed(vault.operations.commit(item.itemId));
  expect(compute.state(azureMachineId)).toBe('absent');
  await site.report();
  await estate.succeed(vault.operations.reprotect({ itemId: item.itemId, processServerId: 'PS01' }));
  await estate.until(() => vault.item(item.itemId).protectionState === 'Protected');
  expect(vault.item(item.itemId)).toMatchObject({ instanceType: 'InMageAzureV2', activeSite: 'OnPrem' });
  expect([...site.sendings.values()].reduce((sum, sending) => sum + sending.sentBytes, 0)).toBe(4096);
});

test('the tasks of the jobs are those that the service was seen to have', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01');
  await estate.site.report();
  const enable = await estate.succeed(estate.enable(machineId));
  expect(enable.tasks.map((task) => `${task.name}: ${task.friendlyName}`)).toEqual([
    'EnableProtectionPrerequisitesCheck: Prerequisites check for enabling protection',
    'CreateProtectionTarget: Installing Mobility Service and preparing target',
    'EnableProtection: Enable replication',
    'VmStartInitialReplication: Starting initial replication',
    'UpdateDraState: Updating the provider states',
  ]);
  await estate.until(() => estate.vault.item(enable.targetId).protectionState === 'Protected');
  expect(
    estate.vault.jobs
      .list()
      .map((job) => job.kind)
      .slice(-2),
  ).toEqual(['PrimaryIrCompletion', 'SecondaryIrCompletion']);
  estate.site.power(machineId, false);
  await estate.clock.advance(20 * minuteMs);
  const failover = await estate.failOver(enable.targetId, { performShutdown: false });
  expect(failover.tasks.map((task) => `${task.name} ${task.stateDescription}`)).toEqual([
    'VmUfoPrerequisitesCheck Completed',
    'VmShutdownVmOnPrimary Skipped',
    'VmPrepareForUnPlannedFailover Skipped',
    'VmFailover Completed',
    'VmFoStartVmOnSecondary Completed',
  ]);
});

test('documented durations cost lab time: a Linux machine is hydrated', async () => {
  await using estate = await Estate.ready({ durations: 'documented' });
  const machineId = estate.site.addMachine('LIN01', { osType: 'Linux', change: { osVersion: 'Ubuntu 16.04' } });
  await estate.site.report();
  const item = await estate.protect(machineId);
  const job = await estate.failOver(item.itemId);
  expect((job.endMs ?? 0) - job.createdMs).toBeGreaterThan(9 * minuteMs);
  expect((job.endMs ?? 0) - job.createdMs).toBeLessThan(hourMs);
});
