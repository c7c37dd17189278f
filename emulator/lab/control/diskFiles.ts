// Control operations that bring disk files in and out, and what a disk's listing shows.
import type { DiskListing, DiskReference } from '../../contract/control/disks.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { copyDevice } from '../../disk/copyDevice.ts';
import { exportDisk } from '../../disk/exportDisk.ts';
import { importDisk, openDiskImage } from '../../disk/importDisk.ts';
import { LabError } from '../../kernel/errors.ts';
import { profiles } from '../../azure/vault/profiles.ts';
import type { ControlParts } from '../control.ts';
import type { DiskPlaces, HostedMachine } from '../diskPlaces.ts';
import { itemOf } from '../past.ts';
import type { ServedDisks } from '../servedDisks.ts';
import type { ControlFeed, Handlers } from './server.ts';

export function diskFileHandlers(
  parts: ControlParts,
  { feed, served }: { feed: ControlFeed; served: ServedDisks },
): Handlers<'disk.import' | 'disk.export' | 'disk.grow'> {
  const { world, disks, siteVault } = parts;
  const progress =
    (progressId: string | undefined): Progress =>
    (state) => {
      if (progressId !== undefined) feed.publish({ kind: 'progress', progressId, ...state });
    };
  return {
    'disk.import': async ({ machine, disk, path, progressId }) => {
      const hosted = disks.find(machine, 'onPremises');
      // Replication would not see the new content, and its change log does not fit to it. A disk that is added is not replicated at all.
      if (disk !== undefined && itemOf(siteVault.vault, hosted.definition.machineId) !== undefined)
        throw new LabError('AlreadyProtected', hosted.definition.name);
      const number =
        disk === undefined
          ? await addDisk(parts, hosted, { path, onProgress: progress(progressId) })
          : await replaceDisk(parts, hosted, { disk, path, onProgress: progress(progressId) });
      return diskListing(disks, served, { hosted: disks.find(hosted.definition.machineId), number });
    },
    'disk.grow': async ({ disk: reference, sizeBytes }) => {
      const hosted = disks.find(reference.machine, 'onPremises');
      const number = hosted.definition.disks.indexOf(disks.diskOf(hosted.definition, reference.disk));
      await growDisk(parts, hosted, { number, sizeBytes });
      return diskListing(disks, served, { hosted: disks.find(hosted.definition.machineId), number });
    },
    'disk.export': async ({ disk, path, format, progressId }) =>
      usingDisk(disks, disk, async (device) => {
        await exportDisk({ device, path, format, uniqueId: world.kernel.ids.guid(), timestampMs: world.kernel.clock.now(), onProgress: progress(progressId) });
        return { path, sizeBytes: device.sizeBytes };
      }),
  };
}

export async function usingDisk<T>(disks: DiskPlaces, reference: DiskReference, work: (device: BlockDevice) => Promise<T>): Promise<T> {
  await using disk = await disks.borrow(reference);
  // Awaited here: the disk must stay open until the work has ended.
  return await work(disk.device);
}

export async function diskListing(disks: DiskPlaces, served: ServedDisks, place: { hosted: HostedMachine; number: number }): Promise<DiskListing> {
  const { hosted, number } = place;
  const disk = hosted.definition.disks[number] as (typeof hosted.definition.disks)[number];
  const reference: DiskReference = { location: hosted.location, machine: hosted.definition.machineId, disk: disk.diskId, at: 'present' };
  const ranges = await usingDisk(disks, reference, (device) => device.allocated({ offset: 0, length: device.sizeBytes }));
  return {
    machine: hosted.definition.name,
    location: hosted.location,
    number,
    diskId: disk.diskId,
    name: disk.name,
    sizeBytes: disk.sizeBytes,
    allocatedBytes: ranges.reduce((sum, range) => sum + range.length, 0),
    path: disks.pathOf(hosted, disk),
    servedAt: served.urlOf(reference),
  };
}

const mebibyte = 2 ** 20;

/** Before failover only: later the machine at home is the target of replication. */
async function growDisk(
  { datacenter, siteVault }: ControlParts,
  hosted: HostedMachine,
  { number, sizeBytes }: { number: number; sizeBytes: number },
): Promise<void> {
  const { machineId, platform, name, disks } = hosted.definition;
  const disk = disks[number] as (typeof disks)[number];
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes % mebibyte !== 0) throw new LabError('DiskSizeInvalid', `${sizeBytes} bytes.`);
  if (hosted.machine.state !== 'poweredOff') throw new LabError('MachineMustBeOff', name);
  const item = itemOf(siteVault.vault, machineId);
  if (item !== undefined && item.activeSite !== 'OnPrem')
    throw new LabError('OperationNotAllowed', `${name} runs in Azure; its disks grow only before failover.`);
  if (platform === 'Physical') await datacenter.physical.growDisk(machineId, disk.diskId, sizeBytes);
  else await datacenter.vCenter.growDisk(machineId, disk.diskId, sizeBytes);
}

type Progress = (state: { doneBytes: number; totalBytes: number }) => void;

/** The image becomes the content of a disk that is there; its machine is off, and the size must fit. */
async function replaceDisk(
  { disks, world }: ControlParts,
  hosted: HostedMachine,
  order: { disk: string; path: string; onProgress: Progress },
): Promise<number> {
  const disk = disks.diskOf(hosted.definition, order.disk);
  if (hosted.machine.state !== 'poweredOff') throw new LabError('MachineMustBeOff', hosted.definition.name);
  await using target = await disks.borrow({ location: 'onPremises', machine: hosted.definition.machineId, disk: disk.diskId, at: 'present' });
  await using image = await openDiskImage({ path: order.path, maximumBytes: disk.sizeBytes, temporaryFolder: world.folder.folder('import') });
  await target.device.zero(0, disk.sizeBytes);
  await copyDevice(image.device, target.device, order.onProgress);
  await hosted.machine.discardCapture(disk.diskId);
  return hosted.definition.disks.indexOf(disk);
}

/** The image becomes a new disk of a virtual machine. */
async function addDisk({ datacenter, world, disks }: ControlParts, hosted: HostedMachine, order: { path: string; onProgress: Progress }): Promise<number> {
  const { machineId, platform, name } = hosted.definition;
  if (platform !== 'VmWare') throw new LabError('InvalidArgument', `${name} is a physical server: name the disk that the image replaces.`);
  if (hosted.machine.state !== 'poweredOff') throw new LabError('MachineMustBeOff', name);
  const { dataDiskBytes } = profiles[world.estate.profile];
  const vCenter = datacenter.vCenter.as({ userName: 'lab', password: '', role: 'administrator' });
  const vm = datacenter.vCenter.vm(machineId);
  let diskId = '';
  await importDisk({
    path: order.path,
    maximumBytes: dataDiskBytes.value,
    temporaryFolder: world.folder.folder('import'),
    onProgress: order.onProgress,
    createTarget: async (sizeBytes) => {
      ({ diskId } = await vCenter.addDisk(vm.id, { sizeBytes, osDisk: vm.disks.length === 0 }));
      return datacenter.vCenter.openStoppedDisk(machineId, diskId);
    },
  });
  return disks.find(machineId).definition.disks.findIndex((disk) => disk.diskId === diskId);
}
