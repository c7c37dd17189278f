// The past of one failed-back disk: layers of before-images and the snapshots that begin them.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { TimeMs } from '../../kernel/clock.ts';
import type { Mark, ReplicaSnapshot } from '../../replication/stations.ts';
import { journalBlockBytes } from './blockIndex.ts';
import { JournalLayer, type BeforeImage } from './journalLayer.ts';
import { loadJournalState, saveJournalState, type JournalState } from './journalState.ts';
import { asDriveError, type Reclaimer, type RetentionVolume } from './retentionVolume.ts';

const journalFolder = 'journal';
const stateFile = 'journal.json';
const layerName = /^(\d+)\.layer$/;
/** Before-images are read and written in portions, so that zeroing a whole disk needs no memory of its size. */
const portionBytes = 8 * 1024 * 1024;
const imageBytes = 1024 * 1024;

export interface RetentionJournalDeps {
  readonly volume: RetentionVolume;
  readonly pairId: string;
  readonly disk: BlockDevice;
}

/** Callers take turns; only giving up the oldest snapshot may come in between. */
export class RetentionJournal implements Reclaimer, AsyncDisposable {
  readonly #deps: RetentionJournalDeps;
  readonly #folder: string;
  readonly #layers: Map<string, JournalLayer>;
  readonly #offer: Disposable;
  #state: JournalState;
  #saving: Promise<unknown> = Promise.resolve();
  #settled = true;

  private constructor(deps: RetentionJournalDeps, loaded: { folder: string; state: JournalState; layers: Map<string, JournalLayer> }) {
    this.#deps = deps;
    this.#folder = loaded.folder;
    this.#state = loaded.state;
    this.#layers = loaded.layers;
    this.#offer = deps.volume.offer(this);
  }

  /** Opens or begins the journal of a pair; a restore that a kill interrupted is completed. @throws LabError RetentionJournalDamaged */
  static async open(deps: RetentionJournalDeps): Promise<RetentionJournal> {
    const folder = join(deps.volume.definition.folder, deps.pairId, journalFolder);
    await mkdir(folder, { recursive: true });
    const state = await loadJournalState(join(folder, stateFile));
    const layers = new Map<string, JournalLayer>();
    for (const { id } of state.snapshots) {
      const layer = await JournalLayer.open(join(folder, `${id}.layer`));
      await layer.rest();
      layers.set(id, layer);
    }
    for (const name of await readdir(folder)) {
      const id = layerName.exec(name)?.[1];
      if (id === undefined ? name !== stateFile : !layers.has(id)) await rm(join(folder, name));
    }
    const journal = new RetentionJournal(deps, { folder, state, layers });
    if (state.restoring !== null) await journal.restoreTo(state.restoring);
    return journal;
  }

  get position(): number {
    return this.#state.position;
  }

  get snapshots(): readonly ReplicaSnapshot[] {
    return this.#state.snapshots;
  }

  /** Keeps what the blocks under `extents` hold, unless it is kept since the newest snapshot. Durable when it resolves: then they may be overwritten. */
  async keep(extents: readonly Range[]): Promise<void> {
    const newest = this.#state.snapshots.at(-1);
    if (newest === undefined) return;
    const layer = this.#layer(newest.id);
    let portion: Range[] = [];
    let heldBytes = 0;
    for (const run of layer.missing(extents, this.#deps.disk.sizeBytes)) {
      for (const piece of await this.#pieces(run)) {
        portion.push(piece);
        heldBytes += 'zero' in piece ? 0 : piece.length;
        if (heldBytes < portionBytes) continue;
        await this.#append(layer, portion);
        portion = [];
        heldBytes = 0;
      }
    }
    if (portion.length > 0) await this.#append(layer, portion);
  }

  async advance(sequence: number): Promise<void> {
    if (sequence !== this.#state.position) await this.#save((state) => ({ ...state, position: sequence }));
  }

  async snapshot(sequence: number, mark: Mark): Promise<ReplicaSnapshot> {
    const held = this.#state.snapshots.find((snapshot) => snapshot.mark.id === mark.id);
    if (held !== undefined) {
      if (sequence > this.#state.position) await this.advance(sequence);
      return held;
    }
    const newest = this.#state.snapshots.at(-1);
    if (newest !== undefined) await this.#layer(newest.id).rest();
    const snapshot: ReplicaSnapshot = { id: String(this.#state.nextSnapshot), sequence, mark };
    this.#layers.set(snapshot.id, await JournalLayer.open(join(this.#folder, `${snapshot.id}.layer`)));
    await this.#save((state) => ({ ...state, position: sequence, nextSnapshot: state.nextSnapshot + 1, snapshots: [...state.snapshots, snapshot] }));
    return snapshot;
  }

  /** The bytes of a range at a snapshot: per block the earliest layer from there on that holds it, else the disk. @throws LabError NotFound */
  async read(range: Range, snapshotId: string): Promise<Buffer> {
    const layers = this.#from(snapshotId);
    const result = Buffer.allocUnsafe(range.length);
    const end = range.offset + range.length;
    for (let at = range.offset; at < end;) {
      const run = this.#run(layers, at, end);
      const bytes =
        run.layer === undefined
          ? await this.#deps.disk.read(at, run.length)
          : await run.layer.readBlock(Math.floor(at / journalBlockBytes), { offset: at % journalBlockBytes, length: run.length });
      bytes.copy(result, at - range.offset);
      at += run.length;
    }
    for (const layer of layers) await layer.rest();
    return result;
  }

  /** The oldest goes with its layer; the layer of another becomes part of the one before. */
  async remove(snapshotId: string): Promise<void> {
    const place = this.#state.snapshots.findIndex((snapshot) => snapshot.id === snapshotId);
    if (place < 0) return;
    this.#settled = false;
    try {
      const before = this.#state.snapshots[place - 1];
      if (before !== undefined) await this.#merge(this.#layer(snapshotId), this.#layer(before.id));
      await this.#forget([snapshotId]);
    } finally {
      this.#settled = true;
    }
  }

  /** Writes the past back onto the disk, newest layer first, and forgets what came after the snapshot. May be repeated after a kill. @throws LabError NotFound, RetentionJournalDamaged */
  async restoreTo(snapshotId: string): Promise<void> {
    const layers = this.#from(snapshotId);
    this.#settled = false;
    try {
      await this.#save((state) => ({ ...state, restoring: snapshotId }));
      for (const layer of layers.toReversed()) {
        for await (const { offset, length, bytes } of layer.images()) {
          if (bytes === null) await this.#deps.disk.zero(offset, length);
          else await this.#deps.disk.write(offset, bytes);
        }
      }
      await this.#restored(snapshotId);
    } finally {
      this.#settled = true;
    }
  }

  oldestMs(): TimeMs | null {
    const [oldest, second] = this.#state.snapshots;
    // The newest stays: a failback must remain possible.
    return this.#settled && oldest !== undefined && second !== undefined ? oldest.mark.timeMs : null;
  }

  async dropOldest(): Promise<void> {
    const oldest = this.#state.snapshots[0];
    if (oldest !== undefined) await this.#forget([oldest.id]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#offer[Symbol.dispose]();
    await this.#saving;
    for (const layer of this.#layers.values()) await layer.rest();
  }

  #layer(snapshotId: string): JournalLayer {
    return this.#layers.get(snapshotId) as JournalLayer;
  }

  #from(snapshotId: string): JournalLayer[] {
    const place = this.#state.snapshots.findIndex((snapshot) => snapshot.id === snapshotId);
    if (place < 0) throw new LabError('NotFound', `Snapshot ${snapshotId} of ${this.#deps.pairId}.`);
    return this.#state.snapshots.slice(place).map(({ id }) => this.#layer(id));
  }

  /** From `at`, how far one source reaches: a layer's adjoining blocks, or the disk. */
  #run(layers: readonly JournalLayer[], at: number, end: number): { layer: JournalLayer | undefined; length: number } {
    const first = Math.floor(at / journalBlockBytes);
    const layer = layers.find((each) => each.has(first));
    let block = first;
    let reach = (block + 1) * journalBlockBytes;
    while (reach < end) {
      const next = block + 1;
      if (layers.find((each) => each.has(next)) !== layer || (layer !== undefined && !layer.continues(block, next))) break;
      block = next;
      reach += journalBlockBytes;
    }
    return { layer, length: Math.min(reach, end) - at };
  }

  /** A run in pieces of a size to hold in memory; parts of a large run that the disk never held are one piece of zeros. */
  async #pieces(run: Range): Promise<(Range & { zero?: true })[]> {
    if (run.length <= imageBytes) return [run];
    const pieces: (Range & { zero?: true })[] = [];
    const end = run.offset + run.length;
    let at = run.offset;
    const zeros = (until: number): void => {
      for (; at < until; at += Math.min(maximumZeros, until - at)) pieces.push({ offset: at, length: Math.min(maximumZeros, until - at), zero: true });
    };
    for (const range of await this.#deps.disk.allocated(run)) {
      zeros(Math.max(at, Math.floor(range.offset / journalBlockBytes) * journalBlockBytes));
      const until = Math.min(end, Math.ceil((range.offset + range.length) / journalBlockBytes) * journalBlockBytes);
      for (; at < until; at += Math.min(imageBytes, until - at)) pieces.push({ offset: at, length: Math.min(imageBytes, until - at) });
    }
    zeros(end);
    return pieces;
  }

  async #append(layer: JournalLayer, pieces: readonly (Range & { zero?: true })[]): Promise<void> {
    const { disk, volume } = this.#deps;
    const images = await Promise.all(
      pieces.map(async ({ offset, length, zero }): Promise<BeforeImage> => {
        const bytes = zero === true ? null : await disk.read(offset, length);
        return { offset, length, bytes: bytes === null || isZero(bytes) ? null : bytes };
      }),
    );
    const sizeBytes = JournalLayer.sizeOf(images);
    await volume.reserve(sizeBytes, 'journal');
    try {
      await layer.append(images);
    } catch (error) {
      volume.release(sizeBytes);
      throw asDriveError(error, volume.definition.volumeName);
    }
  }

  /** Blocks that `earlier` lacks held at its time what `later` kept. Repeating it after a kill adds nothing. */
  async #merge(later: JournalLayer, earlier: JournalLayer): Promise<void> {
    const { disk, volume } = this.#deps;
    for await (const image of later.images()) {
      const images = earlier.missing([image], disk.sizeBytes).map(({ offset, length }): BeforeImage => ({
        offset,
        length,
        bytes: image.bytes?.subarray(offset - image.offset, offset - image.offset + length) ?? null,
      }));
      if (images.length === 0) continue;
      await volume.reserve(JournalLayer.sizeOf(images), 'journal');
      await earlier.append(images);
    }
    await earlier.rest();
  }

  async #restored(snapshotId: string): Promise<void> {
    const later = this.#state.snapshots.slice(this.#state.snapshots.findIndex(({ id }) => id === snapshotId) + 1).map(({ id }) => id);
    await this.#save((state) => {
      const snapshots = state.snapshots.filter(({ id }) => !later.includes(id));
      return { ...state, snapshots, position: snapshots.at(-1)?.sequence ?? 0, restoring: null };
    });
    for (const id of later) await this.#discard(id);
    // Its own layer is spent; writing it back again would do no harm, so its end need not be atomic.
    await this.#discard(snapshotId);
    this.#layers.set(snapshotId, await JournalLayer.open(join(this.#folder, `${snapshotId}.layer`)));
  }

  async #forget(ids: readonly string[]): Promise<void> {
    await this.#save((state) => ({ ...state, snapshots: state.snapshots.filter(({ id }) => !ids.includes(id)) }));
    for (const id of ids) await this.#discard(id);
  }

  async #discard(id: string): Promise<void> {
    const layer = this.#layer(id);
    this.#layers.delete(id);
    const { sizeBytes } = layer;
    await layer.remove();
    this.#deps.volume.release(sizeBytes);
  }

  #save(change: (state: JournalState) => JournalState): Promise<void> {
    const saved = this.#saving.then(async () => {
      const state = change(this.#state);
      await saveJournalState(join(this.#folder, stateFile), state);
      this.#state = state;
    });
    // A state that could not be written is not taken over; the next change starts from the old one.
    this.#saving = saved.catch(() => undefined);
    return saved;
  }
}

/** One record covers at most this much, whole blocks in 32 bits. */
const maximumZeros = 1024 * 1024 * 1024;
const zeros = Buffer.alloc(imageBytes);

function isZero(bytes: Buffer): boolean {
  return zeros.subarray(0, bytes.length).equals(bytes);
}
