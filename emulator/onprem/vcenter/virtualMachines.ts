// The rules of virtual machines: making, registering and removing them, and their disks. Who may ask is decided by the session.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { growVmdk } from '../../disk/vmdk.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { guestConditions, type GuestConditions } from '../../machine/guest.ts';
import { parseDatastorePath, type Datastores } from './datastores.ts';
import type { Inventory, VmDisk, VmNic, VmRecord } from './inventory.ts';
import type { Runtimes } from './runtimes.ts';
import { Turns } from '../../machine/turns.ts';
import type { VmDisks } from './vmDisks.ts';
import { formatVmx, parseVmx } from './vmx.ts';

export interface VirtualMachinesDeps {
  readonly kernel: Kernel;
  readonly inventory: Inventory;
  readonly datastores: Datastores;
  readonly disks: VmDisks;
  readonly runtimes: Runtimes;
}

/** A new disk of a size, or one that lies on a datastore already. */
export type DiskSpec = ({ readonly sizeBytes: number } | { readonly vmdkFile: string }) & {
  readonly osDisk?: boolean;
  readonly dynamic?: boolean;
  readonly sectorBytes?: number;
};

export interface NewVm extends Pick<VmRecord, 'name' | 'osType' | 'osVersion' | 'architecture' | 'firmware' | 'cpuCount' | 'memoryBytes'> {
  readonly datastoreId: string;
  /** Absent: the first connected host that mounts the datastore. */
  readonly hostId?: string;
  readonly folderId?: string;
  readonly instanceUuid?: string;
  readonly secureBoot?: boolean;
  readonly scsiType?: VmRecord['scsiType'];
  readonly appliance?: boolean;
  /** Without an `ipAddress` the guest gets one by DHCP; null: none. */
  readonly nics: readonly { readonly networkId: string; readonly macAddress?: string; readonly ipAddress?: string | null }[];
  readonly disks: readonly DiskSpec[];
  readonly guest?: Partial<GuestConditions>;
}

/** Four controllers of 15 units, as vSphere has them: this is where the master target's limit of 60 disks comes from. */
const unitsPerController = 16;
const controllerUnit = 7;
const controllers = 4;
/** File systems take 255 bytes; endings and numbers come behind it. */
const fileNameBytes = 200;

export class VirtualMachines {
  readonly #deps: VirtualMachinesDeps;
  /** Two changes of one machine would overwrite each other's record. */
  readonly #turns = new Turns();

  constructor(deps: VirtualMachinesDeps) {
    this.#deps = deps;
  }

  /** @throws LabError NotFound */
  get(id: string): VmRecord {
    return this.#deps.inventory.get('vm', id);
  }

  /**
   * Files first, the record last: a machine is there when its record is.
   * @throws LabError VSphereAlreadyExists, NotFound, VSphereResourceInaccessible, VSphereUnableToAllocateResource
   */
  async create(spec: NewVm): Promise<VmRecord> {
    return this.#turns.take(() => this.#create(spec));
  }

  /** Takes a machine's files on a datastore into the inventory. @throws LabError NotFound, VSphereAlreadyExists, InvalidArgument */
  async register(vmxFile: string, options: { name?: string; hostId?: string; folderId?: string } = {}): Promise<VmRecord> {
    const { inventory, datastores } = this.#deps;
    const path = datastores.locate(vmxFile);
    if (!existsSync(path)) throw new LabError('NotFound', vmxFile);
    const home = vmxFile.slice(0, vmxFile.lastIndexOf('/'));
    const { name, vmdkFiles, nics, ...content } = parseVmx(readFileSync(path, 'utf8'), home);
    if (inventory.list('vm').some((vm) => vm.home === home)) throw new LabError('VSphereAlreadyExists', `${vmxFile} is registered.`);
    const registered = {
      ...content,
      ...options,
      name: options.name ?? name,
      datastoreId: inventory.named('datastore', parseDatastorePath(vmxFile).datastore).id,
      nics: nics.map((nic) => ({ networkId: inventory.named('network', nic.networkName).id, macAddress: nic.macAddress })),
      disks: vmdkFiles.map((vmdkFile) => ({ vmdkFile })),
    };
    return this.#turns.take(() => this.#create(registered, home));
  }

  /** Removes a machine that is off, with its files unless they stay (`unregister`). @throws LabError VSphereNotAllowedInCurrentState */
  async remove(id: string, options: { keepFiles: boolean }): Promise<void> {
    const { inventory, datastores, disks, runtimes } = this.#deps;
    const vm = this.get(id);
    this.#requireOff(vm);
    const shared = (vmdkFile: string): boolean =>
      inventory.list('vm').some((other) => other.id !== id && other.disks.some((disk) => disk.vmdkFile === vmdkFile));
    const held = vm.disks.find((disk) => shared(disk.vmdkFile));
    if (!options.keepFiles && held !== undefined) throw new LabError('VSphereResourceInUse', `${held.vmdkFile} is attached to another machine.`);
    await runtimes.remove(vm);
    inventory.remove('vm', id);
    if (options.keepFiles) return;
    for (const disk of vm.disks) disks.remove(disk.vmdkFile);
    rmSync(datastores.locate(vm.home), { recursive: true, force: true });
  }

  /**
   * Adds a disk; on a running machine the guest sees it at once.
   * @throws LabError VSphereAlreadyExists, VSphereResourceInUse, VSphereNotAllowedInCurrentState, VSphereResourceInaccessible, VSphereUnableToAllocateResource, NotFound
   */
  async addDisk(id: string, spec: DiskSpec): Promise<VmDisk> {
    return this.#turns.take(async () => {
      const vm = this.save(await this.#withDisk(this.get(id), spec));
      await this.#deps.runtimes.update(vm);
      return vm.disks.at(-1) as VmDisk;
    });
  }

  /**
   * Makes a disk of a machine that is off larger, as its administrator does; the guest sees it at its next start.
   * @throws LabError NotFound, VSphereNotAllowedInCurrentState while it runs or has snapshots, DiskShrinkRefused, VSphereResourceInUse
   */
  async growDisk(id: string, diskId: string, sizeBytes: number): Promise<void> {
    await this.#turns.take(async () => {
      const vm = this.get(id);
      const disk = vm.disks.find((candidate) => candidate.diskId === diskId);
      if (disk === undefined) throw new LabError('NotFound', `${vm.name} has no disk ${diskId}.`);
      this.#requireOff(vm);
      if (vm.snapshots.length > 0) throw new LabError('VSphereNotAllowedInCurrentState', `${vm.name} has snapshots.`);
      if (this.#deps.disks.isOpen(disk.vmdkFile)) throw new LabError('VSphereResourceInUse', `${disk.vmdkFile} is open.`);
      if (sizeBytes <= disk.sizeBytes) throw new LabError('DiskShrinkRefused', `${disk.vmdkFile} has ${disk.sizeBytes} bytes.`);
      await growVmdk(this.#deps.datastores.locate(disk.vmdkFile), sizeBytes);
      const grown = this.save({ ...vm, disks: vm.disks.map((one) => (one === disk ? { ...one, sizeBytes } : one)) });
      await this.#deps.runtimes.update(grown);
    });
  }

  /** Takes a disk away; its file stays. @throws LabError NotFound, VSphereResourceInUse while an appliance has it open */
  async removeDisk(id: string, key: number): Promise<void> {
    await this.#turns.take(() => this.#removeDisk(id, key));
  }

  async #create(spec: NewVm, registered?: string): Promise<VmRecord> {
    const { inventory, datastores, kernel } = this.#deps;
    const folderId = spec.folderId ?? inventory.rootVmFolder().id;
    if (inventory.list('vm').some((vm) => vm.name === spec.name && vm.folderId === folderId))
      throw new LabError('VSphereAlreadyExists', `virtual machine "${spec.name}"`);
    const datastore = inventory.get('datastore', spec.datastoreId);
    const hostId = spec.hostId ?? inventory.list('host').find((host) => host.connection === 'CONNECTED' && datastore.hostIds.includes(host.id))?.id;
    if (hostId === undefined || !datastore.hostIds.includes(hostId))
      throw new LabError('VSphereResourceInaccessible', `No connected host reaches datastore ${datastore.name}.`);
    const vm: VmRecord = {
      id: inventory.newId('vm'),
      name: spec.name,
      instanceUuid: spec.instanceUuid ?? inventory.newGuid(),
      biosUuid: inventory.newGuid(),
      hostId,
      folderId,
      datastoreId: datastore.id,
      home: registered ?? this.#newHome(datastore.name, spec.name),
      power: 'POWERED_OFF',
      appliance: spec.appliance ?? false,
      osType: spec.osType,
      osVersion: spec.osVersion,
      architecture: spec.architecture,
      firmware: spec.firmware,
      secureBoot: spec.secureBoot ?? false,
      scsiType: spec.scsiType ?? 'LSILOGIC',
      cpuCount: spec.cpuCount,
      memoryBytes: spec.memoryBytes,
      disks: [],
      nics: spec.nics.map((nic, index): VmNic => ({
        key: 4000 + index,
        macAddress: nic.macAddress ?? inventory.newMacAddress(),
        networkId: inventory.get('network', nic.networkId).id,
        ipAddress: nic.ipAddress === undefined ? inventory.newAddress() : nic.ipAddress,
      })),
      snapshots: [],
      guest: guestConditions(spec.osType, spec.guest),
    };
    mkdirSync(datastores.locate(vm.home), { recursive: true });
    let made = vm;
    for (const disk of spec.disks) made = await this.#withDisk(made, disk);
    this.save(made);
    kernel.trace.record('vcenter', 'created', { vm: vm.id, name: vm.name });
    return made;
  }

  async #removeDisk(id: string, key: number): Promise<void> {
    const vm = this.get(id);
    const disk = vm.disks.find((candidate) => candidate.key === key);
    if (disk === undefined) throw new LabError('NotFound', `${vm.name} has no disk ${key}.`);
    if (vm.snapshots.length > 0) throw new LabError('VSphereNotAllowedInCurrentState', `${vm.name} has snapshots.`);
    if (vm.appliance && this.#deps.disks.isOpen(disk.vmdkFile)) throw new LabError('VSphereResourceInUse', `${disk.vmdkFile} is open in ${vm.name}.`);
    const changed = this.save({ ...vm, disks: vm.disks.filter((candidate) => candidate !== disk) });
    await this.#deps.runtimes.update(changed);
  }

  /**
   * Before somebody changes a disk's file from outside: no machine may run on it, and no change log may be replayed onto it later.
   * @throws LabError VSphereResourceInUse
   */
  async releaseFile(vmdkFile: string): Promise<void> {
    const { inventory, runtimes } = this.#deps;
    for (const vm of inventory.list('vm')) {
      const disk = vm.disks.find((candidate) => candidate.vmdkFile === vmdkFile);
      if (disk === undefined) continue;
      if (vm.power !== 'POWERED_OFF') throw new LabError('VSphereResourceInUse', `${vmdkFile} is locked by ${vm.name}.`);
      if (!vm.appliance) await runtimes.of(vm).discardCapture(disk.diskId);
    }
  }

  /** Changes what VMware Tools and push installation meet inside the guest. */
  async setGuest(id: string, change: Partial<GuestConditions>): Promise<void> {
    const vm = this.get(id);
    await this.#deps.runtimes.update(this.save({ ...vm, guest: { ...vm.guest, ...change } }));
  }

  async #withDisk(vm: VmRecord, spec: DiskSpec): Promise<VmRecord> {
    const { inventory, disks, datastores } = this.#deps;
    const key = freeKey(vm);
    if (key === undefined) throw new LabError('VSphereUnableToAllocateResource', `${vm.name} has ${vm.disks.length} disks.`);
    let vmdkFile: string;
    if ('vmdkFile' in spec) {
      ({ vmdkFile } = spec);
      if (vm.disks.some((disk) => disk.vmdkFile === vmdkFile)) throw new LabError('VSphereAlreadyExists', `${vmdkFile} is attached to ${vm.name}.`);
      if (!inventory.named('datastore', parseDatastorePath(vmdkFile).datastore).hostIds.includes(vm.hostId))
        throw new LabError('VSphereResourceInaccessible', `The host of ${vm.name} does not mount the datastore of ${vmdkFile}.`);
      await this.#takeOver(vm, vmdkFile);
    } else {
      const datastore = inventory.get('datastore', vm.datastoreId);
      if (spec.sizeBytes > datastore.capacityBytes)
        throw new LabError('VSphereUnableToAllocateResource', `${spec.sizeBytes} bytes on ${datastore.name}, which has ${datastore.capacityBytes}.`);
      vmdkFile = this.#newVmdkFile(vm);
    }
    const facts = 'vmdkFile' in spec ? await disks.facts(vmdkFile) : await disks.create(vmdkFile, spec.sizeBytes);
    datastores.locate(vmdkFile);
    const { osDisk = vm.disks.length === 0, dynamic = false, sectorBytes = 512 } = spec;
    return { ...vm, disks: [...vm.disks, { key, ...facts, vmdkFile, osDisk, dynamic, sectorBytes }] };
  }

  /** A disk that another machine has too: whoever runs holds it, and a change log of the other must not outlive what is written now. */
  async #takeOver(vm: VmRecord, vmdkFile: string): Promise<void> {
    const { inventory, runtimes } = this.#deps;
    if (vm.power === 'POWERED_ON') requireUnlocked(inventory, vm, vmdkFile);
    for (const other of inventory.list('vm')) {
      const disk = other.disks.find((candidate) => candidate.vmdkFile === vmdkFile);
      if (disk === undefined || other.id === vm.id) continue;
      if (other.snapshots.length > 0) throw new LabError('VSphereNotAllowedInCurrentState', `${other.name} has snapshots of ${vmdkFile}; remove them first.`);
      if (!other.appliance && other.power !== 'POWERED_ON') await runtimes.of(other).discardCapture(disk.diskId);
    }
  }

  #requireOff(vm: VmRecord): void {
    if (vm.power !== 'POWERED_OFF') throw new LabError('VSphereNotAllowedInCurrentState', `${vm.name} is ${vm.power}.`);
  }

  #newHome(datastore: string, name: string): string {
    const base = `[${datastore}] ${fileNameOf(name)}`;
    for (let number = 0; ; number += 1) {
      const home = number === 0 ? base : `${base}_${number}`;
      if (!existsSync(this.#deps.datastores.locate(home))) return home;
    }
  }

  #newVmdkFile(vm: VmRecord): string {
    const { datastores } = this.#deps;
    const name = parseDatastorePath(vm.home).path;
    for (let number = 0; ; number += 1) {
      const vmdkFile = `${vm.home}/${name}${number === 0 ? '' : `_${number}`}.vmdk`;
      if (!existsSync(datastores.locate(vmdkFile))) return vmdkFile;
    }
  }

  /** Stores a changed record and the .vmx file that shows it. */
  save(vm: VmRecord): VmRecord {
    const { inventory, datastores } = this.#deps;
    inventory.put('vm', vm);
    const folder = datastores.locate(vm.home);
    if (existsSync(folder)) writeFileSync(`${folder}/${parseDatastorePath(vm.home).path}.vmx`, formatVmx(vm, inventory.list('network')));
    return vm;
  }
}

/** Names may be anything; files of the machine carry endings as well, and a descriptor has their names between quotation marks. */
function fileNameOf(name: string): string {
  const whole = name.replace(/[/\\%"\p{Cc}]/gu, '_');
  const part = Buffer.from(whole)
    .subarray(0, fileNameBytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return part.trim();
}

function freeKey(vm: VmRecord): number | undefined {
  for (let unit = 0; unit < controllers * unitsPerController; unit += 1) {
    if (unit % unitsPerController !== controllerUnit && !vm.disks.some((disk) => disk.key === 2000 + unit)) return 2000 + unit;
  }
  return undefined;
}

/** Whoever runs holds its disks. @throws LabError VSphereResourceInUse */
export function requireUnlocked(inventory: Inventory, vm: VmRecord, vmdkFile: string): void {
  const holder = inventory
    .list('vm')
    .find((other) => other.id !== vm.id && other.power !== 'POWERED_OFF' && other.disks.some((disk) => disk.vmdkFile === vmdkFile));
  if (holder !== undefined) throw new LabError('VSphereResourceInUse', `${vmdkFile} is locked by ${holder.name}.`);
}
