// Owner of one storage process: starts it, reads where it listens, starts it again at the same place when it dies, ends it when disposed.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
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

const startsInARow = 5;
const keptErrorCharacters = 4000;

export class StorageProcess implements AsyncDisposable {
  readonly #options: StorageProcessOptions;
  readonly #token = randomBytes(24).toString('base64url');
  #child: ChildProcess | undefined;
  #ready: ReadyLine = { url: '', pid: 0 };
  #restarts = 0;
  #restarted = Promise.withResolvers<void>();
  #running = Promise.resolve();
  #closing = false;

  private constructor(options: StorageProcessOptions) {
    this.#options = options;
  }

  /** Listening when the promise resolves. @throws LabError StorageProcessFailed, PortInUse */
  static async start(options: StorageProcessOptions): Promise<StorageProcess> {
    mkdirSync(options.folder, { recursive: true });
    const storage = new StorageProcess(options);
    await storage.#start(options.port ?? 0);
    return storage;
  }

  /** A new key for an account, in the form of Azure's. */
  static newKey(): string {
    return randomBytes(64).toString('base64');
  }

  get url(): string {
    return this.#ready.url;
  }

  get pid(): number {
    return this.#ready.pid;
  }

  /** How often it died and came back. */
  get restarts(): number {
    return this.#restarts;
  }

  /** @throws LabError NotFound */
  account(name: string): StorageAccountAddress {
    const account = this.#options.accounts.find((one) => one.name === name);
    if (account === undefined) throw new LabError('NotFound', `Storage account ${name}.`);
    return { url: `${this.url}/${name}`, accountName: name, accountKey: account.key, pageBatchUrl: `${this.url}/$lab/pages?token=${this.#token}` };
  }

  /** Ends when the process runs, at once if it does. @throws LabError StorageProcessFailed when it cannot be started again */
  async available(): Promise<void> {
    await this.#running;
  }

  /** SIGKILL, as an out-of-memory killer does. Ends when it is back. */
  async kill(): Promise<void> {
    const restarted = this.#restarted.promise;
    this.#child?.kill('SIGKILL');
    await restarted;
  }

  /** Everything acknowledged is on disk at any moment, so there is nothing to wait for but the process itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  async #start(port: number): Promise<void> {
    const { folder, accounts, identity } = this.#options;
    const { execPath, program } = storageProgram();
    const child = spawn(execPath, [program], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        AZURITE_ACCOUNTS: accounts.map(({ name, key }) => `${name}:${key}`).join(';'),
        SRLAB_STORAGE: JSON.stringify({ folder, port, token: this.#token, ...(identity === undefined ? {} : { identity }) }),
      },
    });
    this.#child = child;
    // A process that is already gone cannot be told to end.
    child.stdin.on('error', () => undefined);
    this.#ready = await readyLine(child, folder);
    child.once('exit', () => this.#ended());
    this.#options.kernel.trace.record('storage', 'ready', { ...this.#ready });
  }

  /** It is expected never to end by itself; lab time waits until it is back. */
  #ended(): void {
    if (this.#closing) return;
    const { clock, trace } = this.#options.kernel;
    trace.record('storage', 'died', { pid: this.pid });
    this.#running = this.#restart(startsInARow);
    clock.start('storage restart', async () => {
      await this.#running;
      this.#restarts += 1;
      const restarted = this.#restarted;
      this.#restarted = Promise.withResolvers<void>();
      restarted.resolve();
    });
  }

  async #restart(attempts: number): Promise<void> {
    try {
      await this.#start(Number(new URL(this.url).port));
    } catch (error) {
      if (this.#closing) return;
      if (attempts <= 1) throw error;
      await this.#restart(attempts - 1);
    }
  }
}

async function readyLine(child: ChildProcess, folder: string): Promise<ReadyLine> {
  const { promise, resolve: ready, reject } = Promise.withResolvers<ReadyLine>();
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => (complaint = (complaint + text.toString('utf8')).slice(-keptErrorCharacters)));
  child.once('error', (error) => reject(new LabError('StorageProcessFailed', error.message, { cause: error })));
  child.once('exit', (code, signal) =>
    reject(
      code === portInUseExitCode
        ? new LabError('PortInUse', folder)
        : new LabError('StorageProcessFailed', `${folder}: ${signal ?? `exit code ${String(code)}`}. ${complaint}`),
    ),
  );
  if (child.stdout !== null) createInterface(child.stdout).once('line', (line) => ready(JSON.parse(line) as ReadyLine));
  return promise;
}

/** The bundle if there is one that is not older than its sources, else the sources. */
function storageProgram(): { execPath: string; program: string } {
  const { execPath } = process;
  const beside = join(import.meta.dirname, 'azurite.cjs');
  if (existsSync(beside)) return { execPath, program: beside };
  const sources = join(import.meta.dirname, 'azurite');
  const bundled = resolve(import.meta.dirname, '../../../dist/azurite.cjs');
  const bundledMs = existsSync(bundled) ? statSync(bundled).mtimeMs : 0;
  const fresh = readdirSync(sources).every((name) => statSync(join(sources, name)).mtimeMs <= bundledMs);
  return { execPath, program: fresh ? bundled : join(sources, 'main.ts') };
}
