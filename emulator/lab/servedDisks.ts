// Disks that programs outside the lab use over NBD: served until they ask for it to end, or the lab ends.
import type { DiskReference } from '../contract/control/disks.ts';
import type { BlockDevice, Range } from '../disk/blockDevice.ts';
import { NbdServer } from '../disk/nbdServer.ts';
import { LabError } from '../kernel/errors.ts';
import type { Trace } from '../kernel/trace.ts';
import type { BorrowedDisk, DiskPlaces, HostedMachine } from './diskPlaces.ts';

interface Served {
  readonly server: NbdServer;
  readonly device: BlockDevice;
  readonly key: string;
}

export class ServedDisks implements AsyncDisposable {
  readonly #disks: DiskPlaces;
  readonly #trace: Trace;
  readonly #served = new Map<string, Served>();

  constructor(deps: { disks: DiskPlaces; trace: Trace }) {
    this.#disks = deps.disks;
    this.#trace = deps.trace;
  }

  /**
   * @returns `nbd://127.0.0.1:port/machine-number`
   * @throws LabError PortInUse, NotFound
   */
  async serve(reference: DiskReference, options: { port: number; readOnly: boolean }): Promise<string> {
    const hosted = this.#disks.find(reference.machine, reference.location);
    const disk = this.#disks.diskOf(hosted.definition, reference.disk);
    const name = `${hosted.definition.name}-${hosted.definition.disks.indexOf(disk)}`;
    const exact: DiskReference = { ...reference, machine: hosted.definition.machineId, disk: disk.diskId };
    const device = reference.at === 'present' ? new PresentDisk(this.#disks, hosted, exact) : await pastDisk(this.#disks, exact);
    try {
      const server = await NbdServer.listen({
        exports: [{ name, device, readOnly: options.readOnly }],
        port: options.port,
        onProblem: (problem) => this.#trace.record('disk', 'nbdProblem', { name, problem: String(problem) }),
      });
      const url = server.url(name);
      this.#served.set(url, { server, device, key: keyOf(exact) });
      return url;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @throws LabError NotFound */
  async end(url: string): Promise<void> {
    const one = this.#served.get(url);
    if (one === undefined) throw new LabError('NotFound', `Nothing is served at ${url}.`);
    this.#served.delete(url);
    await close(one);
  }

  /** Where a disk, named by its machine's id and its own, is served now. */
  urlOf(reference: DiskReference): string | null {
    const key = keyOf(reference);
    return [...this.#served].find(([, one]) => one.key === key)?.[0] ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#served.values()) await close(one);
    this.#served.clear();
  }
}

/** The clients first: what they had sent in whole is still written. */
async function close({ server, device }: Served): Promise<void> {
  await server[Symbol.asyncDispose]();
  await device[Symbol.asyncDispose]();
}

/**
 * A machine's disk through all its power cycles. While the machine runs, everything goes through its tap; while it is off,
 * the disk can be read only, since no Mobility service would see what is written.
 */
class PresentDisk implements BlockDevice {
  readonly sizeBytes: number;
  readonly #disks: DiskPlaces;
  readonly #hosted: HostedMachine;
  readonly #reference: DiskReference;

  constructor(disks: DiskPlaces, hosted: HostedMachine, reference: DiskReference) {
    this.sizeBytes = disks.diskOf(hosted.definition, reference.disk).sizeBytes;
    this.#disks = disks;
    this.#hosted = hosted;
    this.#reference = reference;
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.#reading((device) => device.read(offset, length));
  }

  allocated(within: Range): Promise<Range[]> {
    return this.#reading((device) => device.allocated(within));
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    await this.#running().write(offset, bytes);
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.#running().zero(offset, length);
  }

  /** Nothing is kept open between calls: a machine that powers on finds its disk free. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** @throws LabError MachineNotRunning */
  #running(): BlockDevice {
    return this.#hosted.machine.disk(this.#reference.disk);
  }

  async #reading<T>(work: (device: BlockDevice) => Promise<T>): Promise<T> {
    if (this.#hosted.machine.state !== 'poweredOff') return work(this.#running());
    await using borrowed = await this.#disks.borrow(this.#reference);
    return await work(borrowed.device);
  }
}

async function pastDisk(disks: DiskPlaces, reference: DiskReference): Promise<BlockDevice> {
  const borrowed: BorrowedDisk = await disks.borrow(reference);
  const { device } = borrowed;
  return {
    sizeBytes: device.sizeBytes,
    read: (offset, length) => device.read(offset, length),
    write: (offset, bytes) => device.write(offset, bytes),
    zero: (offset, length) => device.zero(offset, length),
    allocated: (within) => device.allocated(within),
    [Symbol.asyncDispose]: () => borrowed[Symbol.asyncDispose](),
  };
}

function keyOf({ location, machine, disk, at }: DiskReference): string {
  return JSON.stringify([location, machine, disk, at]);
}
