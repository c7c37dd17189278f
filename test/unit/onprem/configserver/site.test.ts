// The configuration server between its vault, a vCenter and a process server: orders go down, results and reports come up.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { issue } from '../../../../emulator/http/certificates.ts';
import { VCenter, type MachineSpec } from '../../../../emulator/onprem/vcenter/vcenter.ts';
import type { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { SiteConnection } from '../../../../emulator/registration/siteConnection.ts';
import type { AgentSettings, SiteTask, TaskResult } from '../../../../emulator/replication/orders.ts';
import { ProcessServer, type ProcessServerDeps } from '../../../../emulator/onprem/processserver/processServer.ts';
import { machineOrder, pairOrder } from '../processserver/relayLab.ts';
import { credentialsFile, eventually, openSiteLab, type SiteLab } from '../siteLab.ts';

let lab: SiteLab;
let server: ConfigServer;
const minuteMs = 60_000;

beforeEach(async () => {
  lab = await openSiteLab();
  server = lab.resources.use(await lab.openConfigServer());
});
afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  expect(lab.kernel.unexpected).toEqual([]);
});

function joinVault(): Promise<unknown> {
  return server.registerWithVault(credentialsFile(lab.kernel.clock.now()), lab.vault.url);
}

async function openProcessServer(change: Partial<ProcessServerDeps> = {}): Promise<ProcessServer> {
  const opened = await ProcessServer.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'processserver'),
    name: 'PS01',
    inAzure: false,
    version: '9.24.0',
    configServerUrl: server.url,
    passphrase: server.passphrase,
    labCa: lab.labAuthority.certificate,
    openLog: () => Promise.reject(new Error('Nothing is uploaded here.')),
    reachMachine: async () => undefined,
    findPhysical: async () => undefined,
    ...change,
  });
  return lab.resources.use(opened);
}

async function openVCenter(name = 'vcenter'): Promise<VCenter> {
  const opened = await VCenter.open({
    kernel: lab.kernel,
    folder: join(lab.folder, name),
    identity: await issue(lab.labAuthority, { name, role: 'vcenter' }),
    site: {
      datacenter: 'DC0',
      cluster: 'Cluster0',
      hosts: ['esxi-1', 'esxi-2'],
      networks: ['VM Network'],
      datastores: [{ name: 'datastore1', type: 'VMFS', capacityBytes: 2 ** 34 }],
    },
    accounts: [
      { userName: 'asr', password: 'Asr1!', role: 'siteRecovery' },
      { userName: 'reader', password: 'Read1!', role: 'readOnly' },
    ],
  });
  return lab.resources.use(opened);
}

function machine(name: string, change: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 2 ** 30,
    datastore: 'datastore1',
    host: 'esxi-1',
    nics: [{ network: 'VM Network', ipAddress: '10.0.0.4' }],
    disks: [{ sizeBytes: 2 ** 20 }],
    ...change,
  };
}

const addVCenter = (url: string, accountId: string, vCenterId = 'vc-1'): SiteTask => ({
  taskId: `add-${vCenterId}`,
  kind: 'addVCenter',
  vCenter: { vCenterId, friendlyName: vCenterId, url, accountId },
});

/** Orders tasks and waits until the vault has been told how they ended; lab time may pass. */
async function carryOut(...tasks: SiteTask[]): Promise<TaskResult[]> {
  await lab.vault.want({ machines: [], tasks });
  let results: TaskResult[] = [];
  await lab.kernel.clock.runUntil(() => {
    results = [...(lab.vault.reports.at(-1)?.taskResults ?? [])];
    return tasks.every((task) => results.some((result) => result.taskId === task.taskId));
  }, 60 * minuteMs);
  return results;
}

test('a registration key older than five days, and a file that is none, do not register', async () => {
  const text = credentialsFile(lab.kernel.clock.now());
  await lab.kernel.clock.jump(5 * 86_400_000 + 1);
  await expect(server.registerWithVault(text, lab.vault.url)).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(server.registerWithVault('<xml/>', lab.vault.url)).rejects.toMatchObject({ code: 'VaultCredentialsMalformed' });
  await expect(server.registerWithVault('[]', lab.vault.url)).rejects.toMatchObject({ code: 'VaultCredentialsMalformed' });
});

test('a clock more than 15 minutes off keeps the server from registering', async () => {
  server.setClockSkew(-16 * minuteMs);
  await expect(joinVault()).rejects.toMatchObject({ code: 'ACS50008' });
  server.setClockSkew(14 * minuteMs);
  expect(await joinVault()).toEqual({ vaultName: 'vault', region: 'westeurope' });
});

test('a configuration server belongs to one vault', async () => {
  await joinVault();
  await expect(server.registerWithVault(credentialsFile(lab.kernel.clock.now()), 'https://127.0.0.1:1')).rejects.toMatchObject({
    code: 'ConfigServerRegisteredElsewhere',
  });
});

test('the vault hears of the site each minute, with accounts but without their secrets', async () => {
  await joinVault();
  expect(server.addAccount('vcenter', 'asr', 'Asr1!')).toBe('1');
  expect(server.addAccount('linux', 'root', 's3cret')).toBe('2');
  expect(server.addAccount('vcenter', 'asr', 'changed')).toBe('1');
  await eventually(lab.kernel, () => lab.vault.reports.at(-1)?.configServer.accounts.length === 2);
  const before = lab.vault.reports.length;
  await lab.kernel.clock.advance(3 * minuteMs);
  expect(lab.vault.reports.length).toBe(before + 3);
  expect(lab.vault.reports.at(-1)?.configServer).toMatchObject({
    hostId: server.hostId,
    name: 'CS01',
    accounts: [
      { accountId: '1', accountName: 'vcenter' },
      { accountId: '2', accountName: 'linux' },
    ],
  });
  expect(JSON.stringify(lab.vault.reports)).not.toMatch(/Asr1|s3cret|changed/);
});

test('an order of the vault has reached the agent when the vault’s ring ends', async () => {
  await joinVault();
  await using agent = await SiteConnection.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  });
  const seen: AgentSettings[] = [];
  agent.follow<AgentSettings>(async (settings) => void seen.push(settings));
  await eventually(lab.kernel, () => seen.length > 0);
  const order = machineOrder(null, [pairOrder('disk-a', lab.vault.url)]);
  await lab.vault.want({ machines: [order], tasks: [] });
  expect(seen.at(-1)?.order).toEqual(order);
  await lab.vault.want({ machines: [], tasks: [] });
  expect(seen.at(-1)?.order).toBeNull();
});

test('settings that came while the configuration server was away are acted on when it is back', async () => {
  await joinVault();
  await server[Symbol.asyncDispose]();
  await eventually(lab.kernel, () => lab.vault.openPolls === 0);
  await lab.vault.want({ machines: [], tasks: [{ taskId: 't-1', kind: 'removeVCenter', vCenterId: 'vc-9' }] });
  server = lab.resources.use(await lab.openConfigServer());
  await eventually(lab.kernel, () => lab.vault.reports.at(-1)?.taskResults?.length === 1);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([{ taskId: 't-1', state: 'done' }]);
});

test('adding a vCenter finds its machines, and says which cannot be protected', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  const web = await vCenter.addMachine(machine('web-1'));
  await vCenter.addMachine(machine('web-2', { instanceUuid: web.instanceUuid }));
  const lost = await vCenter.addMachine(machine('lost', { host: 'esxi-2' }));
  await vCenter.addMachine(machine('PS01', { appliance: true }));
  for (const { instanceUuid } of [web, lost]) await vCenter.power(instanceUuid, 'start');
  vCenter.setHost('esxi-2', 'DISCONNECTED');
  await openProcessServer();
  server.addAccount('vcenter', 'reader', 'Read1!');
  expect(await carryOut(addVCenter(vCenter.url, '1'))).toEqual([{ taskId: 'add-vc-1', state: 'done', output: { machines: 4 } }]);
  await eventually(lab.kernel, () => lab.vault.reports.some((report) => (report.machines?.length ?? 0) > 0));
  const found = new Map(lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.map((entry) => [entry.name, entry]));
  expect(found.get('web-1')).toMatchObject({
    machineId: web.instanceUuid,
    vCenterId: 'vc-1',
    poweredOn: true,
    ipAddresses: ['10.0.0.4'],
    datastores: ['datastore1'],
    notSelectable: [],
  });
  expect(found.get('web-1')?.disks).toEqual([
    { diskId: web.disks[0]?.diskId, name: 'Hard disk 1', sizeBytes: 2 ** 20, osDisk: true, dynamic: false, sectorBytes: 512 },
  ]);
  expect(found.get('web-2')?.notSelectable).toContain('Another machine has the same instance UUID.');
  expect(found.get('lost')?.notSelectable).toContain('Its ESXi host is not connected.');
  expect(found.get('PS01')?.notSelectable).toContain('It is a component of Site Recovery itself.');
});

test('a vCenter that refuses the account is not added', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  await openProcessServer();
  server.addAccount('vcenter', 'asr', 'wrong');
  expect(await carryOut(addVCenter(vCenter.url, '1'))).toMatchObject([{ state: 'failed', error: { code: 'VCenterLoginFailed' } }]);
  expect(await carryOut(addVCenter(vCenter.url, '7', 'vc-7'))).toMatchObject([{ state: 'failed', error: { code: 'RunAsAccountNotFound' } }]);
});

test('new machines appear with the next discovery, within 15 minutes or at a refresh', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  await openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  const add = addVCenter(vCenter.url, '1');
  await carryOut(add);
  const names = (): string[] => lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.map(({ name }) => name) ?? [];
  await vCenter.addMachine(machine('late'));
  await lab.kernel.clock.advance(15 * minuteMs);
  await eventually(lab.kernel, () => names().includes('late'));
  await vCenter.addMachine(machine('later'));
  expect(await carryOut({ taskId: 'refresh-1', kind: 'refresh' })).toMatchObject([{ taskId: 'refresh-1', state: 'done' }]);
  await eventually(lab.kernel, () => names().includes('later'));
});

test('a vCenter that is away keeps its machines in the list, as not selectable', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  await vCenter.addMachine(machine('web-1'));
  await openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  await carryOut(addVCenter(vCenter.url, '1'));
  lab.kernel.network.set('processserver-vcenter', { state: 'cut' });
  expect(await carryOut({ taskId: 'refresh-1', kind: 'refresh' })).toMatchObject([{ state: 'warning', error: { code: 'LinkDown' } }]);
  await eventually(lab.kernel, () => lab.vault.reports.some((report) => report.vCenters?.[0]?.connected === false));
  expect(lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.[0]?.notSelectable).toContain('vCenter is not connected.');
});

test('a discovery that vCenter answers with a wrong number of snapshots fails with its documented code', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  await openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  lab.kernel.faults.add({ id: 'snapshots', point: 'processserver.discover', subject: 'vc-1', effect: { kind: 'error', code: '95126' }, times: 1 });
  expect(await carryOut(addVCenter(vCenter.url, '1'))).toMatchObject([{ state: 'failed', error: { code: '95126' } }]);
  expect(await carryOut({ ...addVCenter(vCenter.url, '1'), taskId: 'again' })).toMatchObject([{ state: 'done' }]);
});

test('machines are shut down through vCenter, unless the account may only read', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  const { instanceUuid } = await vCenter.addMachine(machine('web-1'));
  await vCenter.power(instanceUuid, 'start');
  await openProcessServer();
  server.addAccount('vcenter', 'reader', 'Read1!');
  await carryOut(addVCenter(vCenter.url, '1'));
  expect(await carryOut({ taskId: 'off-1', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toMatchObject([
    { state: 'failed', error: { code: 'VCenterPermissionDenied' } },
  ]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_ON');
  server.addAccount('vcenter', 'asr', 'Asr1!');
  expect(await carryOut({ taskId: 'off-2', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toEqual([{ taskId: 'off-2', state: 'done' }]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_OFF');
  expect(await carryOut({ taskId: 'off-3', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toEqual([{ taskId: 'off-3', state: 'done' }]);
  expect(await carryOut({ taskId: 'on-1', kind: 'powerOn', machineId: instanceUuid })).toEqual([{ taskId: 'on-1', state: 'done' }]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_ON');
  expect(await carryOut({ taskId: 'on-2', kind: 'powerOn', machineId: 'nobody' })).toMatchObject([
    { state: 'failed', error: { code: 'MachineNotDiscovered' } },
  ]);
});

test('a guest without VMware Tools is powered off, with a remark', async () => {
  await joinVault();
  const vCenter = await openVCenter();
  const { instanceUuid } = await vCenter.addMachine(machine('web-1', { guest: { toolsRunning: false } }));
  await vCenter.power(instanceUuid, 'start');
  await openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  await carryOut(addVCenter(vCenter.url, '1'));
  expect(await carryOut({ taskId: 'off-1', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toMatchObject([
    { state: 'warning', error: { code: 'VCenterCallFailed' } },
  ]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_OFF');
});

test('a physical server is known when it was typed in and answers', async () => {
  await joinVault();
  const found = {
    machineId: 'phys-1',
    name: 'db-1',
    platform: 'Physical',
    vCenterId: null,
    poweredOn: true,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    secureBoot: false,
    cpuCount: 4,
    memoryBytes: 2 ** 30,
    toolsRunning: false,
    rebootPending: false,
    hostConnected: true,
    ipAddresses: ['10.0.0.9'],
    nics: [],
    datastores: [],
    disks: [],
  } as const;
  await openProcessServer({ findPhysical: async ({ ipAddress }) => (ipAddress === '10.0.0.9' ? found : undefined) });
  const add = (taskId: string, ipAddress: string): SiteTask => ({ taskId, kind: 'addPhysicalServer', name: 'db-1', ipAddress, osType: 'Linux' });
  expect(await carryOut(add('p-1', '10.0.0.9'))).toEqual([{ taskId: 'p-1', state: 'done', output: { machineId: 'phys-1' } }]);
  expect(await carryOut(add('p-2', '10.0.0.8'))).toMatchObject([{ state: 'failed', error: { code: 'PhysicalServerNotFound' } }]);
  await eventually(lab.kernel, () => lab.vault.reports.some((report) => report.machines?.[0]?.machineId === 'phys-1'));
  expect(await carryOut({ taskId: 'p-3', kind: 'removePhysicalServer', machineId: 'phys-1' })).toMatchObject([{ state: 'done' }]);
  await carryOut({ taskId: 'refresh-1', kind: 'refresh' });
  await eventually(lab.kernel, () => lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.length === 0);
});

test('an unregistered agent is not listened to until it registers anew', async () => {
  await joinVault();
  const options = {
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  } as const;
  await using agent = await SiteConnection.open(options);
  await carryOut({ taskId: 'u-1', kind: 'unregisterAgent', hostId: 'agent-1' });
  await expect(agent.report({})).rejects.toMatchObject({ code: 'AccessDenied' });
  await using again = await SiteConnection.open({ ...options, folder: join(lab.folder, 'agent-again') });
  await again.report({});
});

test('results of tasks are repeated until the vault has taken them, also after a restart', async () => {
  await joinVault();
  const task: SiteTask = { taskId: 't-1', kind: 'removeVCenter', vCenterId: 'vc-9' };
  expect(await carryOut(task)).toEqual([{ taskId: 't-1', state: 'done' }]);
  await server[Symbol.asyncDispose]();
  server = lab.resources.use(await lab.openConfigServer());
  await lab.kernel.clock.advance(minuteMs);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([{ taskId: 't-1', state: 'done' }]);
  await lab.vault.want({ machines: [], tasks: [] });
  await lab.kernel.clock.advance(minuteMs);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([]);
});

test('a pair of another machine’s process server is known to that one only', async () => {
  await joinVault();
  const first = await openProcessServer();
  const second = await openProcessServer({ folder: join(lab.folder, 'second'), name: 'PS02' });
  await lab.vault.want({ machines: [machineOrder(second, [pairOrder('disk-a', lab.vault.url)])], tasks: [] });
  await eventually(lab.kernel, () => second.gateway.pairs.has('disk-a'));
  expect(first.gateway.pairs.has('disk-a')).toBe(false);
});

test('a part of another host in a report is refused', async () => {
  await using agent = await SiteConnection.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  });
  await expect(agent.report({ agent: { hostId: 'agent-2' } as never })).rejects.toMatchObject({ code: 'MalformedRequest' });
  await expect(agent.report({ machines: 'all' as never })).rejects.toMatchObject({ code: 'MalformedRequest' });
});

test('the passphrase lies in the server’s folder for who sets up components', async () => {
  expect(await readFile(join(lab.folder, 'configserver', 'passphrase.txt'), 'utf8')).toBe(`${server.passphrase}\n`);
});
