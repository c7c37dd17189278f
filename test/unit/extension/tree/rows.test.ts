// The other trees: plans and moving in them, what replication runs on, jobs with their errors; letters beside rows.
import { describe, expect, test } from 'vitest';
import type { LabStatus } from '../../../../emulator/contract/resources.ts';
import { allowedBy } from '../../../../extension/tree/context.ts';
import { addressOf, readAddress } from '../../../../extension/documents/addresses.ts';
import { decorationOf } from '../../../../extension/tree/decorations.ts';
import { infrastructureRows } from '../../../../extension/tree/infrastructure.ts';
import { jobTreeRows } from '../../../../extension/tree/jobs.ts';
import { recoveryPointRows } from '../../../../extension/tree/machineDetails.ts';
import type { TreeNode } from '../../../../extension/tree/node.ts';
import { movedBy, movedTo, regroup, withItems } from '../../../../extension/tree/planMoves.ts';
import { planRows } from '../../../../extension/tree/plans.ts';
import { item, itemId, job, plan, snapshot, vaultId } from './estate.ts';

const nothing = allowedBy([]);

function outline(nodes: readonly TreeNode[]): readonly string[] {
  return nodes.flatMap(({ label, children }) => [
    label,
    ...(children === undefined || children === 'later' ? [] : outline(children).map((line) => `  ${line}`)),
  ]);
}

function childOf(node: TreeNode | undefined, place: number): TreeNode | undefined {
  return node?.children === undefined || node.children === 'later' ? undefined : node.children[place];
}

function members(groups: readonly { readonly replicationProtectedItems?: readonly { readonly id?: string }[] }[] | undefined): unknown {
  return groups?.slice(2).map((group) => (group.replicationProtectedItems ?? []).map(({ id }) => id?.split('/').at(-1)));
}

describe('A recovery plan', () => {
  const shop = plan('shop', [['SQL01'], ['WEB01', 'WEB02']]);
  const groups = shop.properties?.groups ?? [];
  const planId = shop.id ?? '';
  const first = { kind: 'planMember', planId, group: 2, itemId: itemId('SQL01') } as const;

  test('opens to its groups in their order, each with what runs before and after it', () => {
    const shown = snapshot({ plans: [shop], items: [item('SQL01'), item('WEB01'), item('WEB02')] });
    expect(outline(planRows(shown, nothing))).toEqual([
      'shop',
      '  All Groups: Shutdown',
      '  All Groups: Failover',
      '  Group 1: Start',
      '    before 1',
      '    SQL01',
      '    after 1',
      '  Group 2: Start',
      '    before 2',
      '    WEB01',
      '    WEB02',
      '    after 2',
    ]);
  });

  test('moves a machine down into the next group, and not past the last', () => {
    expect(members(movedBy(groups, first, 1))).toEqual([[], ['WEB01', 'WEB02', 'SQL01']]);
    expect(movedBy(groups, first, -1)).toBeUndefined();
  });

  test('swaps groups that start machines, never those for shutdown and failover', () => {
    expect(members(movedBy(groups, { kind: 'planGroup', planId, group: 2 }, 1))).toEqual([['WEB01', 'WEB02'], ['SQL01']]);
    expect(movedBy(groups, { kind: 'planGroup', planId, group: 2 }, -1)).toBeUndefined();
    expect(movedTo(groups, { kind: 'planGroup', planId, group: 0 }, 2)).toBeUndefined();
  });

  test('moves an action past the machines to the other side of its group', () => {
    const moved = movedBy(groups, { kind: 'planAction', planId, group: 2, when: 'start', place: 0 }, 1);
    expect(moved?.[2]?.startGroupActions).toEqual([]);
    expect(moved?.[2]?.endGroupActions?.map(({ actionName }) => actionName)).toEqual(['before 1', 'after 1']);
  });

  test('takes machines from elsewhere, each only once', () => {
    expect(members(withItems(groups, [itemId('NEW'), itemId('WEB01')], 2))).toEqual([['SQL01', 'NEW', 'WEB01'], ['WEB02']]);
    expect(withItems(groups, [itemId('NEW')], 0)).toBeUndefined();
  });

  test('is written as a whole, since the service replaces all groups', () => {
    expect(regroup(shop, groups)).toMatchObject({ verb: 'PATCH', method: 'Update', resourceId: planId, body: { properties: { groups } } });
  });
});

describe('Infrastructure', () => {
  const lab = {
    vault: 'vault',
    roles: [],
    hosts: [{ name: 'esx01', connection: 'NOT_RESPONDING' }],
    machines: [],
    healthErrors: [],
    links: [
      { path: 'site-to-site', state: 'absent', bandwidthBps: 0, latencyMs: 0, carriedBytes: 0 },
      { path: 'processserver-storage', state: 'cut', bandwidthBps: 8_000_000, latencyMs: 20, carriedBytes: 3 * 2 ** 20 },
    ],
    faults: [{ id: 'f1', point: 'agent.send', effect: { kind: 'delay', delayMs: 5000 } }],
  } as unknown as LabStatus;
  const fabric = {
    id: `${vaultId}/replicationFabrics/fabric`,
    name: 'fabric',
    properties: {
      friendlyName: 'CS01',
      health: 'Normal',
      customDetails: {
        instanceType: 'VMware' as const,
        lastHeartbeat: new Date('2026-03-02T09:41:00Z'),
        sslCertExpiryRemainingDays: 812,
        processServers: [{ id: 'ps', friendlyName: 'PS01', health: 'Warning', cpuLoad: '21%', cpuLoadStatus: 'Green', machineCount: '3' }],
        masterTargetServers: [
          { id: 'mt', name: 'MT01', osType: 'Linux', retentionVolumes: [{ volumeName: '/retention', capacityInBytes: 2 ** 34, freeSpaceInBytes: 2 ** 33 }] },
        ],
      },
    },
  };
  const shown = snapshot(
    {
      fabrics: [fabric],
      vCenters: [{ id: `${fabric.id}/replicationvCenters/vc`, name: 'vc', properties: { friendlyName: 'vcenter01', discoveryStatus: 'Completed' } }],
      virtualMachines: [{ id: `${vaultId}/vm`, name: 'WEB01-test', size: 'Standard_D2s_v3', powerState: 'VM running' }],
    },
    { lab },
  );

  test('has servers under their configuration server, links, faults and machines in Azure', () => {
    expect(outline(infrastructureRows(shown, nothing))).toEqual([
      'vault',
      'CS01',
      '  PS01',
      '    Processor',
      '  MT01',
      '    Retention Drive /retention',
      '  vcenter01',
      '    esx01',
      'Links',
      '  Site-to-site connection',
      '  Process server → storage',
      'Active Faults',
      '  Mobility service sends changes',
      'Azure',
      '  WEB01-test',
    ]);
  });

  test('says how long its certificate lasts, what is cut and how narrow it is', () => {
    const [, server, links, faults] = infrastructureRows(shown, nothing);
    expect(server?.description).toBe('configuration server · certificate 812 days');
    expect(childOf(links, 1)).toMatchObject({ description: 'cut · 8 Mbps · 20 ms latency · 3 MiB carried · processserver-storage', context: 'link/cut/' });
    expect(childOf(faults, 0)?.description).toBe('delay of 5 s · everywhere · agent.send');
  });
});

describe('Jobs', () => {
  const failed = job('failed', 'SQL01', {
    state: 'Failed',
    errors: [{ serviceErrorDetails: { code: '95107', message: 'It failed.', possibleCauses: 'The account.', recommendedAction: 'Another account.' } }],
    tasks: [
      {
        taskId: '1',
        friendlyName: 'Prerequisites check',
        state: 'Failed',
        startTime: new Date('2026-03-02T09:00:00Z'),
        endTime: new Date('2026-03-02T09:00:05Z'),
      },
    ],
  });
  const running = job('running', 'WEB01', { state: 'InProgress' });
  delete running.properties?.endTime;

  test('what runs comes first; an error opens to its cause and what to do', () => {
    expect(outline(jobTreeRows(snapshot({ jobs: [failed, running] }), nothing))).toEqual([
      'Test failover',
      'Test failover',
      '  It failed.',
      '    Possible Causes',
      '    Recommended Action',
      '  Prerequisites check',
    ]);
    const [first, second] = jobTreeRows(snapshot({ jobs: [failed, running] }), nothing);
    expect([first?.description, second?.description]).toEqual(['WEB01 · In progress · since 09:00:00', 'SQL01 · Failed · 2 min 30 s']);
  });

  test('a job that the feed has told and the list does not have yet is there', () => {
    const record = { jobId: 'new', friendlyName: 'Failover', subject: 'WEB01', state: 'InProgress', stateDescription: '', tasks: [], endedMs: null } as never;
    expect(outline(jobTreeRows(snapshot({}, { runningJobs: new Map([['new', record]]) }), nothing))).toEqual(['Failover']);
  });
});

test('recovery points are paged', () => {
  const points = Array.from({ length: 45 }, (_nothing, place) => ({
    id: `p${place}`,
    properties: {
      recoveryPointTime: new Date(Date.UTC(2026, 2, 2, 9) - place * 300_000),
      recoveryPointType: place === 3 ? 'ApplicationConsistent' : 'CrashConsistent',
    },
  }));
  const rows = recoveryPointRows('item', 'row', { points, limit: 20 });
  expect(rows).toHaveLength(21);
  expect(rows[0]).toMatchObject({
    label: '2026-03-02 09:00:00',
    description: 'crash-consistent · latest',
    subject: { kind: 'recoveryPoint', itemId: 'item', id: 'p0' },
  });
  expect(rows[3]?.description).toBe('app-consistent');
  expect(rows.at(-1)).toMatchObject({ label: 'Show More (25)', command: { arguments: ['row'] } });
});

describe('Letters beside rows', () => {
  const query = (address: Parameters<typeof addressOf>[0]): string => decodeURIComponent(addressOf(address).split('?')[1] ?? '');

  test.each([
    ['Normal', 'usual', undefined],
    ['Critical', 'usual', '!'],
    ['Warning', 'copying', 'C'],
    ['Normal', 'drill', 'T'],
    ['Critical', 'failedOver', 'F!'],
  ] as const)('%s and %s: %s', (health, state, badge) => {
    const decoration = decorationOf(query({ kind: 'item', id: 'x', health, state }));
    expect(decoration?.badge).toBe(badge);
    // Nothing to say, or said in words too.
    expect(decoration?.tooltip ?? `Health: ${health}`).toContain(`Health: ${health}`);
  });

  test('an address gives back any id as it was', () => {
    const id = `a&b=c?d#e%20"\u202E${'x'.repeat(200)}`;
    expect(readAddress(query({ kind: 'item', id, health: 'Normal', state: 'usual' }))).toMatchObject({ id });
    expect(readAddress('kind=item')).toBeUndefined();
  });
});
