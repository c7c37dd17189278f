// Protected items through the official client: enabled in both modes of storage, looked at, changed, and refused with the service's errors.
import type { InMageAzureV2ReplicationDetails } from '@azure/arm-recoveryservices-siterecovery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallDiskBytes } from '../../../support/lab.ts';
import { ItemStory, refusalOf } from './itemStory.ts';

const limitMs = 600_000;
let story: ItemStory;

beforeAll(async () => {
  story = await ItemStory.open();
}, limitMs);

afterAll(() => story[Symbol.asyncDispose]());

describe('Enabling', () => {
  test(
    'into a storage account, as in 2017: its blobs take the replicas, and its log too',
    async () => {
      const poller = await story.client.replicationProtectedItems.beginCreate(
        ...story.container,
        'web',
        story.enableInput('WEB01', {
          storageAccountId: story.accountId('asrlabtarget'),
          targetAzureNetworkId: story.networkId('vnet-recovery'),
          targetAzureSubnetId: 'default',
          targetAzureVmName: 'web-az',
          enableRDPOnTargetOption: 'Never',
        }),
      );
      const enabling = await story.item('web');
      expect(enabling.properties).toMatchObject({
        protectionState: 'UnprotectedStatesBegin',
        protectionStateDescription: 'Enabling protection',
        allowedOperations: [],
        currentScenario: { scenarioName: 'EnableDr', jobId: expect.stringContaining('/replicationJobs/') as string },
      });
      expect(await refusalOf(story.client.replicationProtectedItems.beginUpdate(...story.container, 'web', { properties: { recoveryAzureVMName: 'x' } }))).toBe(
        '409 Conflict ItemBusy',
      );
      expect(
        await refusalOf(
          story.client.replicationProtectedItems.beginCreate(...story.container, 'web', story.enableInput('WEB01', { storageAccountId: 'asrlabtarget' })),
        ),
      ).toBe('409 Conflict AlreadyProtected');
      await poller.pollUntilDone();
      const { id, properties } = await story.untilProtected('web');
      expect(id).toBe(story.itemId('web'));
      expect(properties).toMatchObject({
        friendlyName: 'WEB01',
        protectedItemType: '',
        protectableItemId: `${story.containerId}/replicationProtectableItems/${story.machine('WEB01').machineId}`,
        primaryFabricProvider: 'InMageFabric',
        recoveryFabricId: 'Microsoft Azure',
        recoveryContainerId: expect.stringContaining('/d38048d4-b460-4791-8ece-108395ee8478') as string,
        activeLocation: 'Primary',
        allowedOperations: ['UnplannedFailover', 'DisableProtection', 'TestFailover'],
        testFailoverState: 'None',
        policyFriendlyName: 'policy24',
        currentScenario: { scenarioName: 'None', jobId: `${story.vaultId}/replicationJobs/None` },
        failoverRecoveryPointId: '',
      });
      expect(properties?.providerSpecificDetails).toMatchObject({
        instanceType: 'InMageAzureV2',
        vmId: story.machine('WEB01').machineId,
        protectionStage: 'DifferentialSync',
        vmProtectionState: 'Protected',
        resyncProgressPercentage: 0,
        recoveryAzureVMName: 'web-az',
        recoveryAzureStorageAccount: story.accountId('asrlabtarget'),
        useManagedDisks: 'false',
        selectedRecoveryAzureNetworkId: story.networkId('vnet-recovery'),
        enableRdpOnTargetOption: 'Never',
        firmwareType: 'BIOS',
        azureVmGeneration: 'V1',
        multiVmSyncStatus: 'Enabled',
        sourceVmCpuCount: 2,
        azureVMDiskDetails: [],
        protectedDisks: [
          { protectionStage: 'DifferentialSync', resyncRequired: 'NotRequired', diskCapacityInBytes: smallDiskBytes, progressHealth: 'Completed' },
        ],
        vmNics: [
          { nicId: story.machine('WEB01').nics[0]?.nicId, selectionType: 'SelectedByUser', ipConfigs: [{ isPrimary: true, recoverySubnetName: 'default' }] },
        ],
      });
    },
    limitMs,
  );

  test(
    'with managed disks only the log has an account; disks that are not named stay out',
    async () => {
      const [osDisk] = story.machine('DB01').disks;
      await story.client.replicationProtectedItems.beginCreateAndWait(
        ...story.container,
        'db',
        story.enableInput('DB01', {
          logStorageAccountId: story.accountId('asrlablogs'),
          diskType: 'Premium_LRS',
          disksToInclude: [{ diskId: osDisk?.diskId, diskType: 'StandardSSD_LRS' }],
          targetVmTags: { tier: 'data' },
        }),
      );
      const details = (await story.untilProtected('db')).properties?.providerSpecificDetails as InMageAzureV2ReplicationDetails;
      expect(details).toMatchObject({
        useManagedDisks: 'true',
        recoveryAzureLogStorageAccountId: story.accountId('asrlablogs'),
        protectedManagedDisks: [
          { diskId: osDisk?.diskId, replicaDiskType: 'StandardSSD_LRS', seedManagedDiskId: expect.stringMatching(/\/disks\/asrseeddisk-DB01-/) as string },
        ],
        targetVmTags: { tier: 'data' },
      });
      expect(details.protectedDisks).toHaveLength(1);
    },
    limitMs,
  );

  test('what does not fit is refused before a job begins', async () => {
    const enable = (details: object, change: object = {}): Promise<unknown> => {
      const { properties } = story.enableInput('WEB01', details);
      return story.client.replicationProtectedItems.beginCreate(...story.container, 'another', { properties: { ...properties, ...change } });
    };
    const stored = { storageAccountId: story.accountId('asrlabtarget') };
    expect(await refusalOf(enable({}))).toBe('400 BadRequest InvalidParameter');
    expect(await refusalOf(enable({ storageAccountId: story.accountId('elsewhere') }))).toBe('400 BadRequest StorageAccountNotFound');
    expect(await refusalOf(enable(stored, { policyId: 'nothing' }))).toBe('404 NotFound ArmResourceDoesNotExist');
    expect(await refusalOf(enable(stored, { policyId: `${story.vaultId}x/replicationPolicies/policy24` }))).toBe('404 NotFound ArmResourceDoesNotExist');
    const { properties } = story.enableInput('WEB01', stored);
    expect(await story.plainRefusal('PUT', story.itemId('another'), { ...properties, providerSpecificDetails: { instanceType: 'A2A' } })).toBe(
      '400 BadRequest InvalidProviderSpecificInput',
    );
    expect(await story.plainRefusal('PUT', story.itemId('another'), { ...properties, providerSpecificDetails: {} })).toBe('400 BadRequest InvalidParameter');
    expect(await refusalOf(story.item('another'))).toBe('404 NotFound ArmResourceDoesNotExist');
  });
});

describe('Looking', () => {
  test('a list is lighter than a get, and is filtered by what the service can be asked for', async () => {
    const names = async (filter?: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const item of story.client.replicationProtectedItems.list(story.container[0], story.container[1], filter === undefined ? {} : { filter }))
        found.push(item.name ?? '');
      return found.sort();
    };
    expect(await names()).toEqual(['db', 'web']);
    expect(await names("InstanceType eq 'InMageAzureV2' and SourceFabricName eq 'nowhere'")).toEqual([]);
    expect(await names(`ProcessServerId eq '${story.processServerId(false)}'`)).toEqual(['db', 'web']);
    expect(await names("RecoveryPlanName eq 'none'")).toEqual([]);
    for await (const item of story.client.replicationProtectedItems.listByReplicationProtectionContainers(...story.container))
      expect(item.properties?.providerSpecificDetails).toMatchObject({ protectedDisks: [], sourceVmCpuCount: 0, azureVMDiskDetails: null });
  });

  test('clients of before 2018 get the fields of their time', async () => {
    const answer = await story.endpoint.ask({ verb: 'GET', target: `${story.itemId('web')}?api-version=2016-08-10` });
    const { properties } = answer.body as { properties: Record<string, unknown> & { providerSpecificDetails: Record<string, unknown> } };
    expect(properties).toMatchObject({
      replicationHealthErrors: [],
      failoverHealthErrors: [{ errorCode: '161011', errorSource: 'ReplicationUnitFailoverValidatorError' }],
    });
    expect(properties.providerSpecificDetails).toMatchObject({
      sourceVmCPUCount: 2,
      enableRDPOnTargetOption: 'Never',
      vmNics: [{ recoveryVMSubnetName: 'default', recoveryNicIpAddressType: 'Dynamic', replicaNicStaticIPAddress: null }],
    });
  });
});

describe('Changing', () => {
  test('name, size, networks, cards and disks; the old flat form of a card as well', async () => {
    const nicId = story.machine('WEB01').nics[0]?.nicId ?? '';
    const [osDisk] = story.machine('WEB01').disks;
    await story.client.replicationProtectedItems.beginUpdateAndWait(...story.container, 'web', {
      properties: {
        recoveryAzureVMName: 'WEB02',
        recoveryAzureVMSize: 'Standard_B2s',
        selectedRecoveryAzureNetworkId: story.networkId('vnet-recovery'),
        selectedTfoAzureNetworkId: story.networkId('vnet-drill'),
        vmNics: [
          {
            nicId,
            selectionType: 'SelectedByUser',
            recoveryNetworkSecurityGroupId: 'nsg',
            tfoReuseExistingNic: true,
            ipConfigs: [{ isPrimary: true, recoverySubnetName: 'default', recoveryStaticIPAddress: '10.0.0.77', recoveryPublicIPAddressId: 'public' }],
          },
        ],
        licenseType: 'WindowsServer',
        recoveryAvailabilitySetId: '',
        providerSpecificDetails: {
          instanceType: 'InMageAzureV2',
          targetVmTags: { tier: 'web' },
          vmDisks: [{ diskId: osDisk?.diskId ?? '', targetDiskName: 'web-system' }],
        },
      },
    });
    expect(await story.details('web')).toMatchObject({
      recoveryAzureVMName: 'WEB02',
      recoveryAzureVMSize: 'Standard_B2s',
      selectedTfoAzureNetworkId: story.networkId('vnet-drill'),
      licenseType: 'WindowsServer',
      recoveryAvailabilitySetId: '',
      targetVmTags: { tier: 'web' },
      vmNics: [
        {
          recoveryNetworkSecurityGroupId: 'nsg',
          tfoReuseExistingNic: true,
          ipConfigs: [{ recoveryStaticIPAddress: '10.0.0.77', recoveryIPAddressType: 'Static', recoveryPublicIPAddressId: 'public' }],
        },
      ],
    });
    const flat = { properties: { vmNics: [{ nicId, replicaNicStaticIPAddress: '', selectionType: 'SelectedByUser' }] } };
    const answer = await story.endpoint.ask({ verb: 'PATCH', target: `${story.itemId('web')}?api-version=2016-08-10`, body: flat });
    expect(answer.status).toBe(202);
    await story.time.until('The update', async () => (await story.item('web')).properties?.currentScenario?.scenarioName === 'None');
    expect(await story.details('web')).toMatchObject({ vmNics: [{ ipConfigs: [{ recoveryStaticIPAddress: null, recoverySubnetName: 'default' }] }] });
  });

  test('cards, networks and disks that are not there are refused', async () => {
    const update = (properties: object): Promise<unknown> => story.client.replicationProtectedItems.beginUpdate(...story.container, 'web', { properties });
    expect(await refusalOf(update({ vmNics: [{ nicId: 'aa:bb' }] }))).toBe('400 BadRequest NicUnknown');
    expect(await refusalOf(update({ selectedRecoveryAzureNetworkId: story.networkId('nowhere') }))).toBe('404 NotFound NetworkNotFound');
    const vmDisks = [{ diskId: 'none', targetDiskName: 'x' }];
    expect(await refusalOf(update({ providerSpecificDetails: { instanceType: 'InMageAzureV2', vmDisks } }))).toBe('400 BadRequest InvalidParameter');
  });
});

describe('What the state, the architecture or the direction does not allow', () => {
  const refused: [name: string, answer: string, call: () => Promise<unknown>][] = [
    [
      'commit before a failover',
      '409 Conflict OperationNotAllowed',
      () => story.client.replicationProtectedItems.beginFailoverCommit(...story.container, 'web'),
    ],
    [
      'cancel without a failover',
      '409 Conflict OperationNotAllowed',
      () => story.client.replicationProtectedItems.beginFailoverCancel(...story.container, 'web'),
    ],
    [
      'clean up without a drill',
      '409 Conflict OperationNotAllowed',
      () => story.client.replicationProtectedItems.beginTestFailoverCleanup(...story.container, 'web', { properties: {} }),
    ],
    [
      'fail over homewards',
      '400 BadRequest InvalidFailoverDirection',
      () =>
        story.client.replicationProtectedItems.beginUnplannedFailover(...story.container, 'web', { properties: { failoverDirection: 'RecoveryToPrimary' } }),
    ],
    [
      'planned failover',
      '400 BadRequest PlannedFailoverNotSupported',
      () => story.client.replicationProtectedItems.beginPlannedFailover(...story.container, 'web', { properties: { failoverDirection: 'PrimaryToRecovery' } }),
    ],
    [
      'a recovery point of nobody',
      '404 NotFound ArmResourceDoesNotExist',
      () =>
        story.client.replicationProtectedItems.beginUnplannedFailover(...story.container, 'web', {
          properties: { providerSpecificDetails: { instanceType: 'InMageAzureV2', recoveryPointId: `${story.itemId('web')}/recoveryPoints/none` } },
        }),
    ],
    [
      'add disks',
      '400 BadRequest OperationNotSupported',
      () =>
        story.client.replicationProtectedItems.beginAddDisks(...story.container, 'web', { properties: { providerSpecificDetails: { instanceType: 'A2A' } } }),
    ],
    [
      'remove disks',
      '400 BadRequest OperationNotSupported',
      () =>
        story.client.replicationProtectedItems.beginRemoveDisks(...story.container, 'web', {
          properties: { providerSpecificDetails: { instanceType: 'A2A' } },
        }),
    ],
    [
      'switch the provider',
      '400 BadRequest SwitchProviderNotSupported',
      () =>
        story.client.replicationProtectedItems.beginSwitchProvider(...story.container, 'web', {
          properties: {
            targetInstanceType: 'InMageRcm',
            providerSpecificDetails: { instanceType: 'InMageAzureV2', targetVaultID: 'v', targetFabricID: 'f', targetApplianceID: 'a' },
          },
        }),
    ],
    [
      'resolve an error whose cause persists',
      '400 BadRequest HealthErrorNotResolvable',
      () =>
        story.client.replicationProtectedItems.beginResolveHealthErrors(...story.container, 'web', {
          properties: { healthErrors: [{ healthErrorId: '6:8010' }] },
        }),
    ],
    [
      'complete a migration that has not begun',
      '409 Conflict OperationNotAllowed',
      () => story.client.replicationProtectedItems.beginDelete(...story.container, 'web', { properties: { disableProtectionReason: 'MigrationComplete' } }),
    ],
  ];
  test.for(refused)('%s', async ([, answer, call]) => {
    const before = JSON.stringify(story.lab.lab.vault.items());
    expect(await refusalOf(call())).toBe(answer);
    expect(JSON.stringify(story.lab.lab.vault.items())).toBe(before);
  });
});
