// A Storage account as its users see it, the lab's own or a real one: containers, and a barrier where acknowledged is not yet durable.
import { ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob';
import { LabError } from '../../kernel/errors.ts';
import type { FaultGate } from '../../kernel/faults.ts';
import { BlobTransport, type BlobTransportOptions } from './client.ts';

/** Plain data: what a process server is told of its log account, with a transport of its own. */
export interface StorageAccountAddress {
  /** Of the blob service, with the account where the address carries it: `http://127.0.0.1:10000/logs`. */
  readonly url: string;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  /** Null: a real Storage account, where an acknowledged request is durable. */
  readonly barrierUrl: string | null;
}

/** Connections are shared; what a user saw of the storage process is in its session. Dispose to close the connections. */
export class StorageAccount implements AsyncDisposable {
  readonly address: StorageAccountAddress;
  readonly #transport: BlobTransport;
  readonly #faults: FaultGate | undefined;

  /** @param options of the connections, and the gate that a barrier passes (`storage.barrier`, subject: the account's name) */
  constructor(address: StorageAccountAddress, options: BlobTransportOptions & { readonly faults?: FaultGate } = {}) {
    this.address = { ...address, url: address.url.replace(/\/$/, '') };
    this.#transport = new BlobTransport(options);
    this.#faults = options.faults;
  }

  /**
   * One per user that keeps a state of its own (a replica, a log, a disk): each has to learn by itself that the storage process restarted.
   * It may be made while the storage is down.
   */
  session(): StorageSession {
    return new StorageSession(this.address, { transport: this.#transport, faults: this.#faults });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

/** Requests fail with LabError StorageRestarted once the storage process is another one than at the last `reconnect`; also PeerUnreachable and LinkDown. */
export class StorageSession {
  readonly account: StorageAccountAddress;
  readonly #transport: BlobTransport;
  readonly #faults: FaultGate | undefined;
  readonly #containers = new Map<string, ContainerClient>();
  #epoch: string | null = null;

  constructor(account: StorageAccountAddress, through: { transport: BlobTransport; faults: FaultGate | undefined }) {
    this.account = account;
    this.#transport = through.transport;
    this.#faults = through.faults;
  }

  /** Takes the storage process as it is now; what was read before may have gone back. */
  async reconnect(): Promise<void> {
    if (this.account.barrierUrl === null) return;
    this.#epoch = (await this.#transport.lab<{ epoch: string }>(this.account.barrierUrl, { method: 'GET' })).epoch;
  }

  /** Ends when everything answered before the call would survive a kill of the storage process. @throws LabError StorageRestarted */
  async barrier(): Promise<void> {
    if ((await this.#faults?.check('storage.barrier', this.account.accountName)) === 'skip') return;
    if (this.account.barrierUrl === null) return;
    const { epoch } = await this.#transport.lab<{ epoch: string }>(this.account.barrierUrl, { method: 'POST' });
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) throw new LabError('StorageRestarted', this.account.url);
  }

  /** Whether many page writes can go in one request: only the lab's own storage takes them. */
  get takesPageBatches(): boolean {
    return this.account.barrierUrl !== null;
  }

  /** Many page writes of one blob in one request, all or nothing (`azurite/pageBatch.ts`). */
  async putPageBatch(place: { container: string; blob: string }, body: Buffer): Promise<void> {
    const url = new URL(this.account.barrierUrl ?? '');
    url.pathname = '/$lab/pages';
    for (const [name, value] of Object.entries({ ...place, account: this.account.accountName })) url.searchParams.set(name, value);
    await this.#transport.lab(url.href, { method: 'POST', body, epoch: this.#epoch });
  }

  container(name: string): ContainerClient {
    let container = this.#containers.get(name);
    if (container === undefined) {
      const { url, accountName, accountKey } = this.account;
      const httpClient = this.#transport.httpClient(() => this.#epoch);
      // A repeated request would hide a restart: who sends it must go back to the last barrier.
      const pipeline = newPipeline(new StorageSharedKeyCredential(accountName, accountKey), { httpClient, retryOptions: { maxTries: 1 } });
      this.#containers.set(name, (container = new ContainerClient(`${url}/${name}`, pipeline)));
    }
    return container;
  }
}
