// A Storage account as its users see it, the lab's own or a real one. What it answered is durable, so a user needs nothing but ordinary requests.
import { ContainerClient, newPipeline, StorageSharedKeyCredential, type Pipeline } from '@azure/storage-blob';
import { BlobTransport, type BlobTransportOptions } from './client.ts';

/** Plain data: what a process server is told of its log account, with a transport of its own. */
export interface StorageAccountAddress {
  /** Of the blob service, with the account where the address carries it: `http://127.0.0.1:10000/logs`. */
  readonly url: string;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  /** Takes many page writes in one request (`azurite/pageBatch.ts`). Absent: a storage that is not the lab's own. */
  readonly pageBatchUrl?: string;
}

/** Requests fail with LabError PeerUnreachable, LinkDown or StorageFailed, or the SDK's RestError. Dispose to close the connections. */
export class StorageAccount implements AsyncDisposable {
  readonly address: StorageAccountAddress;
  readonly #transport: BlobTransport;
  readonly #pipeline: Pipeline;
  readonly #containers = new Map<string, ContainerClient>();

  constructor(address: StorageAccountAddress, options: BlobTransportOptions = {}) {
    const { accountName, accountKey, url } = address;
    this.address = { ...address, url: url.replace(/\/$/, '') };
    this.#transport = new BlobTransport(options);
    // Whoever sends knows better when to try again: it may have to wait for a link, or for lab time.
    const retryOptions = { maxTries: 1 };
    this.#pipeline = newPipeline(new StorageSharedKeyCredential(accountName, accountKey), { httpClient: this.#transport, retryOptions });
  }

  container(name: string): ContainerClient {
    let container = this.#containers.get(name);
    if (container === undefined) this.#containers.set(name, (container = new ContainerClient(`${this.address.url}/${name}`, this.#pipeline)));
    return container;
  }

  /** Whether many page writes can go in one request. */
  get takesPageBatches(): boolean {
    return this.address.pageBatchUrl !== undefined;
  }

  /** Many page writes of one blob in one request, all or nothing (`azurite/pageBatch.ts`). */
  async putPageBatch(place: { container: string; blob: string }, body: Buffer): Promise<void> {
    const url = new URL(this.address.pageBatchUrl ?? '');
    for (const [name, value] of Object.entries({ ...place, account: this.address.accountName })) url.searchParams.set(name, value);
    await this.#transport.post(url, body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}
