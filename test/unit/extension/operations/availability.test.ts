// What a machine allows in each state that Azure names, and what is said of the rest.
import { describe, expect, test } from 'vitest';
import type { ReplicationProtectedItem } from '../../../../extension/client/vaultClient.ts';
import { reasonsOf } from '../../../../extension/operations/reasons.ts';
import { operationNamed, operations } from '../../../../extension/operations/registry.ts';
import { item, plan, policy, snapshotOf, subject, vaultId } from './site.ts';

type Properties = Partial<NonNullable<ReplicationProtectedItem['properties']>>;

function allowedOf(properties: Properties, direction: 'toAzure' | 'toSite' = 'toAzure'): string[] {
  const snapshot = snapshotOf({ items: [item('web01', properties, direction)] });
  return reasonsOf(snapshot, subject('web01')).flatMap(({ operation, availability }) =>
    availability === true && operation.by === 'azure' ? [operation.id] : [],
  );
}

/** States of arm-contract §7.1, and what a menu shows in each. */
const states: readonly [string, Properties, 'toAzure' | 'toSite', string[]][] = [
  [
    'its first copy is under way',
    { protectionState: 'InitialReplicationInProgress', allowedOperations: ['DisableProtection'] },
    'toAzure',
    ['disableReplication'],
  ],
  ['protected', {}, 'toAzure', ['testFailover', 'failover', 'disableReplication']],
  [
    'a resynchronisation is due',
    { allowedOperations: ['RepairReplication', 'UnplannedFailover', 'DisableProtection', 'TestFailover'] },
    'toAzure',
    ['testFailover', 'failover', 'resynchronize', 'disableReplication'],
  ],
  [
    'a test failover waits for its cleanup',
    { testFailoverState: 'WaitingForCompletion', allowedOperations: ['TestFailoverCleanup'], currentScenario: { scenarioName: 'TestFailover' } },
    'toAzure',
    ['cleanUpTestFailover'],
  ],
  [
    'failed over, not committed',
    {
      protectionState: 'UnplannedFailoverCommitPendingStatesBegin',
      activeLocation: 'Recovery',
      allowedOperations: ['CompleteMigration', 'Commit', 'DisableProtection', 'ChangePit'],
    },
    'toAzure',
    ['changeRecoveryPoint', 'commit', 'completeMigration', 'disableReplication'],
  ],
  [
    'committed',
    {
      protectionState: 'UnplannedFailoverCommitted',
      activeLocation: 'Recovery',
      allowedOperations: ['CompleteMigration', 'DisableProtection', 'SwitchProtection'],
    },
    'toAzure',
    ['reprotect', 'completeMigration', 'disableReplication'],
  ],
  ['protected towards the site', { allowedOperations: ['UnplannedFailover', 'DisableProtection'] }, 'toSite', ['failback', 'disableReplication']],
];
const stateful = new Set([
  'testFailover',
  'cleanUpTestFailover',
  'failover',
  'failback',
  'changeRecoveryPoint',
  'commit',
  'cancelFailover',
  'reprotect',
  'resynchronize',
  'completeMigration',
  'disableReplication',
]);

describe('A machine allows what Azure says of it', () => {
  test.each(states)('when %s', (...[, properties, direction, expected]) => {
    expect(allowedOf(properties, direction).filter((id) => stateful.has(id))).toEqual(expected);
  });
});

describe('What is not allowed has a reason and a remedy', () => {
  test.each(states)('when %s', (_name, properties, direction) => {
    const snapshot = snapshotOf({ items: [item('web01', properties, direction)] });
    const silent = reasonsOf(snapshot, subject('web01')).filter(
      ({ availability }) => availability !== true && (availability.because === '' || availability.remedy === ''),
    );
    expect(silent.map(({ operation }) => operation.id)).toEqual([]);
  });

  const reason = (id: string, properties: Properties, direction: 'toAzure' | 'toSite' = 'toAzure'): unknown =>
    operationNamed(id)?.availability(snapshotOf({ items: [item('web01', properties, direction)] }), subject('web01'));

  test('a failover of a machine with an open test failover asks for its cleanup', () => {
    expect(
      reason('failover', {
        testFailoverState: 'WaitingForCompletion',
        allowedOperations: ['TestFailoverCleanup'],
        currentScenario: { scenarioName: 'TestFailover' },
      }),
    ).toEqual({
      because: 'A test failover of web01 waits for its cleanup.',
      remedy: 'Clean up the test failover first.',
    });
  });

  test('a test failover towards the site does not exist', () => {
    expect(reason('testFailover', { allowedOperations: ['UnplannedFailover'] }, 'toSite')).toMatchObject({
      because: 'web01 replicates to the site: a test failover exists only towards Azure.',
    });
  });

  test('a failover of a machine that replicates to the site is a failback', () => {
    expect(reason('failover', {}, 'toSite')).toEqual({ because: 'web01 replicates to the site.', remedy: 'Use Failback.' });
  });

  test('a running job is named', () => {
    expect(reason('testFailover', { allowedOperations: [], currentScenario: { scenarioName: 'RepairVMReplication' } })).toEqual({
      because: 'web01: the job RepairVMReplication works on it.',
      remedy: 'Wait for the job to end, or cancel it.',
    });
  });

  test('re-protection before the commit asks for it', () => {
    expect(
      reason('reprotect', { protectionState: 'UnplannedFailoverCommitPendingStatesBegin', activeLocation: 'Recovery', allowedOperations: ['Commit'] }),
    ).toEqual({
      because: 'The failover of web01 is not committed.',
      remedy: 'Commit the failover first.',
    });
  });
});

describe('Other things', () => {
  test('a policy that is used is not dissociated', () => {
    const gold = policy('gold');
    const mappings = [{ id: `${vaultId}/x`, properties: { policyId: gold.id ?? '' } }];
    const snapshot = snapshotOf({ policies: [gold], mappings, items: [item('web01', { policyId: gold.id ?? '' })] });
    expect(operationNamed('dissociatePolicy')?.availability(snapshot, { kind: 'policy', id: gold.id ?? '' })).toEqual({
      because: 'gold is in use: 1 machine.',
      remedy: 'Disable their replication first.',
    });
  });

  test('a plan whose machines replicate to Azure has no failback', () => {
    const shop = plan('shop', { allowedOperations: ['UnplannedFailover', 'TestFailover'] });
    const snapshot = snapshotOf({ plans: [shop] });
    const of = (id: string): unknown => operationNamed(id)?.availability(snapshot, { kind: 'plan', id: shop.id ?? '' });
    expect(of('planFailover')).toBe(true);
    expect(of('planFailback')).toMatchObject({ because: 'No machine of shop replicates to the site.' });
  });

  test('no operation fails over nothing: each says what it misses', () => {
    const snapshot = snapshotOf({ fabrics: [] }, { state: 'stopped' });
    expect(operations.filter((operation) => operation.availability(snapshot, undefined) === true).map(({ id }) => id)).toEqual([]);
  });

  test('500 machines are looked through at once', () => {
    const items = Array.from({ length: 500 }, (_nothing, place) => item(`vm${place}`));
    const snapshot = snapshotOf({ items });
    const allowed = items.map(({ name = '' }) => reasonsOf(snapshot, subject(name)).filter(({ availability }) => availability === true).length);
    expect(new Set(allowed).size).toBe(1);
  });
});
