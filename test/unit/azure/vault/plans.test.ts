// Recovery plans: order, gates, actions, errors that do not stop a run, and the way back by plan.
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../../emulator/contract/errors.ts';
import type { PlanAction } from '../../../../emulator/azure/vault/plans/state.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { Estate, hourMs } from './estate.ts';

const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;
const script = (actionName: string): PlanAction => ({
  kind: 'script',
  actionName,
  path: `/scripts/${actionName}`,
  timeoutMs: 60_000,
  failoverTypes: [],
  failoverDirections: [],
});
const manual = (actionName: string): PlanAction => ({
  kind: 'manual',
  actionName,
  description: 'look',
  failoverTypes: ['UnplannedFailover'],
  failoverDirections: [],
});

async function shop(estate: Estate, more: { groupName?: string; osType?: 'Windows' | 'Linux' } = {}): Promise<[string, string]> {
  const options = more.groupName === undefined ? {} : { groupName: more.groupName };
  const sql = await estate.protect(estate.site.addMachine('SQL01'), options);
  const web = await estate.protect(
    estate.site.addMachine('WEB01', more.osType === undefined ? {} : { osType: more.osType, change: { osVersion: 'Ubuntu 16.04' } }),
    options,
  );
  return [sql.itemId, web.itemId];
}

test('all machines fail over, then the groups start in order with their actions between', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate);
  await estate.succeed(
    estate.vault.operations.putPlan({
      name: 'hrweb',
      configServerId: estate.site.hostId,
      startGroups: [
        { itemIds: [sql], endGroupActions: [script('after-sql')] },
        { itemIds: [web], startGroupActions: [manual('check'), script('before-web')] },
      ],
    }),
  );
  const job = estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true });
  await estate.until(() => estate.vault.jobs.get(job.jobId).state === 'Suspended');
  expect(estate.compute.named('SQL01')?.running).toBe(true);
  expect(estate.compute.named('WEB01')).toMatchObject({ running: false });
  expect(estate.vault.jobs.get(job.jobId).stateDescription).toBe('WaitingForManualAction');
  estate.vault.jobs.resumeSuspended(job.jobId, 'database is up');
  const ended = await estate.succeed(job);
  expect(estate.compute.named('WEB01')?.running).toBe(true);
  expect(ended.tasks.map((task) => task.friendlyName)).toEqual([
    'Recovery plan preflight checks',
    'All groups shutdown',
    'All groups failover',
    'Group 1: Start',
    'Group 1: Post-steps (1): after-sql',
    'Group 2: Pre-steps (1): check',
    'Group 2: Pre-steps (2): before-web',
    'Group 2: Start',
  ]);
  expect(estate.scripts.map(({ path, context }) => ({ path, group: context.GroupId, roles: Object.values(context.VmMap).map((vm) => vm.RoleName) }))).toEqual([
    { path: '/scripts/after-sql', group: '1', roles: ['SQL01'] },
    { path: '/scripts/before-web', group: '2', roles: [''] },
  ]);
  expect(estate.scripts[0]?.context).toMatchObject({ RecoveryPlanName: 'hrweb', FailoverType: 'Unplanned', FailoverDirection: 'PrimaryToSecondary' });
});

test('a drill of a plan shuts nothing down, skips actions for real failovers, and is cleaned up by plan', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate);
  await estate.succeed(
    estate.vault.operations.putPlan({
      name: 'hrweb',
      configServerId: estate.site.hostId,
      startGroups: [{ itemIds: [sql, web], startGroupActions: [manual('check')] }],
    }),
  );
  const job = await estate.succeed(estate.vault.operations.planTestFailover({ planName: 'hrweb', choice: 'LatestProcessed', networkName: 'isolated' }));
  expect(job.tasks.map((task) => task.name)).not.toContain('Action/check');
  expect(estate.compute.named('SQL01-Test')?.running).toBe(true);
  expect(estate.site.doneTasks.filter((task) => task.kind === 'powerOff')).toEqual([]);
  await estate.succeed(estate.vault.operations.planTestFailoverCleanup('hrweb'));
  expect(estate.compute.machines.size).toBe(0);
  expect(estate.vault.items().every((item) => item.testFailover.lastSuccessMs !== null)).toBe(true);
});

test('a member that fails does not stop the run, and the run can be taken up again', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate);
  await estate.succeed(
    estate.vault.operations.putPlan({ name: 'hrweb', configServerId: estate.site.hostId, startGroups: [{ itemIds: [sql] }, { itemIds: [web] }] }),
  );
  estate.kernel.faults.add({ id: 'f', point: 'vault.failover', subject: sql, effect: { kind: 'error', code: '170010' } });
  const failed = await estate.finish(
    estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }),
  );
  expect(failed.state).toBe('Failed');
  expect(failed.errors[0]).toMatchObject({ code: 'PlanMembersFailed', details: [{ code: '170010' }] });
  expect(estate.compute.named('WEB01')?.running).toBe(true);
  estate.kernel.faults.remove('f');
  estate.vault.jobs.restart(failed.jobId);
  await estate.succeed(failed);
  expect(estate.compute.named('SQL01')?.running).toBe(true);
});

test('a failed script fails the run, and the machines run all the same', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate);
  await estate.succeed(
    estate.vault.operations.putPlan({
      name: 'hrweb',
      configServerId: estate.site.hostId,
      startGroups: [{ itemIds: [sql, web], endGroupActions: [script('mail')] }],
    }),
  );
  estate.scriptError = new LabError('ScriptFailed', 'exit code 1');
  const job = await estate.finish(
    estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }),
  );
  expect(job).toMatchObject({ state: 'Failed', errors: [{ code: 'ScriptFailed' }] });
  expect([...estate.compute.machines.values()].map((entry) => entry.running)).toEqual([true, true]);
});

test('a later plan skips what an earlier one has started', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate);
  for (const [name, itemIds] of [
    ['one', [sql]],
    ['two', [sql, web]],
  ] as const)
    await estate.succeed(estate.vault.operations.putPlan({ name: `plan-${name}`, configServerId: estate.site.hostId, startGroups: [{ itemIds }] }));
  await estate.succeed(estate.vault.operations.planFailover({ planName: 'plan-one', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }));
  await estate.succeed(estate.vault.operations.planFailover({ planName: 'plan-two', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }));
  expect(estate.compute.machines.size).toBe(2);
  expect(() => estate.vault.operations.planFailover({ planName: 'plan-two', direction: 'PrimaryToRecovery', choice: 'Latest' })).toThrow(
    coded('PlanMemberNotEligible'),
  );
});

test('a group fails over at one common mark and comes back through the plan only', async () => {
  await using estate = await Estate.ready();
  estate.network.connection = 'siteToSiteVpn';
  const [sql, web] = await shop(estate, { groupName: 'shop' });
  await estate.clock.advance(hourMs);
  await estate.succeed(estate.vault.operations.putPlan({ name: 'hrweb', configServerId: estate.site.hostId, startGroups: [{ itemIds: [sql, web] }] }));
  await estate.succeed(
    estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'LatestMultiVm', performShutdown: true }),
  );
  const [first, second] = [sql, web].map((itemId) => estate.vault.item(itemId).forward.azureCopy?.recoveryPointTimeMs);
  expect(first).toBe(second);
  await estate.succeed(estate.vault.operations.planCommit('hrweb'));
  await estate.site.report();
  const alone = await estate.finish(estate.reprotect(sql));
  expect(alone.errors[0]?.details?.map((detail) => detail.code)).toContain('GroupMemberOutsidePlan');
  await estate.succeed(
    estate.vault.operations.planReprotect('hrweb', () => ({
      processServerId: 'PSAZ',
      masterTargetId: 'MT01',
      retentionDrive: 'R:',
      datastoreName: 'datastore1',
    })),
  );
  await estate.until(() => estate.vault.items().every((item) => item.protectionState === 'Protected' && item.direction === 'reverse'));
  await estate.succeed(estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'RecoveryToPrimary', choice: 'Latest', performShutdown: true }));
  await estate.succeed(estate.vault.operations.planCommit('hrweb'));
  expect(estate.compute.machines.size).toBe(0);
  expect([...estate.site.machines.values()].map((machine) => machine.poweredOn)).toEqual([true, true]);
});

test('the members of a group take one master target', async () => {
  await using estate = await Estate.ready();
  const [sql, web] = await shop(estate, { groupName: 'shop' });
  await estate.succeed(estate.vault.operations.putPlan({ name: 'hrweb', configServerId: estate.site.hostId, startGroups: [{ itemIds: [sql, web] }] }));
  await estate.succeed(estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }));
  await estate.succeed(estate.vault.operations.planCommit('hrweb'));
  const job = await estate.finish(
    estate.vault.operations.planReprotect('hrweb', (item) => ({
      processServerId: 'PSAZ',
      masterTargetId: `MT-${item.friendlyName}`,
      retentionDrive: 'R:',
      datastoreName: 'datastore1',
    })),
  );
  expect(job.errors[0]?.code).toBe('ReplicationGroupInvalid');
});

test('a group of different systems does not come back together', async () => {
  await using estate = await Estate.ready();
  estate.network.connection = 'siteToSiteVpn';
  const [sql, web] = await shop(estate, { groupName: 'shop', osType: 'Linux' });
  await estate.succeed(estate.vault.operations.putPlan({ name: 'hrweb', configServerId: estate.site.hostId, startGroups: [{ itemIds: [sql, web] }] }));
  await estate.succeed(estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: 'Latest', performShutdown: true }));
  await estate.succeed(estate.vault.operations.planCommit('hrweb'));
  const job = await estate.finish(
    estate.vault.operations.planReprotect('hrweb', () => ({
      processServerId: 'PSAZ',
      masterTargetId: 'MT01',
      retentionDrive: 'R:',
      datastoreName: 'datastore1',
    })),
  );
  expect(job.errors[0]?.code).toBe('ReplicationGroupInvalid');
});

test('a plan obeys its limits, all violations at once', async () => {
  await using estate = await Estate.ready();
  const [sql] = await shop(estate);
  const put = (startGroups: { itemIds: string[] }[], name = 'hrweb'): unknown =>
    estate.vault.operations.putPlan({ name, configServerId: estate.site.hostId, startGroups });
  expect(() => put(Array.from({ length: 8 }, () => ({ itemIds: [] })))).toThrow(coded('PlanInvalid'));
  expect(() => put([{ itemIds: Array.from({ length: 101 }, (_, count) => `m${count}`) }])).toThrow(coded('PlanInvalid'));
  expect(() => put([{ itemIds: [sql] }, { itemIds: [sql, 'nobody'] }], '1 bad')).toThrow(
    expect.objectContaining({ code: 'PlanInvalid', details: [coded('InvalidArgument'), coded('InvalidArgument'), coded('InvalidArgument')] }) as Error,
  );
  expect(() => estate.vault.operations.planFailover({ planName: 'none', direction: 'PrimaryToRecovery', choice: 'Latest' })).toThrow(coded('NotFound'));
  await estate.succeed(put([{ itemIds: [sql] }]) as never);
  expect(() => estate.vault.operations.planFailover({ planName: 'hrweb', direction: 'PrimaryToRecovery', choice: { recoveryPointId: 'x' } })).toThrow(
    coded('InvalidArgument'),
  );
});
