// Azure VMs out of replicas: created, run, restarted with the process, and deleted with their disks.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AzureMachines } from '../../../../emulator/azure/compute/service.ts';
import { sizeFor } from '../../../../emulator/azure/compute/sizes.ts';
import type { MachineOrder } from '../../../../emulator/azure/compute/state.ts';
import { VirtualNetworks } from '../../../../emulator/azure/network/service.ts';
import { StorageAccounts } from '../../../../emulator/azure/storage/storageAccounts.ts';
import { Store } from '../../../../emulator/kernel/store.ts';
import { Machine } from '../../../../emulator/machine/machine.ts';
import { batchOf, markOf } from '../../../contract/replica.spec.ts';
import { testKernel } from '../../../support/kernel.ts';
import { useFolder } from '../../../support/folder.ts';

const mib = 1024 * 1024;

async function useAzure(quota = { machines: 10, nics: 10 }) {
  const folder = useFolder();
  const kernel = testKernel();
  const store = new Store(join(folder.path, 'azure.sqlite'));
  const storage = await StorageAccounts.start({ kernel, store, folder: join(folder.path, 'storage'), logAccount: 'asrlog', targetAccounts: ['target'] });
  const networks = new VirtualNetworks({ kernel, store });
  if (networks.subnets('production') === undefined)
    networks.create({ name: 'production', region: 'westeurope', addressPrefix: '10.1.0.0/16', subnets: [{ name: 'web', addressPrefix: '10.1.1.0/24' }] });
  const open = (): AzureMachines =>
    new AzureMachines({
      kernel,
      store,
      folder: join(folder.path, 'compute'),
      networks,
      resourceGroupId: '/subscriptions/s/resourceGroups/g',
      quota: () => quota,
      makeMachine: (definition, host) => new Machine({ kernel, definition, ...host }),
      openDisk: (url, journalPath) => storage.openDisk(url, journalPath),
      diskExists: (url) => storage.diskExists(url),
      deleteDisk: (url) => storage.deleteDisk(url),
    });
  return {
    kernel,
    storage,
    networks,
    open,
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** A replica with a mark in it, failed over to a disk. */
async function newDisk(storage: StorageAccounts, diskId: string): Promise<string> {
  const address = await storage.createReplica({ pairId: `pair-${diskId}`, diskId, sizeBytes: mib, storageAccount: 'target' });
  await using replica = await storage.openReplica(address);
  await replica.position();
  await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(4096, 1) }]));
  const { id } = await replica.snapshot(1, markOf(1));
  return storage.copySnapshotToDisk(address, id, `vm-${diskId}`);
}

async function newOrder(storage: StorageAccounts, change: Partial<MachineOrder> = {}): Promise<MachineOrder> {
  return {
    name: 'web-1',
    size: 'Standard_DS2_v2',
    osType: 'Linux',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 4 * 2 ** 30,
    disks: [{ diskId: '1', name: 'os', url: await newDisk(storage, '1'), sizeBytes: mib, osDisk: true }],
    network: { networkName: 'production', subnetName: 'web', ipAddress: null, fallBack: false },
    copyOf: { machineId: 'source', drill: false },
    ...change,
  };
}

test('a machine made from a snapshot runs on its bytes, and what it writes is there after the process restarted', async () => {
  await using azure = await useAzure();
  const machines = azure.open();
  const made = await machines.createMachine(await newOrder(azure.storage));
  expect(made).toMatchObject({
    name: 'web-1',
    ipAddress: '10.1.1.4',
    resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1',
  });
  expect(machines.state(made.machineId)).toBe('stopped');
  await machines.start(made.machineId);
  const disk = machines.machine(made.machineId).disk('1');
  expect((await disk.read(0, 4096)).equals(Buffer.alloc(4096, 1))).toBe(true);
  await disk.write(4096, Buffer.alloc(512, 2));
  await machines[Symbol.asyncDispose]();

  await using again = azure.open();
  expect(again.state(made.machineId)).toBe('stopped');
  await again.resume();
  expect(again.state(made.machineId)).toBe('running');
  expect((await again.machine(made.machineId).disk('1').read(4096, 512)).equals(Buffer.alloc(512, 2))).toBe(true);
});

test('a stopped machine stays off after a restart', async () => {
  await using azure = await useAzure();
  const machines = azure.open();
  const { machineId } = await machines.createMachine(await newOrder(azure.storage));
  await machines.start(machineId);
  await machines.stop(machineId, 'graceful');
  await machines.stop(machineId, 'graceful');
  await machines[Symbol.asyncDispose]();
  await using again = azure.open();
  await again.resume();
  expect(again.state(machineId)).toBe('stopped');
});

test('creating the same copy again gives the same machine, another one of that name is refused', async () => {
  await using azure = await useAzure();
  await using machines = azure.open();
  const order = await newOrder(azure.storage);
  const made = await machines.createMachine(order);
  expect(await machines.createMachine(order)).toEqual(made);
  expect(machines.list()).toHaveLength(1);
  await expect(machines.createMachine({ ...order, copyOf: { machineId: 'other', drill: false } })).rejects.toMatchObject({ code: 'AzureMachineExists' });
});

test('deleting a machine deletes its disks and frees its address, and may be repeated', async () => {
  await using azure = await useAzure();
  await using machines = azure.open();
  const order = await newOrder(azure.storage);
  const { machineId } = await machines.createMachine(order);
  await machines.start(machineId);
  await machines.delete(machineId);
  await machines.delete(machineId);
  expect(machines.state(machineId)).toBe('absent');
  expect(azure.networks.allocations()).toEqual([]);
  expect(await azure.storage.diskExists(order.disks[0]?.url ?? '')).toBe(false);
});

test('every violation of an order is told at once', async () => {
  await using azure = await useAzure();
  await using machines = azure.open();
  const order = await newOrder(azure.storage, { name: '-web_1', size: 'Standard_Huge' });
  await expect(machines.createMachine({ ...order, disks: [] })).rejects.toMatchObject({ code: 'AzureMachineInvalid', details: [{}, {}, {}] });
  const dataDisks = Array.from({ length: 5 }, (_, place) => ({ ...(order.disks[0] as MachineOrder['disks'][number]), diskId: `d${place}`, osDisk: false }));
  await expect(machines.createMachine({ ...order, name: 'web', size: 'Standard_DS1_v2', disks: [...order.disks, ...dataDisks] })).rejects.toMatchObject({
    code: 'AzureMachineInvalid',
    message: expect.stringContaining('4 data disks'),
  });
});

test('used-up quotas are 28031 and 28092, a missing disk or network is 70038, and nothing is left behind', async () => {
  await using azure = await useAzure({ machines: 1, nics: 1 });
  await using machines = azure.open();
  const order = await newOrder(azure.storage);
  await expect(machines.createMachine({ ...order, nicCount: 2 })).rejects.toMatchObject({ code: '28092' });
  await expect(
    machines.createMachine({ ...order, disks: [{ ...(order.disks[0] as MachineOrder['disks'][number]), url: `${order.disks[0]?.url}.gone` }] }),
  ).rejects.toMatchObject({ code: '70038' });
  await expect(
    machines.createMachine({ ...order, network: { networkName: 'gone', subnetName: null, ipAddress: null, fallBack: false } }),
  ).rejects.toMatchObject({ code: '70038' });
  expect(machines.list()).toEqual([]);
  expect(azure.networks.allocations()).toEqual([]);
  await machines.createMachine(order);
  await expect(machines.createMachine({ ...order, name: 'web-2' })).rejects.toMatchObject({ code: '28031' });
});

test('the size limits how many network cards a machine keeps, and a machine without a network has none', async () => {
  await using azure = await useAzure();
  await using machines = azure.open();
  const order = await newOrder(azure.storage);
  const { machineId } = await machines.createMachine({ ...order, nicCount: 4 });
  expect(machines.machine(machineId).definition.nics.map((nic) => nic.ipAddress)).toEqual(['10.1.1.4', '10.1.1.5']);
  expect(await machines.createMachine({ ...order, name: 'alone', network: null })).toMatchObject({ ipAddress: null });
});

test('the size for a machine is the smallest that has room for it', () => {
  expect(sizeFor({ cpuCount: 2, memoryBytes: 6 * 2 ** 30, dataDisks: 1 }).name).toBe('Standard_DS2_v2');
  expect(sizeFor({ cpuCount: 500, memoryBytes: 2 ** 40, dataDisks: 1 }).name).toBe('Standard_D64s_v3');
});
