// The running side of the inventory: one Machine per virtual machine whose guest is a program of the lab.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { MachineDefinition } from '../../machine/definition.ts';
import { Machine } from '../../machine/machine.ts';
import type { Inventory, VmRecord } from './inventory.ts';
import type { VmDisks } from './vmDisks.ts';

export class Runtimes {
  readonly #deps: {
    kernel: Kernel;
    folder: string;
    inventory: Inventory;
    disks: VmDisks;
    captureLimitBytes: number | undefined;
    onMachine: ((machine: Machine) => void) | undefined;
  };
  readonly #machines = new Map<string, Machine>();

  /** @param deps `folder` holds one system folder per guest */
  constructor(deps: {
    kernel: Kernel;
    folder: string;
    inventory: Inventory;
    disks: VmDisks;
    captureLimitBytes: number | undefined;
    onMachine: ((machine: Machine) => void) | undefined;
  }) {
    this.#deps = deps;
  }

  /** The guest of a machine; it is made when it is first asked for. @throws LabError VSphereUnsupported for an appliance */
  of(vm: VmRecord): Machine {
    if (vm.appliance) throw new LabError('VSphereUnsupported', `${vm.name} is a component of Site Recovery; no guest runs in it.`);
    let machine = this.#machines.get(vm.id);
    if (machine === undefined) {
      const { kernel, folder, inventory, disks, captureLimitBytes } = this.#deps;
      const system = join(folder, vm.id);
      mkdirSync(system, { recursive: true });
      machine = new Machine({
        kernel,
        definition: definitionOf(vm, inventory),
        folder: system,
        openDevice: (diskId) => {
          const now = inventory.get('vm', vm.id);
          const disk = now.disks.find((candidate) => candidate.diskId === diskId);
          if (disk === undefined) throw new LabError('NotFound', `${now.name} has no disk ${diskId}.`);
          return disks.open(now, disk.vmdkFile);
        },
        ...(captureLimitBytes === undefined ? {} : { captureLimitBytes }),
      });
      this.#machines.set(vm.id, machine);
      this.#deps.onMachine?.(machine);
    }
    return machine;
  }

  /** Tells a guest that was made already of a changed record. */
  async update(vm: VmRecord): Promise<void> {
    await this.#machines.get(vm.id)?.redefine(definitionOf(vm, this.#deps.inventory));
  }

  /** Drops a guest and its system folder. */
  async remove(vm: VmRecord): Promise<void> {
    await this.#machines.get(vm.id)?.[Symbol.asyncDispose]();
    this.#machines.delete(vm.id);
    rmSync(join(this.#deps.folder, vm.id), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine[Symbol.asyncDispose]()));
  }
}

/** A virtual machine as its guest and the product see it; the machine id is the instance uuid. */
export function definitionOf(vm: VmRecord, inventory: Inventory): MachineDefinition {
  const { instanceUuid, name, osType, osVersion, architecture, firmware, secureBoot, cpuCount, memoryBytes, guest } = vm;
  return {
    machineId: instanceUuid,
    name,
    platform: 'VmWare',
    osType,
    osVersion,
    architecture,
    firmware,
    secureBoot,
    cpuCount,
    memoryBytes,
    guest,
    nics: vm.nics.map((nic) => ({ nicId: nic.macAddress, network: inventory.get('network', nic.networkId).name, ipAddress: nic.ipAddress })),
    disks: vm.disks.map(({ diskId, key, sizeBytes, osDisk, dynamic, sectorBytes }) => ({
      diskId,
      name: `Hard disk ${key - 1999}`,
      sizeBytes,
      osDisk,
      dynamic,
      sectorBytes,
    })),
  };
}
