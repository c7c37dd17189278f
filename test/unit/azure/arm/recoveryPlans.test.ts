// Recovery plans through the official client: written, run with a person, a script and a runbook in them, and refused with the service's errors.
import type { RecoveryPlan, RecoveryPlanAction, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Estate } from '../../../../emulator/lab/estate.ts';
import { ArmEndpoint } from '../../../clients/armRequest.ts';
import { JobTime } from '../../../clients/jobTime.ts';
import { officialClients } from '../../../clients/officialClients.ts';
import { linuxMachine, LabUnderTest } from '../../../support/lab.ts';
import { srlab } from '../../cli/terminal.ts';

const estate: Partial<Estate> = {
  virtualMachines: [linuxMachine('WEB01', { ipAddress: '10.0.0.11' }), linuxMachine('DB01', { ipAddress: '10.0.0.12' })],
  processServers: [
    { name: 'CS01', inAzure: false, cacheLimitBytes: 4 * 2 ** 30 },
    { name: 'PS-AZURE', inAzure: true, cacheLimitBytes: 4 * 2 ** 30 },
  ],
  masterTargets: [{ name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * 2 ** 30 }],
  policies: [{ name: 'policy24', retentionMs: 86_400_000, appConsistentIntervalMs: 0, rpoThresholdMs: 900_000 }],
};

let lab: LabUnderTest;
let time: JobTime;
let client: SiteRecoveryManagementClient;
let place: [vault: string, resourceGroup: string];
let vaultId: string;
let fabricId: string;
let itemIds: Readonly<Record<string, string>>;
const open = new AsyncDisposableStack();

beforeAll(async () => {
  lab = open.use(await LabUnderTest.open(estate));
  for (const machine of ['WEB01', 'DB01']) await lab.finish(lab.call('item.enable', { machine }));
  for (const machine of ['WEB01', 'DB01']) await lab.untilProtected(machine);
  const { ready, world, vaults, vault } = lab.lab;
  time = open.use(new JobTime({ clock: world.kernel.clock, vaults }));
  client = officialClients(ready).siteRecovery;
  place = [ready.vault, ready.resourceGroup];
  const [server] = vault.records.configServers.list();
  vaultId = `/Subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${ready.vault}`;
  fabricId = `${vaultId}/replicationFabrics/${server?.fabricName}`;
  const idOf = (name: string): string => `${fabricId}/replicationProtectionContainers/${server?.containerName}/replicationProtectedItems/${name}`;
  itemIds = Object.fromEntries(vault.items().map((item) => [item.friendlyName, idOf(item.name)]));
}, 600_000);

afterAll(() => open.disposeAsync());

const group = (machine: string, more: { startGroupActions?: RecoveryPlanAction[]; endGroupActions?: RecoveryPlanAction[] } = {}) => ({
  groupType: 'Boot',
  replicationProtectedItems: [{ id: itemIds[machine] as string }],
  startGroupActions: [],
  endGroupActions: [],
  ...more,
});

function action(
  actionName: string,
  customDetails: RecoveryPlanAction['customDetails'],
  failoverTypes = ['TestFailover', 'UnplannedFailover'],
): RecoveryPlanAction {
  return { actionName, failoverTypes, failoverDirections: ['PrimaryToRecovery', 'RecoveryToPrimary'], customDetails };
}

const manual = (name: string, types?: string[]): RecoveryPlanAction => action(name, { instanceType: 'ManualActionDetails', description: 'Look first.' }, types);

function create(name: string, groups: ReturnType<typeof group>[]): Promise<RecoveryPlan> {
  return client.replicationRecoveryPlans.beginCreateAndWait(...place, name, {
    properties: { primaryFabricId: fabricId, recoveryFabricId: 'Microsoft Azure', groups },
  });
}

const plan = async (name: string): Promise<RecoveryPlan['properties']> => (await client.replicationRecoveryPlans.get(...place, name)).properties;

/** Status and first detail of what the service answered. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { statusCode?: number; response?: { bodyAsText?: string } } | undefined;
  return `${error?.statusCode} ${codesOf(JSON.parse(error?.response?.bodyAsText ?? '{}')).at(0)}`;
}

function codesOf(body: unknown): string[] {
  return (body as { error?: { details?: { code: string }[] } }).error?.details?.map(({ code }) => code) ?? [];
}

/** A script that puts what it was given beside it, one line per run. */
function recorder(name: string): { path: string; heard(): Record<string, unknown>[] } {
  const path = lab.file(name);
  const log = `${path}.log`;
  writeFileSync(log, '');
  writeFileSync(path, name.endsWith('.py') ? `import sys\nopen('${log}', 'a').write(sys.argv[1] + '\\n')\n` : `echo "$1" >> '${log}'\n`);
  return {
    path,
    heard: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const toAzure = {
  failoverDirection: 'PrimaryToRecovery',
  sourceSiteOperations: 'Required',
  providerSpecificDetails: [{ instanceType: 'InMageAzureV2' as const, recoveryPointType: 'LatestProcessed', useMultiVmSyncPoint: 'false' }],
};
const drill = () => ({
  properties: {
    failoverDirection: 'PrimaryToRecovery',
    networkType: 'NoNetworkAttachAsInput',
    providerSpecificDetails: [{ instanceType: 'InMageAzureV2' as const, recoveryPointType: 'LatestProcessed' }],
  },
});

describe('Writing a plan', () => {
  test('it is answered with its three kinds of groups, and its actions as they were sent', async () => {
    const runbookId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Automation/automationAccounts/a/runbooks/Point-Dns';
    const startGroupActions = [manual('ask')];
    const endGroupActions = [
      action('dns', { instanceType: 'AutomationRunbookActionDetails', runbookId, timeout: 'PT10M', fabricLocation: 'Recovery' }),
      action('mail', { instanceType: 'ScriptActionDetails', path: '/scripts/mail.sh', timeout: '00:05:00', fabricLocation: 'Primary' }, ['PlannedFailover']),
    ];
    const created = await create('written', [group('DB01', { startGroupActions, endGroupActions }), group('WEB01')]);
    expect(created.properties).toMatchObject({
      friendlyName: 'written',
      primaryFabricId: fabricId,
      recoveryFabricId: 'Microsoft Azure',
      failoverDeploymentModel: 'ResourceManager',
      replicationProviders: ['InMageAzureV2'],
      allowedOperations: ['UnplannedFailover', 'TestFailover'],
      currentScenario: { scenarioName: 'None' },
    });
    expect(created.properties?.groups?.map(({ groupType }) => groupType)).toEqual(['Shutdown', 'Failover', 'Boot', 'Boot']);
    expect(created.properties?.groups?.[2]).toMatchObject({
      replicationProtectedItems: [{ id: itemIds['DB01'], virtualMachineId: expect.any(String) as string }],
      startGroupActions,
      endGroupActions,
    });
    const listed: RecoveryPlan[] = [];
    for await (const one of client.replicationRecoveryPlans.list(...place)) listed.push(one);
    expect(listed.map(({ name, properties }) => ({ name, groups: properties?.groups }))).toEqual([{ name: 'written', groups: [] }]);
  });

  test('an update replaces the groups as a whole, and the job is an update', async () => {
    const updated = await client.replicationRecoveryPlans.beginUpdateAndWait(...place, 'WRITTEN', { properties: { groups: [group('WEB01')] } });
    expect(updated.name).toBe('written');
    expect(updated.properties?.groups?.slice(2)).toMatchObject([{ replicationProtectedItems: [{ id: itemIds['WEB01'] }], startGroupActions: [] }]);
    expect(lab.lab.vault.jobs.list().at(-1)?.kind).toBe('UpdateRecoveryPlan');
  });

  test('once removed it is not found', async () => {
    await client.replicationRecoveryPlans.beginDeleteAndWait(...place, 'written');
    await expect(client.replicationRecoveryPlans.get(...place, 'written')).rejects.toMatchObject({ statusCode: 404, code: 'NotFound' });
  });

  test.each([
    ['a group without a type', { groups: [{ replicationProtectedItems: [] }] }, 'InvalidParameter'],
    ['a machine of another vault', { groups: [{ groupType: 'Boot', replicationProtectedItems: [{ id: '/Subscriptions/x' }] }] }, 'ArmResourceDoesNotExist'],
    [
      'an action without details',
      { groups: [{ groupType: 'Boot', startGroupActions: [{ actionName: 'a', failoverTypes: [], failoverDirections: [] }] }] },
      'InvalidParameter',
    ],
    ['no groups', {}, 'InvalidParameter'],
    [
      'a time-out nobody can read',
      {
        groups: [
          { groupType: 'Boot', endGroupActions: [{ actionName: 'a', customDetails: { instanceType: 'ScriptActionDetails', path: 'x', timeout: 'soon' } }] },
        ],
      },
      'InvalidParameter',
    ],
    ['another fabric', { primaryFabricId: '/Subscriptions/x', groups: [] }, 'ArmResourceDoesNotExist'],
    ['another target', { recoveryFabricId: 'Elsewhere', groups: [] }, 'InvalidParameter'],
    ['the classic model', { failoverDeploymentModel: 'Classic', groups: [] }, 'InvalidParameter'],
    ['too many groups', { groups: Array.from({ length: 8 }, () => ({ groupType: 'Boot' })) }, 'PlanInvalid'],
  ])('%s is refused, and no plan comes of it', async (_what, change, code) => {
    // The client would not send most of these.
    using endpoint = new ArmEndpoint(lab.lab.ready);
    const answer = await endpoint.ask({
      verb: 'PUT',
      target: `${vaultId}/replicationRecoveryPlans/bad?api-version=2023-06-01`,
      body: { properties: { primaryFabricId: fabricId, recoveryFabricId: 'Microsoft Azure', ...change } },
    });
    expect({ status: answer.status, codes: codesOf(answer.body) }).toMatchObject({ status: 400, codes: expect.arrayContaining([code]) as unknown });
    expect(lab.lab.vault.plans()).toEqual([]);
  });
});

describe('The life of a plan', () => {
  test('a drill waits for the person, tells script and runbook of their group, and is cleaned up', async () => {
    const script = recorder('before.sh');
    const runbook = recorder('after.py');
    await lab.call('runbook.add', { name: 'Point-Dns', path: runbook.path });
    const runbookId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Automation/automationAccounts/a/runbooks/point-dns';
    await create('shop', [
      group('DB01', { startGroupActions: [manual('ask', ['TestFailover'])] }),
      group('WEB01', {
        startGroupActions: [action('before', { instanceType: 'ScriptActionDetails', path: script.path, fabricLocation: 'Primary' })],
        endGroupActions: [action('after', { instanceType: 'AutomationRunbookActionDetails', runbookId, fabricLocation: 'Recovery' })],
      }),
    ]);
    const running = client.replicationRecoveryPlans.beginTestFailoverAndWait(...place, 'shop', drill(), { updateIntervalInMs: 50 });
    const suspended = (): string | undefined => lab.lab.vault.jobs.list().find((job) => job.state === 'Suspended')?.jobId;
    await time.until('A question of the plan', () => suspended() !== undefined);
    const jobId = suspended() as string;
    expect(await plan('shop')).toMatchObject({
      allowedOperations: [],
      currentScenario: { scenarioName: 'TestFailover', jobId: expect.stringContaining(jobId) as string },
      currentScenarioStatus: 'Suspended',
      currentScenarioStatusDescription: 'WaitingForManualAction',
    });
    expect((await lab.call('job.show', { jobId })).tasks.find((task) => task.state === 'Suspended')?.instruction).toBe('Look first.');
    await client.replicationJobs.beginResumeAndWait(...place, jobId, { properties: { comments: 'seen' } }, { updateIntervalInMs: 50 });
    const drilled = await running;
    expect(drilled.properties).toMatchObject({ allowedOperations: ['TestFailoverCleanup'], currentScenario: { scenarioName: 'None' } });
    expect(drilled.properties?.lastTestFailoverTime).toBeInstanceOf(Date);
    const machineId = lab.lab.vault.items().find((item) => item.friendlyName === 'WEB01')?.source.machineId as string;
    const told = { RecoveryPlanName: 'shop', FailoverType: 'Test', FailoverDirection: 'PrimaryToSecondary', GroupId: '2' };
    expect(script.heard()).toEqual([{ ...told, VmMap: { [machineId]: expect.objectContaining({ RoleName: '', ResourceGroupName: '' }) as unknown } }]);
    expect(runbook.heard()).toEqual([
      { ...told, VmMap: { [machineId]: expect.objectContaining({ RoleName: 'WEB01-Test', ResourceGroupName: place[1] }) as unknown } },
    ]);
    await client.replicationRecoveryPlans.beginTestFailoverCleanupAndWait(...place, 'shop', { properties: { comments: 'fine' } }, { updateIntervalInMs: 50 });
    expect(lab.lab.vault.items().map((item) => item.testFailover.comments)).toEqual(['fine', 'fine']);
  });

  test('a script is tried at every place of the plan before anything has failed over', async () => {
    const trial = recorder('trial.sh');
    const { code, lines } = await srlab(['runbook', 'run', trial.path, '--plan', 'shop', '--matrix', '--json', '--dir', lab.dir]);
    expect(code).toBe(0);
    const placeOf = (line: unknown): string => {
      const { type, direction, group: label, when } = line as Record<string, string>;
      return `${type} ${direction} ${label} ${when}`;
    };
    expect(lines.map(placeOf)).toEqual(
      [
        ...['All groups failover', 'Group 1', 'Group 2'].map((label) => `Test PrimaryToRecovery ${label}`),
        ...['All groups shutdown', 'All groups failover', 'Group 1', 'Group 2'].map((label) => `Unplanned PrimaryToRecovery ${label}`),
        ...['All groups shutdown', 'All groups failover', 'Group 1', 'Group 2'].map((label) => `Unplanned RecoveryToPrimary ${label}`),
      ].flatMap((text) => [`${text} pre`, `${text} post`]),
    );
    const roles = trial.heard().map(({ VmMap }) => Object.values(VmMap as Record<string, { RoleName: string }>).map(({ RoleName }) => RoleName));
    expect(roles.slice(0, 6)).toEqual([['', ''], ['DB01-Test', 'WEB01-Test'], [''], ['DB01-Test'], [''], ['WEB01-Test']]);
    expect(roles[9]).toEqual(['DB01', 'WEB01']);
  });

  test('a runbook that nobody has registered fails its task with what to do, and the drill goes to its end', async () => {
    await lab.call('runbook.remove', { name: 'point-dns' });
    await client.replicationRecoveryPlans.beginUpdateAndWait(...place, 'shop', {
      properties: {
        groups: [
          group('WEB01', {
            endGroupActions: [action('after', { instanceType: 'AutomationRunbookActionDetails', runbookId: 'Point-Dns', fabricLocation: 'Recovery' })],
          }),
          group('DB01'),
        ],
      },
    });
    await expect(client.replicationRecoveryPlans.beginTestFailoverAndWait(...place, 'shop', drill(), { updateIntervalInMs: 50 })).rejects.toThrow(
      /RunbookNotFound/,
    );
    const job = lab.lab.vault.jobs.list().findLast(({ kind }) => kind === 'RecoveryPlanTestFailover');
    expect(job?.tasks.filter((task) => task.error !== null).map((task) => ({ name: task.name, code: task.error?.code }))).toEqual([
      { name: 'Action/after', code: 'RunbookNotFound' },
    ]);
    expect(lab.lab.vault.items().map((item) => item.testFailover.state)).toEqual(['WaitingForCompletion', 'WaitingForCompletion']);
    await client.replicationRecoveryPlans.beginTestFailoverCleanupAndWait(...place, 'shop', { properties: {} }, { updateIntervalInMs: 50 });
  });

  test('what does not fit the state, the direction or the kind of machine is refused', async () => {
    const plans = client.replicationRecoveryPlans;
    const back = { properties: { failoverDirection: 'RecoveryToPrimary', sourceSiteOperations: 'Required' } };
    const custom = { properties: { ...toAzure, providerSpecificDetails: [{ instanceType: 'InMage' as const, recoveryPointType: 'Custom' }] } };
    expect(await refusal(plans.beginPlannedFailoverAndWait(...place, 'shop', { properties: { failoverDirection: 'PrimaryToRecovery' } }))).toBe(
      '400 PlannedFailoverNotSupported',
    );
    expect(await refusal(plans.beginFailoverCommitAndWait(...place, 'shop'))).toBe('409 PlanMemberNotEligible');
    expect(await refusal(plans.beginReprotectAndWait(...place, 'shop'))).toBe('409 PlanMemberNotEligible');
    expect(await refusal(plans.beginFailoverCancelAndWait(...place, 'shop'))).toBe('409 OperationNotAllowed');
    expect(await refusal(plans.beginUnplannedFailoverAndWait(...place, 'shop', back))).toBe('400 InvalidFailoverDirection');
    expect(await refusal(plans.beginUnplannedFailoverAndWait(...place, 'shop', custom))).toBe('400 InvalidParameter');
    expect(await refusal(plans.beginTestFailoverAndWait(...place, 'nobody', drill()))).toBe('404 ArmResourceDoesNotExist');
  });

  test('the second of two writes is told who works on the plan, or on the item', async () => {
    await client.replicationRecoveryPlans.beginUpdateAndWait(...place, 'shop', { properties: { groups: [group('DB01'), group('WEB01')] } });
    const first = await client.replicationRecoveryPlans.beginUnplannedFailover(...place, 'shop', { properties: toAzure }, { updateIntervalInMs: 50 });
    expect(await refusal(client.replicationRecoveryPlans.beginUpdateAndWait(...place, 'shop', { properties: { groups: [group('WEB01')] } }))).toBe(
      '409 PlanBusy',
    );
    expect(await refusal(client.replicationRecoveryPlans.beginDeleteAndWait(...place, 'shop'))).toBe('409 PlanBusy');
    const item = /replicationFabrics\/(.+)\/replicationProtectionContainers\/(.+)\/replicationProtectedItems\/(.+)$/.exec(itemIds['WEB01'] ?? '')?.slice(1);
    const [fabric = '', container = '', name = ''] = item ?? [];
    const alone = client.replicationProtectedItems.beginTestFailoverAndWait(...place, fabric, container, name, { properties: drill().properties as never });
    expect(await refusal(alone)).toBe('409 ItemBusy');
    await first.pollUntilDone();
    expect(await plan('shop')).toMatchObject({ allowedOperations: ['Commit', 'ReverseReplicate'], lastUnplannedFailoverTime: expect.any(Date) as Date });
  });

  test('committed and re-protected by a call without a word it comes back, and goes on to Azure again', async () => {
    const plans = client.replicationRecoveryPlans;
    const quick = { updateIntervalInMs: 50 };
    await plans.beginFailoverCommitAndWait(...place, 'shop', quick);
    expect((await plan('shop'))?.allowedOperations).toEqual(['ReverseReplicate']);
    expect(await refusal(plans.beginReprotectAndWait(...place, 'shop'))).toBe('409 ReprotectChoiceMissing');
    await lab.call('link.set', { path: 'site-to-site', state: 'up' });
    await time.step(20 * 60_000);
    const reversed = await plans.beginReprotectAndWait(...place, 'shop', quick);
    expect(reversed.properties?.replicationProviders).toEqual(['InMage']);
    for (const machine of ['WEB01', 'DB01']) await lab.untilProtected(machine);
    const details = [{ instanceType: 'InMage' as const, recoveryPointType: 'LatestTime' }];
    await plans.beginUnplannedFailoverAndWait(
      ...place,
      'shop',
      { properties: { failoverDirection: 'RecoveryToPrimary', sourceSiteOperations: 'Required', providerSpecificDetails: details } },
      quick,
    );
    await plans.beginFailoverCommitAndWait(...place, 'shop', quick);
    await time.step(20 * 60_000);
    await plans.beginReprotectAndWait(...place, 'shop', quick);
    expect((await plan('shop'))?.replicationProviders).toEqual(['InMageAzureV2']);
  }, 600_000);
});
