// What a failover leaves in Azure, through the clients of compute, network, storage and resources: the machine, its disks' bytes, its address.
import { StorageSharedKeyCredential, PageBlobClient } from '@azure/storage-blob';
import type { StorageManagementClient } from '@azure/arm-storage';
import { expect, test } from 'vitest';
import { officialClients } from '../../../clients/officialClients.ts';
import { linuxMachine, smallDiskBytes, LabUnderTest } from '../../../support/lab.ts';

const fast = { updateIntervalInMs: 20 };
const written = Buffer.alloc(4096, 0x5a);
const writtenAt = 2 ** 20;

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** A machine that was failed over, with known bytes on its disk. */
async function failedOver(): Promise<LabUnderTest> {
  const lab = await LabUnderTest.open({ virtualMachines: [linuxMachine('web01')], azure: { networks: [network] } });
  await lab.call('policy.create', { name: 'gold' });
  await lab.step(120_000);
  await lab.finish(lab.call('item.enable', { machine: 'web01', policy: 'gold' }));
  await lab.untilProtected('web01');
  await lab.call('disk.write', {
    disk: { location: 'onPremises', machine: 'web01', disk: '0', at: 'present' },
    offset: writtenAt,
    base64: written.toString('base64'),
  });
  await lab.finish(lab.call('item.failover', { machine: 'web01', shutdown: true }));
  return lab;
}

const network = { name: 'vnet-recovery', addressSpace: '10.1.0.0/16', subnets: [{ name: 'front', addressPrefix: '10.1.1.0/24' }] };

/** As the owner of a disk opens it: by the key of the account that the address names. */
async function blobOf({ storageAccounts }: StorageManagementClient, group: string, uri: string): Promise<PageBlobClient> {
  const { primaryEndpoints } = await storageAccounts.getProperties(group, 'asrlabtarget');
  expect(uri.startsWith(primaryEndpoints?.blob ?? 'none')).toBe(true);
  const { keys = [] } = await storageAccounts.listKeys(group, 'asrlabtarget');
  return new PageBlobClient(uri, new StorageSharedKeyCredential('asrlabtarget', keys[0]?.value ?? ''));
}

/** Lets time go on while a client waits. */
async function whileTimeGoesOn<T>(lab: LabUnderTest, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => (done = true));
  while (!done) {
    await lab.step(15_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ended;
}

test('a machine that was failed over is found with its size, its blob and its address, is switched, and goes with its disk', async () => {
  await using lab = await failedOver();
  const { ready } = lab.lab;
  const group = ready.resourceGroup;
  const { compute, network: networks, storage, resources } = officialClients(ready);

  const [machine] = await collect(compute.virtualMachines.list(group));
  const blob = await blobOf(storage, group, machine?.storageProfile?.osDisk?.vhd?.uri ?? '');
  expect((await blob.getProperties()).contentLength).toBe(smallDiskBytes + 512);
  expect((await blob.downloadToBuffer(writtenAt, written.length)).equals(written)).toBe(true);

  const nics = await collect(networks.networkInterfaces.list(group));
  expect(nics).toMatchObject([
    {
      virtualMachine: { id: machine?.id },
      ipConfigurations: [
        {
          privateIPAddress: expect.stringMatching(/^10\.1\.1\./),
          subnet: { id: expect.stringMatching(/virtualNetworks\/vnet-recovery\/subnets\/front$/) },
        },
      ],
    },
  ]);
  await expect(networks.subnets.beginDeleteAndWait(group, 'vnet-recovery', 'front')).rejects.toMatchObject({ code: 'InUseSubnetCannotBeDeleted' });

  const power = async (): Promise<string | undefined> =>
    (await compute.virtualMachines.instanceView(group, 'web01')).statuses?.find((status) => status.code?.startsWith('PowerState'))?.code;
  expect(await power()).toBe('PowerState/running');
  await whileTimeGoesOn(lab, compute.virtualMachines.powerOff(group, 'web01', fast).pollUntilDone());
  expect(await power()).toBe('PowerState/stopped');
  await whileTimeGoesOn(lab, compute.virtualMachines.deallocate(group, 'web01', fast).pollUntilDone());
  expect(await power()).toBe('PowerState/deallocated');
  await whileTimeGoesOn(lab, compute.virtualMachines.start(group, 'web01', fast).pollUntilDone());
  expect(await power()).toBe('PowerState/running');

  const types = (await collect(resources.resources.listByResourceGroup(group))).map((row) => row.type);
  expect(types).toEqual(
    expect.arrayContaining(['Microsoft.Compute/virtualMachines', 'Microsoft.Network/networkInterfaces', 'Microsoft.Storage/storageAccounts']),
  );
  await whileTimeGoesOn(lab, compute.virtualMachines.delete(group, 'web01', fast).pollUntilDone());
  expect(await collect(compute.virtualMachines.list(group))).toEqual([]);
  expect(await blob.exists()).toBe(false);
});
