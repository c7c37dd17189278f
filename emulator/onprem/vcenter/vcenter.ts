// The vCenter role: its inventory and machines in one folder, its REST wire and datastore files on one HTTPS port.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import type { Listening, ServerIdentity } from '../../http/serve.ts';
import { serveKeptPort } from '../../http/serveKeptPort.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import type { GuestConditions } from '../../machine/guest.ts';
import type { Machine } from '../../machine/machine.ts';
import type { VCenterAccount } from './accounts.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import { Datastores } from './datastores.ts';
import { vCenterApp } from './appRoutes.ts';
import { Inventory, type DatastoreRecord, type HostConnection, type HostRecord, type SiteSpec, type VmRecord } from './inventory.ts';
import { Runtimes } from './runtimes.ts';
import { VSphere, type PowerAction, type VSphereDeps } from './service.ts';
import { VirtualMachines, type NewVm } from './virtualMachines.ts';
import { VmDisks } from './vmDisks.ts';
import { VmPower } from './vmPower.ts';
import { VmSnapshots } from './vmSnapshots.ts';

export interface VCenterDeps {
  readonly kernel: Kernel;
  /** State and datastores; made when it is not there. */
  readonly folder: string;
  /** 443 in the product; 0 or absent lets the system choose. */
  readonly port?: number;
  readonly identity: ServerIdentity;
  /** Used when the folder is empty. */
  readonly site: SiteSpec;
  readonly accounts: readonly VCenterAccount[];
  /** Bound of each disk's change log inside the guests. */
  readonly captureLimitBytes?: number;
  /** Called for each guest when it is made, before its first power-on: the place to install what it carries. */
  readonly onMachine?: (machine: Machine) => void;
}

/** A machine in names instead of ids. */
export type MachineSpec = Omit<NewVm, 'datastoreId' | 'hostId' | 'folderId' | 'nics'> & {
  readonly datastore: string;
  readonly host?: string;
  readonly folder?: string;
  /** Without an `ipAddress` the guest gets one by DHCP; null: none. */
  readonly nics: readonly { readonly network: string; readonly macAddress?: string; readonly ipAddress?: string | null }[];
};

/** Machine ids are instance uuids. What the lab does here needs no account; what goes over the wire does. */
export class VCenter implements AsyncDisposable {
  readonly #kernel: Kernel;
  readonly #store: Store;
  readonly #parts: VSphereDeps & { disks: VmDisks; runtimes: Runtimes };
  #accounts: readonly VCenterAccount[];
  #listening: Listening | undefined;

  private constructor(deps: VCenterDeps) {
    const { kernel, folder, captureLimitBytes } = deps;
    mkdirSync(folder, { recursive: true });
    this.#kernel = kernel;
    this.#accounts = deps.accounts;
    this.#store = new Store(join(folder, 'vcenter.db'));
    const inventory = new Inventory(this.#store, kernel.ids);
    inventory.setUp(deps.site);
    const datastores = new Datastores({ folder: join(folder, 'datastores'), list: () => inventory.list('datastore') });
    const disks = new VmDisks({ inventory, datastores });
    const runtimes = new Runtimes({ kernel, folder: join(folder, 'guests'), inventory, disks, captureLimitBytes, onMachine: deps.onMachine });
    const rules = { kernel, inventory, datastores, disks, runtimes };
    const machines = new VirtualMachines(rules);
    this.#parts = {
      inventory,
      datastores,
      disks,
      runtimes,
      machines,
      power: new VmPower({ ...rules, machines }),
      snapshots: new VmSnapshots({ ...rules, machines }),
    };
  }

  /** Listening when it resolves; machines that were on stay off until `resume`. @throws LabError PortInUse, StateDatabaseDamaged, StateVersionUnknown */
  static async open(deps: VCenterDeps): Promise<VCenter> {
    const vCenter = new VCenter(deps);
    try {
      vCenter.#listening = await serveKeptPort(vCenterApp({ kernel: vCenter.#kernel, vSphere: vCenter.#parts, accounts: () => vCenter.#accounts }), {
        identity: deps.identity,
        port: deps.port ?? 0,
        keptPort: vCenter.#store.get<number>('port', 'port'),
      });
      vCenter.#store.put('port', 'port', vCenter.#listening.port);
    } catch (error) {
      vCenter.#store[Symbol.dispose]();
      throw error;
    }
    return vCenter;
  }

  get url(): string {
    return this.#require().url;
  }

  get port(): number {
    return this.#require().port;
  }

  /** The stored machines, appliances among them, in the order in which they were made. */
  list(): VmRecord[] {
    return this.#parts.inventory.list('vm');
  }

  /** @throws LabError NotFound */
  vm(machineId: string): VmRecord {
    const vm = this.list().find(({ instanceUuid }) => instanceUuid === machineId);
    if (vm === undefined) throw new LabError('NotFound', `machine ${machineId}`);
    return vm;
  }

  /** The guest of a machine. Install services and run workloads before `resume`. @throws LabError NotFound, VSphereUnsupported for an appliance */
  machine(machineId: string): Machine {
    return this.#parts.runtimes.of(this.vm(machineId));
  }

  /** The same service as over the wire, for an account of this vCenter. @throws LabError VSphereUnauthorized by its methods */
  as(account: VCenterAccount): VSphere {
    return new VSphere(this.#parts, account);
  }

  /** @throws LabError NotFound, VSphereAlreadyExists, VSphereResourceInaccessible */
  async addMachine(spec: MachineSpec): Promise<VmRecord> {
    const { inventory, machines } = this.#parts;
    const { datastore, host, folder, nics, ...rest } = spec;
    return machines.create({
      ...rest,
      datastoreId: inventory.named('datastore', datastore).id,
      ...(host === undefined ? {} : { hostId: inventory.named('host', host).id }),
      ...(folder === undefined ? {} : { folderId: (inventory.list('folder').find(({ name }) => name === folder) ?? inventory.addVmFolder(folder)).id }),
      nics: nics.map(({ network, ...nic }) => ({ ...nic, networkId: inventory.named('network', network).id })),
    });
  }

  /** @throws LabError NotFound, VSphereNotAllowedInCurrentState while it runs */
  async removeMachine(machineId: string): Promise<void> {
    await this.#parts.machines.remove(this.vm(machineId).id, { keepFiles: false });
  }

  /** @throws LabError as `VmPower` does */
  async power(machineId: string, action: Extract<PowerAction, 'start' | 'stop'> | 'shutDown'): Promise<void> {
    const { id } = this.vm(machineId);
    const { power } = this.#parts;
    if (action === 'start') await power.powerOn(id);
    else if (action === 'stop') await power.powerOff(id);
    else power.shutDownGuest(id);
  }

  /**
   * After a start of the process: machines that were on are powered on again, each for itself.
   * @returns those that could not be, and why; they are off now
   */
  async resume(): Promise<{ machineId: string; error: LabError }[]> {
    const { machines, runtimes } = this.#parts;
    const failures: { machineId: string; error: LabError }[] = [];
    for (const vm of this.list().filter(({ power, appliance }) => power === 'POWERED_ON' && !appliance)) {
      try {
        await inActivity(this.#kernel.clock, `resume ${vm.name}`, () => runtimes.of(vm).powerOn());
      } catch (error) {
        const problem = LabError.from(error);
        machines.save({ ...machines.get(vm.id), power: 'POWERED_OFF' });
        this.#kernel.trace.record('vcenter', 'notResumed', { machineId: vm.instanceUuid, code: problem.code, message: problem.message });
        failures.push({ machineId: vm.instanceUuid, error: problem });
      }
    }
    return failures;
  }

  async growDisk(machineId: string, diskId: string, sizeBytes: number): Promise<void> {
    await this.#parts.machines.growDisk(this.vm(machineId).id, diskId, sizeBytes);
  }

  async setGuest(machineId: string, change: Partial<GuestConditions>): Promise<void> {
    await this.#parts.machines.setGuest(this.vm(machineId).id, change);
  }

  hosts(): HostRecord[] {
    return this.#parts.inventory.list('host');
  }

  /** @throws LabError NotFound */
  setHost(name: string, connection: HostConnection): void {
    const { inventory } = this.#parts;
    inventory.put('host', { ...inventory.named('host', name), connection });
  }

  /** @throws LabError NotFound */
  setDatastore(name: string, change: Partial<Pick<DatastoreRecord, 'accessible' | 'capacityBytes'>>): void {
    const { inventory } = this.#parts;
    inventory.put('datastore', { ...inventory.named('datastore', name), ...change });
  }

  /** From now on the accounts are these; open sessions keep the role they began with. */
  setAccounts(accounts: readonly VCenterAccount[]): void {
    this.#accounts = accounts;
  }

  /** Where a datastore path lies on this computer, for imports and exports. @throws LabError NotFound, InvalidArgument */
  file(datastorePath: string): string {
    return this.#parts.datastores.locate(datastorePath);
  }

  /** Takes out of use what guests remember of a disk whose file is about to be replaced. @throws LabError VSphereResourceInUse */
  async releaseFile(vmdkFile: string): Promise<void> {
    await this.#parts.machines.releaseFile(vmdkFile);
  }

  /**
   * For a component of Site Recovery that runs in an appliance: opens a disk that is attached to that appliance while it is on.
   * @throws LabError VSphereResourceInUse, VSphereNotAllowedInCurrentState when no running appliance has the disk
   */
  async openAttachedDisk(vmdkFile: string): Promise<BlockDevice> {
    const { disks } = this.#parts;
    const vm = this.list().find(
      (candidate) => candidate.appliance && candidate.power === 'POWERED_ON' && candidate.disks.some((disk) => disk.vmdkFile === vmdkFile),
    );
    if (vm === undefined) throw new LabError('VSphereNotAllowedInCurrentState', `${vmdkFile} is attached to no running appliance.`);
    return disks.open(vm, vmdkFile);
  }

  /** A disk of a machine that is off, for the lab's own tools. @throws LabError VSphereNotAllowedInCurrentState while it runs, VSphereResourceInUse, NotFound */
  async openStoppedDisk(machineId: string, diskId: string): Promise<BlockDevice> {
    const vm = this.vm(machineId);
    if (vm.power !== 'POWERED_OFF') throw new LabError('VSphereNotAllowedInCurrentState', `${vm.name} is ${vm.power}.`);
    const disk = vm.disks.find((candidate) => candidate.diskId === diskId);
    if (disk === undefined) throw new LabError('NotFound', `${vm.name} has no disk ${diskId}.`);
    return this.#parts.disks.open(vm, disk.vmdkFile);
  }

  /** A disk as it was at a snapshot. @throws LabError NotFound */
  async openSnapshot(machineId: string, snapshotId: string, vmdkFile: string): Promise<BlockDevice> {
    return this.#parts.snapshots.open(this.vm(machineId).id, snapshotId, vmdkFile);
  }

  /** Power states stay as they are stored, so that the next process brings the machines up again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]();
    await this.#parts.runtimes[Symbol.asyncDispose]();
    this.#store[Symbol.dispose]();
  }

  #require(): Listening {
    if (this.#listening === undefined) throw new Error('the vCenter does not listen yet');
    return this.#listening;
  }
}
