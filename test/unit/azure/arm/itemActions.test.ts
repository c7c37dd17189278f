// What is done to protected items through the official client: drills, repairs, failovers, the way home, removal.
import type { InMageReplicationDetails } from '@azure/arm-recoveryservices-siterecovery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallDiskBytes } from '../../../support/lab.ts';
import { ItemStory, refusalOf } from './itemStory.ts';

const limitMs = 600_000;
let story: ItemStory;

beforeAll(async () => {
  story = await ItemStory.open();
  await Promise.all(
    Object.entries({ web: 'WEB01', db: 'DB01' }).map(([name, machineName]) =>
      story.client.replicationProtectedItems.beginCreateAndWait(
        ...story.container,
        name,
        story.enableInput(machineName, {
          storageAccountId: story.accountId('asrlabtarget'),
          logStorageAccountId: story.accountId('asrlablogs'),
          targetAzureNetworkId: story.networkId('vnet-recovery'),
          targetVmTags: { tier: name },
        }),
      ),
    ),
  );
  for (const name of ['web', 'db']) await story.untilProtected(name);
}, limitMs);

afterAll(() => story[Symbol.asyncDispose]());

const toAzure = (sourceSiteOperations: 'Required' | 'NotRequired') => ({
  properties: { failoverDirection: 'PrimaryToRecovery', sourceSiteOperations, providerSpecificDetails: { instanceType: 'InMageAzureV2' as const } },
});

test(
  'a drill that names no network goes to that of the properties, and shows as going on until its cleanup',
  async () => {
    const [osDisk] = story.machine('WEB01').disks;
    await story.client.replicationProtectedItems.beginUpdateAndWait(...story.container, 'web', {
      properties: {
        selectedTfoAzureNetworkId: story.networkId('vnet-drill'),
        providerSpecificDetails: { instanceType: 'InMageAzureV2', vmDisks: [{ diskId: osDisk?.diskId ?? '', targetDiskName: 'web-system' }] },
      },
    });
    await story.client.replicationProtectedItems.beginTestFailoverAndWait(...story.container, 'web', {
      properties: { failoverDirection: 'PrimaryToRecovery', networkType: 'VmNetworkAsInput', providerSpecificDetails: { instanceType: 'InMageAzureV2' } },
    });
    expect((await story.item('web')).properties).toMatchObject({
      protectionState: 'Protected',
      protectionStateDescription: 'Cleanup test failover pending',
      testFailoverState: 'WaitingForCompletion',
      testFailoverStateDescription: 'Waiting for user input',
      allowedOperations: ['TestFailoverCleanup'],
      currentScenario: { scenarioName: 'TestFailover' },
    });
    const copy = story.lab.lab.cloud.machines.list().find(({ order }) => order.name === 'WEB01-Test');
    expect(copy?.order).toMatchObject({ network: { networkName: 'vnet-drill' }, tags: { tier: 'web' } });
    await story.client.replicationProtectedItems.beginTestFailoverCleanupAndWait(...story.container, 'web', { properties: { comments: 'good' } });
    expect((await story.item('web')).properties).toMatchObject({
      testFailoverState: 'MarkedForDeletion',
      currentScenario: { scenarioName: 'None' },
      lastSuccessfulTestFailoverTime: expect.any(Date) as Date,
    });
  },
  limitMs,
);

test('recovery points come newest first and can be asked for alone', async () => {
  await story.time.step(11 * 60_000);
  const points = [];
  for await (const point of story.client.recoveryPoints.listByReplicationProtectedItems(...story.container, 'web')) points.push(point);
  const times = points.map(({ properties }) => properties?.recoveryPointTime?.getTime() ?? 0);
  expect(times.length).toBeGreaterThan(1);
  expect(times).toEqual(times.toSorted((one, other) => other - one));
  expect(await story.client.recoveryPoints.get(...story.container, 'web', points[0]?.name ?? '')).toMatchObject({
    id: `${story.itemId('web')}/recoveryPoints/${points[0]?.name}`,
    properties: { recoveryPointType: 'CrashConsistent', providerSpecificDetails: { instanceType: 'InMageAzureV2', isMultiVmSyncPoint: 'false' } },
  });
  expect(await refusalOf(story.client.recoveryPoints.get(...story.container, 'web', 'none'))).toBe('404 NotFound ArmResourceDoesNotExist');
});

test('sizes say why they would not do', async () => {
  const sizes = new Map<string, { errors: number; cores: number | undefined }>();
  for await (const { name = '', properties } of story.client.targetComputeSizes.listByReplicationProtectedItems(...story.container, 'db'))
    sizes.set(name, { errors: properties?.errors?.length ?? 0, cores: properties?.cpuCoresCount });
  expect(sizes.get('Standard_D2s_v3')).toEqual({ errors: 0, cores: 2 });
  expect(sizes.get('Standard_A1_v2')?.errors).toBe(2);
});

test(
  'a resynchronisation compares everything again',
  async () => {
    await story.client.replicationProtectedItems.beginRepairReplicationAndWait(...story.container, 'db');
    await story.time.until('The comparison', async () => (await story.details('db')).protectionStage === 'DifferentialSync');
    expect((await story.item('db')).properties?.allowedOperations).toEqual(['UnplannedFailover', 'DisableProtection', 'TestFailover']);
  },
  limitMs,
);

test(
  'the Mobility service is updated with an account',
  async () => {
    const properties = { runAsAccountId: story.account.runAsAccountId };
    const updated = await story.client.replicationProtectedItems.beginUpdateMobilityServiceAndWait(...story.container, 'db', { properties });
    expect(updated.name).toBe('db');
  },
  limitMs,
);

test(
  'a failover that is cancelled before it has stopped replication changes nothing',
  async () => {
    const [failover] = await Promise.allSettled([
      story.client.replicationProtectedItems.beginUnplannedFailoverAndWait(...story.container, 'db', toAzure('NotRequired')),
      story.client.replicationProtectedItems.beginFailoverCancelAndWait(...story.container, 'db'),
    ]);
    expect(failover.status).toBe('rejected');
    expect((await story.item('db')).properties?.protectionState).toBe('Protected');
  },
  limitMs,
);

test(
  'a failover that fails has stopped replication, which a repair begins anew',
  async () => {
    story.lab.lab.world.kernel.faults.add({ id: 'quota', point: 'vault.failover', effect: { kind: 'error', code: '28031' }, times: 1 });
    const failed = story.client.replicationProtectedItems.beginUnplannedFailoverAndWait(...story.container, 'db', toAzure('NotRequired'));
    await expect(failed).rejects.toThrow('28031');
    await story.time.step(60_000);
    expect((await story.item('db')).properties).toMatchObject({
      protectionState: 'UnplannedFailoverCompletionFailed',
      protectionStateDescription: "Failover couldn't be completed",
      activeLocation: 'Primary',
      allowedOperations: ['RepairReplication', 'UnplannedFailover', 'DisableProtection'],
      replicationHealth: 'Critical',
      healthErrors: [{ errorCode: '78037', errorLevel: 'Error' }],
    });
    await story.client.replicationProtectedItems.beginRepairReplicationAndWait(...story.container, 'db');
    await story.untilProtected('db');
  },
  limitMs,
);

test(
  'a failover, another point of the machine, and the commit',
  async () => {
    const points = [];
    for await (const point of story.client.recoveryPoints.listByReplicationProtectedItems(...story.container, 'web')) points.push(point);
    await story.client.replicationProtectedItems.beginUnplannedFailoverAndWait(...story.container, 'web', toAzure('Required'));
    const failedOver = await story.item('web');
    expect(failedOver.properties).toMatchObject({
      protectionState: 'UnplannedFailoverCommitPendingStatesBegin',
      protectionStateDescription: 'Failover completed',
      activeLocation: 'Recovery',
      allowedOperations: ['CompleteMigration', 'Commit', 'DisableProtection', 'ChangePit', 'SwitchProtection'],
      failoverRecoveryPointId: expect.stringContaining(`${story.itemId('web')}/recoveryPoints/`) as string,
    });
    const job = story.lab.lab.vault.jobs.list().findLast(({ kind, targetName }) => kind === 'UnplannedFailover' && targetName === 'WEB01');
    expect(failedOver.properties?.lastSuccessfulFailoverTime?.getTime()).toBe(job?.startMs);
    expect(failedOver.properties?.providerSpecificDetails).toMatchObject({
      targetVmId: expect.stringMatching(/\/virtualMachines\/WEB01$/) as string,
      azureVMDiskDetails: [{ targetDiskName: 'web-system', targetDiskLocation: expect.stringMatching(/^https?:.*\.vhd$/) as string }],
    });
    const older = points.at(-1);
    await story.client.replicationProtectedItems.beginApplyRecoveryPointAndWait(...story.container, 'web', {
      properties: { recoveryPointId: older?.id ?? '', providerSpecificDetails: { instanceType: 'InMageAzureV2' } },
    });
    expect((await story.item('web')).properties?.failoverRecoveryPointId).toBe(older?.id);
    await story.client.replicationProtectedItems.beginFailoverCommitAndWait(...story.container, 'web');
    const committed = (await story.item('web')).properties;
    expect(committed).toMatchObject({ protectionState: 'UnplannedFailoverCommitted', replicationHealth: 'None' });
    expect(committed?.providerSpecificDetails).toMatchObject({ protectedDisks: [{ diskCapacityInBytes: smallDiskBytes }] });
  },
  limitMs,
);

test(
  'on the way home it is the other kind of item',
  async () => {
    await story.lab.call('link.set', { path: 'site-to-site', state: 'up' });
    // The Mobility service in Azure, and the process server there, register in this time.
    await story.time.step(20 * 60_000);
    const [masterTarget] = story.site.masterTargets;
    if (masterTarget === undefined) throw new Error('The site has a master target.');
    const homewards = {
      instanceType: 'InMage' as const,
      masterTargetId: masterTarget.hostId,
      processServerId: story.processServerId(true),
      retentionDrive: masterTarget.retentionVolumes.map(({ volumeName }) => volumeName).join(),
      profileId: `${story.vaultId}/replicationPolicies/policy24-failback`,
      diskExclusionInput: { volumeOptions: [{ volumeLabel: 'Temporary Storage', onlyExcludeIfSingleVolume: 'Yes' }] },
    };
    const reprotect = (failoverDirection: string, details: object): Promise<unknown> =>
      story.client.replicationProtectedItems.beginReprotectAndWait(...story.container, 'web', {
        properties: { failoverDirection, providerSpecificDetails: details as typeof homewards },
      });
    expect(await refusalOf(reprotect('PrimaryToRecovery', homewards))).toBe('400 BadRequest InvalidFailoverDirection');
    expect(await story.plainRefusal('POST', `${story.itemId('web')}/reProtect`, { providerSpecificDetails: { instanceType: 'InMage' } })).toBe(
      '400 BadRequest InvalidParameter',
    );
    await reprotect('RecoveryToPrimary', homewards);
    const reversed = (await story.untilProtected('web')).properties;
    expect(reversed).toMatchObject({
      activeLocation: 'Primary',
      recoveryFabricFriendlyName: story.site.friendlyName,
      recoveryContainerId: story.containerId,
      policyFriendlyName: 'policy24-failback',
      allowedOperations: ['UnplannedFailover', 'DisableProtection'],
      failoverRecoveryPointId: '',
    });
    const details = reversed?.providerSpecificDetails as InMageReplicationDetails;
    expect(details).toMatchObject({
      instanceType: 'InMage',
      activeSiteType: 'Azure',
      discoveryType: 'Physical',
      replicaId: story.machine('WEB01').machineId,
      resyncDetails: { initialReplicationType: 'InitialReplication', initialReplicationProgressPercentage: '0' },
      agentDetails: { agentUpdateStatus: 'NotRequired' },
      masterTargetId: homewards.masterTargetId,
      vmNics: [{ selectionType: 'NotSelected' }],
    });
    expect(
      await story.plainRefusal('POST', `${story.itemId('web')}/unplannedFailover`, {
        providerSpecificDetails: { instanceType: 'InMage', recoveryPointType: 'Custom', recoveryPointId: 'x' },
      }),
    ).toBe('400 BadRequest InvalidArgument');
    expect(Object.keys(details.consistencyPoints ?? {})[0]).toMatch(/^systemLevelTag[0-9a-f]{8}$/);
  },
  limitMs,
);

test(
  'removed, or forgotten without the site: both leave nothing',
  async () => {
    await story.client.replicationProtectedItems.beginDeleteAndWait(...story.container, 'db', {
      properties: { disableProtectionReason: 'NotSpecified', replicationProviderInput: { instanceType: 'InMage', replicaVmDeletionStatus: 'Retain' } },
    });
    await story.client.replicationProtectedItems.beginPurgeAndWait(...story.container, 'web');
    expect(story.lab.lab.vault.items()).toEqual([]);
    expect(await refusalOf(story.item('web'))).toBe('404 NotFound ArmResourceDoesNotExist');
  },
  limitMs,
);
