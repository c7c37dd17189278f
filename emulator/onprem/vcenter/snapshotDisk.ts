// A VMDK with its snapshots: the file holds the present, layers hold the past, and a block is saved before it is first overwritten.
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import { layerBlockBytes, type SnapshotLayer } from './snapshotLayer.ts';

/** DEVIATION: ESXi freezes the parent and writes to a delta; we write in place and save what was there. Clients see the same bytes, and merging is deleting. */
export class SnapshotDisk implements BlockDevice {
  readonly #base: BlockDevice;
  /** Oldest first. */
  readonly #layers: SnapshotLayer[];
  readonly #saving = new Map<number, Promise<void>>();
  #flying = 0;
  #landed: (() => void)[] = [];
  #paused: { promise: Promise<void>; resume: () => void } | undefined;

  constructor(base: BlockDevice, layers: readonly SnapshotLayer[]) {
    this.#base = base;
    this.#layers = [...layers];
  }

  get sizeBytes(): number {
    return this.#base.sizeBytes;
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.#base.read(offset, length);
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    await this.#change({ offset, length: bytes.length }, () => this.#base.write(offset, bytes));
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.#change({ offset, length }, () => this.#base.zero(offset, length));
  }

  allocated(within: Range): Promise<Range[]> {
    return this.#base.allocated(within);
  }

  /** Ends when no write is under way; later ones wait for `resume`. */
  async pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    while (this.#paused !== undefined) await this.#paused.promise;
    this.#paused = { promise, resume: resolve };
    if (this.#flying > 0) await new Promise<void>((landed) => void this.#landed.push(landed));
  }

  resume(): void {
    const paused = this.#paused;
    this.#paused = undefined;
    paused?.resume();
  }

  /** From here on the bytes of now are kept. Only while paused. */
  begin(layer: SnapshotLayer): void {
    this.#layers.push(layer);
  }

  /** Ends a snapshot: what an older one still needs of its layer moves there. Only while paused. */
  end(layer: SnapshotLayer): void {
    mergeAway(this.#layers, layer);
  }

  /** The disk as it was at the snapshot of this layer; readable while the layer is. */
  at(layer: SnapshotLayer): SnapshotView {
    return new SnapshotView(this.#base, () => this.#layers.slice(this.#layers.indexOf(layer)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const layer of this.#layers) layer[Symbol.dispose]();
    await this.#base[Symbol.asyncDispose]();
  }

  async #change(range: Range, change: () => Promise<void>): Promise<void> {
    while (this.#paused !== undefined) await this.#paused.promise;
    this.#flying += 1;
    try {
      const newest = this.#layers.at(-1);
      if (newest !== undefined && range.length > 0) await this.#save(newest, range);
      await change();
    } finally {
      this.#flying -= 1;
      if (this.#flying === 0) for (const landed of this.#landed.splice(0)) landed();
    }
  }

  async #save(layer: SnapshotLayer, { offset, length }: Range): Promise<void> {
    const saves: Promise<void>[] = [];
    for (let block = Math.floor(offset / layerBlockBytes); block * layerBlockBytes < offset + length; block += 1) {
      if (layer.has(block)) continue;
      let saving = this.#saving.get(block);
      if (saving === undefined) {
        saving = this.#saveBlock(layer, block).finally(() => this.#saving.delete(block));
        this.#saving.set(block, saving);
      }
      saves.push(saving);
    }
    await Promise.all(saves);
  }

  async #saveBlock(layer: SnapshotLayer, block: number): Promise<void> {
    const offset = block * layerBlockBytes;
    layer.keep(block, await this.#base.read(offset, Math.min(layerBlockBytes, this.sizeBytes - offset)));
  }
}

/** Takes a layer out of a list, oldest first; its blocks go to the one before where that one has none. */
export function mergeAway(layers: SnapshotLayer[], layer: SnapshotLayer): void {
  const place = layers.indexOf(layer);
  const older = layers[place - 1];
  if (older !== undefined) for (const block of layer.blocks) if (!older.has(block)) older.keep(block, layer.read(block) as Buffer);
  layers.splice(place, 1);
  layer.discard();
}

/** Reads only. */
class SnapshotView implements BlockDevice {
  readonly #base: BlockDevice;
  readonly #layers: () => readonly SnapshotLayer[];

  constructor(base: BlockDevice, layers: () => readonly SnapshotLayer[]) {
    this.#base = base;
    this.#layers = layers;
  }

  get sizeBytes(): number {
    return this.#base.sizeBytes;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.#base.read(offset, length);
    // Layers are asked after the read: what was overwritten meanwhile had been saved before.
    for (let block = Math.floor(offset / layerBlockBytes); block * layerBlockBytes < offset + length; block += 1) {
      const kept = this.#layers()
        .find((layer) => layer.has(block))
        ?.read(block);
      if (kept === undefined) continue;
      const start = block * layerBlockBytes;
      kept.copy(bytes, Math.max(0, start - offset), Math.max(0, offset - start), offset + length - start);
    }
    return bytes;
  }

  async allocated(within: Range): Promise<Range[]> {
    const end = within.offset + within.length;
    const kept = this.#layers().flatMap((layer) => layer.blocks.map((block) => ({ offset: block * layerBlockBytes, end: (block + 1) * layerBlockBytes })));
    const present = (await this.#base.allocated(within)).map(({ offset, length }) => ({ offset, end: offset + length }));
    const merged: { offset: number; end: number }[] = [];
    for (const range of [...kept, ...present].sort((a, b) => a.offset - b.offset)) {
      const [from, to] = [Math.max(range.offset, within.offset), Math.min(range.end, end)];
      const last = merged.at(-1);
      if (from >= to) continue;
      if (last !== undefined && from <= last.end) last.end = Math.max(last.end, to);
      else merged.push({ offset: from, end: to });
    }
    return merged.map(({ offset, end: to }) => ({ offset, length: to - offset }));
  }

  async write(): Promise<void> {
    throw new LabError('DiskReadOnly', 'A snapshot.');
  }

  async zero(): Promise<void> {
    throw new LabError('DiskReadOnly', 'A snapshot.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The disk that the view belongs to closes the files.
  }
}
