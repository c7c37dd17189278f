// Log of the forward direction: one block blob per sealed batch, in a container of the log account.
import { createHash } from 'node:crypto';
import type { ContainerClient } from '@azure/storage-blob';
import { LabError } from '../../kernel/errors.ts';
import type { BatchLog } from '../../replication/stations.ts';
import { isNotFound } from './client.ts';
import { inParallel } from './inParallel.ts';
import type { StorageSession } from './storageAccount.ts';

const sequenceDigits = 12;
const deletesAtOnce = 16;

/**
 * One per user and pair, since it knows what its user appended: after a restart of the storage process every `append` and `barrier`
 * under way fails with `StorageRestarted`, and so does the first call that meets it while something appended is not covered by a barrier.
 * What is appended then, again, belongs to the new storage process.
 */
export class BlobLog implements BatchLog {
  readonly #session: StorageSession;
  readonly #container: ContainerClient;
  #appended = 0;
  #settled = 0;
  #connection: Promise<void> | undefined;
  /** By pair: up to where nothing is left, and what was met above. Where it knows all that is to go, `remove` need not ask the service. */
  readonly #met = new Map<string, { clearedThrough: number; readonly above: Set<number> }>();

  /** @param options `session`: of its own; `container`: name of the log container, made when it is missing */
  constructor(options: { session: StorageSession; container: string }) {
    this.#session = options.session;
    this.#container = options.session.container(options.container);
  }

  async append(pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    this.#appended += 1;
    const md5 = createHash('md5').update(sealed).digest();
    await this.#fenced(() =>
      this.#container.getBlockBlobClient(blobName(pairId, sequence)).upload(sealed, sealed.length, { blobHTTPHeaders: { blobContentMD5: md5 } }),
    );
    this.#met.get(pairId)?.above.add(sequence);
  }

  async barrier(): Promise<void> {
    const covered = this.#appended;
    await this.#fenced(() => this.#session.barrier());
    this.#settled = Math.max(this.#settled, covered);
  }

  async list(pairId: string, after: number): Promise<number[]> {
    return this.#readFenced(async () => {
      const prefix = `${pairId}/`;
      const sequences: number[] = [];
      for await (const blob of this.#container.listBlobsFlat({ prefix })) sequences.push(Number(blob.name.slice(prefix.length)));
      return sequences.filter((sequence) => sequence > after).sort((one, other) => one - other);
    });
  }

  /** @throws LabError NotFound */
  async read(pairId: string, sequence: number): Promise<Buffer> {
    const name = blobName(pairId, sequence);
    try {
      const sealed = await this.#readFenced(async () => {
        const { readableStreamBody, contentLength } = await this.#container.getBlobClient(name).download();
        return wholeBody(readableStreamBody, contentLength ?? 0);
      });
      this.#met.get(pairId)?.above.add(sequence);
      return sealed;
    } catch (error) {
      throw isNotFound(error) ? new LabError('NotFound', `${this.#container.containerName}/${name}`, { cause: error }) : error;
    }
  }

  async remove(pairId: string, through: number): Promise<void> {
    const sequences = this.#metThrough(pairId, through) ?? (await this.list(pairId, 0)).filter((sequence) => sequence <= through);
    await inParallel(sequences, deletesAtOnce, (sequence) =>
      this.#readFenced(() => this.#container.getBlobClient(blobName(pairId, sequence)).deleteIfExists()),
    );
    const above = [...(this.#met.get(pairId)?.above ?? [])].filter((sequence) => sequence > through);
    this.#met.set(pairId, { clearedThrough: Math.max(through, this.#met.get(pairId)?.clearedThrough ?? 0), above: new Set(above) });
  }

  /** Undefined unless all from the last removal to `through` were met. */
  #metThrough(pairId: string, through: number): number[] | undefined {
    const met = this.#met.get(pairId);
    if (met === undefined) return undefined;
    const sequences: number[] = [];
    for (let sequence = met.clearedThrough + 1; sequence <= through; sequence += 1) {
      if (!met.above.has(sequence)) return undefined;
      sequences.push(sequence);
    }
    return sequences;
  }

  /** Reading goes on after a restart without a word, unless it may have lost something that was appended here. */
  async #readFenced<T>(work: () => Promise<T>): Promise<T> {
    const settled = this.#settled === this.#appended;
    try {
      return await this.#fenced(work);
    } catch (error) {
      if (!settled || !LabError.is(error, 'StorageRestarted')) throw error;
      return this.#fenced(work);
    }
  }

  async #fenced<T>(work: () => Promise<T>): Promise<T> {
    const connection = (this.#connection ??= this.#connect());
    try {
      await connection;
    } catch (error) {
      this.#forget(connection);
      throw error;
    }
    try {
      return await work();
    } catch (error) {
      if (LabError.is(error, 'StorageRestarted')) this.#forget(connection);
      throw error;
    }
  }

  /** The next call connects again. Only its own connection: another call may have made a newer one meanwhile. */
  #forget(connection: Promise<void>): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#settled = this.#appended;
  }

  async #connect(): Promise<void> {
    await this.#session.reconnect();
    await this.#container.createIfNotExists();
  }
}

/** @throws LabError PeerUnreachable when the storage process ends meanwhile */
async function wholeBody(body: NodeJS.ReadableStream | undefined, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let at = 0;
  try {
    for await (const part of body ?? []) at += (part as Buffer).copy(bytes, at);
  } catch (error) {
    throw new LabError('PeerUnreachable', `The log ended after ${at} of ${sizeBytes} bytes.`, { cause: error });
  }
  if (at !== sizeBytes) throw new LabError('PeerUnreachable', `The log ended after ${at} of ${sizeBytes} bytes.`);
  return bytes;
}

/** Zero-padded, so that the service lists in the order of numbers. */
function blobName(pairId: string, sequence: number): string {
  return `${pairId}/${String(sequence).padStart(sequenceDigits, '0')}`;
}
