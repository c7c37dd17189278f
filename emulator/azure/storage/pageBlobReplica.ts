// Target of the forward direction: a fixed VHD in a page blob, its past in the blob's snapshots (asr-behaviour §1.5, legacy storage-account replica).
import type { ContainerClient, Metadata, PageBlobClient } from '@azure/storage-blob';
import { requireRange, type Range } from '../../disk/blockDevice.ts';
import { vhdFooter, vhdFooterBytes, vhdSizeUnitBytes } from '../../disk/vhd.ts';
import type { TimeMs } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Batch, Mark, Replica, ReplicaSnapshot } from '../../replication/stations.ts';
import { isNotFound } from './client.ts';
import { pageChecksums, pageRanges, readPages } from './pageBlob.ts';
import { PageWriter } from './pageWriter.ts';
import { changesOf } from './pageWrites.ts';
import type { StorageAccount } from './storageAccount.ts';

/** Where a blob is. */
export interface BlobPlace {
  readonly account: StorageAccount;
  readonly container: string;
  readonly blob: string;
}

/** Metadata names; on the blob: size of the source disk and position; on a snapshot also the mark, base64 of its JSON. */
const sizeKey = 'diskbytes';
const positionKey = 'position';
const markKey = 'mark';

/** asr-behaviour §1.5: `copied-{<diskId>}.vhd`, in a container named `wahv` and 18 hex digits. */
export function replicaBlobName(diskId: string): string {
  return `copied-{${diskId}}.vhd`;
}

/**
 * The position is the higher one of what the blob's metadata and its newest snapshot say, so that a snapshot is one request that
 * takes the state, its mark and the position at once. A repetition finds it by the mark.
 */
export class PageBlobReplica implements Replica {
  readonly sizeBytes: number;
  readonly #container: ContainerClient;
  readonly #blob: PageBlobClient;
  readonly #writer: PageWriter;
  /** By mark id; undefined until read from the service. */
  #known: Map<string, ReplicaSnapshot> | undefined;
  #recording: Promise<unknown> = Promise.resolve();

  private constructor(place: BlobPlace, sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#container = place.account.container(place.container);
    this.#blob = this.#container.getPageBlobClient(place.blob);
    this.#writer = new PageWriter({ account: place.account, blob: this.#blob });
  }

  /**
   * Makes the blob, sparse, with its VHD footer; one that is there already is kept as it is.
   * @param disk `sizeBytes` of the source disk; the VHD is that rounded up to whole MiB. `uniqueId`: a GUID
   */
  static async create(place: BlobPlace, disk: { sizeBytes: number; uniqueId: string; timestampMs: TimeMs }): Promise<PageBlobReplica> {
    const vhdBytes = Math.ceil(disk.sizeBytes / vhdSizeUnitBytes) * vhdSizeUnitBytes;
    const replica = new PageBlobReplica(place, disk.sizeBytes);
    await replica.#container.createIfNotExists();
    await replica.#blob.createIfNotExists(vhdBytes + vhdFooterBytes, { metadata: replica.#metadata(0) });
    // Also when the blob exists: a kill may have come between the two.
    await replica.#blob.uploadPages(vhdFooter({ ...disk, sizeBytes: vhdBytes }), vhdBytes, vhdFooterBytes);
    return replica;
  }

  /** @throws LabError NotFound */
  static async open(place: BlobPlace): Promise<PageBlobReplica> {
    const { metadata } = await foundOr(place, () => place.account.container(place.container).getPageBlobClient(place.blob).getProperties());
    return new PageBlobReplica(place, Number(metadata?.[sizeKey]));
  }

  /** Removes the blob with its snapshots; nothing happens when it is gone already. */
  static async delete(place: BlobPlace): Promise<void> {
    await place.account.container(place.container).getPageBlobClient(place.blob).deleteIfExists({ deleteSnapshots: 'include' });
  }

  /** Forgets what failed before: the caller goes on from what the blob holds. @throws LabError NotFound when the replica is gone */
  async position(): Promise<number> {
    await this.#writer.reset();
    // In this order: a snapshot that is removed meanwhile has left its position in the blob before.
    this.#known = await this.#list();
    return Math.max([...this.#known.values()].at(-1)?.sequence ?? 0, await this.#recorded());
  }

  /** Ends when the batch is on its way, so that batches of a copy follow each other without a pause; a failure may show in a later call. */
  async apply(batch: Batch): Promise<void> {
    for (const { offset, length } of batch.extents) requireRange(this.sizeBytes, offset, length);
    await this.#writer.write(changesOf(batch.extents, batch.payload));
  }

  async snapshot(sequence: number, mark: Mark): Promise<ReplicaSnapshot> {
    await this.#writer.settled();
    const known = (this.#known ??= await this.#list());
    const same = known.get(mark.id);
    if (same !== undefined) {
      // Another batch may bring a mark again: from a process server that the machine came to meanwhile.
      if (same.sequence < sequence) await this.advance(sequence);
      return same;
    }
    const metadata = { ...this.#metadata(sequence), [markKey]: Buffer.from(JSON.stringify(mark), 'utf8').toString('base64') };
    const { snapshot: id = '' } = await this.#blob.createSnapshot({ metadata });
    const snapshot = { id, sequence, mark };
    known.set(mark.id, snapshot);
    return snapshot;
  }

  async advance(sequence: number): Promise<void> {
    await this.#writer.settled();
    await this.#inTurn(() => this.#record(sequence));
  }

  async snapshots(): Promise<ReplicaSnapshot[]> {
    this.#known ??= await this.#list();
    return [...this.#known.values()];
  }

  async read(range: Range, snapshotId?: string): Promise<Buffer> {
    requireRange(this.sizeBytes, range.offset, range.length);
    if (snapshotId === undefined) await this.#writer.settled();
    const blob = snapshotId === undefined ? this.#blob : this.#blob.withSnapshot(snapshotId);
    return foundOr({ container: this.#container.containerName, blob: `${this.#blob.name} ${snapshotId ?? ''}` }, () => readPages(blob, range));
  }

  /** Ranges that may hold anything but zeros, now or at a snapshot. */
  async allocated(range: Range, snapshotId?: string): Promise<Range[]> {
    requireRange(this.sizeBytes, range.offset, range.length);
    if (snapshotId === undefined) await this.#writer.settled();
    const blob = snapshotId === undefined ? this.#blob : this.#blob.withSnapshot(snapshotId);
    return foundOr({ container: this.#container.containerName, blob: `${this.#blob.name} ${snapshotId ?? ''}` }, () => pageRanges(blob, range));
  }

  async checksums(range: Range, blockBytes: number): Promise<Buffer> {
    requireRange(this.sizeBytes, range.offset, range.length);
    await this.#writer.settled();
    return pageChecksums(this.#blob, range, blockBytes);
  }

  async removeSnapshot(snapshotId: string): Promise<void> {
    const known = (this.#known ??= await this.#list());
    const newest = [...known.values()].at(-1);
    // It may be the only one that knows the position.
    if (newest?.id === snapshotId) await this.#inTurn(async () => ((await this.#recorded()) < newest.sequence ? this.#record(newest.sequence) : undefined));
    await this.#blob.withSnapshot(snapshotId).deleteIfExists();
    for (const [markId, snapshot] of this.#known) if (snapshot.id === snapshotId) this.#known.delete(markId);
  }

  /** Ends when no request is under way; the connections belong to the account. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.reset();
  }

  /** What the blob itself says. */
  async #recorded(): Promise<number> {
    const { metadata } = await foundOr({ container: this.#container.containerName, blob: this.#blob.name }, () => this.#blob.getProperties());
    return Number(metadata?.[positionKey] ?? 0);
  }

  async #record(position: number): Promise<void> {
    await this.#blob.setMetadata(this.#metadata(position));
  }

  /** Reading the position and writing it are not to be mixed: snapshots are removed beside the work on newer batches. */
  #inTurn(work: () => Promise<unknown>): Promise<unknown> {
    const turn = this.#recording.then(work);
    // A failure belongs to its own caller; the next one has its turn all the same.
    this.#recording = turn.catch(() => undefined);
    return turn;
  }

  #metadata(position: number): Metadata {
    return { [sizeKey]: String(this.sizeBytes), [positionKey]: String(position) };
  }

  /** Oldest first. */
  async #list(): Promise<Map<string, ReplicaSnapshot>> {
    const found: ReplicaSnapshot[] = [];
    for await (const { name, snapshot, metadata } of this.#container.listBlobsFlat({
      prefix: this.#blob.name,
      includeSnapshots: true,
      includeMetadata: true,
    })) {
      const mark = metadata?.[markKey];
      if (name !== this.#blob.name || !snapshot || mark === undefined) continue;
      found.push({ id: snapshot, sequence: Number(metadata?.[positionKey]), mark: JSON.parse(Buffer.from(mark, 'base64').toString('utf8')) as Mark });
    }
    found.sort((one, other) => one.sequence - other.sequence || (one.id < other.id ? -1 : 1));
    return new Map(found.map((snapshot) => [snapshot.mark.id, snapshot]));
  }
}

async function foundOr<T>(place: { container: string; blob: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isNotFound(error) ? new LabError('NotFound', `${place.container}/${place.blob}`, { cause: error }) : error;
  }
}
