// A running guest, whatever hosts it: an ESXi VM, a physical server, an Azure VM. Its disks are opened through the filter driver's place.
import type { BlockDevice } from '../disk/blockDevice.ts';
import { LabError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { CapturedDisk } from '../replication/capture.ts';
import type { DiskDefinition, MachineDefinition } from './definition.ts';
import { Turns } from './turns.ts';
import type { Workload, WorkloadHost } from './workload/workload.ts';

export type MachineState = 'poweredOff' | 'poweringOn' | 'poweredOn' | 'poweringOff';

/** A service of the guest's operating system; the Mobility service is one. */
export interface GuestService {
  /**
   * Called at power-on, after the disks are open and before any workload writes: ends when capture is on.
   * Waits for no network and no lab time; what needs either runs in an activity of its own.
   */
  start(machine: Machine): Promise<void>;
  /**
   * `graceful`: the workloads have stopped, the disks are still open; may take lab time.
   * `killed`: at once; also ends a graceful stop that is under way.
   */
  stop(how: 'graceful' | 'killed'): Promise<void>;
}

export interface MachineDeps {
  readonly kernel: Kernel;
  readonly definition: MachineDefinition;
  /** The guest's system folder: change logs and the state of its services. Must exist. */
  readonly folder: string;
  /** Called at each power-on; the machine closes what it opened. */
  readonly openDevice: (diskId: string) => Promise<BlockDevice>;
  /** Bound of each disk's change log; default 512 MiB. */
  readonly captureLimitBytes?: number;
}

const defaultCaptureLimitBytes = 512 * 2 ** 20;

/** Power changes run one after the other. Definition and power state are kept by the hosting role, which powers on again after a restart of the process. */
export class Machine implements WorkloadHost, AsyncDisposable {
  readonly #deps: MachineDeps;
  readonly #disks = new Map<string, CapturedDisk>();
  readonly #services = new Set<GuestService>();
  readonly #workloads = new Map<string, Workload>();
  readonly #turns = new Turns();
  readonly #listeners = new Set<(state: MachineState) => void>();
  #definition: MachineDefinition;
  #state: MachineState = 'poweredOff';
  #quiesced = false;

  constructor(deps: MachineDeps) {
    this.#deps = deps;
    this.#definition = deps.definition;
  }

  get machineId(): string {
    return this.#definition.machineId;
  }

  get name(): string {
    return this.#definition.name;
  }

  get definition(): MachineDefinition {
    return this.#definition;
  }

  get folder(): string {
    return this.#deps.folder;
  }

  get state(): MachineState {
    return this.#state;
  }

  get workloads(): readonly Workload[] {
    return [...this.#workloads.values()];
  }

  get services(): readonly GuestService[] {
    return [...this.#services];
  }

  /** The guest's own idea of the time. */
  clockMs(): number {
    return this.#deps.kernel.clock.now() + this.#definition.guest.clockSkewMs;
  }

  /** @throws LabError MachineNotRunning, NotFound */
  disk(diskId: string): CapturedDisk {
    const disk = this.#disks.get(diskId);
    if (disk !== undefined) return disk;
    if (this.#state !== 'poweredOn' && this.#state !== 'poweringOn') throw new LabError('MachineNotRunning', `${this.name} is ${this.#state}.`);
    throw new LabError('NotFound', `${this.name} has no disk ${diskId}.`);
  }

  /** Opens the disks, then the services, then the workloads. Nothing is left open when one of them fails. */
  async powerOn(): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#state === 'poweredOn') return;
      this.#setState('poweringOn');
      try {
        await Promise.all(this.#definition.disks.map((disk) => this.#open(disk)));
        for (const service of this.#services) await service.start(this);
        for (const workload of this.#workloads.values()) await workload.start(this);
      } catch (error) {
        await this.#halt();
        throw error;
      }
      this.#setState('poweredOn');
    });
  }

  /** The guest's own shutdown: workloads end cleanly, services send what they hold, disks close. Call it inside an activity: it may take lab time. */
  async shutDown(): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#state !== 'poweredOn') return;
      this.#setState('poweringOff');
      try {
        await Promise.all(this.workloads.map((workload) => workload.stop('graceful')));
        for (const service of [...this.#services].reverse()) await service.stop('graceful');
      } finally {
        await this.#close();
      }
    });
  }

  /** Pulls the plug: no guest program writes another byte. Also ends a shutdown that is under way. */
  async powerOff(): Promise<void> {
    if (this.#state === 'poweringOff') await Promise.all(this.services.map((service) => service.stop('killed')));
    await this.#turns.take(async () => {
      if (this.#state !== 'poweredOff') await this.#halt();
    });
  }

  /** Adds a service; on a running machine it starts at once. */
  async install(service: GuestService): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#services.has(service)) return;
      if (this.#state === 'poweredOn') await service.start(this);
      this.#services.add(service);
    });
  }

  async uninstall(service: GuestService): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#services.delete(service) && this.#state === 'poweredOn') await service.stop('killed');
    });
  }

  /** Adds a program; on a running machine it starts at once. @throws LabError WorkloadExists */
  async run(workload: Workload): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#workloads.has(workload.name)) throw new LabError('WorkloadExists', `${workload.name} on ${this.name}.`);
      if (this.#state === 'poweredOn') await workload.start(this);
      this.#workloads.set(workload.name, workload);
    });
  }

  /** Ends a program and forgets it; what it wrote stays on the disk. */
  async end(workloadName: string): Promise<void> {
    await this.#turns.take(async () => {
      const workload = this.#workloads.get(workloadName);
      if (workload !== undefined && this.#state === 'poweredOn') await workload.stop('graceful');
      this.#workloads.delete(workloadName);
    });
  }

  /** Takes over a changed definition; disks that came are opened and those that went are closed, also on a running machine. */
  async redefine(definition: MachineDefinition): Promise<void> {
    await this.#turns.take(async () => {
      this.#definition = definition;
      if (this.#state !== 'poweredOn') return;
      const wanted = new Set(definition.disks.map((disk) => disk.diskId));
      for (const [diskId, disk] of this.#disks) {
        if (wanted.has(diskId)) continue;
        this.#disks.delete(diskId);
        await disk[Symbol.asyncDispose]();
      }
      for (const disk of definition.disks) if (!this.#disks.has(disk.diskId)) await this.#open(disk);
    });
  }

  /**
   * Brings all workloads to a clean state for an app-consistent mark, until `resume`.
   * @throws LabError MachineNotRunning, QuiesceFailed when the guest's VSS (or its pre script) does not work
   */
  async quiesce(): Promise<void> {
    if (this.#state !== 'poweredOn') throw new LabError('MachineNotRunning', `${this.name} is ${this.#state}.`);
    if (!this.#definition.guest.vssWorks)
      throw new LabError(
        'QuiesceFailed',
        `${this.name}: ${this.#definition.osType === 'Windows' ? 'a VSS writer is in a failed state' : 'the pre script ended with an error'}.`,
      );
    if (this.#quiesced) throw new LabError('QuiesceFailed', `${this.name}: another one is under way.`);
    this.#quiesced = true;
    try {
      await Promise.all(this.workloads.map((workload) => workload.quiesce()));
    } catch (error) {
      await this.resume();
      throw error;
    }
  }

  async resume(): Promise<void> {
    this.#quiesced = false;
    await Promise.all(this.workloads.map((workload) => workload.resume()));
  }

  /**
   * Forgets what the filter driver kept of a disk that others have written to: its change log must never be replayed onto their bytes.
   * Only while the machine is off.
   */
  async discardCapture(diskId: string): Promise<void> {
    await this.#turns.take(async () => {
      const { kernel, folder, captureLimitBytes = defaultCaptureLimitBytes } = this.#deps;
      const sizeBytes = this.#definition.disks.find((disk) => disk.diskId === diskId)?.sizeBytes;
      if (sizeBytes === undefined || this.#state !== 'poweredOff') throw new Error(`${this.name}, ${this.#state}: capture of ${diskId} cannot be discarded`);
      await using disk = await CapturedDisk.open({ device: nowhere(sizeBytes), folder, name: diskId, limitBytes: captureLimitBytes, kernel });
      disk.stop();
    });
  }

  onPower(listener: (state: MachineState) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** As a killed process would: nothing is shut down in the guest, but every file is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
  }

  async #open(disk: DiskDefinition): Promise<void> {
    const { kernel, folder, openDevice, captureLimitBytes = defaultCaptureLimitBytes } = this.#deps;
    const device = await openDevice(disk.diskId);
    try {
      this.#disks.set(disk.diskId, await CapturedDisk.open({ device, folder, name: disk.diskId, limitBytes: captureLimitBytes, kernel }));
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #halt(): Promise<void> {
    // A program that waits on a frozen disk must get through to be ended.
    for (const disk of this.#disks.values()) disk.thaw();
    await Promise.all(this.workloads.map((workload) => workload.stop('killed')));
    for (const service of this.#services) await service.stop('killed');
    await this.#close();
  }

  async #close(): Promise<void> {
    const disks = [...this.#disks.values()];
    this.#disks.clear();
    this.#quiesced = false;
    await Promise.all(disks.map((disk) => disk[Symbol.asyncDispose]()));
    this.#setState('poweredOff');
  }

  #setState(state: MachineState): void {
    this.#state = state;
    this.#deps.kernel.trace.record('machine', state, { machineId: this.machineId, name: this.name });
    for (const listener of this.#listeners) listener(state);
  }
}

/** Takes the replay of a change log that nobody wants. */
function nowhere(sizeBytes: number): BlockDevice {
  return {
    sizeBytes,
    read: async (_offset, length) => Buffer.alloc(length),
    write: async () => undefined,
    zero: async () => undefined,
    allocated: async () => [],
    [Symbol.asyncDispose]: async () => undefined,
  };
}
