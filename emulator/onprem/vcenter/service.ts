// What an account may do with this vCenter: each call asks for its privilege first, then for the rule. Every wire speaks through this.
import type { Datastores, DatastoreFile, DatastorePath } from './datastores.ts';
import { LabError } from '../../kernel/errors.ts';
import { requirePrivilege, type VCenterAccount } from './accounts.ts';
import type {
  ClusterRecord,
  DatacenterRecord,
  DatastoreRecord,
  FolderRecord,
  HostRecord,
  Inventory,
  NetworkRecord,
  VmDisk,
  VmRecord,
  VmSnapshot,
} from './inventory.ts';
import type { DiskSpec, NewVm, VirtualMachines } from './virtualMachines.ts';
import type { VmPower } from './vmPower.ts';
import type { VmSnapshots } from './vmSnapshots.ts';

export interface VSphereDeps {
  readonly inventory: Inventory;
  readonly datastores: Datastores;
  readonly machines: VirtualMachines;
  readonly power: VmPower;
  readonly snapshots: VmSnapshots;
}

export type PowerAction = 'start' | 'stop' | 'reset' | 'suspend';

/** Every method throws LabError VSphereUnauthorized when the account's role lacks the privilege. */
export class VSphere {
  readonly account: VCenterAccount;
  readonly #deps: VSphereDeps;

  constructor(deps: VSphereDeps, account: VCenterAccount) {
    this.#deps = deps;
    this.account = account;
  }

  datacenters(): DatacenterRecord[] {
    return this.#reading().list('datacenter');
  }

  clusters(): ClusterRecord[] {
    return this.#reading().list('cluster');
  }

  hosts(): HostRecord[] {
    return this.#reading().list('host');
  }

  networks(): NetworkRecord[] {
    return this.#reading().list('network');
  }

  folders(): FolderRecord[] {
    return this.#reading().list('folder');
  }

  datastores(): (DatastoreRecord & { freeBytes: number })[] {
    const { datastores } = this.#deps;
    return this.#reading()
      .list('datastore')
      .map((record) => ({ ...record, freeBytes: datastores.freeBytes(record) }));
  }

  vms(): VmRecord[] {
    return this.#reading().list('vm');
  }

  /** @throws LabError NotFound */
  vm(id: string): VmRecord {
    return this.#reading().get('vm', id);
  }

  async createVm(spec: NewVm): Promise<VmRecord> {
    this.#require('VirtualMachine.Inventory.Create', 'Resource.AssignVMToPool', 'Datastore.AllocateSpace', 'Network.Assign');
    return this.#deps.machines.create(spec);
  }

  async registerVm(vmxFile: string, options: { name?: string; hostId?: string; folderId?: string }): Promise<VmRecord> {
    this.#require('VirtualMachine.Inventory.Register', 'Resource.AssignVMToPool');
    return this.#deps.machines.register(vmxFile, options);
  }

  async removeVm(id: string, options: { keepFiles: boolean }): Promise<void> {
    this.#require(options.keepFiles ? 'VirtualMachine.Inventory.Register' : 'VirtualMachine.Inventory.Delete');
    await this.#deps.machines.remove(id, options);
  }

  async addDisk(id: string, spec: DiskSpec): Promise<VmDisk> {
    if ('vmdkFile' in spec) this.#require('VirtualMachine.Config.AddExistingDisk', 'Datastore.Browse');
    else this.#require('VirtualMachine.Config.AddNewDisk', 'Datastore.AllocateSpace');
    return this.#deps.machines.addDisk(id, spec);
  }

  async removeDisk(id: string, key: number): Promise<void> {
    this.#require('VirtualMachine.Config.RemoveDisk');
    await this.#deps.machines.removeDisk(id, key);
  }

  async power(id: string, action: PowerAction): Promise<void> {
    const { power } = this.#deps;
    this.#require(action === 'start' ? 'VirtualMachine.Interact.PowerOn' : 'VirtualMachine.Interact.PowerOff');
    if (action === 'suspend') await power.powerOff(id, 'SUSPENDED');
    else if (action !== 'start') await power.powerOff(id);
    if (action === 'start' || action === 'reset') await power.powerOn(id);
  }

  shutDownGuest(id: string): void {
    this.#require('VirtualMachine.Interact.PowerOff');
    this.#deps.power.shutDownGuest(id);
  }

  async takeSnapshot(id: string, options: { name: string; quiesce: boolean }): Promise<VmSnapshot> {
    this.#require('VirtualMachine.State.CreateSnapshot');
    return this.#deps.snapshots.take(id, options);
  }

  async removeSnapshot(id: string, snapshotId: string): Promise<void> {
    this.#require('VirtualMachine.State.RemoveSnapshot');
    await this.#deps.snapshots.remove(id, snapshotId);
  }

  browse(folder: DatastorePath): DatastoreFile[] {
    this.#require('Datastore.Browse');
    return this.#deps.datastores.browse(folder);
  }

  /** Where a datastore's file lies, for reading it. */
  fileToRead(file: DatastorePath): string {
    this.#require('Datastore.Browse');
    return this.#deps.datastores.locate(file);
  }

  /**
   * Where a datastore's file lies, for writing or removing it; the change logs of machines that use it as a disk are dropped.
   * @throws LabError VSphereResourceInUse for a disk of a running machine
   */
  async fileToChange(file: DatastorePath, change: 'write' | 'delete'): Promise<string> {
    this.#require(change === 'write' ? 'Datastore.FileManagement' : 'Datastore.DeleteFile');
    const path = this.#deps.datastores.locate(file);
    await this.#deps.machines.releaseFile(`[${file.datastore}] ${file.path.replace(/-flat\.vmdk$/, '.vmdk')}`);
    return path;
  }

  /** @throws LabError NotFound */
  requireDatacenter(path: string): DatacenterRecord {
    const name = path.replace(/^\//, '');
    const datacenter = this.datacenters().find((candidate) => candidate.name === name);
    if (datacenter === undefined) throw new LabError('NotFound', `datacenter "${path}"`);
    return datacenter;
  }

  #reading(): Inventory {
    this.#require('System.Read');
    return this.#deps.inventory;
  }

  #require(...privileges: Parameters<typeof requirePrivilege>[1][]): void {
    requirePrivilege(this.account, ...privileges);
  }
}
