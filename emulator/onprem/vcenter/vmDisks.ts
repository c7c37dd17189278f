// The VMDKs of virtual machines: making them, opening each for one owner at a time, and their snapshots.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { flatExtentOf, flatExtentPath, readVmdkDescriptor, VmdkDisk } from '../../disk/vmdk.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Datastores } from './datastores.ts';
import type { Inventory, VmRecord } from './inventory.ts';
import { mergeAway, SnapshotDisk } from './snapshotDisk.ts';
import { SnapshotLayer } from './snapshotLayer.ts';

export interface VmdkFacts {
  readonly diskId: string;
  readonly sizeBytes: number;
}

interface OpenDisk {
  readonly vmId: string;
  readonly disk: SnapshotDisk;
  readonly layers: Map<string, SnapshotLayer>;
}

export class VmDisks {
  readonly #inventory: Inventory;
  readonly #datastores: Datastores;
  readonly #open = new Map<string, OpenDisk>();
  /** Disks being opened right now. */
  readonly #opening = new Map<string, string>();

  constructor(deps: { inventory: Inventory; datastores: Datastores }) {
    this.#inventory = deps.inventory;
    this.#datastores = deps.datastores;
  }

  /** A new VMDK of zeros, thin. @throws LabError VSphereAlreadyExists, DiskSizeInvalid, VSphereUnableToAllocateResource */
  async create(vmdkFile: string, sizeBytes: number): Promise<VmdkFacts> {
    const path = this.#datastores.locate(vmdkFile);
    if (existsSync(path)) throw new LabError('VSphereAlreadyExists', vmdkFile);
    mkdirSync(dirname(path), { recursive: true });
    // An extent without a descriptor is what a killed process left: the disk never came to be.
    for (const leftover of [flatExtentPath(path), `${flatExtentPath(path)}.map`]) rmSync(leftover, { force: true });
    await (await VmdkDisk.create({ path, sizeBytes, uniqueId: this.#inventory.newGuid() }))[Symbol.asyncDispose]();
    return this.facts(vmdkFile);
  }

  /** What the descriptor says. @throws LabError NotFound, VmdkDescriptorInvalid, VmdkNotFlat */
  async facts(vmdkFile: string): Promise<VmdkFacts> {
    const path = this.#datastores.locate(vmdkFile);
    if (!existsSync(path)) throw new LabError('NotFound', vmdkFile);
    const descriptor = await readVmdkDescriptor(path);
    const extent = flatExtentOf(descriptor);
    if (extent === undefined) throw new LabError('VmdkNotFlat', vmdkFile);
    return { diskId: uuidText(descriptor.database['uuid'] ?? descriptor.cid), sizeBytes: extent.sizeBytes };
  }

  /** Removes descriptor, extent and what belongs to them. */
  remove(vmdkFile: string): void {
    const path = this.#datastores.locate(vmdkFile);
    for (const file of [path, flatExtentPath(path), `${flatExtentPath(path)}.map`]) rmSync(file, { force: true });
  }

  /** Opens a disk of a machine, with its snapshots. @throws LabError VSphereResourceInUse, NotFound */
  async open(vm: VmRecord, vmdkFile: string): Promise<BlockDevice> {
    const holder = this.#open.get(vmdkFile)?.vmId ?? this.#opening.get(vmdkFile);
    if (holder !== undefined) throw new LabError('VSphereResourceInUse', `${vmdkFile} is open in ${this.#inventory.get('vm', holder).name}.`);
    if (!vm.disks.some((disk) => disk.vmdkFile === vmdkFile)) throw new LabError('NotFound', `${vm.name} has no disk ${vmdkFile}.`);
    this.#opening.set(vmdkFile, vm.id);
    try {
      const base = await VmdkDisk.open({ path: this.#datastores.locate(vmdkFile) });
      const layers = new Map(this.#layerFiles(vm, vmdkFile).map((file) => [file, SnapshotLayer.open(this.#datastores.locate(file))]));
      const disk = new SnapshotDisk(base, [...layers.values()]);
      this.#open.set(vmdkFile, { vmId: vm.id, disk, layers });
      return releasing(disk, () => this.#open.delete(vmdkFile));
    } finally {
      this.#opening.delete(vmdkFile);
    }
  }

  isOpen(vmdkFile: string): boolean {
    return this.#open.has(vmdkFile) || this.#opening.has(vmdkFile);
  }

  /** Runs `work` while no write to these disks is under way. */
  async atRest<T>(vmdkFiles: readonly string[], work: () => T): Promise<T> {
    const open = vmdkFiles.flatMap((vmdkFile) => this.#open.get(vmdkFile)?.disk ?? []);
    await Promise.all(open.map((disk) => disk.pause()));
    try {
      return work();
    } finally {
      for (const disk of open) disk.resume();
    }
  }

  /** Starts to keep what is overwritten from now on. Only at rest. */
  beginLayer(vmdkFile: string, layerFile: string): void {
    const layer = SnapshotLayer.open(this.#datastores.locate(layerFile));
    const opened = this.#open.get(vmdkFile);
    if (opened === undefined) {
      layer[Symbol.dispose]();
      return;
    }
    opened.layers.set(layerFile, layer);
    opened.disk.begin(layer);
  }

  /** Merges a snapshot away: older ones keep their bytes. Only at rest. */
  endLayer(vm: VmRecord, vmdkFile: string, layerFile: string): void {
    const opened = this.#open.get(vmdkFile);
    if (opened !== undefined) {
      const layer = opened.layers.get(layerFile);
      opened.layers.delete(layerFile);
      if (layer !== undefined) opened.disk.end(layer);
      return;
    }
    const files = this.#layerFiles(vm, vmdkFile);
    const layers = files.map((file) => SnapshotLayer.open(this.#datastores.locate(file)));
    const layer = layers[files.indexOf(layerFile)];
    if (layer !== undefined) mergeAway(layers, layer);
    for (const rest of layers) rest[Symbol.dispose]();
  }

  /** A disk as it was at a snapshot, for reading. @throws LabError NotFound */
  async openSnapshot(vm: VmRecord, vmdkFile: string, layerFile: string): Promise<BlockDevice> {
    const opened = this.#open.get(vmdkFile);
    if (opened !== undefined) {
      const layer = opened.layers.get(layerFile);
      if (layer === undefined) throw new LabError('NotFound', layerFile);
      return opened.disk.at(layer);
    }
    const files = this.#layerFiles(vm, vmdkFile);
    const base = await VmdkDisk.open({ path: this.#datastores.locate(vmdkFile), readOnly: true });
    const layers = files.map((file) => SnapshotLayer.open(this.#datastores.locate(file)));
    const disk = new SnapshotDisk(base, layers);
    const layer = layers[files.indexOf(layerFile)];
    if (layer === undefined) {
      await disk[Symbol.asyncDispose]();
      throw new LabError('NotFound', layerFile);
    }
    return releasing(disk.at(layer), () => void 0, disk);
  }

  /** Oldest first. */
  #layerFiles(vm: VmRecord, vmdkFile: string): string[] {
    return vm.snapshots.flatMap(({ layers }) => layers.filter((layer) => layer.vmdkFile === vmdkFile).map(({ layerFile }) => layerFile));
  }
}

/** The same device, whose closing also closes `owner` and then tells. */
function releasing(device: BlockDevice, onClosed: () => void, owner: AsyncDisposable = device): BlockDevice {
  return {
    sizeBytes: device.sizeBytes,
    read: (offset, length) => device.read(offset, length),
    write: (offset, bytes) => device.write(offset, bytes),
    zero: (offset, length) => device.zero(offset, length),
    allocated: (within) => device.allocated(within),
    [Symbol.asyncDispose]: async () => {
      await owner[Symbol.asyncDispose]();
      onClosed();
    },
  };
}

/** `60 00 C2 9x …-…` of a descriptor in the form of other uuids. */
function uuidText(descriptorUuid: string): string {
  return descriptorUuid
    .replace(/[^0-9a-f]/gi, '')
    .toLowerCase()
    .padEnd(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
