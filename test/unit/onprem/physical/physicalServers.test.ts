// Physical servers: added by hand, run on raw disks, and still there after the process died.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { PhysicalServers, type PhysicalServerSpec } from '../../../../emulator/onprem/physical/physicalServers.ts';
import { guestLab, type GuestLab } from '../../machine/guestLab.ts';

let lab: GuestLab;
let servers: PhysicalServers;
const spec: PhysicalServerSpec = {
  name: 'metal',
  osType: 'Windows',
  osVersion: 'Windows Server 2012 R2',
  cpuCount: 8,
  memoryBytes: 2 ** 35,
  nics: [{ network: 'LAN', ipAddress: '192.168.1.20' }],
  disks: [{ sizeBytes: 2 ** 20 }, { sizeBytes: 2 ** 21, dynamic: true }],
};
const open = (): Promise<PhysicalServers> => PhysicalServers.open({ kernel: lab.kernel, folder: `${lab.folder}/physical` });
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  LabError.from(
    await work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  ).code;

beforeEach(async () => {
  lab = guestLab('physical');
  servers = await open();
});
afterEach(async () => {
  await servers[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

test('a server is found by its name and its address, and runs on its own disks', async () => {
  const definition = await servers.add(spec);
  expect(definition).toMatchObject({
    platform: 'Physical',
    disks: [
      { name: '\\\\.\\PHYSICALDRIVE0', osDisk: true },
      { osDisk: false, dynamic: true },
    ],
  });
  expect(servers.find('metal')).toEqual(definition);
  expect(servers.find('192.168.1.20')).toEqual(definition);
  expect(servers.find('192.168.1.21')).toBeUndefined();
  await servers.power(definition.machineId, 'on');
  const diskId = definition.disks[0]?.diskId as string;
  await servers.machine(definition.machineId).disk(diskId).write(0, Buffer.alloc(512, 'p'));
  await servers.power(definition.machineId, 'shutDown');
  await using disk = await servers.openStoppedDisk(definition.machineId, diskId);
  expect((await disk.read(0, 512)).toString()).toBe('p'.repeat(512));
});

test('a second server of the same name or address is refused', async () => {
  await servers.add(spec);
  expect(await codeOf(servers.add({ ...spec, nics: [] }))).toBe('PhysicalServerExists');
  expect(await codeOf(servers.add({ ...spec, name: 'other' }))).toBe('PhysicalServerExists');
});

test('a running server keeps its disks to itself', async () => {
  const { machineId, disks } = await servers.add(spec);
  const diskId = disks[0]?.diskId as string;
  await servers.power(machineId, 'on');
  expect(await codeOf(servers.remove(machineId))).toBe('PhysicalServerRunning');
  expect(await codeOf(servers.openStoppedDisk(machineId, diskId))).toBe('PhysicalServerRunning');
  expect(await codeOf(servers.releaseDisk(machineId, diskId))).toBe('PhysicalServerRunning');
  await servers.power(machineId, 'off');
  await servers.releaseDisk(machineId, diskId);
  const path = servers.diskPath(machineId, diskId);
  await servers.remove(machineId);
  expect(existsSync(path)).toBe(false);
  expect(await codeOf(servers.power(machineId, 'on'))).toBe('NotFound');
});

test('servers that ran come up again, and their conditions are kept', async () => {
  const { machineId } = await servers.add(spec);
  await servers.add({ ...spec, name: 'idle', nics: [] });
  await servers.setGuest(machineId, { wmi: false });
  await servers.power(machineId, 'on');
  await servers[Symbol.asyncDispose]();
  servers = await open();
  expect(await servers.resume()).toEqual([]);
  expect(servers.list().map(({ definition, power }) => [definition.name, power, servers.machine(definition.machineId).state])).toEqual([
    ['metal', 'on', 'poweredOn'],
    ['idle', 'off', 'poweredOff'],
  ]);
  expect(servers.machine(machineId).definition.guest.wmi).toBe(false);
});

test('a disk of a server that is off grows and never shrinks', async () => {
  const { machineId, disks } = await servers.add(spec);
  const diskId = disks[0]?.diskId ?? '';
  await servers.growDisk(machineId, diskId, 2 ** 22);
  await servers[Symbol.asyncDispose]();
  servers = await open();
  await servers.power(machineId, 'on');
  expect(servers.machine(machineId).disk(diskId).sizeBytes).toBe(2 ** 22);
  expect(await codeOf(servers.growDisk(machineId, diskId, 2 ** 23))).toBe('PhysicalServerRunning');
  await servers.power(machineId, 'off');
  expect(await codeOf(servers.growDisk(machineId, diskId, 2 ** 21))).toBe('DiskShrinkRefused');
  expect(await codeOf(servers.growDisk(machineId, 'none', 2 ** 23))).toBe('NotFound');
});
