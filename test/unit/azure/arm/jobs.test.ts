// Jobs of machines and plans as clients see them, and a fabric that leaves the vault with everything it protects.
import type { Job, SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VaultOperations } from '../../../../emulator/azure/vault/operations.ts';
import { hasEnded, type JobView } from '../../../../emulator/kernel/jobRecord.ts';
import { all, ArmStory, missing, recordedJob, refusal, tasksOf } from './armStory.ts';

let story: ArmStory;
let client: SiteRecoveryManagementClient;
let place: ArmStory['place'];
let engine: VaultOperations;
let itemId: string;
let machineId: string;
/** Of every lab. */
const drillNetwork = 'vnet-drill';

beforeAll(async () => {
  story = await ArmStory.open();
  ({ client, place } = story);
  const { vault } = story.lab.lab;
  engine = vault.operations;
  const [item] = vault.items();
  itemId = item?.itemId ?? '';
  machineId = item?.source.machineId ?? '';
}, 600_000);

afterAll(() => story[Symbol.asyncDispose]());

/** The job as a client gets it once it has ended. */
async function ended(job: JobView): Promise<Job> {
  await story.time.until(job.kind, () => hasEnded(story.lab.lab.vault.jobs.get(job.jobId)));
  return client.replicationJobs.get(...place, job.jobId);
}

test('a drill tells its network, its point and its copy, with the recorded tasks', async () => {
  const job = await ended(engine.testFailover({ itemId, choice: 'LatestProcessed', networkName: drillNetwork }));
  expect(tasksOf(job)).toEqual([
    'TestFailoverPreflightChecksTask VmTfoPrerequisitesCheck Completed',
    'BeginTestFailoverTask VmTfoInitiateFailover Completed',
    'PrepareTestProtectedEntitiesTask VmTfoPrepareTestVm Completed',
    'BootTestProtectedEntitiesTask VmTfoBootTestVm Completed',
  ]);
  expect(job.properties).toMatchObject({
    scenarioName: 'TestFailover',
    targetObjectId: machineId,
    targetObjectName: 'WEB01',
    targetInstanceType: 'ProtectionEntity',
    customDetails: {
      instanceType: 'TestFailoverJobDetails',
      testFailoverStatus: 'Active',
      networkName: drillNetwork,
      networkType: 'VmNetworkAsInput',
      protectedItemDetails: [{ friendlyName: 'WEB01', testVmName: 'WEB01-Test', networkConnectionStatus: 'Connected' }],
      affectedObjectDetails: { primaryVmId: machineId, primaryVmName: 'WEB01', primaryFabricProviderId: 'VMware', recoveryFabricProviderId: 'Azure' },
    },
  });
  // The recorded one failed: a success has no error to show.
  expect(missing(recordedJob('V2ATestJob.json', 'TestFailover'), await story.asked(`replicationJobs/${job.name}`))).toEqual([
    'error.code:string',
    'error.message:string',
  ]);
  expect(tasksOf(await ended(engine.testFailoverCleanup(itemId)))).toEqual([
    'TestFailoverCleanupPreflightChecksTask VmTfoCleanupPreflightsCheck Completed',
    'EndTestFailoverTask VmTfoEndFailover Completed',
    'CleanupTestProtectedEntitiesTask VmTfoDeleteTestVm Completed',
  ]);
});

test("a plan's job shows its groups with the jobs of their machines, and waits for a person", async () => {
  const { vault } = story.lab.lab;
  const [server] = vault.records.configServers.list();
  const manual = { kind: 'manual', actionName: 'look', description: 'Look at it.', failoverTypes: [], failoverDirections: [] } as const;
  const group = { itemIds: [itemId], startGroupActions: [manual], endGroupActions: [] };
  await ended(engine.putPlan({ name: 'plan', configServerId: server?.hostId ?? '', startGroups: [group] }));
  const run = engine.planTestFailover({ planName: 'plan', choice: 'LatestProcessed', networkName: drillNetwork });
  await story.time.until('the manual action', () => vault.jobs.get(run.jobId).state === 'Suspended');
  const waiting = await client.replicationJobs.get(...place, run.jobId);
  expect(waiting.properties).toMatchObject({
    scenarioName: 'TestFailover',
    state: 'Suspended',
    allowedActions: ['Cancel', 'Resume'],
    targetInstanceType: 'RecoveryPlan',
  });
  expect(waiting.properties?.tasks?.find(({ state }) => state === 'Suspended')).toMatchObject({
    taskType: 'ManualActionTaskDetails',
    allowedActions: ['Resume'],
    customDetails: { instanceType: 'ManualActionTaskDetails', name: 'look', instructions: 'Look at it.' },
  });
  await client.replicationJobs.beginResumeAndWait(...place, run.jobId, { properties: { comments: 'seen' } });
  const done = await ended(run);
  const groups = (done.properties?.tasks ?? []).filter(({ groupTaskCustomDetails }) => groupTaskCustomDetails?.instanceType === 'RecoveryPlanGroupTaskDetails');
  expect(groups.at(-1)).toMatchObject({
    taskType: 'GroupTaskDetails',
    groupTaskCustomDetails: {
      rpGroupType: 'Boot',
      groupId: '1',
      childTasks: [{ friendlyName: 'WEB01', customDetails: { instanceType: 'JobTaskDetails', jobTask: { jobScenarioName: 'TestFailover' } } }],
    },
  });
  await ended(engine.planTestFailoverCleanup('plan'));
});

test('a job that is cancelled says so, and its poller ends', async () => {
  const { vault } = story.lab.lab;
  const { jobId } = engine.planTestFailover({ planName: 'plan', choice: 'LatestProcessed', networkName: drillNetwork });
  await story.time.until('the manual action', () => vault.jobs.get(jobId).state === 'Suspended');
  await client.replicationJobs.beginCancelAndWait(...place, jobId);
  expect((await client.replicationJobs.get(...place, jobId)).properties).toMatchObject({ state: 'Cancelled', allowedActions: [] });
  expect(await refusal(client.replicationJobs.beginCancelAndWait(...place, jobId))).toBe('409 JobActionNotAllowed');
  await story.time.until('the end of the drill', () => vault.items().every((item) => item.activeJob === null));
  const [item] = vault.items();
  if (item?.testFailover.state === 'WaitingForCompletion') await ended(engine.testFailoverCleanup(itemId));
});

test('a failover tells its point; its shutdown is skipped when nobody asked for it', async () => {
  const failover = { itemId, choice: 'LatestProcessed', performShutdown: false, acknowledgeRunningSource: true } as const;
  const job = await ended(engine.unplannedFailover(failover));
  expect(tasksOf(job).slice(0, 3)).toEqual([
    'UnplannedFailoverPreflightChecksTask VmUfoPrerequisitesCheck Completed',
    'ShutdownVmOnPrimaryForUFO VmShutdownVmOnPrimary Skipped',
    'PrepareForUnPlannedFailoverTask VmPrepareForUnPlannedFailover Skipped',
  ]);
  expect(job.properties?.customDetails).toMatchObject({ instanceType: 'FailoverJobDetails', protectedItemDetails: [{ name: machineId }] });
  expect(missing(recordedJob('V2AFailoverJob.json', 'UnplannedFailover'), await story.asked(`replicationJobs/${job.name}`))).toEqual([]);
});

test('a fabric that protects machines is not removed, but purged with all of them', async () => {
  const { fabric } = story;
  expect(await refusal(client.replicationFabrics.beginDeleteAndWait(...place, fabric))).toBe('409 ConfigServerInUse');
  await client.replicationFabrics.beginPurgeAndWait(...place, fabric);
  expect(await all(client.replicationFabrics.list(...place))).toEqual([]);
  expect(story.lab.lab.vault.items()).toEqual([]);
  expect(tasksOf(await story.newestJob('PurgeVMM'))).toEqual([
    'PurgeFabricPreflightChecksTask PurgeFabricPreflightChecksTask Completed',
    'PurgeFabricTask PurgeFabricTask Completed',
  ]);
  expect((await story.newestJob('PurgeVm')).properties?.state).toBe('Succeeded');
  expect(await refusal(client.replicationFabrics.get(...place, fabric))).toBe('404 ArmResourceDoesNotExist');
});

test('operations of other architectures are empty lists, or told apart from what is unknown', async () => {
  expect(await all(client.replicationNetworks.list(...place))).toEqual([]);
  expect(await all(client.replicationMigrationItems.list(...place))).toEqual([]);
  expect(await refusal(client.replicationProtectionIntents.get(...place, 'mine'))).toBe('404 ArmResourceDoesNotExist');
  expect(await refusal(client.replicationProtectionIntents.create(...place, 'mine', { properties: {} }))).toBe('501 NotImplemented');
  expect((await all(client.operations.list(place[1]))).map(({ name }) => name)).toContain('Microsoft.RecoveryServices/vaults/replicationJobs/cancel/action');
});
