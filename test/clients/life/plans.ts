// A recovery plan over all machines: a person and a script in it, a drill, and a failover as one.
import assert from 'node:assert/strict';
import type { Job, RecoveryPlan } from '@azure/arm-recoveryservices-siterecovery';
import { writeFileSync } from 'node:fs';
import { inAzure, onPremises, writePattern } from './disks.ts';
import { azureNames } from './drill.ts';
import { failedOver } from './failover.ts';
import { database, found, listed, physical, protectees, web, type Life, type Protectee } from './life.ts';
import { freshPoints } from './protection.ts';

const planName = 'everything';
const newest = { instanceType: 'InMageAzureV2' as const, recoveryPointType: 'Latest' };

export async function createPlan(life: Life): Promise<void> {
  const { replicationRecoveryPlans: plans } = life.clients.siteRecovery;
  const { fabric } = await life.site();
  const script = life.lab.file('announce.sh');
  writeFileSync(script, '#!/bin/sh\ncat > /dev/null\nexit 0\n');
  const member = async (protectee: Protectee): Promise<{ id: string; virtualMachineId: string }> => {
    const { id, properties } = await life.item(protectee);
    const details = properties?.providerSpecificDetails as { vmId?: string } | undefined;
    return { id: found('The id', id), virtualMachineId: found('The id of the machine', details?.vmId) };
  };
  const anyFailover = { failoverTypes: ['UnplannedFailover', 'TestFailover'], failoverDirections: ['PrimaryToRecovery'] };
  await plans.beginCreateAndWait(...life.vault, planName, {
    properties: {
      primaryFabricId: found('The fabric', fabric.id),
      recoveryFabricId: 'Microsoft Azure',
      failoverDeploymentModel: 'ResourceManager',
      groups: [
        { groupType: 'Boot', replicationProtectedItems: [await member(database)], startGroupActions: [], endGroupActions: [] },
        { groupType: 'Boot', replicationProtectedItems: [await member(web), await member(physical)], startGroupActions: [], endGroupActions: [] },
      ],
    },
  });
  const created = await plans.get(...life.vault, planName);
  assert.deepEqual(
    created.properties?.groups?.map(({ groupType }) => groupType),
    ['Shutdown', 'Failover', 'Boot', 'Boot'],
  );
  const groups = found('The groups', created.properties.groups);
  const updated = await plans.beginUpdateAndWait(...life.vault, planName, {
    properties: {
      groups: groups.map((group, place) =>
        place === 2
          ? {
              ...group,
              startGroupActions: [
                {
                  actionName: 'Ask the owner',
                  ...anyFailover,
                  customDetails: { instanceType: 'ManualActionDetails', description: 'Is the database to start?' },
                },
              ],
              endGroupActions: [
                {
                  actionName: 'Announce',
                  ...anyFailover,
                  customDetails: { instanceType: 'ScriptActionDetails', path: script, fabricLocation: 'Primary', timeout: 'PT5M' },
                },
              ],
            }
          : group,
      ),
    },
  });
  assert.equal(updated.properties?.groups?.[2]?.startGroupActions?.[0]?.actionName, 'Ask the owner');
  assert.equal(updated.properties.groups[2].endGroupActions?.[0]?.customDetails.instanceType, 'ScriptActionDetails');
  const members = await listed(life.clients.siteRecovery.replicationProtectedItems.list(...life.vault, { filter: `RecoveryPlanName eq '${planName}'` }));
  assert.equal(members.length, protectees.length);
}

export async function drillPlan(life: Life): Promise<void> {
  const { replicationRecoveryPlans: plans } = life.clients.siteRecovery;
  await writePattern(life, 'before the drill of the plan');
  const before = await onPremises(life);
  await freshPoints(life);
  const drill = plans.beginTestFailoverAndWait(...life.vault, planName, {
    properties: {
      failoverDirection: 'PrimaryToRecovery',
      networkType: 'VmNetworkAsInput',
      networkId: life.resourceId('Microsoft.Network/virtualNetworks', 'vnet-drill'),
      providerSpecificDetails: [newest],
    },
  });
  await answerThePlan(life);
  await drill;
  const names = await azureNames(life, (_protectee, target) => `${target}-test`);
  assert.deepEqual(await inAzure(life, names), before);
  await plans.beginTestFailoverCleanupAndWait(...life.vault, planName, { properties: { comments: 'Seen.' } });
  assert.notEqual((await plan(life)).properties?.lastTestFailoverTime, undefined);
}

export async function failOverPlan(life: Life): Promise<void> {
  const { replicationRecoveryPlans: plans } = life.clients.siteRecovery;
  await writePattern(life, 'before the failover of the plan');
  const before = await onPremises(life);
  const failover = plans.beginUnplannedFailoverAndWait(...life.vault, planName, {
    properties: { failoverDirection: 'PrimaryToRecovery', sourceSiteOperations: 'Required', providerSpecificDetails: [newest] },
  });
  await answerThePlan(life);
  await failover;
  const names = await failedOver(life);
  assert.deepEqual(await inAzure(life, names), before);
  await plans.beginFailoverCommitAndWait(...life.vault, planName);
  for (const protectee of protectees) assert.equal((await life.item(protectee)).properties?.protectionState, 'UnplannedFailoverCommitted');
}

/** The plan's job waits for a person: it is found as such, and resumed. */
async function answerThePlan(life: Life): Promise<void> {
  const { replicationJobs } = life.clients.siteRecovery;
  let waiting: Job | undefined;
  await life.time.until('A question of the plan', async () => {
    waiting = (await listed(replicationJobs.list(...life.vault, { filter: "JobStatus eq 'Suspended'" }))).find(
      ({ properties }) => properties?.state === 'Suspended',
    );
    return waiting !== undefined;
  });
  await replicationJobs.beginResumeAndWait(...life.vault, found('The job', waiting?.name), { properties: { comments: 'It may start.' } });
}

function plan(life: Life): Promise<RecoveryPlan> {
  return life.clients.siteRecovery.replicationRecoveryPlans.get(...life.vault, planName);
}

export async function removePlan(life: Life): Promise<void> {
  await life.clients.siteRecovery.replicationRecoveryPlans.beginDeleteAndWait(...life.vault, planName);
  assert.deepEqual(await listed(life.clients.siteRecovery.replicationRecoveryPlans.list(...life.vault)), []);
}
