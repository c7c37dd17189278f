// Control operations on disks: reading and writing through the tap, checksums, import, export, NBD.
import type { DiskListing, DiskReference } from '../../contract/control.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { exportDisk } from '../../disk/exportDisk.ts';
import { sha256OfDevice } from '../../disk/hash.ts';
import { openDiskImage, importDisk } from '../../disk/importDisk.ts';
import { copyDevice } from '../../disk/copyDevice.ts';
import { NbdServer } from '../../disk/nbdServer.ts';
import { LabError } from '../../kernel/errors.ts';
import { verifyLedger } from '../../machine/workload/ledgerVerdict.ts';
import { sampleDiskEnd } from '../../machine/workload/sampleDisk.ts';
import { profiles } from '../../azure/vault/profiles.ts';
import type { ControlParts } from '../control.ts';
import type { BorrowedDisk, HostedMachine } from '../diskPlaces.ts';
import type { ControlFeed, Handlers } from './server.ts';

type Names = 'disk.list' | 'disk.read' | 'disk.write' | 'disk.sha256' | 'disk.import' | 'disk.export' | 'disk.serve' | 'disk.unserve' | 'disk.verify';

const requestLimitBytes = 4 * 2 ** 20;

interface Served {
  readonly server: NbdServer;
  readonly disk: BorrowedDisk;
  readonly key: string;
}

export function diskHandlers(parts: ControlParts, feed: ControlFeed, resources: AsyncDisposableStack): Handlers<Names> {
  const { world, disks } = parts;
  const served = new Map<string, Served>();
  resources.defer(async () => {
    for (const one of served.values()) await endServing(one);
  });
  const using = async <T>(reference: DiskReference, work: (device: BorrowedDisk['device']) => Promise<T>): Promise<T> => {
    await using disk = await disks.borrow(reference);
    // Awaited here: the disk must stay open until the work has ended.
    return await work(disk.device);
  };
  const progress = (progressId: string | undefined) => (state: { doneBytes: number; totalBytes: number }) => {
    if (progressId !== undefined) feed.publish({ kind: 'progress', progressId, ...state });
  };
  const listing = async (hosted: HostedMachine, number: number): Promise<DiskListing> => {
    const disk = hosted.definition.disks[number] as (typeof hosted.definition.disks)[number];
    const reference: DiskReference = { location: hosted.location, machine: hosted.definition.machineId, disk: disk.diskId, at: 'present' };
    const ranges = await using(reference, (device) => device.allocated({ offset: 0, length: device.sizeBytes }));
    const servedAt = [...served].find(([, one]) => one.key === keyOf(reference))?.[0] ?? null;
    return {
      machine: hosted.definition.name,
      location: hosted.location,
      number,
      diskId: disk.diskId,
      name: disk.name,
      sizeBytes: disk.sizeBytes,
      allocatedBytes: ranges.reduce((sum, range) => sum + range.length, 0),
      path: disks.pathOf(hosted, disk),
      servedAt,
    };
  };
  return {
    'disk.list': async ({ machine }) => {
      const listings: DiskListing[] = [];
      const machines = machine === undefined ? disks.hosted() : disks.named(machine);
      if (machine !== undefined && machines.length === 0) throw new LabError('NotFound', `Machine ${machine}.`);
      for (const hosted of machines) for (const number of hosted.definition.disks.keys()) listings.push(await listing(hosted, number));
      return listings;
    },
    'disk.read': async ({ disk, offset, length }) => {
      requireSpan(length);
      return { base64: (await using(disk, (device) => device.read(offset, length))).toString('base64') };
    },
    'disk.write': async ({ disk, offset, base64 }) => {
      const bytes = Buffer.from(base64, 'base64');
      requireSpan(bytes.length);
      await using(disk, (device) => device.write(offset, bytes));
      return {};
    },
    'disk.sha256': async ({ disk }) => using(disk, async (device) => ({ sha256: await sha256OfDevice(device), sizeBytes: device.sizeBytes })),
    'disk.import': async ({ machine, disk, path, progressId }) => {
      const hosted = disks.find(machine, 'onPremises');
      const number =
        disk === undefined
          ? await addDisk(parts, hosted, { path, onProgress: progress(progressId) })
          : await replaceDisk(parts, hosted, { disk, path, onProgress: progress(progressId) });
      return listing(disks.find(hosted.definition.machineId), number);
    },
    'disk.export': async ({ disk, path, format, progressId }) =>
      using(disk, async (device) => {
        await exportDisk({ device, path, format, uniqueId: world.kernel.ids.guid(), timestampMs: world.kernel.clock.now(), onProgress: progress(progressId) });
        return { path, sizeBytes: device.sizeBytes };
      }),
    'disk.serve': async ({ disk: reference, port, readOnly }) => {
      const hosted = disks.find(reference.machine, reference.location);
      const disk = await disks.borrow(reference);
      const name = `${hosted.definition.name}-${hosted.definition.disks.indexOf(disks.diskOf(hosted.definition, reference.disk))}`;
      try {
        const server = await NbdServer.listen({
          exports: [{ name, device: disk.device, readOnly: readOnly ?? reference.at !== 'present' }],
          port: port ?? 0,
          onProblem: (problem) => world.kernel.trace.record('disk', 'nbdProblem', { name, problem: String(problem) }),
        });
        served.set(server.url(name), {
          server,
          disk,
          key: keyOf({ ...reference, machine: hosted.definition.machineId, disk: disks.diskOf(hosted.definition, reference.disk).diskId }),
        });
        return { url: server.url(name) };
      } catch (error) {
        await disk[Symbol.asyncDispose]();
        throw error;
      }
    },
    'disk.unserve': async ({ url }) => {
      const one = served.get(url);
      if (one === undefined) throw new LabError('NotFound', `Nothing is served at ${url}.`);
      served.delete(url);
      await endServing(one);
      return {};
    },
    'disk.verify': async ({ disk }) =>
      using(disk, async (device) => {
        const { state, detail } = await verdictOf(device);
        return { verdict: state, detail };
      }),
  };
}

/** The clients first: what they had sent in whole is still written. */
async function endServing({ server, disk }: Served): Promise<void> {
  await server[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
}

/** What the ledger of the sample estate says of this copy. */
async function verdictOf(device: BlockDevice): Promise<{ state: 'clean' | 'recovered' | 'damaged'; detail: string }> {
  const verdict = await verifyLedger({ device, offset: sampleDiskEnd });
  if (verdict.state === 'clean' || verdict.state === 'recovered') return { state: verdict.state, detail: 'The balances add up.' };
  return { state: 'damaged', detail: verdict.reason ?? verdict.state };
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

function requireSpan(length: number): void {
  if (!(Number.isInteger(length) && length > 0 && length <= requestLimitBytes))
    throw new LabError('InvalidArgument', `${String(length)} bytes: at most ${requestLimitBytes} at a time.`);
}

function keyOf({ location, machine, disk, at }: DiskReference): string {
  return JSON.stringify([location, machine, disk, at]);
}
