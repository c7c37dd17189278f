// Samples of what the extension pushes to its webviews: an estate at work, with names as bad as names can be.
import type { ActionView, MachineState, PlanState, SeriesPoint, TopologyNode, TopologyState } from '../../../webview/contract.ts';

export const hostileNames = {
  markup: `<img src=x onerror="document.title='broken'"> & "WEB" 'O1'`,
  rightToLeft: 'שרת-אינטרנט ١٢',
  long: `APP-${'0123456789'.repeat(20)}`,
} as const;

const nowMs = Date.UTC(2026, 10, 23, 14, 5, 30);
const minuteMs = 60_000;
const gigabyte = 2 ** 30;
const megabyte = 2 ** 20;

function series(count: number, value: (place: number) => number): SeriesPoint[] {
  return Array.from({ length: count }, (_point, place) => ({ timeMs: nowMs - (count - 1 - place) * 2 * minuteMs, value: value(place) }));
}

const refusal = { because: 'WEB01 has no failover to commit.', remedy: 'Fail it over first.' };
const machineActions: readonly ActionView[] = [
  { id: 'testFailover', title: 'Test Failover…', primary: true, withPoint: true },
  { id: 'failover', title: 'Failover…', withPoint: true },
  { id: 'resynchronize', title: 'Resynchronize' },
  { id: 'disable', title: 'Disable Replication…', minor: true },
  { id: 'commit', title: 'Commit', refusal },
  { id: 'reprotect', title: 'Re-protect…', refusal: { because: 'WEB01 is not failed over.', remedy: 'Re-protection follows a committed failover.' } },
];

export const machine: MachineState = {
  name: 'WEB01',
  protectionState: 'Protected',
  health: 'Warning',
  facts: [
    { name: 'Runs', value: 'On-premises' },
    { name: 'Replicates to', value: 'Azure' },
    { name: 'Policy', value: '24-hour-policy' },
    { name: 'Process server', value: 'PS01' },
    { name: 'Replication group', value: 'shop' },
    { name: 'Azure VM', value: 'WEB01 (Standard_A2)' },
    { name: 'Newest recovery point', value: '2026-11-23 14:02:00' },
  ],
  nowMs,
  rpo: series(120, (place) => 60 + (place % 3) * 95 + (place > 88 && place < 100 ? (place - 88) * 90 : 0)),
  rpoThresholdSeconds: 900,
  churn: series(120, (place) => megabyte * (1.2 + Math.sin(place / 9) + (place % 17 === 0 ? 3 : 0))),
  points: Array.from({ length: 70 }, (_point, place) => ({
    id: `point-${place}`,
    timeMs: nowMs - (70 - place) * 5 * minuteMs + 90_000,
    consistency: place % 12 === 0 ? ('ApplicationConsistent' as const) : ('CrashConsistent' as const),
    multiVm: place % 5 === 0,
  })),
  disks: [
    {
      name: 'Disk0',
      sizeBytes: 40 * gigabyte,
      stage: 'Differential synchronization',
      progressPercent: null,
      sourceBytes: 2.4 * megabyte,
      processServerBytes: null,
      targetBytes: 0,
      resyncRequired: false,
    },
    {
      name: 'Disk1',
      sizeBytes: 512 * gigabyte,
      stage: 'Resynchronization',
      progressPercent: 37,
      sourceBytes: 900 * megabyte,
      processServerBytes: 120 * megabyte,
      targetBytes: 0,
      resyncRequired: true,
    },
  ],
  path: [
    {
      name: 'WEB01',
      role: 'Mobility service',
      health: 'Normal',
      waitingBytes: 2.4 * megabyte,
      bytesPerSecond: 1.8 * megabyte,
      port: 'HTTPS 9443',
      connection: 'up',
    },
    { name: 'PS01', role: 'Process server', health: 'Warning', waitingBytes: 120 * megabyte, bytesPerSecond: null, port: 'HTTPS 443', connection: 'cut' },
    { name: 'Log storage', role: 'Cache storage account', health: 'Normal', waitingBytes: 0, bytesPerSecond: 0, port: 'Azure', connection: 'up' },
    { name: 'Replica disks', role: 'Target storage account', health: 'Normal', waitingBytes: null, bytesPerSecond: null, port: '', connection: 'up' },
  ],
  problems: [
    {
      code: '78028',
      level: 'Warning',
      message: 'The RPO of WEB01 is over the threshold of its policy.',
      possibleCauses: 'The process server cannot upload, or the machine writes more than the connection carries.',
      recommendedAction: 'Check the connection from PS01 to the storage account.',
    },
  ],
  actions: machineActions,
};

export const hostileMachine: MachineState = {
  ...machine,
  name: hostileNames.long,
  health: 'Critical',
  facts: [
    { name: 'Policy', value: hostileNames.markup },
    { name: 'Process server', value: hostileNames.rightToLeft },
    { name: 'Azure VM', value: hostileNames.long },
  ],
  disks: [
    { ...(machine.disks[0] as MachineState['disks'][number]), name: hostileNames.markup },
    { ...(machine.disks[0] as MachineState['disks'][number]), name: hostileNames.long },
  ],
  path: machine.path.map((hop, place) => ({ ...hop, name: place === 0 ? hostileNames.long : place === 1 ? hostileNames.rightToLeft : hop.name })),
  problems: machine.problems.map((problem) => ({ ...problem, level: 'Critical' as const, message: `${hostileNames.markup} ${hostileNames.long}` })),
};

export const freshMachine: MachineState = {
  ...machine,
  name: hostileNames.rightToLeft,
  health: 'None',
  protectionState: 'Initial replication is in progress',
  rpo: [],
  rpoThresholdSeconds: null,
  churn: series(1, () => 0),
  points: [],
  problems: [],
  actions: machineActions.map(({ id, title }) => ({ id, title, refusal })),
};

function node(
  id: string,
  place: Pick<TopologyNode, 'lane' | 'column'>,
  more: Pick<TopologyNode, 'name' | 'role' | 'detail'> & Partial<TopologyNode>,
): TopologyNode {
  return { id, health: 'Normal', ...place, ...more };
}

const [sources, site, wan, service, target] = [
  { lane: 'onPremises', column: 0 },
  { lane: 'onPremises', column: 1 },
  { lane: 'wan', column: 0 },
  { lane: 'azure', column: 0 },
  { lane: 'azure', column: 1 },
] as const;

export const topology: TopologyState = {
  nowMs,
  nodes: [
    node('web01', sources, { name: 'WEB01', role: 'Machine', detail: 'Protected, RPO 4 min', action: 'open-web01' }),
    node('db01', sources, { name: hostileNames.markup, role: 'Machine', detail: 'Protected, RPO 19 min', health: 'Warning', action: 'open-db01' }),
    node('app01', sources, { name: hostileNames.long, role: 'Machine', detail: 'Resynchronizing, 37 %', health: 'Critical', action: 'open-app01' }),
    node('rest', sources, { name: '9 more machines', role: 'Not replicated', detail: '', health: 'None' }),
    node('vcenter', site, { name: 'vcenter.lab.test', role: 'vCenter server', detail: 'Running' }),
    node('cs', site, { name: 'CS01', role: 'Configuration server', detail: 'Heartbeat 20 s ago' }),
    node('ps', site, { name: 'PS01', role: 'Process server', detail: '120 MB to upload', health: 'Warning' }),
    node('mt', site, { name: 'MT01', role: 'Master target', detail: 'Heartbeat 15 s ago' }),
    node('internet', wan, { name: 'Internet', role: 'Public endpoints', detail: '100 Mbit/s', health: 'None' }),
    node('vpn', wan, { name: 'Site-to-site VPN', role: 'Private connection', detail: 'For failback', health: 'None' }),
    node('vault', service, { name: 'lab-vault', role: 'Vault', detail: '3 replicated items' }),
    node('log', service, { name: 'labcache', role: 'Cache storage', detail: 'Replication logs' }),
    node('azps', service, { name: 'PS-AZ', role: 'Process server', detail: 'For failback', health: 'Normal' }),
    node('replica', target, { name: 'labtarget', role: 'Target storage', detail: '3 replicas' }),
    node('vms', target, { name: 'WEB01-test', role: 'Azure VM', detail: 'VM running' }),
  ],
  edges: [
    { from: 'web01', to: 'ps', port: 'HTTPS 9443', connection: 'up', bytesPerSecond: 1.8 * megabyte },
    { from: 'db01', to: 'ps', port: 'HTTPS 9443', connection: 'up', bytesPerSecond: 0.6 * megabyte },
    { from: 'app01', to: 'ps', port: 'HTTPS 9443', connection: 'up', bytesPerSecond: 12 * megabyte },
    { from: 'web01', to: 'cs', port: 'HTTPS 443', connection: 'up', bytesPerSecond: 0 },
    { from: 'cs', to: 'vcenter', port: 'HTTPS 443', connection: 'up', bytesPerSecond: 0 },
    { from: 'ps', to: 'cs', port: 'HTTPS 443', connection: 'up', bytesPerSecond: 0 },
    { from: 'cs', to: 'internet', port: 'HTTPS 443', connection: 'up', bytesPerSecond: 120 },
    { from: 'ps', to: 'internet', port: 'HTTPS 443', connection: 'cut', bytesPerSecond: 0 },
    { from: 'internet', to: 'vault', port: 'HTTPS 443', connection: 'up', bytesPerSecond: 120 },
    { from: 'internet', to: 'log', port: 'HTTPS 443', connection: 'cut', bytesPerSecond: 0 },
    { from: 'log', to: 'replica', port: 'Azure', connection: 'up', bytesPerSecond: null },
    { from: 'azps', to: 'vpn', port: 'HTTPS 9443', connection: 'absent', bytesPerSecond: 0 },
    { from: 'vpn', to: 'mt', port: 'HTTPS 9443', connection: 'absent', bytesPerSecond: 0 },
    { from: 'replica', to: 'vms', port: 'Azure', connection: 'up', bytesPerSecond: null },
  ],
};

export const plan: PlanState = {
  name: 'Shop in Azure',
  facts: [
    { name: 'From', value: 'CS01' },
    { name: 'To', value: 'Microsoft Azure' },
    { name: 'Machines', value: '5' },
  ],
  nowMs,
  run: { title: 'Test failover', state: 'running', startMs: nowMs - 195_000, endMs: null, doneSteps: 7, totalSteps: 12, errors: [] },
  lastDrill: { timeMs: nowMs - 26 * 60 * minuteMs, rtoMs: 521_000, rpoMs: 264_000 },
  actions: [
    { id: 'cleanup', title: 'Clean Up Test Failover…' },
    { id: 'cancel', title: 'Cancel Job' },
    { id: 'failover', title: 'Failover…', refusal: { because: 'A job of the plan runs.', remedy: 'Wait for it to end, or cancel it.' } },
  ],
  groups: [
    { name: 'All groups shutdown', state: 'skipped', before: [], machines: [], after: [] },
    {
      name: 'All groups failover',
      state: 'succeeded',
      before: [{ name: 'Tell the helpdesk', kind: 'manual', state: 'succeeded', durationMs: 44_000, detail: 'Call 5000 and say that the drill begins.' }],
      machines: [],
      after: [],
    },
    {
      name: 'Group 1: Start',
      state: 'succeeded',
      before: [],
      machines: [
        { name: 'DB01', kind: 'machine', state: 'succeeded', durationMs: 71_000, detail: 'Recovery point 14:00' },
        { name: hostileNames.markup, kind: 'machine', state: 'succeeded', durationMs: 66_000, detail: '' },
      ],
      after: [{ name: 'Check the database', kind: 'script', state: 'failed', durationMs: 3_000, detail: 'Exit code 1: the ledger is one entry short.' }],
    },
    {
      name: 'Group 2: Start',
      state: 'suspended',
      before: [
        { name: 'Point DNS to Azure', kind: 'manual', state: 'suspended', durationMs: 12_000, detail: 'Change the A record of shop.lab.test, then resume.' },
      ],
      machines: [
        { name: hostileNames.rightToLeft, kind: 'machine', state: 'running', durationMs: 31_000, detail: 'Creating test virtual machine' },
        { name: hostileNames.long, kind: 'machine', state: 'waiting', durationMs: null, detail: '' },
      ],
      after: [{ name: 'Warm the caches', kind: 'runbook', state: 'waiting', durationMs: null, detail: '' }],
    },
  ],
};

export const idlePlan: PlanState = {
  ...plan,
  run: null,
  lastDrill: null,
  actions: [
    { id: 'testFailover', title: 'Test Failover…', primary: true },
    { id: 'failover', title: 'Failover…' },
  ],
  groups: plan.groups.map((group) => ({
    ...group,
    state: null,
    before: group.before.map((step) => ({ ...step, state: null, durationMs: null })),
    machines: group.machines.map((step) => ({ ...step, state: null, durationMs: null, detail: '' })),
    after: group.after.map((step) => ({ ...step, state: null, durationMs: null })),
  })),
};
