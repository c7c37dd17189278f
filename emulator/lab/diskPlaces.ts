// Finds any disk of the lab by the names people use, and opens it: through the tap while its machine runs, else its file or blob.
import type { AzureMachines } from '../azure/compute/service.ts';
import type { StorageAccounts } from '../azure/storage/storageAccounts.ts';
import type { DiskReference } from '../contract/control/disks.ts';
import type { BlockDevice } from '../disk/blockDevice.ts';
import { LabError } from '../kernel/errors.ts';
import type { DiskDefinition, MachineDefinition } from '../machine/definition.ts';
import type { Machine } from '../machine/machine.ts';
import type { Datacenter } from './datacenter.ts';

/** A disk in use by one caller; disposing gives it back and closes what was opened for it. */
export interface BorrowedDisk extends AsyncDisposable {
  readonly device: BlockDevice;
}

export interface HostedMachine {
  readonly location: DiskReference['location'];
  readonly definition: MachineDefinition;
  readonly machine: Machine;
}

/** Replicas and recovery points: the vault's for a machine at the site, the master target's for one in Azure. */
export type OpenPast = (reference: DiskReference, machine: HostedMachine, disk: DiskDefinition) => Promise<BorrowedDisk>;

export class DiskPlaces {
  readonly #deps: {
    datacenter: Datacenter;
    machines: AzureMachines;
    storage: StorageAccounts;
    openPast: OpenPast;
    sourceDiskNumber: (machineId: string, diskId: string) => number | undefined;
  };

  constructor(deps: {
    datacenter: Datacenter;
    machines: AzureMachines;
    storage: StorageAccounts;
    openPast: OpenPast;
    sourceDiskNumber: (machineId: string, diskId: string) => number | undefined;
  }) {
    this.#deps = deps;
  }

  /** Every machine that the lab hosts, at the site first. */
  hosted(): HostedMachine[] {
    const { vCenter, physical } = this.#deps.datacenter;
    const hosted: HostedMachine[] = [];
    for (const vm of vCenter.list().filter(({ appliance }) => !appliance)) hosted.push(host('onPremises', vCenter.machine(vm.instanceUuid)));
    for (const { definition } of physical.list()) hosted.push(host('onPremises', physical.machine(definition.machineId)));
    for (const { machineId } of this.#deps.machines.list()) hosted.push(host('azure', this.#deps.machines.machine(machineId)));
    return hosted;
  }

  /** All machines of this name or id: one at the site and its copy in Azure often have the same. */
  named(machine: string): HostedMachine[] {
    return this.hosted().filter(({ definition }) => definition.machineId === machine || definition.name.toLowerCase() === machine.toLowerCase());
  }

  /** @throws LabError NotFound, or InvalidArgument when several machines have this name */
  find(machine: string, location?: DiskReference['location']): HostedMachine {
    const candidates = this.named(machine).filter((one) => location === undefined || one.location === location);
    const exact = candidates.find((one) => one.definition.machineId === machine) ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (exact !== undefined) return exact;
    if (candidates.length > 1)
      throw new LabError(
        'InvalidArgument',
        `Several machines are called ${machine}: ${candidates.map((one) => `${one.definition.machineId} ${one.location === 'azure' ? 'in Azure' : 'at the site'}`).join(', ')}.`,
      );
    throw new LabError('NotFound', `Machine ${machine}${location === undefined ? '' : location === 'azure' ? ' in Azure' : ' at the site'}.`);
  }

  /** A disk by number, name or id, its own or its source's. @throws LabError NotFound */
  diskOf(definition: MachineDefinition, disk: string): DiskDefinition {
    const number = this.#deps.sourceDiskNumber(definition.machineId, disk);
    const found = definition.disks.find((one, place) => one.diskId === disk || one.name === disk || String(place) === disk || place === number);
    if (found === undefined)
      throw new LabError(
        'NotFound',
        `Disk ${disk} of ${definition.name}; it has ${definition.disks.map((one, place) => `${place} (${one.name})`).join(', ')}.`,
      );
    return found;
  }

  async borrow(reference: DiskReference): Promise<BorrowedDisk> {
    const hosted = this.find(reference.machine, reference.location);
    const disk = this.diskOf(hosted.definition, reference.disk);
    if (reference.at !== 'present') return this.#deps.openPast(reference, hosted, disk);
    if (hosted.machine.state === 'poweredOn') return { device: hosted.machine.disk(disk.diskId), [Symbol.asyncDispose]: async () => undefined };
    return owned(await this.#openStopped(hosted, disk));
  }

  /** Where the bytes lie, for a person. */
  pathOf(hosted: HostedMachine, disk: DiskDefinition): string {
    const { vCenter, physical } = this.#deps.datacenter;
    const { machineId, platform } = hosted.definition;
    if (platform === 'Physical') return physical.diskPath(machineId, disk.diskId);
    if (platform === 'VmWare') return vCenter.file(vCenter.vm(machineId).disks.find((one) => one.diskId === disk.diskId)?.vmdkFile ?? '');
    return (
      this.#deps.machines
        .list()
        .find((record) => record.machineId === machineId)
        ?.order.disks.find((one) => one.diskId === disk.diskId)?.url ?? ''
    );
  }

  #openStopped(hosted: HostedMachine, disk: DiskDefinition): Promise<BlockDevice> {
    const { vCenter, physical } = this.#deps.datacenter;
    const { machineId, platform } = hosted.definition;
    if (platform === 'VmWare') return vCenter.openStoppedDisk(machineId, disk.diskId);
    if (platform === 'Physical') return physical.openStoppedDisk(machineId, disk.diskId);
    return this.#deps.machines.openStoppedDisk(machineId, disk.diskId);
  }
}

export function owned(device: BlockDevice): BorrowedDisk {
  return { device, [Symbol.asyncDispose]: () => device[Symbol.asyncDispose]() };
}

function host(location: DiskReference['location'], machine: Machine): HostedMachine {
  return { location, definition: machine.definition, machine };
}
