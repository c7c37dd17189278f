// A lab as a process of its own, so that it can be killed at any moment and started again on its folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ControlClient } from '../../../emulator/cli/client.ts';
import type { OperationName, ReadyLine, ReplyOf, RequestOf, SeparateRole } from '../../../emulator/contract/control.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'emulator', 'main.ts');
const keptErrorCharacters = 4000;

export interface LabProcessOptions {
  readonly dir: string;
  /** Path of the estate's file. */
  readonly scenario: string;
  readonly seed: string;
  /** Roles that run as processes of their own. */
  readonly processes: readonly SeparateRole[];
}

/** Its time stands still except for steps. Disposing ends the process; the folder stays. */
export class LabProcess implements AsyncDisposable {
  readonly #options: LabProcessOptions;
  #child: ChildProcess | undefined;
  #client: ControlClient | undefined;

  constructor(options: LabProcessOptions) {
    this.#options = options;
  }

  get dir(): string {
    return this.#options.dir;
  }

  /** Listening when the promise resolves. */
  async start(): Promise<void> {
    const { dir, scenario, seed, processes } = this.#options;
    const separate = processes.length === 0 ? [] : ['--processes', ...processes];
    const child = spawn(process.execPath, [program, 'up', '--owned', '--dir', dir, '--scenario', scenario, '--seed', seed, '--speed', 'paused', ...separate], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString('utf8')).slice(-keptErrorCharacters)));
    const { promise, resolve, reject } = Promise.withResolvers<ReadyLine>();
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line) as ReadyLine));
    child.once('exit', (code, signal) => reject(new Error(`The lab ended with ${signal ?? String(code)} before it was ready. ${complaint}`)));
    this.#client = await ControlClient.open({ ...(await promise), startedMs: 0 });
  }

  call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
    if (this.#client === undefined) throw new Error('The lab does not run.');
    return this.#client.call(name, request);
  }

  /** SIGKILL; nothing is told, nothing is written out. Ends when the process is gone. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end((child) => child.stdin?.end());
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    const client = this.#client;
    this.#child = undefined;
    this.#client = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      how(child);
      await ended;
    }
    await client?.[Symbol.asyncDispose]();
  }
}
