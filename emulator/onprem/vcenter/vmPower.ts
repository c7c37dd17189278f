// Power of virtual machines: on, off, and the guest's own shutdown.
import { LabError } from '../../kernel/errors.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import type { VmRecord } from './inventory.ts';
import { requireUnlocked, type VirtualMachines, type VirtualMachinesDeps } from './virtualMachines.ts';

export class VmPower {
  readonly #deps: VirtualMachinesDeps & { machines: VirtualMachines };

  constructor(deps: VirtualMachinesDeps & { machines: VirtualMachines }) {
    this.#deps = deps;
  }

  /** @throws LabError VSphereAlreadyInDesiredState, VSphereResourceInaccessible, VSphereResourceInUse */
  async powerOn(id: string): Promise<void> {
    const { machines, runtimes, inventory } = this.#deps;
    const vm = machines.get(id);
    if (vm.power === 'POWERED_ON') throw new LabError('VSphereAlreadyInDesiredState', `${vm.name} is powered on.`);
    this.#requireHost(vm);
    for (const disk of vm.disks) requireUnlocked(inventory, vm, disk.vmdkFile);
    await this.#change(vm, async () => {
      if (!vm.appliance) await runtimes.of(vm).powerOn();
      machines.save({ ...machines.get(id), power: 'POWERED_ON' });
    });
  }

  /** Hard, as pulling the plug. @throws LabError VSphereAlreadyInDesiredState, VSphereResourceInaccessible */
  async powerOff(id: string, to: 'POWERED_OFF' | 'SUSPENDED' = 'POWERED_OFF'): Promise<void> {
    const { machines, runtimes } = this.#deps;
    const vm = machines.get(id);
    if (vm.power !== 'POWERED_ON' && vm.power !== 'SUSPENDED') throw new LabError('VSphereAlreadyInDesiredState', `${vm.name} is powered off.`);
    if (vm.power === to) throw new LabError('VSphereAlreadyInDesiredState', `${vm.name} is suspended.`);
    this.#requireHost(vm);
    await this.#change(vm, async () => {
      if (!vm.appliance) await runtimes.of(vm).powerOff();
      machines.save({ ...machines.get(id), power: to });
    });
  }

  /** Asks the guest to shut down and returns at once, as vSphere does; the power state tells when it has. @throws LabError VSphereServiceUnavailable without VMware Tools */
  shutDownGuest(id: string): void {
    const { kernel, machines, runtimes } = this.#deps;
    const vm = machines.get(id);
    this.#requireHost(vm);
    if (vm.power !== 'POWERED_ON' || !vm.guest.toolsRunning) throw new LabError('VSphereServiceUnavailable', vm.name);
    kernel.clock.start(`shut down ${vm.name}`, async () => {
      if (!vm.appliance) await runtimes.of(vm).shutDown();
      const now = machines.get(id);
      if (now.power === 'POWERED_ON') machines.save({ ...now, power: 'POWERED_OFF' });
    });
  }

  async #change(vm: VmRecord, work: () => Promise<void>): Promise<void> {
    const { clock, faults } = this.#deps.kernel;
    await inActivity(clock, `power of ${vm.name}`, async () => {
      if ((await faults.check('vcenter.power', vm.instanceUuid)) !== 'skip') await work();
    });
  }

  #requireHost(vm: VmRecord): void {
    const host = this.#deps.inventory.get('host', vm.hostId);
    if (host.connection !== 'CONNECTED') throw new LabError('VSphereResourceInaccessible', `host ${host.name} is ${host.connection}.`);
  }
}
