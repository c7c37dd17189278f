// One storage process that belongs to this lab: which program it is, what it is told, and the addresses of its accounts.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { OwnedProcess } from '../../kernel/ownedProcess.ts';
import { portInUseExitCode } from './azurite/exitCodes.ts';
import type { StorageAccountAddress } from './storageAccount.ts';

export interface StorageProcessOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  /** Blobs and metadata; made when it is missing. */
  readonly folder: string;
  /** Keys in base64 (64 bytes, as Azure's). */
  readonly accounts: readonly { readonly name: string; readonly key: string }[];
  /** 0 or absent: any free one, which it then keeps over restarts. */
  readonly port?: number;
  /** PEM texts; absent: plain HTTP. */
  readonly identity?: { readonly key: string; readonly certificate: string };
}

interface ReadyLine {
  readonly url: string;
  readonly pid: number;
}

export class StorageProcess implements AsyncDisposable {
  readonly #accounts: StorageProcessOptions['accounts'];
  /** Opens what is not Azure's: the lab's own endpoint there. */
  readonly #token: string;
  readonly #process: OwnedProcess<ReadyLine>;

  private constructor(accounts: StorageProcessOptions['accounts'], token: string, process: OwnedProcess<ReadyLine>) {
    this.#accounts = accounts;
    this.#token = token;
    this.#process = process;
  }

  /** Listening when the promise resolves. @throws LabError StorageProcessFailed, PortInUse */
  static async start({ kernel, folder, accounts, identity, port = 0 }: StorageProcessOptions): Promise<StorageProcess> {
    mkdirSync(folder, { recursive: true });
    const token = randomBytes(24).toString('base64url');
    const keys = accounts.map(({ name, key }) => `${name}:${key}`).join(';');
    const process = await OwnedProcess.start<ReadyLine>({
      kernel,
      name: `storage in ${folder}`,
      command: (former) => {
        const settings = {
          folder,
          port: former === undefined ? port : Number(new URL(former.url).port),
          token,
          ...(identity === undefined ? {} : { identity }),
        };
        return { args: [storageProgram()], environment: { AZURITE_ACCOUNTS: keys, SRLAB_STORAGE: JSON.stringify(settings) } };
      },
      failure: (reason, exitCode) =>
        exitCode === portInUseExitCode ? new LabError('PortInUse', folder) : new LabError('StorageProcessFailed', `${folder}: ${reason}`),
    });
    return new StorageProcess(accounts, token, process);
  }

  /** A new key for an account, in the form of Azure's. */
  static newKey(): string {
    return randomBytes(64).toString('base64');
  }

  get url(): string {
    return this.#process.ready.url;
  }

  get pid(): number {
    return this.#process.ready.pid;
  }

  /** @throws LabError NotFound */
  account(name: string): StorageAccountAddress {
    const account = this.#accounts.find((one) => one.name === name);
    if (account === undefined) throw new LabError('NotFound', `Storage account ${name}.`);
    return { url: `${this.url}/${name}`, accountName: name, accountKey: account.key, pageBatchUrl: `${this.url}/$lab/pages?token=${this.#token}` };
  }

  /** Ends when the process runs, at once if it does. @throws LabError StorageProcessFailed when it cannot be started again */
  async available(): Promise<void> {
    await this.#process.available();
  }

  /** SIGKILL, as an out-of-memory killer does. Ends when it is back. @throws LabError StorageProcessFailed when it does not come back */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Everything acknowledged is on disk at any moment, so there is nothing to wait for but the process itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

/** The bundle if there is one that is not older than its sources, else the sources. */
function storageProgram(): string {
  const beside = join(import.meta.dirname, 'azurite.cjs');
  if (existsSync(beside)) return beside;
  const sources = join(import.meta.dirname, 'azurite');
  const bundled = resolve(import.meta.dirname, '../../../dist/azurite.cjs');
  const bundledMs = existsSync(bundled) ? statSync(bundled).mtimeMs : 0;
  const fresh = readdirSync(sources).every((name) => statSync(join(sources, name)).mtimeMs <= bundledMs);
  return fresh ? bundled : join(sources, 'main.ts');
}
