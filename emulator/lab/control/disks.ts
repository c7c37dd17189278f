// Control operations on the bytes of disks: reading and writing through the tap, checksums, NBD.
import type { DiskListing, DiskReference } from '../../contract/control/disks.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { digestOfDevice, sha256OfDevice } from '../../disk/hash.ts';
import { LabError } from '../../kernel/errors.ts';
import { verifyLedger } from '../../machine/workload/ledgerVerdict.ts';
import { sampleDiskEnd } from '../../machine/workload/sampleDisk.ts';
import type { ControlParts } from '../control.ts';
import { itemOf } from '../past.ts';
import { ServedDisks } from '../servedDisks.ts';
import { diskFileHandlers, diskListing, usingDisk } from './diskFiles.ts';
import type { ControlFeed, Handlers } from './server.ts';

type Names =
  | 'disk.list'
  | 'disk.read'
  | 'disk.write'
  | 'disk.sha256'
  | 'disk.digest'
  | 'disk.import'
  | 'disk.export'
  | 'disk.grow'
  | 'disk.serve'
  | 'disk.unserve'
  | 'disk.verify';

const requestLimitBytes = 4 * 2 ** 20;

export function diskHandlers(parts: ControlParts, feed: ControlFeed, resources: AsyncDisposableStack): Handlers<Names> {
  const { world, disks } = parts;
  const served = resources.use(new ServedDisks({ disks, trace: world.kernel.trace }));
  const using = <T>(reference: DiskReference, work: (device: BlockDevice) => Promise<T>): Promise<T> => usingDisk(disks, reference, work);
  return {
    ...diskFileHandlers(parts, { feed, served }),
    'disk.list': async ({ machine }) => {
      const listings: DiskListing[] = [];
      const machines = machine === undefined ? disks.hosted() : disks.named(machine);
      if (machine !== undefined && machines.length === 0) throw new LabError('NotFound', `Machine ${machine}.`);
      for (const hosted of machines) for (const number of hosted.definition.disks.keys()) listings.push(await diskListing(disks, served, { hosted, number }));
      return listings;
    },
    'disk.read': async ({ disk, offset, length }) => {
      requireSpan(length);
      return { base64: (await using(disk, (device) => device.read(offset, length))).toString('base64') };
    },
    'disk.write': async ({ disk, offset, base64 }) => {
      const bytes = Buffer.from(base64, 'base64');
      requireSpan(bytes.length);
      requireSeen(parts, disk);
      await using(disk, (device) => device.write(offset, bytes));
      return {};
    },
    'disk.sha256': async ({ disk }) => using(disk, async (device) => ({ sha256: await sha256OfDevice(device), sizeBytes: device.sizeBytes })),
    'disk.digest': async ({ disk }) => using(disk, async (device) => ({ digest: await digestOfDevice(device), sizeBytes: device.sizeBytes })),
    'disk.serve': async ({ disk, port, readOnly }) => ({
      url: await served.serve(disk, { port: port ?? 0, readOnly: readOnly ?? disk.at !== 'present' }),
    }),
    'disk.unserve': async ({ url }) => {
      await served.end(url);
      return {};
    },
    'disk.verify': async ({ disk }) =>
      using(disk, async (device) => {
        const { state, detail } = await verdictOf(device);
        return { verdict: state, detail };
      }),
  };
}

/** What the ledger of the sample estate says of this copy. */
async function verdictOf(device: BlockDevice): Promise<{ state: 'clean' | 'recovered' | 'damaged'; detail: string }> {
  const verdict = await verifyLedger({ device, offset: sampleDiskEnd });
  if (verdict.state === 'clean' || verdict.state === 'recovered') return { state: verdict.state, detail: 'The balances add up.' };
  return { state: 'damaged', detail: verdict.reason ?? verdict.state };
}

/** What is written to the disk of a protected machine that is off, nothing replicates. @throws LabError MachineNotRunning */
function requireSeen({ disks, siteVault }: ControlParts, reference: DiskReference): void {
  if (reference.at !== 'present') return;
  const { machine, definition } = disks.find(reference.machine, reference.location);
  if (machine.state === 'poweredOff' && itemOf(siteVault.vault, machine.machineId) !== undefined)
    throw new LabError('MachineNotRunning', `${definition.name} is protected and off: replication would not see the write.`);
}

function requireSpan(length: number): void {
  if (!(Number.isInteger(length) && length > 0 && length <= requestLimitBytes))
    throw new LabError('InvalidArgument', `${String(length)} bytes: at most ${requestLimitBytes} at a time.`);
}
