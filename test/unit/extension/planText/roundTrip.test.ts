// A plan of the vault as text and back: nothing is lost either way, whatever its machines and actions are called.
import fc from 'fast-check';
import type { RecoveryPlanAction, RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { RecoveryPlan } from '../../../../extension/client/vaultClient.ts';
import { planCall, planGroups, sourceFabricId } from '../../../../extension/planText/planGroups.ts';
import { readPlan } from '../../../../extension/planText/readPlan.ts';
import { writePlan } from '../../../../extension/planText/writePlan.ts';
import { fabric, fabricId, item, shop, vaultId } from './shop.ts';

const hostile = fc.constantFrom(
  'yes',
  '0x1F',
  '~',
  '- a',
  "it's",
  '"',
  '<b>',
  '\u202Eabc',
  '# no',
  'a: b',
  ' ',
  'x'.repeat(200),
  '|',
  '*a',
  '&a',
  '!a',
  '{a}',
  'null',
);
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 20 }), hostile);
const nonEmpty = anyText.filter((text) => text !== '');

const limits = {
  timeout: fc.option(nonEmpty, { nil: undefined }),
  fabricLocation: fc.constantFrom('Primary', 'Recovery'),
};
const details = fc.oneof(
  fc.record({ instanceType: fc.constant('ManualActionDetails' as const), description: anyText }),
  fc.record({ instanceType: fc.constant('ScriptActionDetails' as const), path: anyText, ...limits }),
  fc.record({ instanceType: fc.constant('AutomationRunbookActionDetails' as const), runbookId: anyText, ...limits }),
);
const action: fc.Arbitrary<RecoveryPlanAction> = fc.record({
  actionName: anyText,
  failoverTypes: fc.uniqueArray(fc.constantFrom('TestFailover', 'PlannedFailover', 'UnplannedFailover')),
  failoverDirections: fc.uniqueArray(fc.constantFrom('PrimaryToRecovery', 'RecoveryToPrimary')),
  customDetails: details,
});
const actions = fc.array(action, { maxLength: 3 });
const items = fc.uniqueArray(fc.tuple(nonEmpty, fc.uuid()), { maxLength: 6, selector: ([, id]) => id });

/** As the service answers: all three kinds of group, in its order. */
const estate = items.chain((names) => {
  const protectedItems = names.map(([name, id]) => item(name, { id }));
  const group = (groupType: string, members: readonly string[]): fc.Arbitrary<RecoveryPlanGroup> =>
    fc.record({
      groupType: fc.constant(groupType),
      replicationProtectedItems: fc.constant(members.map((id) => ({ id }))),
      startGroupActions: actions,
      endGroupActions: actions,
    });
  const boots = fc.integer({ min: 1, max: 4 }).chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, place) =>
        group(
          'Boot',
          protectedItems.filter((_one, at) => at % count === place).map(({ id = '' }) => id),
        ),
      ),
    ),
  );
  return fc
    .tuple(group('Shutdown', []), group('Failover', []), boots)
    .map(([shutdown, failover, starting]) => ({ protectedItems, groups: [shutdown, failover, ...starting] }));
});

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('A plan', () => {
  test('comes back from its text as it was, and its text from the plan', () => {
    fc.assert(
      fc.property(estate, ({ protectedItems, groups }) => {
        const plan: RecoveryPlan = { name: 'plan', properties: { primaryFabricId: fabricId, groups } };
        const names = { items: protectedItems, fabrics: [fabric('fabric-1', 'CS 1: "x"')] };
        const text = writePlan(plan, names);
        const { plan: read, problems } = readPlan(text);
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(withoutUndefined(planGroups(read, names))).toEqual(withoutUndefined(groups));
        expect(sourceFabricId(read, names)).toBe(fabricId);
        const again = writePlan({ name: read.name?.value ?? '', properties: { primaryFabricId: fabricId, groups: planGroups(read, names) } }, names);
        expect(again).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('with nothing special in it is short', () => {
    const [web, , sql] = shop.items;
    const plan: RecoveryPlan = {
      name: 'shop',
      properties: {
        primaryFabricId: fabricId,
        groups: [
          { groupType: 'Shutdown' },
          { groupType: 'Failover' },
          { groupType: 'Boot', replicationProtectedItems: [{ id: sql?.id ?? '', virtualMachineId: 'x' }] },
          {
            groupType: 'Boot',
            replicationProtectedItems: [{ id: web?.id ?? '' }],
            endGroupActions: [
              {
                actionName: 'dns',
                failoverTypes: ['TestFailover', 'UnplannedFailover'],
                failoverDirections: ['PrimaryToRecovery', 'RecoveryToPrimary'],
                customDetails: { instanceType: 'ManualActionDetails', description: 'Point the name at Azure.' },
              },
            ],
          },
        ],
      },
    };
    expect(writePlan(plan, shop)).toBe(`name: shop
groups:
  - machines:
      - SQL01
  - machines:
      - WEB01
    after:
      - name: dns
        kind: manual
        instruction: Point the name at Azure.
`);
  });

  test('names its server where its machines do not', () => {
    expect(writePlan({ name: 'p', properties: { primaryFabricId: fabricId, groups: [] } }, shop)).toBe('name: p\nsource: CS01\ngroups: []\n');
  });

  test('names two machines of one name by their ids', () => {
    const twins = [item('WEB01', { id: 'one' }), item('WEB01', { id: 'two' })];
    const text = writePlan(
      { name: 'p', properties: { groups: [{ groupType: 'Boot', replicationProtectedItems: twins.map(({ id = '' }) => ({ id })) }] } },
      { items: twins, fabrics: [] },
    );
    expect(parse(text)).toMatchObject({ groups: [{ machines: ['one', 'two'] }] });
    expect(planGroups(readPlan(text).plan, { items: twins, fabrics: [] }).at(-1)?.replicationProtectedItems).toEqual(twins.map(({ id }) => ({ id })));
  });
});

describe('Written to the vault', () => {
  const { plan } = readPlan('groups:\n  - machines: [web01]\n');
  const write = { plan, name: 'shop', world: shop, vaultId };

  test('a new plan is put with its server and Azure on the other side', () => {
    expect(planCall({ ...write, present: undefined })).toMatchObject({
      method: 'Create',
      verb: 'PUT',
      resourceId: `${vaultId}/replicationRecoveryPlans/shop`,
      body: { properties: { primaryFabricId: fabricId, recoveryFabricId: 'Microsoft Azure' } },
    });
  });

  test('of one that is there the groups are written, and nothing else', () => {
    const present = { id: `${vaultId}/replicationRecoveryPlans/Shop`, name: 'Shop', properties: { primaryFabricId: fabricId.toUpperCase() } };
    const call = planCall({ ...write, present });
    expect(call).toMatchObject({ method: 'Update', verb: 'PATCH', resourceId: present.id });
    expect(Object.keys(call.body?.['properties'] as object)).toEqual(['groups']);
  });
});
