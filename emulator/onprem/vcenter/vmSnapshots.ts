// Snapshots of virtual machines: taking them at one instant of all disks, reading them, merging them away.
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import type { VmRecord, VmSnapshot } from './inventory.ts';
import type { VirtualMachines, VirtualMachinesDeps } from './virtualMachines.ts';

export class VmSnapshots {
  readonly #deps: VirtualMachinesDeps & { machines: VirtualMachines };

  constructor(deps: VirtualMachinesDeps & { machines: VirtualMachines }) {
    this.#deps = deps;
  }

  /**
   * @param options `quiesce` brings the guest's programs to rest first
   * @throws LabError QuiesceFailed
   */
  async take(vmId: string, options: { name: string; quiesce: boolean }): Promise<VmSnapshot> {
    const { kernel, machines, runtimes, disks } = this.#deps;
    return inActivity(kernel.clock, `snapshot of ${vmId}`, async () => {
      const vm = machines.get(vmId);
      const guest = options.quiesce && !vm.appliance && vm.power === 'POWERED_ON' ? runtimes.of(vm) : undefined;
      await guest?.quiesce();
      try {
        return await disks.atRest(
          vm.disks.map(({ vmdkFile }) => vmdkFile),
          () => this.#begin(vmId, options.name),
        );
      } finally {
        await guest?.resume();
      }
    });
  }

  /** Consolidates: the present stays as it is, older snapshots keep their bytes. @throws LabError NotFound */
  async remove(vmId: string, snapshotId: string): Promise<void> {
    const { kernel, machines, disks } = this.#deps;
    const vmdkFiles = machines.get(vmId).disks.map(({ vmdkFile }) => vmdkFile);
    await inActivity(kernel.clock, `consolidation of ${vmId}`, () =>
      disks.atRest(vmdkFiles, () => {
        const vm = machines.get(vmId);
        for (const { vmdkFile, layerFile } of this.#find(vm, snapshotId).layers) disks.endLayer(vm, vmdkFile, layerFile);
        machines.save({ ...vm, snapshots: vm.snapshots.filter(({ id }) => id !== snapshotId) });
      }),
    );
  }

  /** A disk as it was; close it before the snapshot is removed. @throws LabError NotFound */
  async open(vmId: string, snapshotId: string, vmdkFile: string): Promise<BlockDevice> {
    const { machines, disks } = this.#deps;
    const vm = machines.get(vmId);
    const layer = this.#find(vm, snapshotId).layers.find((candidate) => candidate.vmdkFile === vmdkFile);
    if (layer === undefined) throw new LabError('NotFound', `${vmdkFile} in ${snapshotId}`);
    return disks.openSnapshot(vm, vmdkFile, layer.layerFile);
  }

  #begin(vmId: string, name: string): VmSnapshot {
    const { kernel, machines, inventory, disks } = this.#deps;
    const vm = machines.get(vmId);
    const id = inventory.newId('snapshot');
    // The number in the name is the object's own, so that a layer which a killed process left is never taken up again.
    const layers = vm.disks.map(({ vmdkFile }) => ({ vmdkFile, layerFile: vmdkFile.replace(/\.vmdk$/, `-${id.replace(/\D/g, '').padStart(6, '0')}.layer`) }));
    for (const { vmdkFile, layerFile } of layers) disks.beginLayer(vmdkFile, layerFile);
    const snapshot: VmSnapshot = { id, name, createdMs: kernel.clock.now(), layers };
    machines.save({ ...vm, snapshots: [...vm.snapshots, snapshot] });
    return snapshot;
  }

  #find(vm: VmRecord, snapshotId: string): VmSnapshot {
    const snapshot = vm.snapshots.find(({ id }) => id === snapshotId);
    if (snapshot === undefined) throw new LabError('NotFound', `snapshot ${snapshotId} of ${vm.name}`);
    return snapshot;
  }
}
