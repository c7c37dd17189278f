// A test failover and its clean-up: copies of the newest point in a network of their own, and then no trace of them.
import assert from 'node:assert/strict';
import { freshPoints, points } from './protection.ts';
import { inAzure, onPremises, writePattern } from './disks.ts';
import { found, protectees, type Life, type Protectee } from './life.ts';

const testName = ({ machine }: Protectee, name: string): string => `${name === '' ? machine.toLowerCase() : name}-test`;

export async function testFailover(life: Life): Promise<void> {
  await writePattern(life, 'before the drill');
  const before = await onPremises(life);
  await freshPoints(life);
  const { replicationProtectedItems } = life.clients.siteRecovery;
  const chosen = new Map<Protectee, string>();
  for (const protectee of protectees) chosen.set(protectee, found('The newest point', (await points(life, protectee))[0]?.id));
  await writePattern(life, 'after the point of the drill');
  await Promise.all(
    protectees.map(async (protectee) =>
      replicationProtectedItems.beginTestFailoverAndWait(...(await life.place(protectee)), {
        properties: {
          failoverDirection: 'PrimaryToRecovery',
          networkType: 'VmNetworkAsInput',
          networkId: life.resourceId('Microsoft.Network/virtualNetworks', 'vnet-drill'),
          providerSpecificDetails: { instanceType: 'InMageAzureV2', recoveryPointId: chosen.get(protectee) as string },
        },
      }),
    ),
  );
  const names = await azureNames(life, testName);
  assert.deepEqual(await inAzure(life, names), before);
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.deepEqual(properties?.allowedOperations, ['TestFailoverCleanup']);
    assert.equal(properties.testFailoverState, 'WaitingForCompletion');
  }
}

export async function cleanUp(life: Life): Promise<void> {
  const { replicationProtectedItems } = life.clients.siteRecovery;
  await Promise.all(
    protectees.map(async (protectee) =>
      replicationProtectedItems.beginTestFailoverCleanupAndWait(...(await life.place(protectee)), { properties: { comments: 'The drill went well.' } }),
    ),
  );
  assert.deepEqual(
    (await life.lab.call('machine.list', {})).filter(({ platform }) => platform === 'Azure'),
    [],
  );
  for (const protectee of protectees) {
    const { properties } = await life.item(protectee);
    assert.deepEqual(properties?.allowedOperations, ['UnplannedFailover', 'DisableProtection', 'TestFailover']);
    assert.equal(properties.testFailoverState, 'MarkedForDeletion');
    assert.notEqual(properties.lastSuccessfulTestFailoverTime, undefined);
  }
}

/** Names of Azure VMs by the names that the items are to have there. */
export async function azureNames(life: Life, name: (protectee: Protectee, target: string) => string): Promise<(protectee: Protectee) => string> {
  const names = new Map<Protectee, string>();
  for (const protectee of protectees) {
    const details = (await life.item(protectee)).properties?.providerSpecificDetails as { recoveryAzureVMName?: string } | undefined;
    names.set(protectee, name(protectee, details?.recoveryAzureVMName ?? ''));
  }
  return (protectee) => names.get(protectee) as string;
}
