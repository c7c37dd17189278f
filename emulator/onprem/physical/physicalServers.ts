// Physical servers: machines with raw disks and a management board, in no inventory; the product learns of them only when somebody types them in (asr-behaviour §2.3).
import { mkdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { RawDisk } from '../../disk/rawDisk.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import type { DiskDefinition, MachineDefinition, NicDefinition } from '../../machine/definition.ts';
import { guestConditions, type GuestConditions } from '../../machine/guest.ts';
import { Machine } from '../../machine/machine.ts';
import { Turns } from '../../machine/turns.ts';

export interface PhysicalServersDeps {
  readonly kernel: Kernel;
  /** State, disks and system folders; made when it is not there. */
  readonly folder: string;
  /** Bound of each disk's change log inside the servers. */
  readonly captureLimitBytes?: number;
}

export interface PhysicalServerSpec extends Pick<MachineDefinition, 'name' | 'osType' | 'osVersion'> {
  readonly architecture?: MachineDefinition['architecture'];
  readonly firmware?: MachineDefinition['firmware'];
  readonly secureBoot?: boolean;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  /** A MAC address is made when none is given. */
  readonly nics: readonly (Omit<NicDefinition, 'nicId'> & { readonly nicId?: string })[];
  /** The first is the system disk unless one says so. */
  readonly disks: readonly { readonly sizeBytes: number; readonly osDisk?: boolean; readonly dynamic?: boolean; readonly sectorBytes?: number }[];
  readonly guest?: Partial<GuestConditions>;
}

interface StoredServer {
  readonly definition: MachineDefinition;
  readonly power: 'on' | 'off';
}

const kind = 'physicalServer';

export class PhysicalServers implements AsyncDisposable {
  readonly #deps: PhysicalServersDeps;
  readonly #store: Store;
  readonly #machines = new Map<string, Machine>();
  /** Two changes of one server would overwrite each other's record. */
  readonly #turns = new Turns();

  private constructor(deps: PhysicalServersDeps) {
    this.#deps = deps;
    mkdirSync(deps.folder, { recursive: true });
    this.#store = new Store(join(deps.folder, 'physical.db'));
  }

  /** Servers that were on stay off until `resume`. @throws LabError StateDatabaseDamaged, StateVersionUnknown */
  static async open(deps: PhysicalServersDeps): Promise<PhysicalServers> {
    return new PhysicalServers(deps);
  }

  /** In the order in which they were added. */
  list(): { definition: MachineDefinition; power: 'on' | 'off' }[] {
    return this.#store.list<StoredServer>(kind);
  }

  /** By what somebody types in: name or IPv4 address. */
  find(nameOrAddress: string): MachineDefinition | undefined {
    return this.list().find(({ definition }) => definition.name === nameOrAddress || definition.nics.some(({ ipAddress }) => ipAddress === nameOrAddress))
      ?.definition;
  }

  /** Disks first, the record last: a server is there when its record is. @throws LabError PhysicalServerExists, DiskSizeInvalid */
  async add(spec: PhysicalServerSpec): Promise<MachineDefinition> {
    return this.#turns.take(async () => {
      const known = [spec.name, ...spec.nics.flatMap(({ ipAddress }) => ipAddress ?? [])].find((name) => this.find(name) !== undefined);
      if (known !== undefined) throw new LabError('PhysicalServerExists', known);
      const definition = this.#define(spec);
      mkdirSync(this.#systemFolder(definition.machineId), { recursive: true });
      for (const disk of definition.disks)
        await (await RawDisk.create({ path: this.diskPath(definition.machineId, disk.diskId), sizeBytes: disk.sizeBytes }))[Symbol.asyncDispose]();
      this.#put({ definition, power: 'off' });
      return definition;
    });
  }

  /** With its disks. @throws LabError PhysicalServerRunning, NotFound */
  async remove(machineId: string): Promise<void> {
    await this.#turns.take(async () => {
      this.#requireOff(machineId);
      await this.#machines.get(machineId)?.[Symbol.asyncDispose]();
      this.#machines.delete(machineId);
      this.#store.delete(kind, machineId);
      rmSync(this.#folder(machineId), { recursive: true, force: true });
    });
  }

  /** The running side of a server. Install services and run workloads before `resume`. @throws LabError NotFound */
  machine(machineId: string): Machine {
    let machine = this.#machines.get(machineId);
    if (machine === undefined) {
      const { kernel, captureLimitBytes } = this.#deps;
      const { definition } = this.#get(machineId);
      const openDevice = (diskId: string): Promise<BlockDevice> => RawDisk.open({ path: this.diskPath(machineId, diskId) });
      machine = new Machine({
        kernel,
        definition,
        folder: this.#systemFolder(machineId),
        openDevice,
        ...(captureLimitBytes === undefined ? {} : { captureLimitBytes }),
      });
      this.#machines.set(machineId, machine);
    }
    return machine;
  }

  /**
   * The management board. `shutDown` ends when the guest has ended: call it inside an activity.
   * A server that is in the wanted state already is left alone. @throws LabError NotFound
   */
  async power(machineId: string, action: 'on' | 'off' | 'shutDown'): Promise<void> {
    const machine = this.machine(machineId);
    if (action === 'on') await machine.powerOn();
    else if (action === 'off') await machine.powerOff();
    else await machine.shutDown();
    this.#put({ ...this.#get(machineId), power: action === 'on' ? 'on' : 'off' });
  }

  async setGuest(machineId: string, change: Partial<GuestConditions>): Promise<void> {
    await this.#turns.take(async () => {
      const stored = this.#get(machineId);
      const definition = { ...stored.definition, guest: { ...stored.definition.guest, ...change } };
      this.#put({ ...stored, definition });
      await this.#machines.get(machineId)?.redefine(definition);
    });
  }

  /** A larger volume of the RAID controller; the file first: after a kill the record still shows the old size. @throws LabError PhysicalServerRunning, NotFound, DiskShrinkRefused */
  async growDisk(machineId: string, diskId: string, sizeBytes: number): Promise<void> {
    await this.#turns.take(async () => {
      this.#requireOff(machineId);
      const stored = this.#get(machineId);
      const disk = stored.definition.disks.find((one) => one.diskId === diskId);
      if (disk === undefined) throw new LabError('NotFound', `disk ${diskId} of ${machineId}`);
      if (sizeBytes <= disk.sizeBytes) throw new LabError('DiskShrinkRefused', `${disk.name} has ${disk.sizeBytes} bytes.`);
      truncateSync(this.diskPath(machineId, diskId), sizeBytes);
      const definition = { ...stored.definition, disks: stored.definition.disks.map((one) => (one === disk ? { ...one, sizeBytes } : one)) };
      this.#put({ ...stored, definition });
      await this.#machines.get(machineId)?.redefine(definition);
    });
  }

  /** After a start of the process. @returns servers that could not be powered on again, and why; they are off now */
  async resume(): Promise<{ machineId: string; error: LabError }[]> {
    const failures: { machineId: string; error: LabError }[] = [];
    for (const stored of this.list().filter(({ power }) => power === 'on')) {
      const { machineId } = stored.definition;
      try {
        await inActivity(this.#deps.kernel.clock, `resume ${stored.definition.name}`, () => this.machine(machineId).powerOn());
      } catch (error) {
        this.#put({ ...stored, power: 'off' });
        failures.push({ machineId, error: LabError.from(error) });
      }
    }
    return failures;
  }

  /** The raw file of a disk, for imports and exports. */
  diskPath(machineId: string, diskId: string): string {
    return join(this.#folder(machineId), `${diskId}.raw`);
  }

  /**
   * Before a disk's file is replaced: no server may run on it, and no change log may be replayed onto it later.
   * @throws LabError PhysicalServerRunning, NotFound
   */
  async releaseDisk(machineId: string, diskId: string): Promise<void> {
    this.#requireOff(machineId);
    if (!this.#get(machineId).definition.disks.some((disk) => disk.diskId === diskId)) throw new LabError('NotFound', `disk ${diskId} of ${machineId}`);
    await this.machine(machineId).discardCapture(diskId);
  }

  /** A disk of a server that is off, for the lab's own tools. @throws LabError PhysicalServerRunning, NotFound */
  async openStoppedDisk(machineId: string, diskId: string): Promise<BlockDevice> {
    this.#requireOff(machineId);
    if (!this.#get(machineId).definition.disks.some((disk) => disk.diskId === diskId)) throw new LabError('NotFound', `disk ${diskId} of ${machineId}`);
    return RawDisk.open({ path: this.diskPath(machineId, diskId) });
  }

  /** Power states stay as they are stored, so that the next process brings the servers up again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine[Symbol.asyncDispose]()));
    this.#store[Symbol.dispose]();
  }

  #define(spec: PhysicalServerSpec): MachineDefinition {
    const { ids, random } = this.#deps.kernel;
    const { architecture = '64-bit', firmware = 'BIOS', secureBoot = false, nics, disks, guest, ...rest } = spec;
    const osDisk = Math.max(
      0,
      disks.findIndex((disk) => disk.osDisk === true),
    );
    const macAddress = (): string => ['d4', 'ae', '52', ...(random.bytes(3).toString('hex').match(/../g) ?? [])].join(':');
    return {
      ...rest,
      machineId: ids.guid(),
      platform: 'Physical',
      architecture,
      firmware,
      secureBoot,
      nics: nics.map((nic) => ({ ...nic, nicId: nic.nicId ?? macAddress() })),
      disks: disks.map((disk, index): DiskDefinition => ({
        diskId: ids.guid(),
        name: spec.osType === 'Windows' ? `\\\\.\\PHYSICALDRIVE${index}` : `/dev/sd${String.fromCharCode(97 + index)}`,
        sizeBytes: disk.sizeBytes,
        osDisk: index === osDisk,
        dynamic: disk.dynamic ?? false,
        sectorBytes: disk.sectorBytes ?? 512,
      })),
      guest: guestConditions(spec.osType, { toolsRunning: false, ...guest }),
    };
  }

  #get(machineId: string): StoredServer {
    const stored = this.#store.get<StoredServer>(kind, machineId);
    if (stored === undefined) throw new LabError('NotFound', `physical server ${machineId}`);
    return stored;
  }

  #put(server: StoredServer): void {
    this.#store.put(kind, server.definition.machineId, server);
  }

  #requireOff(machineId: string): void {
    const { definition, power } = this.#get(machineId);
    if (power === 'on') throw new LabError('PhysicalServerRunning', definition.name);
  }

  #folder(machineId: string): string {
    return join(this.#deps.folder, machineId);
  }

  #systemFolder(machineId: string): string {
    return join(this.#folder(machineId), 'system');
  }
}
