// What operations send to Azure: by the answers, by the direction, for several machines at once.
import { describe, expect, test } from 'vitest';
import { azureCall, namesIn, type AzureCall } from '../../../../extension/operations/azureCall.ts';
import { isControlCall } from '../../../../extension/operations/controlCall.ts';
import type { Answers, OperationContext } from '../../../../extension/operations/operation.ts';
import { operationNamed } from '../../../../extension/operations/registry.ts';
import type { Subject } from '../../../../extension/tree/node.ts';
import { contextOf, containerId, fabricId, item, itemId, plan, point, policy, protectable, snapshotOf, subject, vaultId } from './site.ts';

/** Of a call's body, by the swagger's names. */
function propertiesOf<Properties>(call: AzureCall | undefined): Properties {
  const body = call?.body ?? {};
  return body['properties'] as Properties;
}

interface PlanProperties {
  readonly groups: readonly { readonly replicationProtectedItems?: readonly { readonly id: string }[]; readonly endGroupActions?: readonly unknown[] }[];
}

interface Wish {
  readonly subjects?: readonly Subject[];
  readonly answers?: Answers;
}

async function callsOf(id: string, context: OperationContext, { subjects = [], answers = {} }: Wish): Promise<readonly AzureCall[]> {
  const calls = (await operationNamed(id)?.calls(context, subjects, answers)) ?? [];
  return calls.flatMap((call) => (isControlCall(call) ? [] : [call]));
}

const points = [
  point('web01', 'newest', { time: '2026-03-02T09:05:00Z' }),
  point('web01', 'consistent', { time: '2026-03-02T09:00:00Z', type: 'ApplicationConsistent' }),
];

test('a body that the swagger does not have is no program', () => {
  azureCall('replicationProtectedItems', 'TestFailoverCleanup', {
    verb: 'POST',
    resourceId: '',
    // @ts-expect-error `comment` is spelled `comments`
    body: { properties: { comment: '' } },
  });
  // @ts-expect-error a failover needs a body
  azureCall('replicationProtectedItems', 'UnplannedFailover', { verb: 'POST', resourceId: '' });
  // @ts-expect-error a commit has none
  azureCall('replicationProtectedItems', 'FailoverCommit', { verb: 'POST', resourceId: '', body: {} });
  // @ts-expect-error there is no such method
  expect(azureCall('replicationProtectedItems', 'Explode', { verb: 'POST', resourceId: '' }).method).toBe('Explode');
});

test('the names of an id are what the client takes one by one', () => {
  expect(namesIn(`${itemId('web01')}`)).toEqual(['f00d', 'cloud_1234', 'web01']);
  expect(namesIn(vaultId)).toEqual([]);
});

describe('Failover', () => {
  const context = contextOf(snapshotOf({ items: [item('web01'), item('db01')] }), { recoveryPoints: async () => points });

  test('to the latest names no recovery point', async () => {
    const [call] = await callsOf('failover', context, { subjects: [subject('web01')], answers: { point: 'Latest', shutdown: 'yes' } });
    expect(call).toMatchObject({
      resourceId: itemId('web01'),
      action: '/unplannedFailover',
      body: {
        properties: { failoverDirection: 'PrimaryToRecovery', sourceSiteOperations: 'Required', providerSpecificDetails: { instanceType: 'InMageAzureV2' } },
      },
    });
    expect(JSON.stringify(call)).not.toContain('recoveryPointId');
  });

  test.each([
    ['LatestProcessed', 'newest'],
    ['LatestApplicationConsistent', 'consistent'],
    [`${itemId('web01')}/recoveryPoints/consistent`, 'consistent'],
  ])('to %s names the point that it is now', async (chosen, expected) => {
    const [call] = await callsOf('failover', context, { subjects: [subject('web01')], answers: { point: chosen, shutdown: 'no' } });
    expect(call?.body).toMatchObject({
      properties: { sourceSiteOperations: 'NotRequired', providerSpecificDetails: { recoveryPointId: `${itemId('web01')}/recoveryPoints/${expected}` } },
    });
  });

  test('to a point that was thinned out meanwhile is refused', async () => {
    await expect(callsOf('failover', context, { subjects: [subject('web01')], answers: { point: 'gone', shutdown: 'no' } })).rejects.toMatchObject({
      code: 'NoRecoveryPoint',
    });
  });

  test('of several machines is one call each', async () => {
    const calls = await callsOf('failover', context, { subjects: [subject('web01'), subject('db01')], answers: { point: 'Latest', shutdown: 'no' } });
    expect(calls.map(({ resourceId }) => resourceId)).toEqual([itemId('web01'), itemId('db01')]);
  });

  test('back to the site says so by its provider', async () => {
    const back = contextOf(snapshotOf({ items: [item('web01', {}, 'toSite')] }));
    const [call] = await callsOf('failback', back, { subjects: [subject('web01')], answers: { point: 'LatestTag', shutdown: 'yes' } });
    expect(call?.body).toMatchObject({
      properties: { failoverDirection: 'PrimaryToRecovery', providerSpecificDetails: { instanceType: 'InMage', recoveryPointType: 'LatestTag' } },
    });
  });

  test('tells before what it loses, with the names as they are, turning nothing around them', async () => {
    const hostile = '<b>"web"</b> \u202E$(x)';
    const shown = `\u2068${hostile}\u2069`;
    const named = contextOf(
      snapshotOf({ items: [item('web01', { friendlyName: hostile })] }, { clock: { timeMs: Date.parse('2026-03-02T09:12:00Z'), speed: 1 } }),
      {
        recoveryPoints: async () => points,
      },
    );
    const confirmation = await operationNamed('failover')?.confirmation?.(named, [subject('web01')], { point: 'LatestProcessed', shutdown: 'no' });
    expect(confirmation?.question).toBe(`Fail over ${shown} to Azure?`);
    expect(confirmation?.detail).toContain(`${shown}: everything written after 2026-03-02 09:05:00 UTC is lost (7 min ago, crash-consistent).`);
    const latest = await operationNamed('failover')?.confirmation?.(named, [subject('web01')], { point: 'Latest', shutdown: 'no' });
    expect(latest?.detail).toContain('RPO: 4 min 10 s.');
  });
});

describe('Re-protection', () => {
  const answers = {
    masterTarget: 'mt1',
    processServer: 'ps1',
    retentionDrive: 'R',
    datastore: 'datastore1',
    policy: `${vaultId}/replicationPolicies/gold-failback`,
  };

  test('of a machine that went to Azure is towards the site', async () => {
    const [call] = await callsOf('reprotect', contextOf(snapshotOf({ items: [item('web01')] })), { subjects: [subject('web01')], answers });
    expect(call?.body).toEqual({
      properties: {
        failoverDirection: 'RecoveryToPrimary',
        providerSpecificDetails: {
          instanceType: 'InMage',
          masterTargetId: 'mt1',
          processServerId: 'ps1',
          retentionDrive: 'R',
          datastoreName: 'datastore1',
          profileId: `${vaultId}/replicationPolicies/gold-failback`,
        },
      },
    });
  });

  test('of a machine that came home is towards Azure', async () => {
    const [call] = await callsOf('reprotect', contextOf(snapshotOf({ items: [item('web01', {}, 'toSite')] })), { subjects: [subject('web01')], answers });
    expect(call?.body).toMatchObject({
      properties: { failoverDirection: 'PrimaryToRecovery', providerSpecificDetails: { instanceType: 'InMageAzureV2', processServerId: 'ps1' } },
    });
  });

  test('of machines in both places at once is refused', async () => {
    const context = contextOf(snapshotOf({ items: [item('web01'), item('db01', {}, 'toSite')] }));
    await expect(async () => operationNamed('reprotect')?.steps?.(context, [subject('web01'), subject('db01')])).rejects.toMatchObject({
      code: 'MixedDirections',
    });
  });

  test('offers master targets of the machine’s own system, and the policy that goes with its own first', async () => {
    const context = contextOf(
      snapshotOf({ items: [item('web01')], policies: [policy('silver-failback', 'InMage'), policy('gold-failback', 'InMage'), policy('gold')] }),
    );
    const steps = (await operationNamed('reprotect')?.steps?.(context, [subject('web01')])) ?? [];
    const labels = async (key: string): Promise<unknown> => {
      const step = steps.find((one) => one.key === key);
      return step?.kind === 'pick' ? (await step.choices({ masterTarget: 'mt1' })).map(({ label }) => label) : undefined;
    };
    expect(await labels('masterTarget')).toEqual(['MT-WIN']);
    expect(await labels('retentionDrive')).toEqual(['R']);
    expect(await labels('policy')).toEqual(['gold-failback', 'silver-failback']);
  });
});

describe('Enable replication', () => {
  const gold = policy('gold');
  const mappings = [{ id: `${containerId}/replicationProtectionContainerMappings/gold`, properties: { policyId: gold.id ?? '' } }];
  const context = contextOf(snapshotOf({ protectableItems: [protectable('web01'), protectable('lin01', 'LINUX')], policies: [gold], mappings }));
  const answers = {
    policy: gold.id ?? '',
    processServer: 'ps1',
    account: 'fitting',
    network: '/networks/vnet-recovery',
    subnet: 'default',
    size: '',
    storage: '/accounts/logs',
    group: 'alone',
    excluded: [],
  };
  const machine = (name: string): Subject => ({ kind: 'machine', machineId: `${name}-id` });

  test('takes the account of each machine’s system', async () => {
    const calls = await callsOf('enableReplication', context, { subjects: [machine('web01'), machine('lin01')], answers });
    expect(
      calls.map(
        ({ body }) => (body as { properties: { providerSpecificDetails: { runAsAccountId: string } } }).properties.providerSpecificDetails.runAsAccountId,
      ),
    ).toEqual(['1', '2']);
    expect(calls[0]).toMatchObject({ verb: 'PUT', resourceId: `${containerId}/replicationProtectedItems/web01-id` });
  });

  test('names the disks only when one is left out', async () => {
    const body = async (excluded: string[]): Promise<unknown> =>
      (await callsOf('enableReplication', context, { subjects: [machine('web01')], answers: { ...answers, excluded } }))[0]?.body;
    expect(JSON.stringify(await body([]))).not.toContain('disksToInclude');
    expect(await body(['data'])).toMatchObject({
      properties: { providerSpecificDetails: { disksToInclude: [{ diskId: 'os', logStorageAccountId: '/accounts/logs' }] } },
    });
  });

  test('needs a policy that the configuration server has', () => {
    const bare = snapshotOf({ protectableItems: [protectable('web01')], policies: [gold] });
    expect(operationNamed('enableReplication')?.availability(bare, machine('web01'))).toMatchObject({
      because: 'No replication policy is associated with the configuration server.',
    });
  });
});

describe('Recovery plans', () => {
  const shop = plan('shop', {
    groups: [
      { groupType: 'Shutdown' },
      { groupType: 'Failover' },
      { groupType: 'Boot', replicationProtectedItems: [{ id: itemId('web01'), virtualMachineId: 'web01-id' }], startGroupActions: [], endGroupActions: [] },
    ],
  });
  const context = contextOf(snapshotOf({ items: [item('web01'), item('db01')], plans: [shop] }));
  const shopSubject: Subject = { kind: 'plan', id: shop.id ?? '' };

  test('begin with one group of their machines', async () => {
    const [call] = await callsOf('createPlan', context, { answers: { name: 'new', items: [itemId('db01')] } });
    expect(call).toMatchObject({ verb: 'PUT', resourceId: `${vaultId}/replicationRecoveryPlans/new` });
    expect(call?.body).toMatchObject({
      properties: {
        primaryFabricId: fabricId,
        recoveryFabricId: 'Microsoft Azure',
        groups: [{ groupType: 'Boot', replicationProtectedItems: [{ id: itemId('db01'), virtualMachineId: 'db01-id' }] }],
      },
    });
  });

  test('take a machine that joins into their first start group, and keep the others', async () => {
    const [call] = await callsOf('addToPlan', context, { subjects: [subject('web01'), subject('db01')], answers: { plan: shop.id ?? '' } });
    expect(propertiesOf<PlanProperties>(call).groups.map((group) => (group.replicationProtectedItems ?? []).map(({ id }) => id))).toEqual([
      [],
      [],
      [itemId('web01'), itemId('db01')],
    ]);
  });

  test('send nothing when all are in it already', async () => {
    expect(await callsOf('addToPlan', context, { subjects: [subject('web01')], answers: { plan: shop.id ?? '' } })).toEqual([]);
  });

  test('choose multi-VM points by rule', async () => {
    const [call] = await callsOf('planTestFailover', context, { subjects: [shopSubject], answers: { point: 'LatestProcessed+multiVm', network: 'none' } });
    expect(call?.body).toEqual({
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        networkType: 'NoNetworkAttachAsInput',
        providerSpecificDetails: [{ instanceType: 'InMageAzureV2', recoveryPointType: 'LatestProcessed', useMultiVmSyncPoint: 'true' }],
      },
    });
  });

  test('get scripts with a time-out and the failovers they are for', async () => {
    const answers = {
      group: '2',
      when: 'end',
      name: 'check',
      failovers: ['TestFailover/PrimaryToRecovery', 'UnplannedFailover/PrimaryToRecovery'],
      path: 'node check.mjs',
      timeout: '15',
    };
    const [call] = await callsOf('addScriptAction', context, { subjects: [shopSubject], answers });
    expect(propertiesOf<PlanProperties>(call).groups[2]?.endGroupActions).toEqual([
      {
        actionName: 'check',
        failoverTypes: ['TestFailover', 'UnplannedFailover'],
        failoverDirections: ['PrimaryToRecovery'],
        customDetails: { instanceType: 'ScriptActionDetails', path: 'node check.mjs', timeout: 'PT15M', fabricLocation: 'Recovery' },
      },
    ]);
  });
});

test('a policy is made with its failback policy, and both are associated', async () => {
  const context = contextOf(snapshotOf({}));
  const calls = await callsOf('createPolicy', context, {
    answers: {
      name: 'gold',
      rpoThreshold: '15',
      retention: '24',
      appConsistent: '60',
      multiVm: 'yes',
      fabrics: [fabricId],
    },
  });
  expect(calls.map(({ group, resourceId }) => [group, resourceId.split('/').at(-1)])).toEqual([
    ['replicationPolicies', 'gold'],
    ['replicationPolicies', 'gold-failback'],
    ['replicationProtectionContainerMappings', 'gold'],
    ['replicationProtectionContainerMappings', 'gold-failback'],
  ]);
  expect(calls[3]?.body).toMatchObject({ properties: { targetProtectionContainerId: containerId } });
});
