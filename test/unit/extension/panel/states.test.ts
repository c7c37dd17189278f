// The states of the views: read from the model as Azure and the lab told it.
import { describe, expect, test } from 'vitest';
import { History } from '../../../../extension/panel/history.ts';
import { idleState } from '../../../../extension/panel/idleState.ts';
import { machineState } from '../../../../extension/panel/machineState.ts';
import { restoredSubject, tabTitle } from '../../../../extension/panel/panelViews.ts';
import { planState } from '../../../../extension/panel/planState.ts';
import { topologyState } from '../../../../extension/panel/topologyState.ts';
import { commandFor } from '../../../../extension/panel/offers.ts';
import { operations } from '../../../../extension/operations/registry.ts';
import { item, itemId, job, links, minuteMs, planId, point, snapshot, startMs } from './estate.ts';

const web = { kind: 'item', id: itemId('WEB01') } as const;
const hostile = `<img src=x onerror="alert(1)"> "WEB" '01'`;

function machine(
  changes: Parameters<typeof snapshot>[0] = {},
  points = [point('b', startMs - minuteMs), point('a', startMs - 6 * minuteMs, 'ApplicationConsistent')],
) {
  const painted = machineState({ snapshot: snapshot(changes), operations, history: new History(), points }, web);
  if (painted === undefined) throw new Error('There is nothing to show.');
  return painted;
}

describe('a machine', () => {
  test('has its disks, its way to Azure, the threshold of its policy, and its recovery points in the order of time', () => {
    const { state } = machine();
    expect(state.disks).toEqual([
      {
        name: 'Disk0',
        sizeBytes: 2 ** 30,
        stage: 'Copying the disk',
        progressPercent: 40,
        sourceBytes: 3 * 2 ** 20,
        processServerBytes: null,
        targetBytes: 0,
        resyncRequired: false,
      },
    ]);
    expect(state.path.map(({ name, port }) => [name, port])).toEqual([
      ['WEB01', 'HTTPS 9443'],
      ['PS01', 'HTTPS 443'],
      ['Replication logs', 'In Azure'],
      ['Replica disks', ''],
    ]);
    expect(state.rpoThresholdSeconds).toBe(900);
    expect(state.points.map(({ consistency, multiVm }) => [consistency, multiVm])).toEqual([
      ['ApplicationConsistent', true],
      ['CrashConsistent', true],
    ]);
  });

  test('shows where its way is cut', () => {
    const { state } = machine({ lab: { links: links({ 'processserver-storage': { state: 'cut' } }) } });
    expect(state.path.map(({ connection }) => connection)).toEqual(['up', 'cut', 'up', 'up']);
  });

  test('offers what Azure allows, and says of the rest why not', () => {
    const { state } = machine();
    const byId = new Map(state.actions.map((action) => [action.id, action]));
    expect(byId.get('testFailover')).toMatchObject({ primary: true, withPoint: true });
    expect(byId.get('commit')?.refusal?.because).toContain('WEB01');
    expect(byId.get('disableReplication')).toMatchObject({ minor: true });
  });

  test('that is failed over replicates nowhere', () => {
    expect(machine({ vault: { items: [item('WEB01', {}, { activeLocation: 'Recovery' })] } }).state.path).toEqual([]);
  });

  test("that was never drilled says nothing of a last drill, though Azure's client makes 1970 of it", () => {
    const { state } = machine({ vault: { items: [item('WEB01', {}, { lastSuccessfulTestFailoverTime: new Date(0) })] } });
    expect(state.facts.map(({ name }) => name)).not.toContain('Last test failover');
  });

  test('that a list has told of only has nulls in many places', () => {
    const nulls = {
      lastRecoveryPointReceived: null,
      protectedDisks: null,
      processServerId: null,
      uncompressedDataRateInMB: null,
      recoveryAzureVMName: null,
      recoveryAzureVMSize: null,
    };
    const { state } = machine({
      vault: { items: [item('WEB01', nulls, { policyFriendlyName: null, healthErrors: null, lastSuccessfulTestFailoverTime: null } as never)] },
    });
    expect(state).toMatchObject({ name: 'WEB01', disks: [], problems: [] });
    expect(state.facts.map(({ value }) => value)).toEqual(['On-premises', 'Azure']);
  });

  test('keeps any name as it is', () => {
    expect(machine({ vault: { items: [item('WEB01', {}, { friendlyName: hostile })] } }).state.name).toBe(hostile);
  });

  test('that is gone has no state', () => {
    expect(machineState({ snapshot: snapshot({ vault: { items: [] } }), operations, history: new History(), points: [] }, web)).toBeUndefined();
  });
});

describe('what a page asks', () => {
  const painted = machine();

  test('is done when it was offered, with the recovery point that was shown', () => {
    expect(commandFor(painted, { kind: 'act', action: 'testFailover' })).toEqual({ command: 'siteRecoveryLab.testFailover', arguments: [web] });
    const shown = painted.state.points[0]?.id ?? '';
    expect(commandFor(painted, { kind: 'act', action: 'testFailover', point: shown })).toEqual({
      command: 'siteRecoveryLab.testFailover',
      arguments: [{ kind: 'recoveryPoint', itemId: web.id, id: shown }],
    });
  });

  test.each([
    ['an operation that is refused now', { kind: 'act', action: 'commit' }],
    ['a command of its own', { kind: 'act', action: 'workbench.action.terminal.new' }],
    ['a point that was not shown', { kind: 'act', action: 'testFailover', point: 'other' }],
    ['a point for an operation that takes none', { kind: 'act', action: 'disableReplication', point: painted.state.points[0]?.id }],
    ['an object for an action', { kind: 'act', action: { toString: 'commit' } }],
    ['another kind', { kind: 'command', command: 'x' }],
    ['nothing', undefined],
  ])('is not done when it is %s', (_what, message) => {
    expect(commandFor(painted, message)).toBeUndefined();
  });
});

describe('the topology', () => {
  const world = (changes: Parameters<typeof snapshot>[0] = {}) => topologyState({ snapshot: snapshot(changes), history: new History() })?.state;

  test('has who is there in three lanes, and their ports', () => {
    const state = world();
    expect(state?.nodes.map(({ lane, name }) => `${lane}: ${name}`)).toEqual([
      'onPremises: DB01',
      'onPremises: WEB01',
      'onPremises: vcenter.lab.test',
      'onPremises: CS01',
      'onPremises: PS01',
      'onPremises: MT01',
      'wan: Internet',
      'wan: VPN or ExpressRoute',
      'azure: lab-vault',
      'azure: Replication logs',
      'azure: Replica disks',
    ]);
    expect(state?.edges.find(({ from, to }) => from === web.id && to === 'processserver:PS01')).toEqual({
      from: web.id,
      to: 'processserver:PS01',
      port: 'HTTPS 9443',
      connection: 'up',
      bytesPerSecond: 2 * 2 ** 20,
    });
  });

  test('every line has both its ends', () => {
    const state = world({ lab: { roles: [] } });
    const ids = new Set(state?.nodes.map(({ id }) => id));
    expect(state?.edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
  });

  test('a machine that replicates back stands in Azure', () => {
    const back = item('WEB01', { instanceType: 'InMage', protectedDisks: [] });
    expect(world({ vault: { items: [back, item('DB01')] } })?.nodes.find(({ id }) => id === web.id)).toMatchObject({ lane: 'azure', column: 1 });
  });

  test('of many machines the least healthy are shown and the others counted', () => {
    const items = Array.from({ length: 50 }, (_item, place) => item(`M${place}`, {}, { replicationHealth: place === 40 ? 'Critical' : 'Normal' }));
    const names = world({ vault: { items } })?.nodes.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['M40', '44 more machines']));
  });
});

describe('a plan', () => {
  const world = (jobs: ReturnType<typeof job>[]) =>
    planState({ snapshot: snapshot({ timeMs: startMs + 5 * minuteMs, vault: { jobs } }), operations }, { kind: 'plan', id: planId })?.state;
  const times = { startTime: new Date(startMs), endTime: new Date(startMs + 3 * minuteMs) };
  const unset = new Date(-6_858_000_000_000);

  test('that never ran has its groups and no states', () => {
    const state = world([]);
    expect(state?.groups.map(({ name, state: word }) => [name, word])).toEqual([
      ['All Groups: Shutdown', null],
      ['All Groups: Failover', null],
      ['Group 1: Start', null],
      ['Group 2: Start', null],
    ]);
    expect(state).toMatchObject({ run: null, lastDrill: null });
  });

  test('that runs shows what each step does', () => {
    const member = { taskId: 'child', name: 'TestFailover', friendlyName: 'DB01', state: 'Succeeded', ...times };
    const running = job('run', {
      state: 'Suspended',
      startTime: new Date(startMs),
      tasks: [
        {
          name: 'AllGroupsShutdown',
          state: 'Other',
          startTime: unset,
          endTime: unset,
          customDetails: null,
          groupTaskCustomDetails: null,
          errors: null,
        } as never,
        {
          name: 'Group1Start',
          state: 'Succeeded',
          groupTaskCustomDetails: { instanceType: 'RecoveryPlanGroupTaskDetails', groupId: '1', rpGroupType: 'Boot', childTasks: [member] },
          ...times,
        },
        { name: 'Action/Point DNS to Azure', state: 'Suspended', startTime: new Date(startMs + 3 * minuteMs), endTime: unset },
        { name: 'Group2Start', state: 'NotStarted', startTime: unset, endTime: unset },
      ],
    });
    const state = world([running]);
    expect(state?.run).toMatchObject({ state: 'suspended', doneSteps: 2, totalSteps: 4 });
    expect(state?.groups.map((group) => group.state)).toEqual(['skipped', null, 'succeeded', 'suspended']);
    expect(state?.groups[2]?.machines).toEqual([{ name: 'DB01', kind: 'machine', state: 'succeeded', durationMs: 3 * minuteMs, detail: '' }]);
    expect(state?.groups[3]?.before[0]).toMatchObject({ name: 'Point DNS to Azure', kind: 'manual', state: 'suspended', detail: 'Change the A record.' });
  });

  test('has the times of the last drill that succeeded, not of a later one that failed', () => {
    const drill = job('drill', {
      state: 'Succeeded',
      ...times,
      customDetails: {
        instanceType: 'TestFailoverJobDetails',
        protectedItemDetails: [{ recoveryPointTime: new Date(startMs - 4 * minuteMs) }, { recoveryPointTime: new Date(startMs - minuteMs) }],
      },
    });
    const failed = job('failed', { state: 'Failed', startTime: new Date(startMs + 4 * minuteMs), endTime: new Date(startMs + 5 * minuteMs) });
    expect(world([failed, drill])).toMatchObject({ run: { state: 'failed' }, lastDrill: { rtoMs: 3 * minuteMs, rpoMs: 4 * minuteMs } });
  });
});

test('without a lab a view offers to start one', () => {
  expect(idleState({ ...snapshot(), state: 'lost' }, '').message).toMatchObject({ kind: 'nothing', actions: [{ id: 'startLab' }] });
  expect(idleState({ ...snapshot(), state: 'starting' }, '').message.actions).toEqual([]);
});

test('what a page kept over a reload is believed only when it is a subject of its view', () => {
  expect(restoredSubject('machine', { subject: web, tables: [] })).toEqual(web);
  expect(restoredSubject('topology', { subject: { kind: 'vault' } })).toEqual({ kind: 'vault' });
  expect(restoredSubject('machine', { subject: { kind: 'plan', id: planId } })).toBeUndefined();
  expect(restoredSubject('plan', { subject: { kind: 'plan', id: 7 } })).toBeUndefined();
  expect(restoredSubject('plan', 'anything')).toBeUndefined();
});

test('a long name is cut in the tab, by whole characters', () => {
  const name = `${'a'.repeat(38)}👩‍💻${'b'.repeat(160)}`;
  const long = snapshot({ vault: { items: [item('WEB01', {}, { friendlyName: name })] } });
  expect(tabTitle('machine', long, { kind: 'item', id: itemId('WEB01') })).toBe(`${'a'.repeat(38)}👩‍💻…`);
});
