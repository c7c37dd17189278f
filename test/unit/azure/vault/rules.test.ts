// The rules that must hold: what is refused, with which code, and that everything wrong is named at once.
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../../emulator/contract/errors.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { Estate, hourMs, minuteMs } from './estate.ts';

const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;
const gibibyte = 2 ** 30;

test('planned failover is refused', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => estate.vault.operations.plannedFailover(item.itemId)).toThrow(coded('PlannedFailoverNotSupported'));
});

test('the prerequisites check names every violation at once, and the job can be restarted when they are corrected', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('BAD01', {
    change: {
      architecture: '32-bit',
      firmware: 'UEFI',
      secureBoot: true,
      disks: [{ diskId: '{BAD01-0}', name: 'big', sizeBytes: 3000 * gibibyte, osDisk: true, dynamic: true, sectorBytes: 4096 }],
    },
  });
  await estate.site.report();
  const job = await estate.finish(
    estate.enable(machineId, { azureMachineName: '-bad-', networkName: 'nowhere', processServerId: 'PS99', disksToExclude: ['{BAD01-9}'] }),
  );
  expect(job).toMatchObject({ state: 'Failed', errors: [{ code: 'EnablePrerequisitesFailed' }] });
  expect(job.errors[0]?.details?.map((detail) => detail.code).sort()).toEqual([
    'DiskNotExcludable',
    'NetworkNotFound',
    'ProcessServerUnhealthy',
    'RequirementNotMet',
    'RequirementNotMet',
    'RequirementNotMet',
    'RequirementNotMet',
    'RequirementNotMet',
    'RequirementNotMet',
  ]);
  expect(estate.vault.item(job.targetId)).toMatchObject({ protectionState: 'EnablingFailed', allowedOperations: ['DisableProtection'] });
  await estate.succeed(estate.vault.operations.disableReplication(job.targetId));
  expect(estate.vault.items()).toEqual([]);
});

test('the operating system disk cannot be excluded, a data disk can and gets no replica', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('SQL01', { disks: [Buffer.alloc(8192, 1), Buffer.alloc(8192, 2)] });
  await estate.site.report();
  const refused = await estate.finish(estate.enable(machineId, { disksToExclude: ['{SQL01-0}'] }));
  expect(refused.errors[0]?.details?.[0]?.code).toBe('DiskNotExcludable');
  await estate.succeed(estate.vault.operations.disableReplication(refused.targetId));
  const item = await estate.protect(machineId, { disksToExclude: ['{SQL01-1}'] });
  expect(item.pairs.map((pair) => pair.diskId)).toEqual(['{SQL01-0}']);
});

test('replication over a site-to-site VPN is refused', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01');
  await estate.site.report();
  estate.vault.setReplicationPath(estate.site.hostId, 'siteToSiteVpn');
  const job = await estate.finish(estate.enable(machineId));
  expect(job.errors[0]?.details?.[0]?.code).toBe('ReplicationOverVpn');
});

test('a machine is enabled once, with an associated forward policy', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01');
  await estate.site.report();
  expect(() => estate.enable(machineId, { policyName: 'pol24-failback' })).toThrow(coded('78253'));
  expect(() => estate.enable('vm-nobody')).toThrow(coded('NotFound'));
  await estate.protect(machineId);
  expect(() => estate.enable(machineId)).toThrow(coded('AlreadyProtected'));
});

test('policies: fixed failback values, limits of the profile, and no removal while in use', async () => {
  await using estate = await Estate.ready();
  const { operations } = estate.vault;
  expect(estate.vault.records.policies.get('pol24-failback')).toMatchObject({
    instanceType: 'InMage',
    rpoThresholdMs: 15 * minuteMs,
    retentionMs: 24 * hourMs,
    appConsistentIntervalMs: hourMs,
  });
  expect(estate.vault.records.mappings.list().map((mapping) => mapping.targetContainer)).toEqual(['Microsoft Azure', expect.stringMatching(/^cloud_/)]);
  expect(() => operations.createPolicy({ name: 'pol24' })).toThrow(coded('PolicyNameTaken'));
  expect(() => operations.createPolicy({ name: 'x y', retentionMs: 100 * hourMs, rpoThresholdMs: 1 })).toThrow(coded('PolicyInvalid'));
  expect(() => operations.updatePolicy({ name: 'pol24-failback', retentionMs: hourMs })).toThrow(coded('PolicyInvalid'));
  expect(() => operations.removePolicy('pol24')).toThrow(coded('PolicyInUse'));
  expect(() => operations.associatePolicy('pol24', estate.site.hostId)).toThrow(coded('ContainerMappingExists'));
  await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => operations.dissociatePolicy('pol24', estate.site.hostId)).toThrow(coded('PolicyInUse'));
});

test('push installation: its failure fails the enable job with the product code, and a restart asks again', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01', { agent: false });
  await estate.site.report();
  estate.site.failing.set('pushInstall', new LabError('95107'));
  const failed = await estate.finish(estate.enable(machineId, { accountId: '1' }));
  expect(failed).toMatchObject({ state: 'Failed', errors: [{ code: '95107' }] });
  estate.site.failing.clear();
  estate.vault.jobs.restart(failed.jobId);
  await estate.until(() => estate.vault.item(failed.targetId).protectionState === 'Protected');
});

test('a running source refuses a failover without shutdown unless the user says that he knows', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const refused = await estate.failOver(item.itemId, { performShutdown: false });
  expect(refused.errors[0]?.code).toBe('SourceStillRunning');
  expect(estate.vault.item(item.itemId).protectionState).toBe('Protected');
  expect((await estate.failOver(item.itemId, { performShutdown: false, acknowledgeRunningSource: true })).state).toBe('Succeeded');
});

test('a failover goes on when the shutdown fails, and says so', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  estate.site.failing.set('powerOff', new LabError('AccessDenied'));
  const job = await estate.failOver(item.itemId);
  expect(job).toMatchObject({ state: 'CompletedWithInformation', errors: [{ code: 'SourceShutdownFailed' }] });
  expect(estate.vault.events().map((event) => event.eventCode)).toContain('SourceShutdownFailed');
});

test('a failover that is cancelled after replication was stopped does not resume it', async () => {
  await using estate = await Estate.ready({ durations: 'documented' });
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const job = estate.vault.operations.unplannedFailover({
    itemId: item.itemId,
    choice: 'LatestProcessed',
    performShutdown: false,
    acknowledgeRunningSource: true,
  });
  await estate.until(() => estate.vault.item(item.itemId).forward.replication === 'stopped');
  estate.vault.jobs.cancel(job.jobId);
  await estate.clock.advance(hourMs);
  expect(estate.vault.jobs.get(job.jobId).state).toBe('Cancelled');
  expect(estate.vault.item(item.itemId)).toMatchObject({ protectionState: 'UnplannedFailoverFailed', forward: { replication: 'stopped' } });
  expect(estate.site.orders).toEqual([]);
});

test('change of the recovery point until the commit, never after', async () => {
  await using estate = await Estate.ready();
  const { site, vault, compute } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(8192, 1)] });
  const item = await estate.protect(machineId);
  const [first] = vault.recoveryPoints(item.itemId);
  site.write(machineId, '{WEB01-0}', { offset: 0, bytes: Buffer.alloc(4096, 2) });
  await estate.failOver(item.itemId);
  expect(compute.diskOf('WEB01', '{WEB01-0}')[0]).toBe(2);
  await estate.succeed(vault.operations.applyRecoveryPoint({ itemId: item.itemId, choice: { recoveryPointId: first?.recoveryPointId ?? '' } }));
  expect(compute.diskOf('WEB01', '{WEB01-0}')[0]).toBe(1);
  expect(compute.named('WEB01')?.running).toBe(true);
  await estate.succeed(vault.operations.commit(item.itemId));
  expect(() => vault.operations.applyRecoveryPoint({ itemId: item.itemId, choice: 'LatestProcessed' })).toThrow(coded('OperationNotAllowed'));
  expect(() => vault.operations.commit(item.itemId)).toThrow(coded('OperationNotAllowed'));
});

test('migration completed: no way back', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(item.itemId);
  await estate.succeed(estate.vault.operations.completeMigration(item.itemId));
  expect(() => estate.reprotect(item.itemId)).toThrow(coded('MigrationCompleted'));
});

test('re-protection names everything that is missing at once', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(item.itemId);
  await estate.succeed(estate.vault.operations.commit(item.itemId));
  estate.site.vCenterConnected = false;
  estate.site.masterTarget.osType = 'Linux';
  estate.site.masterTarget.attachedDisks = 60;
  estate.site.agents.clear();
  await estate.site.report();
  const job = await estate.finish(estate.reprotect(item.itemId, { processServerId: 'PS01', datastoreName: 'nfs1', retentionDrive: 'X:' }));
  expect(job.errors[0]?.details?.map((detail) => detail.code).sort()).toEqual([
    'AgentNotRegistered',
    'DatastoreUnsuitable',
    'MasterTargetUnsuitable',
    'MasterTargetUnsuitable',
    'ProcessServerUnhealthy',
    'RetentionDriveUnsuitable',
    'SiteToSiteMissing',
    'VCenterDisconnected',
  ]);
  expect(estate.vault.item(item.itemId)).toMatchObject({ protectionState: 'ReprotectFailed', allowedOperations: ['DisableProtection', 'SwitchProtection'] });
});

test('a physical server comes back as a new virtual machine, with all its bytes', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const machineId = site.addMachine('PHY01', { platform: 'Physical', disks: [Buffer.alloc(65_536, 'physical')] });
  const item = await estate.protect(machineId);
  await estate.bringToAzureAndBack(item.itemId);
  expect(vault.item(item.itemId).reverse?.location).toBe('alternate');
  expect([...site.sendings.values()][0]?.sentBytes).toBe(65_536);
  const wanted = Buffer.from(estate.compute.diskOf('PHY01', '{PHY01-0}'));
  expect((await estate.failOver(item.itemId)).state).toBe('Succeeded');
  expect(site.machines.get('vm-PHY01-back')?.disks.get('{PHY01-0}')?.equals(wanted)).toBe(true);
  expect(site.machines.get('vm-PHY01-back')?.poweredOn).toBe(true);
});

test('disks go back to their machine when protection is disabled during re-protection', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.bringToAzureAndBack(item.itemId);
  await estate.succeed(estate.vault.operations.disableReplication(item.itemId));
  expect(estate.site.attached.size).toBe(0);
  expect(estate.storage.replicas.size).toBe(0);
  expect(estate.compute.named('WEB01')?.running).toBe(true);
});

test('failback takes the latest or latest application-consistent point only, and needs the vCenter', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.bringToAzureAndBack(item.itemId);
  expect(() =>
    estate.vault.operations.unplannedFailover({ itemId: item.itemId, choice: 'LatestProcessed', performShutdown: true, acknowledgeRunningSource: false }),
  ).toThrow(coded('InvalidArgument'));
  expect(() => estate.vault.operations.testFailover({ itemId: item.itemId, choice: 'Latest', networkName: null })).toThrow(coded('OperationNotAllowed'));
  estate.site.vCenterConnected = false;
  await estate.site.report();
  const job = await estate.failOver(item.itemId);
  expect(job.errors[0]?.code).toBe('VCenterDisconnected');
  expect(estate.vault.item(item.itemId).protectionState).toBe('Protected');
});

test('re-protection needs a running machine in Azure and the failback policy', async () => {
  await using estate = await Estate.ready();
  estate.network.connection = 'expressRoutePrivatePeering';
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(item.itemId);
  await estate.succeed(estate.vault.operations.commit(item.itemId));
  await estate.compute.stop(estate.vault.item(item.itemId).forward.azureCopy?.machineId ?? '');
  await estate.succeed(estate.vault.operations.dissociatePolicy('pol24-failback', estate.site.hostId));
  const job = await estate.finish(estate.reprotect(item.itemId, { processServerId: 'PS01' }));
  expect(job.errors[0]).toMatchObject({ code: 'ReprotectPrerequisitesFailed', details: [{ code: 'FailbackPolicyMissing' }, { code: '78093' }] });
});

test('a failback without its site names everything that is away', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.bringToAzureAndBack(item.itemId);
  estate.site.vCenterConnected = false;
  await estate.site.report();
  estate.site.stop();
  await estate.clock.advance(20 * minuteMs);
  const job = await estate.failOver(item.itemId);
  expect(job.errors[0]).toMatchObject({
    code: 'FailoverPrerequisitesFailed',
    details: [{ code: 'ConfigurationServerDisconnected' }, { code: 'VCenterDisconnected' }, { code: 'MasterTargetUnsuitable' }],
  });
});

test('one job at a time works on a machine', async () => {
  await using estate = await Estate.ready({ durations: 'documented' });
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const job = estate.vault.operations.unplannedFailover({ itemId: item.itemId, choice: 'Latest', performShutdown: true, acknowledgeRunningSource: false });
  expect(estate.vault.item(item.itemId).allowedOperations).toEqual([]);
  expect(() => estate.vault.operations.disableReplication(item.itemId)).toThrow(coded('ItemBusy'));
  expect(() => estate.vault.operations.updateProperties(item.itemId, { azureMachineName: 'other' })).toThrow(coded('ItemBusy'));
  await estate.finish(job);
});

test('a vCenter is added once, with an account that the configuration server has', async () => {
  await using estate = await Estate.ready();
  await estate.site.report();
  const add = (url: string, accountId: string): unknown =>
    estate.vault.operations.addVCenter({ configServerId: estate.site.hostId, friendlyName: 'vc', url, accountId });
  expect(() => add('https://vc1', '1')).toThrow(coded('VCenterExists'));
  expect(() => add('https://vc2', '9')).toThrow(coded('NotFound'));
  await estate.succeed(add('https://vc2', '1') as never);
  expect(estate.site.doneTasks.at(-1)).toMatchObject({ kind: 'addVCenter', vCenter: { url: 'https://vc2' } });
  expect(() => estate.vault.operations.addPhysicalServer({ configServerId: estate.site.hostId, name: 'p', ipAddress: '300.1.1.1', osType: 'Linux' })).toThrow(
    coded('InvalidArgument'),
  );
});

test('the properties of the target may be changed until the failover', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => estate.vault.operations.updateProperties(item.itemId, { subnetName: 'nowhere' })).toThrow(coded('NetworkNotFound'));
  await estate.succeed(estate.vault.operations.updateProperties(item.itemId, { azureMachineName: 'web-azure' }));
  await estate.failOver(item.itemId);
  expect(estate.compute.named('web-azure')?.running).toBe(true);
  expect(() => estate.vault.operations.updateProperties(item.itemId, { azureMachineName: 'x' })).toThrow(coded('OperationNotAllowed'));
});
