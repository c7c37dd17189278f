// Azure's virtual machines: made from page blobs at failover, powered, and deleted with their disks.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import type { MachineDefinition, NicDefinition } from '../../machine/definition.ts';
import { guestConditions } from '../../machine/guest.ts';
import type { Machine } from '../../machine/machine.ts';
import type { VirtualNetworks } from '../network/service.ts';
import { nicsToKeep, requireQuota, validateOrder, type AzureDisk, type AzureMachineRecord, type ComputeQuota, type MachineOrder } from './state.ts';

export interface MachineHost {
  /** The guest's system folder. */
  readonly folder: string;
  readonly openDevice: (diskId: string) => Promise<BlockDevice>;
}

export interface AzureMachinesDeps {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly folder: string;
  readonly networks: VirtualNetworks;
  /** Of all machines' resource ids: `/subscriptions/…/resourceGroups/…`. */
  readonly resourceGroupId: string;
  readonly quota: () => ComputeQuota;
  readonly makeMachine: (definition: MachineDefinition, host: MachineHost) => Machine;
  /** `journalPath`: where the host keeps what it acknowledged and storage may not have. @throws LabError NotFound */
  readonly openDisk: (url: string, journalPath: string) => Promise<BlockDevice>;
  readonly diskExists: (url: string) => Promise<boolean>;
  readonly deleteDisk: (url: string) => Promise<void>;
}

/** What the rest of Azure sees of a machine. */
export interface AzureMachine {
  readonly machineId: string;
  readonly resourceId: string;
  readonly name: string;
  readonly ipAddress: string | null;
}

const kind = 'azureMachine';

export class AzureMachines implements AsyncDisposable {
  readonly #deps: AzureMachinesDeps;
  readonly #machines = new Map<string, Machine>();
  readonly #listeners = new Set<(machine: Machine, record: AzureMachineRecord) => void>();

  /** Machines are known and off until `resume`. */
  constructor(deps: AzureMachinesDeps) {
    this.#deps = deps;
    for (const record of this.list()) this.#host(record);
  }

  /** Called for every machine that there is or will be, before it is powered on: the place to install what its guest carries. */
  onMachine(listener: (machine: Machine, record: AzureMachineRecord) => void): void {
    this.#listeners.add(listener);
    for (const record of this.list()) listener(this.machine(record.machineId), record);
  }

  /** Powers on again what was on when the process ended. Each failure is traced; the others start. */
  async resume(): Promise<void> {
    await Promise.all(
      this.list()
        .filter((record) => record.poweredOn)
        .map(async (record) => {
          try {
            await this.machine(record.machineId).powerOn();
          } catch (error) {
            this.#deps.kernel.trace.record('compute', 'resumeFailed', { name: record.order.name, code: LabError.from(error).code });
          }
        }),
    );
  }

  list(): AzureMachineRecord[] {
    return this.#deps.store.list<AzureMachineRecord>(kind);
  }

  /** The running guest, or the one that could run. @throws LabError NotFound */
  machine(machineId: string): Machine {
    const machine = this.#machines.get(machineId);
    if (machine === undefined) throw new LabError('NotFound', `Azure VM ${machineId}.`);
    return machine;
  }

  state(machineId: string): 'running' | 'stopped' | 'absent' {
    const machine = this.#machines.get(machineId);
    if (machine === undefined) return 'absent';
    return machine.state === 'poweredOff' ? 'stopped' : 'running';
  }

  /**
   * Makes a machine, off. One of this name that is a copy of the same machine is returned as it is.
   * @throws LabError AzureMachineInvalid, AzureMachineExists, 28031, 28092, 70038, AddressInUse, AddressNotInSubnet, SubnetFull
   */
  async createMachine(order: MachineOrder): Promise<AzureMachine> {
    const { kernel, networks, store, quota, resourceGroupId } = this.#deps;
    const size = validateOrder(order);
    if (this.#sameAs(order) === undefined)
      for (const disk of order.disks) if (!(await this.#deps.diskExists(disk.url))) throw new LabError('70038', `Disk ${disk.url}.`);
    // From here on nothing waits, so two orders cannot both find a name, an address or the last of a quota free.
    const same = this.#sameAs(order);
    if (same !== undefined) return summaryOf(same);
    const nicCount = nicsToKeep(order, size);
    requireQuota(quota(), this.list(), nicCount);
    const machineId = kernel.ids.guid();
    const record = store.transaction(() => {
      const nics = Array.from({ length: nicCount }, (_, place) => this.#newNic(order, place));
      const made: AzureMachineRecord = {
        machineId,
        resourceId: `${order.resourceGroupId ?? resourceGroupId}/providers/Microsoft.Compute/virtualMachines/${order.name}`,
        order,
        nics,
        poweredOn: false,
        createdMs: kernel.clock.now(),
      };
      store.put(kind, machineId, made);
      return made;
    });
    kernel.trace.record('compute', 'created', {
      machineId,
      name: order.name,
      addresses: record.nics.map((nic) => nic.ipAddress),
      networks: networks.list().length,
    });
    this.#host(record);
    return summaryOf(record);
  }

  /** @throws LabError NotFound, and what the disks throw */
  async start(machineId: string): Promise<void> {
    await this.machine(machineId).powerOn();
    this.#setPower(machineId, true);
  }

  /** `deallocate`: it gives its host back, which its owner no longer pays. Off before it is off, so that a process that dies in between does not start it again. What is off already is no error. @throws LabError NotFound */
  async stop(machineId: string, how: 'graceful' | 'hard', options: { deallocate?: boolean } = {}): Promise<void> {
    const machine = this.machine(machineId);
    this.#setPower(machineId, false, options.deallocate ?? false);
    await (how === 'graceful' ? machine.shutDown() : machine.powerOff());
  }

  /** With its disks and addresses; what is gone already is no error. */
  async delete(machineId: string): Promise<void> {
    const { store, networks, deleteDisk } = this.#deps;
    const record = store.get<AzureMachineRecord>(kind, machineId);
    if (record === undefined) return;
    await this.stop(machineId, 'hard');
    for (const disk of record.order.disks) await deleteDisk(disk.url);
    for (const nic of record.nics) networks.release(nic.nicId);
    rmSync(this.#folderOf(machineId), { recursive: true, force: true });
    store.delete(kind, machineId);
    this.#machines.delete(machineId);
  }

  /** A disk of a machine that is off, for the lab's own tools. @throws LabError NotFound, AzureMachineRunning */
  async openStoppedDisk(machineId: string, diskId: string): Promise<BlockDevice> {
    const machine = this.machine(machineId);
    const record = this.list().find((one) => one.machineId === machineId);
    if (machine.state !== 'poweredOff' || record === undefined) throw new LabError('AzureMachineRunning', machine.name);
    return this.#openDisk(record, diskId);
  }

  /** As a process that ends: guests are cut off, and come back with `resume`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine[Symbol.asyncDispose]()));
  }

  /** The machine that this order has made already. @throws LabError AzureMachineExists when another one has the name */
  #sameAs(order: MachineOrder): AzureMachineRecord | undefined {
    const named = this.list().find((record) => record.order.name.toLowerCase() === order.name.toLowerCase());
    if (named !== undefined && (order.copyOf === null || named.order.copyOf?.machineId !== order.copyOf.machineId))
      throw new LabError('AzureMachineExists', order.name);
    return named;
  }

  #host(record: AzureMachineRecord): void {
    const folder = join(this.#folderOf(record.machineId), 'guest');
    mkdirSync(folder, { recursive: true });
    const machine = this.#deps.makeMachine(definitionOf(record), { folder, openDevice: (diskId) => this.#openDisk(record, diskId) });
    this.#machines.set(record.machineId, machine);
    for (const listener of this.#listeners) listener(machine, record);
  }

  async #openDisk(record: AzureMachineRecord, diskId: string): Promise<BlockDevice> {
    const disk = record.order.disks.find((one) => one.diskId === diskId) as AzureDisk;
    return this.#deps.openDisk(disk.url, join(this.#folderOf(record.machineId), 'host', encodeURIComponent(diskId)));
  }

  #newNic(order: MachineOrder, place: number): NicDefinition {
    const { kernel, networks } = this.#deps;
    if (order.network === null) throw new Error('A machine without a network has no network cards.');
    // Azure's own range of MAC addresses.
    const nicId = `00:0d:3a:${kernel.ids.hex(6).replace(/^(..)(..)(..)$/, '$1:$2:$3')}`;
    const { networkName, fallBack, otherNics = [] } = order.network;
    const { subnetName, ipAddress } = place === 0 ? order.network : (otherNics[place - 1] ?? { subnetName: order.network.subnetName, ipAddress: null });
    const allocation = networks.allocate(nicId, { networkName, subnetName }, { ipAddress, fallBack });
    return { nicId, network: `${allocation.networkName}/${allocation.subnetName}`, ipAddress: allocation.ipAddress };
  }

  #setPower(machineId: string, poweredOn: boolean, deallocated = false): void {
    const { store } = this.#deps;
    const record = store.get<AzureMachineRecord>(kind, machineId);
    if (record !== undefined && (record.poweredOn !== poweredOn || (record.deallocated ?? false) !== deallocated))
      store.put(kind, machineId, { ...record, poweredOn, deallocated });
  }

  #folderOf(machineId: string): string {
    return join(this.#deps.folder, machineId);
  }
}

function definitionOf({ machineId, order, nics }: AzureMachineRecord): MachineDefinition {
  return {
    machineId,
    name: order.name,
    platform: 'Azure',
    osType: order.osType,
    osVersion: order.osVersion ?? (order.osType === 'Windows' ? 'Windows Server 2016' : 'Ubuntu 16.04'),
    architecture: '64-bit',
    firmware: order.firmware,
    secureBoot: false,
    cpuCount: order.cpuCount,
    memoryBytes: order.memoryBytes,
    nics,
    disks: order.disks.map((disk) => ({
      diskId: disk.diskId,
      name: disk.name,
      sizeBytes: disk.sizeBytes,
      osDisk: disk.osDisk,
      dynamic: false,
      sectorBytes: 512,
    })),
    guest: order.guest ?? guestConditions(order.osType),
  };
}

function summaryOf({ machineId, resourceId, order, nics }: AzureMachineRecord): AzureMachine {
  return { machineId, resourceId, name: order.name, ipAddress: nics[0]?.ipAddress ?? null };
}
