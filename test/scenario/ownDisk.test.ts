// A user's own disk there and back again, judged by programs that know nothing of the lab: qemu-img, qemu-io, e2fsprogs and Azure's storage client.
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DiskReference } from '../../emulator/contract/control/disks.ts';
import { compareDevices } from '../../emulator/disk/hash.ts';
import { seededRandom } from '../../emulator/kernel/random.ts';
import { LabUnderTest, linuxMachine, smallDiskBytes } from '../support/lab.ts';
import { tool } from '../unit/disk/tools.ts';

const mebibyte = 2 ** 20;
const blockBytes = 4096;
const fileBytes = 24 * mebibyte;
const limitMs = 280_000;
const machine = 'FILES01';
/** Azure's agent registers again within a quarter of an hour. */
const registrationMs = 20 * 60_000;

const present = (location: DiskReference['location'], name = machine): DiskReference => ({ location, machine: name, disk: '0', at: 'present' });

/** An ext4 file system with a large file of random bytes and a folder of small ones. */
async function makeImage(lab: LabUnderTest): Promise<{ path: string; contentOffset: number }> {
  const folder = lab.file('content');
  mkdirSync(join(folder, 'letters'), { recursive: true });
  writeFileSync(join(folder, 'ledger.bin'), seededRandom('ledger').bytes(fileBytes));
  for (let number = 0; number < 200; number += 1) writeFileSync(join(folder, 'letters', `${number}.txt`), `Letter ${number}\n`.repeat(number + 1));
  const path = lab.file('files01.img');
  await tool('mkfs.ext4', '-q', '-b', String(blockBytes), '-d', folder, path, `${smallDiskBytes / mebibyte}M`);
  const blocks = (await tool('debugfs', '-R', 'blocks /ledger.bin', path)).trim().split(/\s+/).map(Number);
  // A run of 2 MiB of the file that lies in one piece on the disk.
  const run = (2 * mebibyte) / blockBytes;
  const start = blocks.findIndex((block, place) => blocks[place + run] === block + run);
  return { path, contentOffset: (blocks[start] ?? 0) * blockBytes };
}

/** Writes patterns into the content of a file, below the file system, as a guest that is busy with it. */
const qemuIo = (url: string, ...commands: string[]): Promise<string> =>
  tool('qemu-io', '-f', 'raw', ...commands.flatMap((command) => ['-c', command]), '-c', 'flush', url);

const identical = 'Images are identical.';

/** What qemu-img says of two disks. */
const compare = (first: { path: string; format: 'raw' | 'vpc' | 'vmdk' }, second: { path: string; format: 'raw' | 'vpc' | 'vmdk' }): Promise<string> =>
  tool('qemu-img', 'compare', '-U', '-f', first.format, '-F', second.format, first.path, second.path);

/** Finds nothing to complain of; a fixed VHD is the disk with a footer behind its end. */
async function fsckFindsNothing(path: string): Promise<void> {
  expect(await tool('fsck.ext4', '-fn', path)).toMatch(/files \(\d/);
}

/** Where the bytes of a machine's disk lie: a VMDK, or the address of a page blob. */
async function pathOf(lab: LabUnderTest, location: DiskReference['location'], machineName: string): Promise<string> {
  const listing = (await lab.call('disk.list', { machine: machineName })).find((one) => one.location === location);
  return listing?.path ?? '';
}

/** Downloads the disk of an Azure VM as anybody with the key of the account would. */
async function download(lab: LabUnderTest, machineName: string, name: string): Promise<string> {
  const { blob } = lab.lab.ready;
  const [container = '', ...rest] = (await pathOf(lab, 'azure', machineName)).slice(blob.url.length + 1).split('/');
  const service = new BlobServiceClient(blob.url, new StorageSharedKeyCredential(blob.accountName, blob.accountKey));
  const path = lab.file(name);
  await service.getContainerClient(container).getPageBlobClient(rest.join('/')).downloadToFile(path);
  const shown = JSON.parse(await tool('qemu-img', 'info', '-f', 'vpc', '--output=json', path)) as Record<string, unknown>;
  expect(shown).toMatchObject({ format: 'vpc', 'virtual-size': smallDiskBytes });
  return path;
}

/** The disk as it is now, as a raw file. */
async function exported(lab: LabUnderTest, disk: DiskReference, name: string): Promise<string> {
  const path = lab.file(name);
  await lab.call('disk.export', { disk, path, format: 'raw' });
  return path;
}

test(
  'an ext4 disk goes to Azure and comes back, written to all the while, and every copy is what it was at its mark',
  async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine)] });
    const image = await makeImage(lab);
    await lab.call('machine.power', { machine, to: 'shutdown' });
    await lab.call('disk.import', { machine, disk: '0', path: image.path });
    await lab.call('machine.power', { machine, to: 'on' });
    const { contentOffset } = image;

    // There: qemu-io writes while the first copy runs and after it; what it wrote before the mark is in the point, the rest is not.
    const served = await lab.call('disk.serve', { disk: present('onPremises') });
    await lab.finish(lab.call('item.enable', { machine }));
    await Promise.all([
      lab.untilProtected(machine),
      qemuIo(served.url, `write -P 0x11 ${contentOffset} 512k`, `write -P 0x22 ${contentOffset + mebibyte} 256k`),
    ]);
    await qemuIo(served.url, `write -P 0x33 ${contentOffset + 4096} 64k`, `write -z ${contentOffset + mebibyte} 64k`);
    const atMark = await exported(lab, present('onPremises'), 'at-mark.raw');
    const point = await lab.call('machine.mark', { machine, consistency: 'CrashConsistent' });
    await qemuIo(served.url, `write -P 0x44 ${contentOffset} 1M`);
    await lab.step(60_000);

    await lab.finish(lab.call('item.testFailover', { machine, point: { pointId: point.pointId } }));
    const { testMachine } = await lab.call('item.show', { machine });
    const drill = await download(lab, testMachine ?? '', 'drill.vhd');
    expect(await compare({ path: atMark, format: 'raw' }, { path: drill, format: 'vpc' })).toContain(identical);
    await lab.finish(lab.call('item.testFailoverCleanup', { machine }));

    await lab.call('disk.unserve', { url: served.url });
    await lab.finish(lab.call('item.failover', { machine, point: { pointId: point.pointId }, shutdown: true }));
    const { azureMachine } = await lab.call('item.show', { machine });
    const azure = azureMachine ?? '';
    const vhd = await download(lab, azure, 'failed-over.vhd');
    expect(await compare({ path: atMark, format: 'raw' }, { path: vhd, format: 'vpc' })).toContain(identical);
    await fsckFindsNothing(vhd);
    await lab.finish(lab.call('item.commit', { machine }));
    expect(await lab.call('item.points', { machine })).toEqual([]);

    // And back again.
    await lab.call('link.set', { path: 'site-to-site', state: 'up' });
    await lab.step(registrationMs);
    const servedInAzure = await lab.call('disk.serve', { disk: present('azure', azure) });
    await lab.finish(lab.call('item.reprotect', { machine }));
    await Promise.all([lab.untilProtected(machine), qemuIo(servedInAzure.url, `write -P 0x55 ${contentOffset} 1M`)]);
    await qemuIo(servedInAzure.url, `write -P 0x66 ${contentOffset + 8192} 128k`, `write -z ${contentOffset + mebibyte} 32k`);
    const inAzure = await exported(lab, present('azure', azure), 'in-azure.raw');
    await lab.call('disk.unserve', { url: servedInAzure.url });
    await lab.finish(lab.call('item.failback', { machine, shutdown: true }));
    const left = await download(lab, azure, 'left.vhd');
    const vmdk = await pathOf(lab, 'onPremises', machine);
    expect(await compare({ path: inAzure, format: 'raw' }, { path: vmdk, format: 'vmdk' })).toContain(identical);
    expect(await compare({ path: left, format: 'vpc' }, { path: vmdk, format: 'vmdk' })).toContain(identical);
    await fsckFindsNothing(await exported(lab, present('onPremises'), 'back.raw'));
    await lab.finish(lab.call('item.commit', { machine }));
    expect((await lab.call('machine.list', {})).map(({ platform }) => platform)).toEqual(['VmWare']);
  },
  limitMs,
);

test(
  'a served disk stays with its machine: written to while it runs, only read while it is off, and all of it is replicated',
  async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine)] });
    await lab.finish(lab.call('item.enable', { machine }));
    await lab.untilProtected(machine);
    const { url } = await lab.call('disk.serve', { disk: present('onPremises') });
    await qemuIo(url, 'write -P 0x11 1M 64k');

    await lab.call('machine.power', { machine, to: 'shutdown' });
    await lab.until('shutdown', async () => (await lab.call('machine.list', {})).every(({ poweredOn }) => !poweredOn));
    await expect(qemuIo(url, 'write -P 0x22 1M 64k')).rejects.toThrow(/Command failed/);
    await expect(lab.call('disk.write', { disk: present('onPremises'), offset: 0, base64: Buffer.alloc(512, 1).toString('base64') })).rejects.toMatchObject({
      code: 'MachineNotRunning',
    });
    await expect(lab.call('disk.import', { machine, disk: '0', path: url })).rejects.toMatchObject({ code: 'AlreadyProtected' });
    await qemuIo(url, 'read -P 0x11 1M 64k');

    await lab.call('machine.power', { machine, to: 'on' });
    await qemuIo(url, 'write -P 0x33 1088k 64k', 'read -P 0x11 1M 64k');
    await lab.call('machine.mark', { machine, consistency: 'CrashConsistent' });
    await using source = await lab.lab.disks.borrow(present('onPremises'));
    await using replica = await lab.lab.disks.borrow({ ...present('onPremises'), at: 'replica' });
    expect(await compareDevices(source.device, replica.device)).toBeNull();
  },
  limitMs,
);

test(
  'curl, with nothing but the ready line, lists the machines of vCenter and downloads a disk of one',
  async () => {
    await using lab = await LabUnderTest.open({
      virtualMachines: [linuxMachine(machine, { disks: [{ sizeBytes: smallDiskBytes, contentBytes: 4 * mebibyte }] })],
    });
    const { vcenter, ca } = lab.lab.ready;
    const curl = (...parameters: string[]): Promise<string> => tool('curl', '-sS', '--fail', '--cacert', ca, ...parameters);
    const credentials = `${vcenter.user}:${vcenter.password}`;
    const session = JSON.parse(await curl('-u', credentials, '-X', 'POST', `${vcenter.url}/api/session`)) as string;
    const machines = JSON.parse(await curl('-H', `vmware-api-session-id: ${session}`, `${vcenter.url}/api/vcenter/vm?names=${machine}`)) as { vm: string }[];
    expect(machines).toEqual([expect.objectContaining({ name: machine, power_state: 'POWERED_ON' })]);

    await lab.call('machine.power', { machine, to: 'shutdown' });
    const copy = lab.file('downloaded-flat.vmdk');
    await curl('-u', credentials, '-o', copy, `${vcenter.url}/folder/${machine}/${machine}-flat.vmdk?dcPath=DC0&dsName=datastore1`);
    const own = await exported(lab, present('onPremises'), 'own.raw');
    expect(await compare({ path: own, format: 'raw' }, { path: copy, format: 'raw' })).toContain(identical);
  },
  limitMs,
);
