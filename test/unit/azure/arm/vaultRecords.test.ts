// Policies, mappings, jobs, events and settings of a vault, through the official client.
import type { Job, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { officialClients } from '../../../clients/officialClients.ts';
import { all, ArmStory, missing, recordedJob, refusal, tasksOf } from './armStory.ts';

let story: ArmStory;
let client: SiteRecoveryManagementClient;
let place: ArmStory['place'];
let vaultId: string;
let fabric: string;
let container: string;

beforeAll(async () => {
  story = await ArmStory.open();
  ({ client, place, vaultId, fabric, container } = story);
}, 600_000);

afterAll(() => story[Symbol.asyncDispose]());

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
    const failed = await story.newestJob('AddProtectionProfile');
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
        properties: { replicationProviderSettings: { instanceType, recoveryPointThresholdInMinutes: 30, multiVmSyncStatus: 'Enable' } },
      });
    for (const [name, instanceType] of [
      ['gold', 'InMageAzureV2'],
      ['gold-failback', 'InMage'],
    ] as const)
      expect((await update(name, instanceType)).properties?.providerSpecificDetails).toMatchObject({
        recoveryPointThresholdInMinutes: 30,
        recoveryPointHistory: 2400,
      });
    expect(tasksOf(await story.newestJob('ModifyProtectionProfile'))).toEqual([
      'ModifyProtectionProfilePreflightChecksTask ModifyProtectionProfilePreflightChecksTask Completed',
      'ModifyProtectionProfileAssociationParentTask ModifyProtectionProfileAssociationParentTask Skipped',
      'ModifyProtectionProfileTask ModifyProtectionProfileTask Completed',
    ]);
    expect(await refusal(update('gold', 'InMage'))).toBe('400 PolicyInvalid');
  });

  test('mappings carry their callers names, forward and reverse, and are removed or purged', async () => {
    const { containerId } = story;
    expect((await putMapping('there', 'gold', 'Microsoft Azure')).properties).toMatchObject({
      state: 'Paired',
      targetProtectionContainerId: 'Microsoft Azure',
      policyFriendlyName: 'gold',
    });
    const forward = await story.newestJob('AssociateProtectionProfile');
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
    expect(tasksOf(await story.newestJob('AssociateProtectionProfile'))).toEqual([
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
    const job = await story.newestJob('AddProtectionProfile');
    const body = await story.asked(`replicationJobs/${job.name}`);
    expect(body).toMatchObject({ status: 'Failed', error: { code: '15035', details: null } });
    expect(missing(recordedJob('V2APolicyTest.json', 'AddProtectionProfile'), body)).toEqual([]);
  });

  test.each([
    ['Json', 'application/json', /"Scenario": "EnableDr"/],
    ['Xml', 'application/xml', /<Scenario>EnableDr<\/Scenario>/],
    ['Excel', 'text/csv; charset=utf-8', /,EnableDr,Succeeded,WEB01,/],
  ])('jobs are exported as %s to a blob that its token opens', async (jobOutputType, contentType, content) => {
    const job = await client.replicationJobs.beginExportAndWait(...place, { jobOutputType });
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
    expect(await all(events.list(...place, { filter: `StartTime eq '${new Date(story.lab.lab.world.kernel.clock.now() + 1000).toISOString()}'` }))).toEqual([]);
  });

  test('alerts and vault settings are kept as given', async () => {
    const alerts = client.replicationAlertSettings;
    const given = { sendToOwners: 'Send', customEmailAddresses: ['ops@contoso.com'], locale: 'en_US' };
    expect((await alerts.create(...place, 'defaultAlertSetting', { properties: given })).properties).toEqual(given);
    expect(await refusal(alerts.create(...place, 'defaultAlertSetting', { properties: { customEmailAddresses: ['nobody'] } }))).toBe('400 InvalidArgument');
    await story.lab.restart();
    const after = officialClients(story.lab.lab.ready).siteRecovery;
    expect((await after.replicationAlertSettings.get(...place, 'defaultAlertSetting')).properties).toEqual(given);
  });
});
