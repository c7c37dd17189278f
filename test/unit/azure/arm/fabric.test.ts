// What is around the machines, through the official client: servers, vCenters, policies, mappings, jobs, events and settings of a vault.
import type { Job, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Estate } from '../../../../emulator/lab/estate.ts';
import { ArmEndpoint } from '../../../clients/armRequest.ts';
import { JobTime } from '../../../clients/jobTime.ts';
import { officialClients } from '../../../clients/officialClients.ts';
import { shapeDifferences } from '../../../conformance/shapes.ts';
import { linuxMachine, useLab, type TestLab } from '../../../support/useLab.ts';

const estate: Partial<Estate> = {
  virtualMachines: [linuxMachine('WEB01', { ipAddress: '10.0.0.11' }), linuxMachine('DB01', { ipAddress: '10.0.0.12' })],
  processServers: ['CS01', 'PS02'].map((name) => ({ name, inAzure: false, cacheLimitBytes: 4 * 2 ** 30 })),
  masterTargets: [{ name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * 2 ** 30 }],
  policies: [{ name: 'policy24', retentionMs: 86_400_000, appConsistentIntervalMs: 0, rpoThresholdMs: 900_000 }],
};

let lab: TestLab;
let time: JobTime;
let client: SiteRecoveryManagementClient;
let arm: ArmEndpoint;
let place: [vault: string, resourceGroup: string];
let vaultId: string;
let fabric: string;
let container: string;
const open = new AsyncDisposableStack();

beforeAll(async () => {
  lab = open.use(await useLab({ estate }));
  await lab.finish(lab.control('item.enable', { machine: 'WEB01' }));
  const { ready, world, vaults, vault } = lab.lab;
  time = open.use(new JobTime({ clock: world.kernel.clock, vaults }));
  client = officialClients(ready).siteRecovery;
  arm = open.use(new ArmEndpoint(ready));
  place = [ready.vault, ready.resourceGroup];
  const [server] = vault.records.configServers.list();
  vaultId = `/Subscriptions/${ready.subscription}/resourceGroups/${ready.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${ready.vault}`;
  fabric = server?.fabricName ?? '';
  container = server?.containerName ?? '';
}, 120_000);

afterAll(() => open.disposeAsync());

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

/** Status and first detail of what the service answered, or the text of the operation that failed. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { statusCode?: number; message?: string; response?: { bodyAsText?: string } } | undefined;
  const body = JSON.parse(error?.response?.bodyAsText ?? '{}') as { error?: { code: string; details?: { code: string }[] } };
  return error?.statusCode === undefined ? (error?.message ?? 'no error') : `${error.statusCode} ${body.error?.details?.[0]?.code ?? body.error?.code}`;
}

async function newestJob(scenarioName: string): Promise<Job> {
  const job = (await all(client.replicationJobs.list(...place))).find((one) => one.properties?.scenarioName === scenarioName);
  return client.replicationJobs.get(...place, job?.name ?? scenarioName);
}

const tasksOf = (job: Job): string[] => (job.properties?.tasks ?? []).map(({ taskId, name, stateDescription }) => `${taskId} ${name} ${stateDescription}`);

type PolicyChange = { recoveryPointThresholdInMinutes?: number; recoveryPointHistory?: number; appConsistentFrequencyInMinutes?: number };

const policyInput = (instanceType: 'InMageAzureV2' | 'InMage', change: PolicyChange = {}) => ({
  instanceType,
  recoveryPointThresholdInMinutes: 5,
  recoveryPointHistory: 2400,
  appConsistentFrequencyInMinutes: 900,
  multiVmSyncStatus: 'Enable',
  ...change,
});

const putPolicy = (name: string, instanceType: 'InMageAzureV2' | 'InMage', change: PolicyChange = {}) =>
  client.replicationPolicies.beginCreateAndWait(...place, name, { properties: { providerSpecificInput: policyInput(instanceType, change) } });

const putMapping = (name: string, policy: string, targetProtectionContainerId: string) =>
  client.replicationProtectionContainerMappings.beginCreateAndWait(...place, fabric, container, name, {
    properties: {
      targetProtectionContainerId,
      policyId: `${vaultId}/replicationPolicies/${policy}`,
      providerSpecificInput: { instanceType: 'InMageAzureV2' } as never,
    },
  });

interface Recorded {
  readonly method: string;
  readonly uri: string;
  readonly responseBody: unknown;
}

/** The first recorded answer to a GET whose address ends so. */
function recorded(file: string, ending: RegExp): unknown {
  const rows = JSON.parse(readFileSync(new URL(`../../../conformance/recordings/${file}`, import.meta.url), 'utf8')) as Recorded[];
  return rows.find((row) => row.method === 'GET' && ending.test(row.uri.replace(/\?.*/, '')))?.responseBody;
}

async function asked(path: string, apiVersion = '2016-08-10'): Promise<unknown> {
  return (await arm.ask({ verb: 'GET', target: `${vaultId}/${path}?api-version=${apiVersion}` })).body;
}

const missing = (at: string, theirs: unknown, ours: unknown): string[] =>
  shapeDifferences(at, theirs, ours)
    .filter(({ kind }) => kind === 'missing')
    .map(({ path }) => path);

describe('servers', () => {
  test('the fabric shows process servers, master targets and accounts in the recorded shape', async () => {
    const theirs = recorded('V2AFabricTests.json', /replicationFabrics\/[0-9a-f]{64}$/);
    const details = 'properties.customDetails<VMware>';
    expect(missing('fabric', theirs, await asked(`replicationFabrics/${fabric}`))).toEqual([
      // vCenter tells the master target the names of its datastores alone.
      `${details}.masterTargetServers[].dataStores[].uuid:string`,
      // The lab's configuration server has no web server and no database server of its own to load, and was not made from a template.
      `${details}.webLoad:string`,
      `${details}.webLoadStatus:string`,
      `${details}.databaseServerLoad:string`,
      `${details}.databaseServerLoadStatus:string`,
      `${details}.psTemplateVersion:string`,
    ]);
  });

  test('provider, container and mapping have the recorded shape', async () => {
    const containers = `replicationFabrics/${fabric}/replicationProtectionContainers`;
    const pairs = [
      ['V2AUpdateSP.json', /replicationRecoveryServicesProviders$/, `replicationFabrics/${fabric}/replicationRecoveryServicesProviders`],
      ['V2APCMappingTest.json', /replicationProtectionContainers$/, containers],
      ['V2APCMappingTest.json', /replicationProtectionContainerMappings$/, `${containers}/${container}/replicationProtectionContainerMappings`],
    ] as const;
    for (const [file, ending, path] of pairs) expect([path, missing(path, recorded(file, ending), await asked(path))]).toEqual([path, []]);
  });

  test('a certificate is renewed by a job, and its end moves', async () => {
    const endOf = async (): Promise<number> => {
      const { customDetails } = (await client.replicationFabrics.get(...place, fabric)).properties ?? {};
      return (customDetails as { sslCertExpiryDate?: Date } | undefined)?.sslCertExpiryDate?.getTime() ?? 0;
    };
    const before = await endOf();
    await time.step(3_600_000);
    await client.replicationFabrics.beginRenewCertificateAndWait(...place, fabric, { properties: { renewCertificateType: 'Cloud' } });
    expect((await endOf()) - before).toBeGreaterThanOrEqual(3_600_000);
  });

  test('a refresh asks the site, and its job has the recorded tasks', async () => {
    const [provider] = await all(client.replicationRecoveryServicesProviders.listByReplicationFabrics(...place, fabric));
    await client.replicationRecoveryServicesProviders.beginRefreshProviderAndWait(...place, fabric, provider?.name ?? '');
    const job = await newestJob('RefreshFabricLayout');
    expect(tasksOf(job)).toEqual([
      'RefreshFabricLayoutTask RefreshFabricLayoutTask Completed',
      'WaitForLayoutProcessingTask WaitForLayoutProcessingTask Completed',
    ]);
    expect(job.properties).toMatchObject({ targetInstanceType: 'Server', targetObjectId: provider?.name, targetObjectName: 'CS01' });
  });

  test('a fabric and a provider come into being by registration only', async () => {
    expect(await refusal(client.replicationFabrics.beginCreateAndWait(...place, 'mine', { properties: {} }))).toBe('400 InvalidParameter');
    expect(await client.replicationFabrics.beginCreateAndWait(...place, fabric, { properties: {} })).toMatchObject({ name: fabric });
  });

  test('machines change their process server, one by one or all at once', async () => {
    const { customDetails } = (await client.replicationFabrics.get(...place, fabric)).properties ?? {};
    const [first, second] = (customDetails as { processServers?: { id: string }[] }).processServers ?? [];
    const change = (from: string | undefined, to: string | undefined, updateType: string, vmsToMigrate: string[]) =>
      client.replicationFabrics.beginReassociateGatewayAndWait(...place, fabric, {
        properties: { containerName: container, sourceProcessServerId: from ?? '', targetProcessServerId: to ?? '', updateType, vmsToMigrate },
      });
    const [item] = lab.lab.vault.items();
    await change(first?.id, second?.id, 'ServerLevel', [item?.source.machineId ?? '']);
    expect(lab.lab.vault.items()[0]?.forward.processServerId).toBe(second?.id);
    await change(second?.id, first?.id, 'SystemLevel', []);
    expect(lab.lab.vault.items()[0]?.forward.processServerId).toBe(first?.id);
    expect((await newestJob('ProcessServerFailover')).properties).toMatchObject({ state: 'Succeeded', friendlyName: 'Changing Process server' });
    expect(await refusal(change(first?.id, 'nobody', 'SystemLevel', []))).toBe('400 InvalidParameter');
    expect(await refusal(change(first?.id, second?.id, 'ServerLevel', ['nobody']))).toBe('400 InvalidParameter');
  });
});

describe('vCenters and machines', () => {
  test('machines are found with their disks once the Mobility service is there', async () => {
    const items = await all(client.replicationProtectableItems.listByReplicationProtectionContainers(...place, fabric, container));
    const shown = new Map(items.map((item) => [item.properties?.friendlyName, item.properties]));
    expect(shown.get('WEB01')).toMatchObject({
      protectionStatus: 'Protected',
      supportedReplicationProviders: ['InMageAzureV2'],
      customDetails: {
        instanceType: 'VMwareVirtualMachine',
        agentInstalled: 'Installed',
        discoveryType: 'vCenter',
        diskDetails: [{ diskType: 'OperatingSystem', diskSizeInMB: '1280' }],
      },
    });
    expect(shown.get('DB01')).toMatchObject({
      protectionStatus: 'Unprotected',
      customDetails: { agentInstalled: 'NotInstalled', agentVersion: null, diskDetails: [] },
    });
    expect(shown.get('MT-LINUX')?.protectionReadinessErrors).not.toEqual([]);
  });

  test('their list is filtered, and comes in pages that lead on', async () => {
    const list = `${vaultId}/replicationFabrics/${fabric}/replicationProtectionContainers/${container}/replicationProtectableItems`;
    const names = async (query: string): Promise<{ names: string[]; next: string | null }> => {
      const { body } = await arm.ask({ verb: 'GET', target: `${list}?api-version=2023-06-01&${query}` });
      const { value, nextLink } = body as { value: { properties: { friendlyName: string } }[]; nextLink: string | null };
      return { names: value.map(({ properties }) => properties.friendlyName), next: nextLink };
    };
    expect((await names(`%24filter=${encodeURIComponent("FriendlyName eq 'db01'")}`)).names).toEqual(['DB01']);
    const first = await names('%24take=2');
    const second = await names(new URL(first.next ?? '').search.slice(1).replace(/api-version=[^&]*&/, ''));
    expect(new Set([...first.names, ...second.names])).toEqual(new Set(['WEB01', 'DB01', 'MT-LINUX']));
    expect(second.next).toBeNull();
  });

  test('a physical server that answers is added, one that does not fails the job and may be tried again', async () => {
    const discover = (ipAddress: string) =>
      client.replicationProtectionContainers.beginDiscoverProtectableItemAndWait(...place, fabric, container, {
        properties: { friendlyName: 'FILE01', ipAddress, osType: 'Linux' },
      });
    expect(await refusal(discover('10.0.0.99'))).toContain('PhysicalServerNotFound');
    const failed = await newestJob('DiscoverPhysicalMachine');
    expect(failed.properties).toMatchObject({
      state: 'Failed',
      allowedActions: ['Restart'],
      errors: [{ taskId: 'DiscoverPhysicalMachineTask', errorLevel: 'Error' }],
    });
    await lab.control('machine.add', { name: 'FILE01', platform: 'Physical', osType: 'Linux', diskBytes: [1280 * 2 ** 20], ipAddress: '10.0.0.99' });
    await client.replicationJobs.beginRestartAndWait(...place, failed.name ?? '');
    await time.until('the second try', async () => (await client.replicationJobs.get(...place, failed.name ?? '')).properties?.state === 'Succeeded');
    expect(tasksOf(await newestJob('RestartJob'))).toEqual(['RemediateWfTask RemediateWfTask Completed']);
    expect(await refusal(client.replicationJobs.beginRestartAndWait(...place, failed.name ?? ''))).toBe('409 JobActionNotAllowed');
    expect(await refusal(discover('10.0.0.999'))).toBe('400 InvalidArgument');
  });

  test('a vCenter is removed and added under a name; settings that do not work are taken back', async () => {
    const vCenters = client.replicationvCenters;
    const [present] = await all(vCenters.list(...place));
    expect(await refusal(vCenters.beginDeleteAndWait(...place, fabric, present?.name ?? ''))).toBe('409 OperationNotAllowed');
    const { ipAddress, port, runAsAccountId, processServerId } = present?.properties ?? {};
    expect(present?.properties).toMatchObject({ discoveryStatus: 'Completed', fabricArmResourceName: fabric });
    const changed = await vCenters.beginUpdateAndWait(...place, fabric, present?.name ?? '', { properties: { friendlyName: 'the other name' } });
    expect(changed.properties).toMatchObject({ friendlyName: 'the other name', port });
    expect(await refusal(vCenters.beginUpdateAndWait(...place, fabric, present?.name ?? '', { properties: { port: '1' } }))).toContain('PeerUnreachable');
    await time.step(60_000);
    expect((await vCenters.get(...place, fabric, present?.name ?? '')).properties).toMatchObject({ port, discoveryStatus: 'Completed' });
    const again = { friendlyName: 'second', runAsAccountId, processServerId, ipAddress, port } as Record<string, string>;
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: again }))).toBe('409 VCenterExists');
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: { ...again, ipAddress: 'a b' } }))).toBe('400 InvalidParameter');
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: { ...again, port: '2' } }))).toContain('PeerUnreachable');
    expect(await refusal(vCenters.get(...place, fabric, 'second'))).toBe('404 ArmResourceDoesNotExist');
  });
});

describe('policies and mappings', () => {
  test('each policy is made by its own call; the same again changes nothing, another one fails with 15035', async () => {
    expect((await putPolicy('gold', 'InMageAzureV2')).properties?.providerSpecificDetails).toEqual({
      ...policyInput('InMageAzureV2'),
      crashConsistentFrequencyInMinutes: 5,
      multiVmSyncStatus: 'Enabled',
    });
    expect((await putPolicy('gold-failback', 'InMage')).properties?.providerSpecificDetails).toMatchObject({
      instanceType: 'InMage',
      recoveryPointHistory: 2400,
    });
    await putPolicy('gold', 'InMageAzureV2');
    expect(await refusal(putPolicy('gold', 'InMageAzureV2', { recoveryPointThresholdInMinutes: 6 }))).toContain('15035');
    const failed = await newestJob('AddProtectionProfile');
    expect(tasksOf(failed)).toEqual([
      'AddProtectionProfilePreflightsCheckTask AddProtectionProfilePreflightsCheckTask Completed',
      'AddProtectionProfileTask AddProtectionProfileTask Failed',
    ]);
    expect(failed.properties?.errors).toMatchObject([
      { serviceErrorDetails: { code: '15035' }, providerErrorDetails: { errorCode: 0 }, taskId: 'AddProtectionProfileTask' },
    ]);
    expect(await refusal(putPolicy('gold2', 'InMageAzureV2', { recoveryPointHistory: 1e9 }))).toBe('400 PolicyInvalid');
  });

  test('a policy of either provider is changed; what is not named stays', async () => {
    const update = (name: string, instanceType: 'InMageAzureV2' | 'InMage') =>
      client.replicationPolicies.beginUpdateAndWait(...place, name, {
        properties: { replicationProviderSettings: { instanceType, recoveryPointThresholdInMinutes: 30, multiVmSyncStatus: 'Enable' } as never },
      });
    for (const [name, instanceType] of [
      ['gold', 'InMageAzureV2'],
      ['gold-failback', 'InMage'],
    ] as const)
      expect((await update(name, instanceType)).properties?.providerSpecificDetails).toMatchObject({
        recoveryPointThresholdInMinutes: 30,
        recoveryPointHistory: 2400,
      });
    expect(tasksOf(await newestJob('ModifyProtectionProfile'))).toEqual([
      'ModifyProtectionProfilePreflightChecksTask ModifyProtectionProfilePreflightChecksTask Completed',
      'ModifyProtectionProfileAssociationParentTask ModifyProtectionProfileAssociationParentTask Skipped',
      'ModifyProtectionProfileTask ModifyProtectionProfileTask Completed',
    ]);
    expect(await refusal(update('gold', 'InMage'))).toBe('400 PolicyInvalid');
  });

  test('mappings carry their callers names, forward and reverse, and are removed or purged', async () => {
    const containerId = `${vaultId}/replicationFabrics/${fabric}/replicationProtectionContainers/${container}`;
    expect((await putMapping('there', 'gold', 'Microsoft Azure')).properties).toMatchObject({
      state: 'Paired',
      targetProtectionContainerId: 'Microsoft Azure',
      policyFriendlyName: 'gold',
    });
    const forward = await newestJob('AssociateProtectionProfile');
    expect(tasksOf(forward).map((task) => task.split(' ').at(-1))).toEqual(['Completed', 'Completed', 'Completed', 'Completed']);
    expect(forward.properties?.customDetails?.affectedObjectDetails).toMatchObject({
      primaryCloudId: container,
      recoveryCloudName: 'Microsoft Azure',
      recoveryFabricProviderId: 'Azure',
    });
    expect((await putMapping('back', 'gold-failback', containerId)).properties).toMatchObject({
      targetFabricFriendlyName: 'CS01',
      targetProtectionContainerId: containerId,
    });
    expect(tasksOf(await newestJob('AssociateProtectionProfile'))).toEqual([
      'CloudPairingWfPreflightChecksTask CloudPairingPrerequisitesCheck Completed',
      'CloudPairingWfPrepareSiteTask CloudPairingPrepareSite Skipped',
      'CloudPairingWfPrepareCloudForPairingTask CloudPairingPrepareCloud Skipped',
      'CloudPairingWfPairCloudsTask CloudPairingPairClouds Skipped',
    ]);
    expect((await putMapping('there', 'gold', 'Microsoft Azure')).name).toBe('there');
    expect(await refusal(putMapping('elsewhere', 'gold', 'Microsoft Azure'))).toBe('409 ContainerMappingExists');
    expect(await refusal(putMapping('wrong', 'gold', containerId))).toBe('400 PolicyProviderInvalid');
    expect(await refusal(putMapping('wrong', 'nopolicy', containerId))).toBe('404 ArmResourceDoesNotExist');
    expect(await refusal(client.replicationPolicies.beginDeleteAndWait(...place, 'gold'))).toBe('409 PolicyInUse');
    const mappings = client.replicationProtectionContainerMappings;
    await mappings.beginDeleteAndWait(...place, fabric, container, 'there', { properties: {} });
    await mappings.beginPurgeAndWait(...place, fabric, container, 'back');
    expect((await all(mappings.list(...place))).map(({ name }) => name)).toEqual(['policy24', 'policy24-failback']);
    for (const name of ['gold', 'gold-failback']) await client.replicationPolicies.beginDeleteAndWait(...place, name);
    expect(await refusal(mappings.beginDeleteAndWait(...place, fabric, container, 'policy24', { properties: {} }))).toBe('409 PolicyInUse');
  });
});

describe('jobs, events and settings', () => {
  test('jobs are listed lightly and filtered by state, type and time', async () => {
    const list = (filter: string): Promise<Job[]> => all(client.replicationJobs.list(...place, { filter }));
    const failed = await list("( JobStatus eq 'Failed' )");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ properties }) => properties?.state === 'Failed' && properties.tasks?.length === 0 && properties.customDetails === null)).toBe(true);
    expect(new Set((await list("AffectedObjectType eq 'ProtectionProfile'")).map(({ properties }) => properties?.targetInstanceType))).toEqual(
      new Set(['ProtectionProfile']),
    );
    expect(await list("StartTime eq '1/1/2017 2:05:00 AM' and EndTime eq '2017-02-01T00:00:00.0000000Z'")).toEqual([]);
    expect(await refusal(list("StartTime eq 'soon'"))).toBe('400 InvalidParameter');
    expect(await refusal(client.replicationJobs.get(...place, 'nobody'))).toBe('404 ArmResourceDoesNotExist');
  });

  test('a job of before 2018 carries the words of its operation, and has the recorded shape', async () => {
    const job = await newestJob('AddProtectionProfile');
    const body = await asked(`replicationJobs/${job.name}`);
    expect(body).toMatchObject({ status: 'Failed', error: { code: '15035', details: null } });
    expect(missing('job', recorded('V2APolicyTest.json', /replicationJobs\//), body)).toEqual([]);
  });

  test.each([
    ['Json', 'application/json', /"Scenario": "EnableDr"/],
    ['Xml', 'application/xml', /<Scenario>EnableDr<\/Scenario>/],
    ['Excel', 'text/csv; charset=utf-8', /,EnableDr,Succeeded,WEB01,/],
  ])('jobs are exported as %s to a blob that its token opens', async (jobOutputType, contentType, content) => {
    const job = await client.replicationJobs.beginExportAndWait(...place, { jobOutputType: jobOutputType as 'Json' });
    const details = job.properties?.customDetails as { instanceType: string; blobUri?: string; sasToken?: string };
    expect(details.instanceType).toBe('ExportJobDetails');
    const answer = await fetch(`${details.blobUri}?${details.sasToken}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, contentType]);
    expect(await answer.text()).toMatch(content);
    expect((await fetch(details.blobUri ?? '')).ok).toBe(false);
  });

  test('events are filtered by severity, type and object, and found by name', async () => {
    const events = client.replicationEvents;
    const [event] = await all(events.list(...place, { filter: "EventType eq 'ServerHealth' and Severity eq 'OK'" }));
    expect(event?.properties).toMatchObject({
      eventCode: 'ServerRegistered',
      affectedObjectFriendlyName: 'CS01',
      fabricId: `${vaultId}/replicationFabrics/${fabric}`,
    });
    expect((await events.get(...place, event?.name ?? '')).name).toBe(event?.name);
    expect(event?.name).toMatch(/^ServerMonitoringEvent;/);
    expect(await all(events.list(...place, { filter: "AffectedObjectFriendlyName eq 'nobody'" }))).toEqual([]);
    expect(await all(events.list(...place, { filter: `StartTime eq '${new Date(lab.lab.world.kernel.clock.now() + 1000).toISOString()}'` }))).toEqual([]);
  });

  test('alerts and vault settings are kept as given', async () => {
    const alerts = client.replicationAlertSettings;
    const given = { sendToOwners: 'Send', customEmailAddresses: ['ops@contoso.com'], locale: 'en_US' };
    expect((await alerts.create(...place, 'defaultAlertSetting', { properties: given })).properties).toEqual(given);
    expect(await refusal(alerts.create(...place, 'defaultAlertSetting', { properties: { customEmailAddresses: ['nobody'] } }))).toBe('400 InvalidArgument');
    await lab.restart();
    const after = officialClients(lab.lab.ready).siteRecovery;
    expect((await after.replicationAlertSettings.get(...place, 'defaultAlertSetting')).properties).toEqual(given);
  });
});
