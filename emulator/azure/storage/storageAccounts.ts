// The Storage accounts of a lab: their processes, and what the vault and compute ask of them (replicas, logs, disks) by lasting addresses.
import { BlobSASPermissions, generateBlobSASQueryParameters, StorageSharedKeyCredential } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import { wallTimeMs } from '../../kernel/wallTime.ts';
import type { BatchLog } from '../../replication/stations.ts';
import { BlobLog } from './blobLog.ts';
import { copySnapshot } from './copySnapshot.ts';
import { PageBlobDisk } from './pageBlobDisk.ts';
import { PageBlobReplica, replicaBlobName, type BlobPlace } from './pageBlobReplica.ts';
import { StorageAccount } from './storageAccount.ts';
import { StorageProcess } from './storageProcess.ts';

export interface StorageAccountsOptions {
  readonly kernel: Kernel;
  /** Keeps the accounts' keys. */
  readonly store: Store;
  readonly folder: string;
  /** Account that takes the logs, and accounts that take replicas and disks. */
  readonly logAccount: string;
  readonly targetAccounts: readonly string[];
  /** 2 (default): the log account has a process of its own, which can be killed alone. 1: the same speed on two cores, and 110 MB less memory. */
  readonly processes?: 1 | 2;
  /** Of the process with the log account, and of that with the others; 0 or absent: any free one. */
  readonly ports?: { readonly log?: number; readonly target?: number };
}

const logContainer = 'asrlogs';
const diskContainer = 'vhds';
const accountKind = 'storageAccount';
/** The storage service looks at the clock on the wall. */
const sharedDayMs = 24 * 3_600_000;

/** Addresses are URLs of blobs; only account, container and name count, so that they stay valid when the port changes. */
export class StorageAccounts implements AsyncDisposable {
  readonly #options: StorageAccountsOptions;
  readonly #log: StorageProcess;
  readonly #target: StorageProcess;
  readonly #accounts = new Map<string, { process: StorageProcess; account: StorageAccount }>();

  private constructor(options: StorageAccountsOptions, processes: { log: StorageProcess; target: StorageProcess }) {
    this.#options = options;
    this.#log = processes.log;
    this.#target = processes.target;
    for (const name of [options.logAccount, ...options.targetAccounts]) {
      const process = name === options.logAccount ? processes.log : processes.target;
      this.#accounts.set(name, { process, account: new StorageAccount(process.account(name)) });
    }
  }

  /** Both processes listen when the promise resolves. @throws LabError StorageProcessFailed, PortInUse */
  static async start(options: StorageAccountsOptions): Promise<StorageAccounts> {
    const { kernel, folder, ports } = options;
    const start = (part: 'log' | 'target', names: readonly string[]): Promise<StorageProcess> => {
      mkdirSync(join(folder, part), { recursive: true });
      const accounts = names.map((name) => ({ name, key: keyOf(options.store, name) }));
      return StorageProcess.start({ kernel, folder: join(folder, part), accounts, port: ports?.[part] ?? 0 });
    };
    if (options.processes === 1) {
      const one = await start('target', [...new Set([options.logAccount, ...options.targetAccounts])]);
      return new StorageAccounts(options, { log: one, target: one });
    }
    const [log, target] = await Promise.allSettled([
      start('log', [options.logAccount]),
      start(
        'target',
        options.targetAccounts.filter((name) => name !== options.logAccount),
      ),
    ]);
    if (log.status === 'fulfilled' && target.status === 'fulfilled') return new StorageAccounts(options, { log: log.value, target: target.value });
    for (const part of [log, target]) if (part.status === 'fulfilled') await part.value[Symbol.asyncDispose]();
    throw log.status === 'rejected' ? log.reason : (target as PromiseRejectedResult).reason;
  }

  /** The same one twice when there is one. */
  get processes(): { readonly log: StorageProcess; readonly target: StorageProcess } {
    return { log: this.#log, target: this.#target };
  }

  /** @throws LabError NotFound */
  account(name: string): StorageAccount {
    return this.#entry(name).account;
  }

  names(): string[] {
    return [...this.#accounts.keys()];
  }

  /** Where the blob of a lasting address is now. @throws LabError NotFound for an account that there is not */
  urlOf(address: string): string {
    return urlOf(this.#place(address));
  }

  /** The same with a signature that opens it to whoever has no key. @param access times are the wall's, for storage compares with them */
  signedUrlOf(address: string, access: { write: boolean; expiresOn: Date }): string {
    const { account, container, blob } = this.#place(address);
    const { accountName, accountKey } = account.address;
    const permissions = BlobSASPermissions.parse(access.write ? 'rw' : 'r');
    const signature = generateBlobSASQueryParameters(
      { containerName: container, blobName: blob, permissions, expiresOn: access.expiresOn },
      new StorageSharedKeyCredential(accountName, accountKey),
    );
    return `${urlOf({ account, container, blob })}?${signature.toString()}`;
  }

  /** Where a process server uploads to. @throws LabError NotFound */
  async logTarget(logStorageAccount: string): Promise<{ logContainerUrl: string; accountName: string; accountKey: string }> {
    const { process } = this.#entry(logStorageAccount);
    const { url, accountName, accountKey } = process.account(logStorageAccount);
    return { logContainerUrl: `${url}/${logContainer}`, accountName, accountKey };
  }

  /** @param logStorageAccount default: the account for logs. @throws LabError NotFound */
  async openLog(_pairId: string, logStorageAccount = this.#options.logAccount): Promise<BatchLog> {
    return new BlobLog({ account: this.account(logStorageAccount), container: logContainer });
  }

  /** Makes an empty replica, or finds the one of this pair. @returns its address */
  async createReplica(order: { pairId: string; diskId: string; sizeBytes: number; storageAccount: string }): Promise<string> {
    // asr-behaviour §1.5: `wahv` and 18 hex digits.
    const container = `wahv${createHash('sha256').update(order.pairId).digest('hex').slice(0, 18)}`;
    const place = { account: this.account(order.storageAccount), container, blob: replicaBlobName(order.diskId) };
    await PageBlobReplica.create(place, {
      sizeBytes: order.sizeBytes,
      uniqueId: this.#options.kernel.ids.guid(),
      timestampMs: this.#options.kernel.clock.now(),
    });
    return urlOf(place);
  }

  /** @throws LabError NotFound */
  async openReplica(address: string): Promise<PageBlobReplica> {
    return PageBlobReplica.open(this.#place(address));
  }

  /** The account of replicas and disks for which nobody chose one. */
  get managedDiskAccount(): string {
    const [account = this.#options.logAccount] = this.#options.targetAccounts;
    return account;
  }

  /** With its snapshots; what is gone already is no error. */
  async deleteReplica(address: string): Promise<void> {
    await PageBlobReplica.delete(this.#place(address));
  }

  /** The state of a snapshot as a disk of its own, in the account of the replica; one of this name is replaced. @returns its address */
  async copySnapshotToDisk(address: string, snapshotId: string, name: string): Promise<string> {
    const source = this.#place(address);
    const target = { container: diskContainer, blob: name.endsWith('.vhd') ? name : `${name}.vhd` };
    await copySnapshot(source, snapshotId, target);
    return urlOf({ account: source.account, ...target });
  }

  /** A block blob in the log account, and a token that reads it for a day. @returns its address without the token, and the token */
  async publish(document: { container: string; name: string; contentType: string; content: string }): Promise<{ url: string; sasToken: string }> {
    const account = this.account(this.#options.logAccount);
    const container = account.container(document.container);
    await container.createIfNotExists();
    const blob = container.getBlockBlobClient(document.name);
    const bytes = Buffer.from(document.content);
    await blob.upload(bytes, bytes.length, { blobHTTPHeaders: { blobContentType: document.contentType } });
    const { accountName, accountKey } = account.address;
    const sasToken = generateBlobSASQueryParameters(
      {
        containerName: document.container,
        blobName: document.name,
        permissions: BlobSASPermissions.parse('r'),
        expiresOn: new Date(wallTimeMs() + sharedDayMs),
      },
      new StorageSharedKeyCredential(accountName, accountKey),
    ).toString();
    return { url: blob.url, sasToken };
  }

  /** @param journalPath where the host keeps what it acknowledged and the blob may not have. @throws LabError NotFound */
  async openDisk(address: string, journalPath: string): Promise<PageBlobDisk> {
    if (!(await this.diskExists(address))) throw new LabError('NotFound', address);
    const place = this.#place(address);
    const { process } = this.#entry(place.account.address.accountName);
    return PageBlobDisk.open({ kernel: this.#options.kernel, place, journalPath, available: () => process.available() });
  }

  async diskExists(address: string): Promise<boolean> {
    const { account, container, blob } = this.#place(address);
    return account.container(container).getPageBlobClient(blob).exists();
  }

  /** What is gone already is no error. */
  async deleteDisk(address: string): Promise<void> {
    await PageBlobReplica.delete(this.#place(address));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { account } of this.#accounts.values()) await account[Symbol.asyncDispose]();
    await Promise.all([this.#log[Symbol.asyncDispose](), this.#target[Symbol.asyncDispose]()]);
  }

  #entry(name: string): { process: StorageProcess; account: StorageAccount } {
    const entry = this.#accounts.get(name);
    if (entry === undefined) throw new LabError('NotFound', `Storage account ${name}.`);
    return entry;
  }

  #place(address: string): BlobPlace {
    const [, name, container, ...blob] = URL.canParse(address) ? new URL(address).pathname.split('/').map(decodeURIComponent) : [];
    if (name === undefined || container === undefined || blob.length === 0) throw new LabError('NotFound', `${address} is no address of a blob.`);
    return { account: this.account(name), container, blob: blob.join('/') };
  }
}

function urlOf({ account, container, blob }: BlobPlace): string {
  return account.container(container).getBlobClient(blob).url;
}

function keyOf(store: Store, name: string): string {
  const held = store.get<{ key: string }>(accountKind, name);
  if (held !== undefined) return held.key;
  const key = StorageProcess.newKey();
  store.put(accountKind, name, { name, key });
  return key;
}
