// Servers, vCenters and machines of a fabric, through the official client.
import type { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, ArmStory, missing, recorded, refusal, tasksOf } from './armStory.ts';

let story: ArmStory;
let client: SiteRecoveryManagementClient;
let place: ArmStory['place'];
let fabric: string;
let container: string;

beforeAll(async () => {
  story = await ArmStory.open();
  ({ client, place, fabric, container } = story);
}, 600_000);

afterAll(() => story[Symbol.asyncDispose]());

describe('servers', () => {
  test('the fabric shows process servers, master targets and accounts in the recorded shape', async () => {
    const theirs = recorded('V2AFabricTests.json', /replicationFabrics\/[0-9a-f]{64}$/);
    const details = 'properties.customDetails<VMware>';
    expect(missing(theirs, await story.asked(`replicationFabrics/${fabric}`))).toEqual([
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
    for (const [file, ending, path] of pairs) expect([path, missing(recorded(file, ending), await story.asked(path))]).toEqual([path, []]);
  });

  test('a certificate is renewed by a job, and its end moves', async () => {
    const endOf = async (): Promise<number> => {
      const { customDetails } = (await client.replicationFabrics.get(...place, fabric)).properties ?? {};
      return (customDetails as { sslCertExpiryDate?: Date } | undefined)?.sslCertExpiryDate?.getTime() ?? 0;
    };
    const before = await endOf();
    await story.time.step(3_600_000);
    await client.replicationFabrics.beginRenewCertificateAndWait(...place, fabric, { properties: { renewCertificateType: 'Cloud' } });
    expect((await endOf()) - before).toBeGreaterThanOrEqual(3_600_000);
  });

  test('a refresh asks the site, and its job has the recorded tasks', async () => {
    const [provider] = await all(client.replicationRecoveryServicesProviders.listByReplicationFabrics(...place, fabric));
    await client.replicationRecoveryServicesProviders.beginRefreshProviderAndWait(...place, fabric, provider?.name ?? '');
    const job = await story.newestJob('RefreshFabricLayout');
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
    const details = (await client.replicationFabrics.get(...place, fabric)).properties?.customDetails as { processServers?: { id: string }[] };
    const [first = '', second = ''] = (details.processServers ?? []).map(({ id }) => id);
    const change = (way: { from: string; to: string }, vmsToMigrate?: string[]) =>
      client.replicationFabrics.beginReassociateGatewayAndWait(...place, fabric, {
        properties: {
          containerName: container,
          sourceProcessServerId: way.from,
          targetProcessServerId: way.to,
          updateType: vmsToMigrate === undefined ? 'SystemLevel' : 'ServerLevel',
          vmsToMigrate: vmsToMigrate ?? [],
        },
      });
    const [item] = story.lab.lab.vault.items();
    await change({ from: first, to: second }, [item?.source.machineId ?? '']);
    expect(story.lab.lab.vault.items()[0]?.forward.processServerId).toBe(second);
    await change({ from: second, to: first });
    expect(story.lab.lab.vault.items()[0]?.forward.processServerId).toBe(first);
    expect((await story.newestJob('ProcessServerFailover')).properties).toMatchObject({ state: 'Succeeded', friendlyName: 'Changing Process server' });
    expect(await refusal(change({ from: first, to: 'nobody' }))).toBe('400 InvalidParameter');
    expect(await refusal(change({ from: first, to: second }, ['nobody']))).toBe('400 InvalidParameter');
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
    const list = `replicationFabrics/${fabric}/replicationProtectionContainers/${container}/replicationProtectableItems`;
    const names = async (query: string): Promise<{ names: string[]; next: string | null }> => {
      const { value, nextLink } = (await story.asked(`${list}?${query}`)) as { value: { properties: { friendlyName: string } }[]; nextLink: string | null };
      return { names: value.map(({ properties }) => properties.friendlyName), next: nextLink };
    };
    expect((await names(`%24filter=${encodeURIComponent("FriendlyName eq 'db01'")}`)).names).toEqual(['DB01']);
    const first = await names('%24take=2');
    const second = await names(new URL(first.next ?? '').search.slice(1).replace(/&?api-version=[^&]*/, ''));
    expect(new Set([...first.names, ...second.names])).toEqual(new Set(['WEB01', 'DB01', 'MT-LINUX']));
    expect(second.next).toBeNull();
  });

  test('a physical server that answers is added, one that does not fails the job and may be tried again', async () => {
    const discover = (ipAddress: string) =>
      client.replicationProtectionContainers.beginDiscoverProtectableItemAndWait(...place, fabric, container, {
        properties: { friendlyName: 'FILE01', ipAddress, osType: 'Linux' },
      });
    expect(await refusal(discover('10.0.0.99'))).toContain('PhysicalServerNotFound');
    const failed = await story.newestJob('DiscoverPhysicalMachine');
    expect(failed.properties).toMatchObject({
      state: 'Failed',
      allowedActions: ['Restart'],
      errors: [{ taskId: 'DiscoverPhysicalMachineTask', errorLevel: 'Error' }],
    });
    await story.lab.call('machine.add', { name: 'FILE01', platform: 'Physical', osType: 'Linux', diskBytes: [1280 * 2 ** 20], ipAddress: '10.0.0.99' });
    await client.replicationJobs.beginRestartAndWait(...place, failed.name ?? '');
    await story.time.until('the second try', async () => (await client.replicationJobs.get(...place, failed.name ?? '')).properties?.state === 'Succeeded');
    expect(tasksOf(await story.newestJob('RestartJob'))).toEqual(['RemediateWfTask RemediateWfTask Completed']);
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
    await story.time.step(60_000);
    expect((await vCenters.get(...place, fabric, present?.name ?? '')).properties).toMatchObject({ port, discoveryStatus: 'Completed' });
    const again = { friendlyName: 'second', runAsAccountId, processServerId, ipAddress, port } as Record<string, string>;
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: again }))).toBe('409 VCenterExists');
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: { ...again, ipAddress: 'a b' } }))).toBe('400 InvalidParameter');
    expect(await refusal(vCenters.beginCreateAndWait(...place, fabric, 'second', { properties: { ...again, port: '2' } }))).toContain('PeerUnreachable');
    expect(await refusal(vCenters.get(...place, fabric, 'second'))).toBe('404 ArmResourceDoesNotExist');
  });
});
