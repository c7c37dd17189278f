// A process that belongs to this one: started, asked where it listens, started again at its place when it dies, ended when disposed.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Kernel } from './kernel.ts';
import type { LabError } from './errors.ts';
import { wallDelay } from './wallTime.ts';

/** The line of JSON that such a process prints when it listens has at least this. */
export interface OwnedProcessReady {
  readonly pid: number;
}

export interface OwnedProcessOptions<Ready extends OwnedProcessReady> {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  /** For the trace. */
  readonly name: string;
  /** How Node is to be called, and what is added to this process's environment. `former`: what the one before it had said; undefined at first. */
  readonly command: (former: Ready | undefined) => { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> };
  /** The error for a process that ended before it listened. `reason` has its last words. */
  readonly failure: (reason: string, exitCode: number | null) => LabError;
  /** After it has died and before it is started again. */
  readonly onDeath?: () => Promise<void>;
}

/** Before the second start, doubled before each further one: five starts within about three seconds. */
const firstPauseMs = 200;
const startsInARow = 5;
const keptErrorCharacters = 4000;

/** It ends by itself when its standard input closes, so that it ends with its owner however that one ends. */
export class OwnedProcess<Ready extends OwnedProcessReady> implements AsyncDisposable {
  readonly #options: OwnedProcessOptions<Ready>;
  readonly #closing = new AbortController();
  #child: ChildProcess | undefined;
  #ready: Ready | undefined;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: OwnedProcessOptions<Ready>) {
    this.#options = options;
  }

  /** Ready when the promise resolves. @throws LabError the `failure` of the options */
  static async start<Ready extends OwnedProcessReady>(options: OwnedProcessOptions<Ready>): Promise<OwnedProcess<Ready>> {
    const one = new OwnedProcess(options);
    await one.#start();
    return one;
  }

  /** What it said last. */
  get ready(): Ready {
    return this.#ready as Ready;
  }

  /** Ends when the process runs, at once if it does. @throws LabError when it could not be started again */
  async available(): Promise<void> {
    await this.#running;
  }

  /** SIGKILL. Ends when it is back. @throws LabError when it could not be started again */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#end((child) => child.stdin?.end());
    // A start under way sees that it is not wanted any more; that it failed concerns nobody.
    await this.#running.catch(() => undefined);
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    how(child);
    await ended;
  }

  async #start(): Promise<void> {
    const { kernel, name, command } = this.#options;
    const { args, environment } = command(this.#ready);
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    this.#child = child;
    // A process that is already gone cannot be told to end.
    child.stdin.on('error', () => undefined);
    const words = lastWords(child);
    this.#ready = await this.#readyLine(child, words);
    child.once('exit', (code, signal) => this.#died({ pid: child.pid, code, signal, words: words() }));
    kernel.trace.record('process', 'ready', { name, said: this.#ready });
  }

  #readyLine(child: ChildProcess, words: () => string): Promise<Ready> {
    const { promise, resolve, reject } = Promise.withResolvers<Ready>();
    const { failure } = this.#options;
    child.on('error', (error) => reject(failure(error.message, null)));
    // Not `exit`: by then it may have said more than has been read.
    child.once('close', (code, signal) => reject(failure(`${signal ?? `exit code ${String(code)}`}. ${words()}`, code)));
    if (child.stdout !== null)
      createInterface(child.stdout).once('line', (line) => {
        try {
          resolve(JSON.parse(line) as Ready);
        } catch {
          child.kill('SIGKILL');
          reject(failure(`Its first line is not JSON: ${line.slice(0, 200)}`, null));
        }
      });
    return promise;
  }

  /** It is expected never to end by itself; lab time waits until it is back. */
  #died(end: Readonly<Record<string, unknown>>): void {
    if (this.#closing.signal.aborted) return;
    const { kernel, name, onDeath } = this.#options;
    kernel.trace.record('process', 'died', { name, ...end });
    const restart = async (): Promise<void> => {
      await onDeath?.();
      await this.#restart();
    };
    this.#running = restart();
    kernel.clock.start(`restart ${name}`, () => this.#running);
  }

  async #restart(): Promise<void> {
    const { kernel, name } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#start();
        return;
      } catch (error) {
        if (signal.aborted) return;
        kernel.trace.record('process', 'startFailed', { name, attempt, message: error instanceof Error ? error.message : String(error) });
        if (attempt === startsInARow) throw error;
      }
      // Its port or its lock may be held for a moment yet, by the machine's clock: the lab's stands still until it is back.
      await wallDelay(firstPauseMs * 2 ** (attempt - 1), signal);
    }
  }
}

/** What it wrote to standard error, as far as it is kept. */
function lastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.on('data', (text: Buffer) => (words = (words + text.toString('utf8')).slice(-keptErrorCharacters)));
  return () => words.trim();
}
