// What is asked of a protected item beside failovers: directions, network cards, disks by name, removal, notes taken of health errors.
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../../emulator/contract/errors.ts';
import { changedTarget, nicsOf } from '../../../../emulator/azure/vault/items/nics.ts';
import { Estate, minuteMs } from './estate.ts';

const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;

const place = { networkName: 'production', subnetName: 'web', ipAddress: '10.1.0.7' };
const nics = nicsOf(
  {
    nics: [
      { nicId: '00:50:56:00:00:01', network: 'VM Network', ipAddress: '10.0.0.1' },
      { nicId: '00:50:56:00:00:02', network: 'Backup', ipAddress: null },
    ],
  },
  place,
);
const target = { azureMachineName: 'WEB01', azureMachineSize: 'Standard_F2s_v2', storageAccount: 'target', logStorageAccount: 'log', ...place, nics };

test('every card of a machine goes to its network; the first has the address', () => {
  expect(nics.map(({ selection, subnetName, ipAddress }) => ({ selection, subnetName, ipAddress }))).toEqual([
    { selection: 'SelectedByUser', subnetName: 'web', ipAddress: '10.1.0.7' },
    { selection: 'SelectedByUser', subnetName: 'web', ipAddress: null },
  ]);
});

test('subnet and address of a machine are those of its primary card, whichever way they are changed', () => {
  expect(changedTarget(target, { subnetName: 'data', ipAddress: null }).nics?.[0]).toMatchObject({ subnetName: 'data', ipAddress: null });
  const swapped = changedTarget(target, {
    primaryNicId: '00:50:56:00:00:02',
    nics: [{ nicId: '00:50:56:00:00:02', subnetName: 'backup', ipAddress: '10.1.2.5' }],
  });
  expect(swapped).toMatchObject({ subnetName: 'backup', ipAddress: '10.1.2.5' });
  expect(swapped.nics?.map(({ nicId }) => nicId)).toEqual(['00:50:56:00:00:02', '00:50:56:00:00:01']);
  expect(swapped.nics?.[1]).toMatchObject({ subnetName: 'web', ipAddress: '10.1.0.7' });
  expect(changedTarget(target, { nics: [{ nicId: '00:50:56:00:00:01', selection: 'NotSelected' }] })).toMatchObject({ subnetName: 'web', ipAddress: null });
  expect(() => changedTarget(target, { nics: [{ nicId: 'aa:bb' }] })).toThrow(coded('NicUnknown'));
});

test('only cards that were selected are made in Azure, each in its subnet', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('WEB01', {
    change: {
      nics: ['01', '02', '03'].map((end) => ({ nicId: `00:50:56:00:00:${end}`, network: 'VM Network', ipAddress: null })),
    },
  });
  const item = await estate.protect(machineId);
  await estate.succeed(
    estate.vault.operations.updateProperties(item.itemId, {
      nics: [
        { nicId: '00:50:56:00:00:02', selection: 'NotSelected' },
        { nicId: '00:50:56:00:00:03', subnetName: null, ipAddress: '10.1.0.9' },
      ],
    }),
  );
  await estate.failOver(item.itemId);
  expect(estate.compute.named('WEB01')?.order.network).toMatchObject({ subnetName: 'frontend', otherNics: [{ subnetName: null, ipAddress: '10.1.0.9' }] });
});

test('a failover and a re-protection in the wrong direction are refused', async () => {
  await using estate = await Estate.ready();
  const { operations } = estate.vault;
  const { itemId } = await estate.protect(estate.site.addMachine('WEB01'));
  const failover = { itemId, choice: 'Latest', performShutdown: true, acknowledgeRunningSource: false } as const;
  expect(() => operations.unplannedFailover({ ...failover, direction: 'RecoveryToPrimary' })).toThrow(coded('InvalidFailoverDirection'));
  expect(() => operations.testFailover({ itemId, choice: 'Latest', direction: 'RecoveryToPrimary' })).toThrow(coded('InvalidFailoverDirection'));
  await estate.succeed(operations.unplannedFailover({ ...failover, direction: 'PrimaryToRecovery' }));
  expect(() => estate.reprotect(itemId, { direction: 'PrimaryToRecovery' })).toThrow(coded('InvalidFailoverDirection'));
});

test('a re-protection commits on its way when nobody has', async () => {
  await using estate = await Estate.ready();
  estate.network.connection = 'siteToSiteVpn';
  const { itemId } = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.failOver(itemId);
  expect(estate.vault.item(itemId).allowedOperations).toEqual(['CompleteMigration', 'Commit', 'DisableProtection', 'ChangePit', 'SwitchProtection']);
  await estate.site.report();
  const job = await estate.succeed(estate.reprotect(itemId));
  expect(job.tasks.map(({ state }) => state)).not.toContain('Other');
  expect(estate.vault.recoveryPoints(itemId)).toEqual([]);
});

test('a cancelled failover ends its job; without one there is nothing to cancel', async () => {
  await using estate = await Estate.ready({ durations: 'documented' });
  const { operations, jobs } = estate.vault;
  const { itemId } = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => operations.cancelFailover(itemId)).toThrow(coded('OperationNotAllowed'));
  const job = operations.unplannedFailover({ itemId, choice: 'Latest', performShutdown: false, acknowledgeRunningSource: true });
  expect(() => operations.commit(itemId)).toThrow(coded('ItemBusy'));
  expect(operations.cancelFailover(itemId).jobId).toBe(job.jobId);
  expect((await estate.finish(job)).state).toBe('Cancelled');
  expect(jobs.get(job.jobId).errors).toEqual([]);
});

test('a purge asks nothing of a site that is gone, and leaves nothing', async () => {
  await using estate = await Estate.ready();
  const { vault, storage } = estate;
  const { itemId } = await estate.protect(estate.site.addMachine('WEB01'));
  estate.site.stop();
  await estate.clock.advance(20 * minuteMs);
  const job = await estate.succeed(vault.operations.purge(itemId));
  expect(job).toMatchObject({ kind: 'PurgeVm', friendlyName: 'Remove the virtual machine from the vault' });
  expect(vault.items()).toEqual([]);
  expect(storage.replicas.size).toBe(0);
});

test('migration is completed only after a failover; the item goes and the machine in Azure stays', async () => {
  await using estate = await Estate.ready();
  const { operations } = estate.vault;
  const { itemId } = await estate.protect(estate.site.addMachine('WEB01'));
  expect(() => operations.disableReplication(itemId, 'MigrationComplete')).toThrow(coded('OperationNotAllowed'));
  await estate.failOver(itemId);
  await estate.succeed(operations.disableReplication(itemId, 'MigrationComplete'));
  expect(estate.vault.items()).toEqual([]);
  expect(estate.compute.named('WEB01')?.running).toBe(true);
});

test('a disk that came later is taken note of and not told again; faults cannot be', async () => {
  await using estate = await Estate.ready();
  const { vault, site } = estate;
  const machineId = site.addMachine('WEB01');
  const { itemId } = await estate.protect(machineId);
  const machine = site.machines.get(machineId);
  const [first] = machine?.found.disks ?? [];
  if (machine === undefined || first === undefined) throw new Error('The machine has a disk.');
  machine.found = { ...machine.found, disks: [first, { ...first, diskId: '{late}', name: 'late disk', osDisk: false }] };
  await estate.clock.advance(3 * minuteMs);
  const codes = (): string[] => vault.item(itemId).healthErrors.map(({ errorCode }) => errorCode);
  expect(codes()).toContain('DiskNotReplicated');
  expect(() => vault.operations.resolveHealthErrors(itemId, ['161011'])).toThrow(coded('HealthErrorNotResolvable'));
  await estate.succeed(vault.operations.resolveHealthErrors(itemId, ['DiskNotReplicated']));
  await estate.clock.advance(5 * minuteMs);
  expect(codes()).not.toContain('DiskNotReplicated');
});

test('disks are replicated by name; a name that is taken, and a disk that is not there, are refused', async () => {
  await using estate = await Estate.ready();
  const machineId = estate.site.addMachine('SQL01', { disks: [1, 2, 3].map((byte) => Buffer.alloc(8192, byte)) });
  const item = await estate.protect(machineId, { itemName: 'sql', disksToInclude: ['{SQL01-0}', '{SQL01-2}'] });
  expect(item.pairs.map(({ diskId }) => diskId)).toEqual(['{SQL01-0}', '{SQL01-2}']);
  const other = estate.site.addMachine('SQL02');
  await estate.site.report();
  expect(() => estate.enable(other, { itemName: 'SQL' })).toThrow(coded('ItemNameTaken'));
  const failed = await estate.finish(estate.enable(other, { disksToInclude: ['{SQL02-0}', '{SQL02-7}'] }));
  expect(failed.errors[0]?.details?.map(({ code }) => code)).toEqual(['DiskNotExcludable']);
});

test('after a failover that failed a machine replicates again, by comparison with the replicas it has', async () => {
  await using estate = await Estate.ready();
  const { vault, site } = estate;
  const machineId = site.addMachine('WEB01', { disks: [Buffer.alloc(65_536, 1)] });
  const { itemId } = await estate.protect(machineId, { ipAddress: '10.1.0.4' });
  const other = await estate.protect(site.addMachine('WEB02'), { ipAddress: '10.1.0.4' });
  await estate.succeed(vault.operations.testFailover({ itemId: other.itemId, choice: 'Latest', networkName: 'production' }));
  expect((await estate.failOver(itemId, { performShutdown: false, acknowledgeRunningSource: true })).state).toBe('Failed');
  await estate.clock.advance(2 * minuteMs);
  expect(vault.item(itemId)).toMatchObject({
    protectionState: 'UnplannedFailoverFailed',
    replicationHealth: 'Critical',
    healthErrors: [{ errorCode: '78037' }],
    allowedOperations: ['RepairReplication', 'UnplannedFailover', 'DisableProtection'],
  });
  site.write(machineId, '{WEB01-0}', { offset: 0, bytes: Buffer.alloc(4096, 7) });
  const job = await estate.succeed(vault.operations.resynchronize(itemId));
  expect(job).toMatchObject({ kind: 'RepairVMReplication' });
  await estate.until(() => vault.item(itemId).protectionState === 'Protected');
  expect(vault.item(itemId).pairs).toMatchObject([{ initial: 'checksum' }]);
  await estate.succeed(vault.operations.testFailoverCleanup(other.itemId));
  await estate.failOver(itemId);
  expect(estate.compute.diskOf('WEB01', '{WEB01-0}').subarray(0, 8192)).toEqual(Buffer.concat([Buffer.alloc(4096, 7), Buffer.alloc(4096, 1)]));
});
