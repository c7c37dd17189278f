// What the configuration server finds: machines of a vCenter, physical servers, and its power over them.
import { expect } from 'vitest';
import type { SiteTask } from '../../../../emulator/replication/orders.ts';
import { eventually } from '../siteLab.ts';
import { addVCenter, machine, minuteMs, siteTest } from './siteStory.ts';

siteTest('adding a vCenter finds its machines, and says which cannot be protected', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  const web = await vCenter.addMachine(machine('web-1'));
  await vCenter.addMachine(machine('web-2', { instanceUuid: web.instanceUuid }));
  const lost = await vCenter.addMachine(machine('lost', { host: 'esxi-2' }));
  await vCenter.addMachine(machine('PS01', { appliance: true }));
  for (const { instanceUuid } of [web, lost]) await vCenter.power(instanceUuid, 'start');
  vCenter.setHost('esxi-2', 'DISCONNECTED');
  await story.openProcessServer();
  server.addAccount('vcenter', 'reader', 'Read1!');
  expect(await story.carryOut(addVCenter(vCenter.url, '1'))).toEqual([{ taskId: 'add-vc-1', state: 'done', output: { machines: 4 } }]);
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

siteTest('a vCenter that refuses the account is not added', async ({ story }) => {
  const { server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  await story.openProcessServer();
  server.addAccount('vcenter', 'asr', 'wrong');
  expect(await story.carryOut(addVCenter(vCenter.url, '1'))).toMatchObject([{ state: 'failed', error: { code: 'VCenterLoginFailed' } }]);
  expect(await story.carryOut(addVCenter(vCenter.url, '7', 'vc-7'))).toMatchObject([{ state: 'failed', error: { code: 'RunAsAccountNotFound' } }]);
});

siteTest('new machines appear with the next discovery, within 15 minutes or at a refresh', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  await story.openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  const add = addVCenter(vCenter.url, '1');
  await story.carryOut(add);
  const names = (): string[] => lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.map(({ name }) => name) ?? [];
  await vCenter.addMachine(machine('late'));
  await lab.kernel.clock.advance(15 * minuteMs);
  await eventually(lab.kernel, () => names().includes('late'));
  await vCenter.addMachine(machine('later'));
  expect(await story.carryOut({ taskId: 'refresh-1', kind: 'refresh' })).toMatchObject([{ taskId: 'refresh-1', state: 'done' }]);
  await eventually(lab.kernel, () => names().includes('later'));
});

siteTest('a vCenter that is away keeps its machines in the list, as not selectable', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  await vCenter.addMachine(machine('web-1'));
  await story.openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  await story.carryOut(addVCenter(vCenter.url, '1'));
  lab.kernel.network.set('processserver-vcenter', { state: 'cut' });
  expect(await story.carryOut({ taskId: 'refresh-1', kind: 'refresh' })).toMatchObject([{ state: 'warning', error: { code: 'LinkDown' } }]);
  await eventually(lab.kernel, () => lab.vault.reports.some((report) => report.vCenters?.[0]?.connected === false));
  expect(lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.[0]?.notSelectable).toContain('vCenter is not connected.');
});

siteTest('a discovery that vCenter answers with a wrong number of snapshots fails with its documented code', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  await story.openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  lab.kernel.faults.add({ id: 'snapshots', point: 'processserver.discover', subject: 'vc-1', effect: { kind: 'error', code: '95126' }, times: 1 });
  expect(await story.carryOut(addVCenter(vCenter.url, '1'))).toMatchObject([{ state: 'failed', error: { code: '95126' } }]);
  expect(await story.carryOut({ ...addVCenter(vCenter.url, '1'), taskId: 'again' })).toMatchObject([{ state: 'done' }]);
});

siteTest('machines are shut down through vCenter, unless the account may only read', async ({ story }) => {
  const { server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  const { instanceUuid } = await vCenter.addMachine(machine('web-1'));
  await vCenter.power(instanceUuid, 'start');
  await story.openProcessServer();
  server.addAccount('vcenter', 'reader', 'Read1!');
  await story.carryOut(addVCenter(vCenter.url, '1'));
  expect(await story.carryOut({ taskId: 'off-1', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toMatchObject([
    { state: 'failed', error: { code: 'VCenterPermissionDenied' } },
  ]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_ON');
  server.addAccount('vcenter', 'asr', 'Asr1!');
  expect(await story.carryOut({ taskId: 'off-2', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toEqual([{ taskId: 'off-2', state: 'done' }]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_OFF');
  expect(await story.carryOut({ taskId: 'off-3', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toEqual([{ taskId: 'off-3', state: 'done' }]);
  expect(await story.carryOut({ taskId: 'on-1', kind: 'powerOn', machineId: instanceUuid })).toEqual([{ taskId: 'on-1', state: 'done' }]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_ON');
  expect(await story.carryOut({ taskId: 'on-2', kind: 'powerOn', machineId: 'nobody' })).toMatchObject([
    { state: 'failed', error: { code: 'MachineNotDiscovered' } },
  ]);
});

siteTest('a guest without VMware Tools is powered off, with a remark', async ({ story }) => {
  const { server } = story;
  await story.joinVault();
  const vCenter = await story.openVCenter();
  const { instanceUuid } = await vCenter.addMachine(machine('web-1', { guest: { toolsRunning: false } }));
  await vCenter.power(instanceUuid, 'start');
  await story.openProcessServer();
  server.addAccount('vcenter', 'asr', 'Asr1!');
  await story.carryOut(addVCenter(vCenter.url, '1'));
  expect(await story.carryOut({ taskId: 'off-1', kind: 'powerOff', machineId: instanceUuid, graceful: true })).toMatchObject([
    { state: 'warning', error: { code: 'VCenterCallFailed' } },
  ]);
  expect(vCenter.vm(instanceUuid).power).toBe('POWERED_OFF');
});

siteTest('a physical server is known when it was typed in and answers', async ({ story }) => {
  const { lab } = story;
  await story.joinVault();
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
  await story.openProcessServer({ findPhysical: async ({ ipAddress }) => (ipAddress === '10.0.0.9' ? found : undefined) });
  const add = (taskId: string, ipAddress: string): SiteTask => ({ taskId, kind: 'addPhysicalServer', name: 'db-1', ipAddress, osType: 'Linux' });
  expect(await story.carryOut(add('p-1', '10.0.0.9'))).toEqual([{ taskId: 'p-1', state: 'done', output: { machineId: 'phys-1' } }]);
  expect(await story.carryOut(add('p-2', '10.0.0.8'))).toMatchObject([{ state: 'failed', error: { code: 'PhysicalServerNotFound' } }]);
  await eventually(lab.kernel, () => lab.vault.reports.some((report) => report.machines?.[0]?.machineId === 'phys-1'));
  expect(await story.carryOut({ taskId: 'p-3', kind: 'removePhysicalServer', machineId: 'phys-1' })).toMatchObject([{ state: 'done' }]);
  await story.carryOut({ taskId: 'refresh-1', kind: 'refresh' });
  await eventually(lab.kernel, () => lab.vault.reports.findLast((report) => report.machines !== undefined)?.machines?.length === 0);
});
