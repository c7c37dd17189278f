// Owner of one role that runs as a process of its own: starts it, reads where it listens, starts it again when it dies, ends it when disposed.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RoleReadyLine } from '../../contract/role.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { OwnerServer } from './ownerServer.ts';

export interface RoleProcessOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  readonly owner: OwnerServer;
  readonly role: 'processserver' | 'mastertarget';
  /** Unique among the roles of the lab. */
  readonly name: string;
  readonly dir: string;
  readonly port: number;
  /** What `srlab run <role>` takes besides. */
  readonly parameters: readonly string[];
}

/** The bundle when this is a part of it. */
const program = import.meta.filename.endsWith('.mjs') ? import.meta.filename : join(import.meta.dirname, '..', '..', 'main.ts');
const startsInARow = 5;
const keptErrorCharacters = 4000;

export class RoleProcess implements AsyncDisposable {
  readonly #options: RoleProcessOptions;
  #child: ChildProcess | undefined;
  #ready: RoleReadyLine = { pid: 0, role: 'storage', name: '', url: '', hostId: null };
  #restarted = Promise.withResolvers<void>();
  #closing = false;

  private constructor(options: RoleProcessOptions) {
    this.#options = options;
  }

  /** Listening, and in step with the lab's clock, when the promise resolves. @throws LabError RoleProcessFailed */
  static async start(options: RoleProcessOptions): Promise<RoleProcess> {
    const one = new RoleProcess(options);
    await one.#start(options.port);
    return one;
  }

  get role(): RoleProcessOptions['role'] {
    return this.#options.role;
  }

  get name(): string {
    return this.#options.name;
  }

  get url(): string {
    return this.#ready.url;
  }

  get hostId(): string {
    return this.#ready.hostId ?? '';
  }

  get pid(): number {
    return this.#ready.pid;
  }

  /** SIGKILL; ends when it is back. */
  async kill(): Promise<void> {
    const restarted = this.#restarted.promise;
    this.#child?.kill('SIGKILL');
    await restarted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  async #start(port: number): Promise<void> {
    const { role, name, dir, owner, parameters, kernel } = this.#options;
    const child = spawn(process.execPath, [program, 'run', role, '--owned', '--dir', dir, '--name', name, '--port', String(port), ...parameters], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, SRLAB_OWNER: JSON.stringify(owner.owner) },
    });
    this.#child = child;
    // A process that is already gone cannot be told to end.
    child.stdin.on('error', () => undefined);
    this.#ready = await readyLine(child, name);
    child.once('exit', () => this.#ended());
    kernel.trace.record('lab', 'roleReady', { role, name, url: this.url, pid: this.pid });
  }

  /** It is expected never to end by itself; lab time waits until it is back. */
  #ended(): void {
    if (this.#closing) return;
    const { kernel, owner, name } = this.#options;
    kernel.trace.record('lab', 'roleDied', { name, pid: this.pid });
    kernel.clock.start(`restart ${name}`, async () => {
      await owner.left(name);
      await this.#restart(startsInARow);
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

async function readyLine(child: ChildProcess, name: string): Promise<RoleReadyLine> {
  const { promise, resolve, reject } = Promise.withResolvers<RoleReadyLine>();
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => (complaint = (complaint + text.toString('utf8')).slice(-keptErrorCharacters)));
  child.once('error', (error) => reject(new LabError('RoleProcessFailed', `${name}: ${error.message}`, { cause: error })));
  child.once('exit', (code, signal) => reject(new LabError('RoleProcessFailed', `${name}: ${signal ?? `exit code ${String(code)}`}. ${complaint}`)));
  if (child.stdout !== null) createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line) as RoleReadyLine));
  return promise;
}
