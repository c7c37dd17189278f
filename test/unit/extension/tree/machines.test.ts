// The tree of machines: how rows read, how they are grouped, what menus see, and how little is painted again.
import { describe, expect, test } from 'vitest';
import { itemAllows } from '../../../../extension/operations/availability.ts';
import { byId } from '../../../../extension/model/find.ts';
import type { LabSnapshot } from '../../../../extension/model/snapshot.ts';
import { allowedBy } from '../../../../extension/tree/context.ts';
import { machineRows } from '../../../../extension/tree/machines.ts';
import type { MachineGrouping } from '../../../../extension/tree/machineGroups.ts';
import type { TreeNode } from '../../../../extension/tree/node.ts';
import { RowCache } from '../../../../extension/tree/rowCache.ts';
import { RowBook } from '../../../../extension/tree/rowDiff.ts';
import { item, itemId, job, plan, snapshot } from './estate.ts';

const testFailover = {
  id: 'testFailover',
  on: ['item'],
  availability: (shown: LabSnapshot, subject: { kind: string; id?: string } | undefined) => itemAllows(byId(shown.vault.items, subject?.id), 'TestFailover'),
} as never;
const allowed = allowedBy([testFailover]);

function rows(shown: LabSnapshot, grouping: MachineGrouping = 'none'): readonly TreeNode[] {
  return machineRows(shown, { grouping, allowed, cache: new RowCache() });
}

function labels(nodes: readonly TreeNode[]): readonly string[] {
  return nodes.map(({ label }) => label);
}

function children(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.children === undefined || node.children === 'later' ? [] : node.children;
}

describe('A row', () => {
  test('says state and RPO, and to a screen reader the health', () => {
    const [row] = rows(snapshot({ items: [item('WEB01')] }));
    expect(row).toMatchObject({ label: 'WEB01', description: 'Protected · RPO 4 min', spoken: 'WEB01, Protected, RPO 4 min, Health: Normal' });
  });

  test('shows ill health by shape and word, not by colour alone', () => {
    const [row] = rows(snapshot({ items: [item('WEB01', { health: 'Critical' })] }));
    expect(row?.icon?.name).toBe('error');
    expect(row?.tooltip).toContain('Health: Critical');
  });

  test('has no health where nothing replicates, though it is ready for a failover', () => {
    const [row] = rows(snapshot({ items: [item('WEB01', { health: 'None', failoverHealth: 'Normal' })] }));
    expect(row?.spoken).toContain('Health: Not applicable');
    const [unready] = rows(snapshot({ items: [item('WEB01', { health: 'None', failoverHealth: 'Warning' })] }));
    expect(unready?.spoken).toContain('Health: Warning');
  });

  test('has in its context what Azure allows now', () => {
    const [drilling, free] = rows(
      snapshot({ items: [{ ...item('A'), properties: { ...item('A').properties, allowedOperations: ['TestFailoverCleanup'] } }, item('B')] }),
    );
    expect(drilling?.context).toBe('item/Protected/');
    expect(free?.context).toBe('item/Protected/can.testFailover/');
  });

  test('has a test failover that waits for its cleanup as its state', () => {
    const [row] = rows(snapshot({ items: [item('WEB01', { testFailoverState: 'WaitingForCompletion' })] }));
    expect(row?.description).toMatch(/^Cleanup test failover pending/);
    expect(row?.icon?.name).toBe('beaker');
  });

  test('opens to disks, recovery points, place in Azure and the last job', () => {
    const [row] = rows(
      snapshot({ items: [item('WEB01', { disks: 2 })], jobs: [job('newest', 'WEB01'), job('older', 'WEB01', { friendlyName: 'Enable replication' })] }),
    );
    expect(labels(children(row))).toEqual(['Disks', 'Recovery Points', 'In Azure: WEB01', 'Last Job: Test failover']);
    expect(children(row)[1]?.children).toBe('later');
  });

  test('takes any name as text', () => {
    const name = `<img src=x onerror="1">'\u202Egnp.exe${'x'.repeat(200)}`;
    const [row] = rows(snapshot({ items: [{ ...item('one'), properties: { ...item('one').properties, friendlyName: name } }] }));
    expect(row?.label).toBe(name);
  });
});

describe('Grouping', () => {
  const shown = snapshot({
    items: [item('WEB10', { health: 'Warning' }), item('WEB2', { osType: 'Linux' }), item('SQL01', { group: 'sql' }), item('SQL02', { group: 'sql' })],
    plans: [plan('shop', [['WEB2'], ['SQL01']])],
  });

  test('none: in the order of their numbers', () => {
    expect(labels(rows(shown))).toEqual(['SQL01', 'SQL02', 'WEB2', 'WEB10']);
  });

  test.each([
    ['plan', ['shop', 'In No Plan']],
    ['health', ['Warning', 'Normal']],
    ['replicationGroup', ['sql', 'Without Replication Group']],
    ['operatingSystem', ['Linux', 'Windows']],
  ] as const)('by %s', (grouping, expected) => {
    expect(labels(rows(shown, grouping))).toEqual(expected);
  });

  test('gives a machine of two plans a row in each, with ids of their own', () => {
    const twice = { ...shown, vault: { ...shown.vault, plans: [plan('one', [['WEB2']]), plan('two', [['WEB2']])] } };
    const ids = rows(twice, 'plan').flatMap((group) => children(group).map(({ id }) => id));
    expect(ids.filter((id) => id.endsWith(itemId('WEB2')))).toHaveLength(2);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('Machines that are not protected', () => {
  test('stand under a node of their own, with what is in the way', () => {
    const [node] = rows(
      snapshot({
        protectableItems: [
          { name: 'guid-1', properties: { friendlyName: 'FILE01', protectionStatus: 'Unprotected' } },
          { name: 'guid-2', properties: { friendlyName: 'OLD01', protectionStatus: 'Unprotected', protectionReadinessErrors: ['It is switched off.'] } },
          { name: 'guid-3', properties: { friendlyName: 'WEB01', protectionStatus: 'Protected' } },
        ],
      }),
    );
    expect(labels(children(node))).toEqual(['FILE01', 'OLD01']);
    expect(children(node)[1]).toMatchObject({ context: 'machine/notSelectable/', subject: { kind: 'machine', machineId: 'guid-2' } });
    expect(children(node)[1]?.tooltip).toContain('It is switched off.');
  });
});

test('Servers of replication itself are no machines to protect', () => {
  const masterTargetServers = [{ id: 'mt', name: 'MT01' }];
  const fabrics = [{ id: 'f', name: 'f', properties: { friendlyName: 'CS01', customDetails: { instanceType: 'VMware' as const, masterTargetServers } } }];
  const protectableItems = ['MT01', 'cs01', 'FILE01'].map((name) => ({ name, properties: { friendlyName: name, protectionStatus: 'Unprotected' } }));
  const [node] = rows(snapshot({ fabrics, protectableItems }));
  expect(labels(children(node))).toEqual(['FILE01']);
});

describe('500 machines', () => {
  const many = Array.from({ length: 500 }, (_nothing, place) => item(`VM${place}`, { disks: 3 }));

  test('one that changes is the only row painted again', () => {
    const book = new RowBook();
    book.show(rows(snapshot({ items: many })));
    const changed = many.with(250, item('VM250', { disks: 3, rpoInSeconds: 900 }));
    expect(book.show(rows(snapshot({ items: changed })))).toEqual([`machines:item:${itemId('VM250')}`]);
  });

  test('the same machines in new objects paint nothing', () => {
    const book = new RowBook();
    book.show(rows(snapshot({ items: many })));
    expect(book.show(rows(snapshot({ items: structuredClone(many) })))).toEqual([]);
  });

  test('one more paints the whole tree, within a group only the group', () => {
    const book = new RowBook();
    book.show(rows(snapshot({ items: many })));
    expect(book.show(rows(snapshot({ items: [...many, item('NEW')] })))).toBe('everything');
    const grouped = new RowBook();
    grouped.show(rows(snapshot({ items: many }), 'operatingSystem'));
    expect(grouped.show(rows(snapshot({ items: [...many, item('NEW')] }), 'operatingSystem'))).toEqual(['machines:group:operatingSystem:Windows']);
  });
});
