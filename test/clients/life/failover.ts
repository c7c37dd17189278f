// The disaster: over to Azure at the newest point, back in time to another one, and the commit that ends the choice.
import assert from 'node:assert/strict';
import type { InMageAzureV2ReplicationDetails } from '@azure/arm-recoveryservices-siterecovery';
import { azureNames } from './drill.ts';
import { inAzure, onPremises, writePattern, type Contents } from './disks.ts';
import { found, protectees, type Life, type Protectee } from './life.ts';
import { freshPoints, points } from './protection.ts';

/** Contents that the two points of the failover have. */
interface Points {
  readonly earlier: Contents;
  readonly earlierIds: ReadonlyMap<Protectee, string>;
}

/** The Azure VM that stands for a machine. */
export const failedOver = (life: Life): Promise<(protectee: Protectee) => string> => azureNames(life, (_protectee, target) => target);

export async function failOver(life: Life): Promise<void> {
  const { earlier, earlierIds } = await makeEarlierPoint(life);
  await writePattern(life, 'the last of the site');
  const last = await onPremises(life);
  const { replicationProtectedItems } = life.clients.siteRecovery;
  await Promise.all(
    protectees.map(async (protectee) =>
      replicationProtectedItems.beginUnplannedFailoverAndWait(...(await life.place(protectee)), {
        properties: {
          failoverDirection: 'PrimaryToRecovery',
          sourceSiteOperations: 'Required',
          providerSpecificDetails: { instanceType: 'InMageAzureV2' },
        },
      }),
    ),
  );
  const names = await failedOver(life);
  // The site was shut down first, so nothing is lost.
  assert.deepEqual(await inAzure(life, names), last);
  assert.deepEqual(await onPremises(life), last);
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.equal(properties?.activeLocation, 'Recovery');
    assert.ok(properties.allowedOperations?.includes('Commit'), properties.allowedOperations?.join());
    const details = properties.providerSpecificDetails as InMageAzureV2ReplicationDetails;
    assert.match(found('The id of the VM', details.targetVmId), new RegExp(`/virtualMachines/${names(protectee)}$`, 'i'));
  }

  await Promise.all(
    protectees.map(async (protectee) =>
      replicationProtectedItems.beginApplyRecoveryPointAndWait(...(await life.place(protectee)), {
        properties: { recoveryPointId: earlierIds.get(protectee) as string, providerSpecificDetails: { instanceType: 'InMageAzureV2' } },
      }),
    ),
  );
  assert.deepEqual(await inAzure(life, names), earlier);
}

async function makeEarlierPoint(life: Life): Promise<Points> {
  await writePattern(life, 'at the earlier point');
  const earlier = await onPremises(life);
  await freshPoints(life);
  const earlierIds = new Map<Protectee, string>();
  for (const protectee of protectees) earlierIds.set(protectee, found('The earlier point', (await points(life, protectee))[0]?.id));
  return { earlier, earlierIds };
}

export async function commit(life: Life): Promise<void> {
  const { replicationProtectedItems } = life.clients.siteRecovery;
  await Promise.all(protectees.map(async (protectee) => replicationProtectedItems.beginFailoverCommitAndWait(...(await life.place(protectee)))));
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.equal(properties?.protectionState, 'UnplannedFailoverCommitted');
    assert.equal(properties.protectionStateDescription, 'Failover committed');
    assert.deepEqual(properties.allowedOperations, ['CompleteMigration', 'DisableProtection', 'SwitchProtection']);
    assert.notEqual(properties.lastSuccessfulFailoverTime, undefined);
  }
}
