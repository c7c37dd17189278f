// Log of the forward direction: one block blob per sealed batch, in a container of the log account.
import type { ContainerClient } from '@azure/storage-blob';
import { LabError } from '../../kernel/errors.ts';
import type { BatchLog } from '../../replication/stations.ts';
import { isNotFound } from './client.ts';
import { deleteTogether } from './deleteTogether.ts';
import type { StorageAccount } from './storageAccount.ts';

const sequenceDigits = 12;

export class BlobLog implements BatchLog {
  readonly #container: ContainerClient;
  #made: Promise<unknown> | undefined;

  /** @param options `container`: name of the log container, made when it is missing */
  constructor(options: { account: StorageAccount; container: string }) {
    this.#container = options.account.container(options.container);
  }

  async append(pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    await this.#there();
    // No MD5 of ours: the service makes one by itself, and what is sealed tells of any byte that was lost.
    await this.#container.getBlockBlobClient(blobName(pairId, sequence)).upload(sealed, sealed.length);
  }

  async list(pairId: string, after: number): Promise<number[]> {
    await this.#there();
    const prefix = `${pairId}/`;
    const sequences: number[] = [];
    for await (const blob of this.#container.listBlobsFlat({ prefix })) sequences.push(Number(blob.name.slice(prefix.length)));
    return sequences.filter((sequence) => sequence > after).sort((one, other) => one - other);
  }

  /** @throws LabError NotFound */
  async read(pairId: string, sequence: number): Promise<Buffer> {
    const name = blobName(pairId, sequence);
    try {
      const { readableStreamBody, contentLength } = await this.#container.getBlobClient(name).download();
      return await wholeBody(readableStreamBody, contentLength ?? 0);
    } catch (error) {
      throw isNotFound(error) ? new LabError('NotFound', `${this.#container.containerName}/${name}`, { cause: error }) : error;
    }
  }

  async remove(pairId: string, sequences: readonly number[]): Promise<void> {
    await deleteTogether(
      this.#container,
      sequences.map((sequence) => this.#container.getBlobClient(blobName(pairId, sequence))),
    );
  }

  async #there(): Promise<void> {
    const making = (this.#made ??= this.#container.createIfNotExists());
    try {
      await making;
    } catch (error) {
      if (this.#made === making) this.#made = undefined;
      throw error;
    }
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
