// `srlab` as a process of its own: a command that serves until it is ended, in whatever way.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabError, type ErrorBody } from '../../emulator/kernel/errors.ts';

const program = newestProgram(join(import.meta.dirname, '..', '..'));
const keptErrorCharacters = 4000;

/** Disposing ends it as an owner does; what it keeps on disk stays. */
export class SrlabProcess<Ready extends object> implements AsyncDisposable {
  readonly ready: Ready;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
  }

  /**
   * Listening when the promise resolves. The command must understand --owned and --json.
   * @throws LabError what the command says when it refuses; Error when it ends without a word
   */
  static async start<Ready extends object>(args: readonly string[]): Promise<SrlabProcess<Ready>> {
    const child = spawn(process.execPath, [program, ...args, '--owned', '--json'], { stdio: ['pipe', 'pipe', 'pipe'] });
    // A process that is already gone cannot be told to end.
    child.stdin.on('error', () => undefined);
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString('utf8')).slice(-keptErrorCharacters)));
    const { promise, resolve, reject } = Promise.withResolvers<Ready>();
    createInterface(child.stdout).once('line', (line) => {
      const said = JSON.parse(line) as Ready | { readonly error: ErrorBody };
      if ('error' in said) reject(LabError.fromBody(said.error));
      else resolve(said);
    });
    child.once('close', (code, signal) => reject(new Error(`srlab ${args.join(' ')} ended with ${signal ?? String(code)} before it was ready. ${complaint}`)));
    try {
      return new SrlabProcess(child, await promise);
    } catch (error) {
      await ended(child, () => child.kill('SIGKILL'));
      throw error;
    }
  }

  /** SIGKILL; nothing is told, nothing is written out. Ends when the process is gone. */
  async kill(): Promise<void> {
    await ended(this.#child, (child) => child.kill('SIGKILL'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#child, (child) => child.stdin?.end());
  }
}

async function ended(child: ChildProcess, how: (child: ChildProcess) => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  how(child);
  await gone;
}

/** The bundle, which starts in half the time, unless a source has changed since it was made. */
function newestProgram(root: string): string {
  const bundle = join(root, 'dist', 'emulator.mjs');
  const sources = join(root, 'emulator');
  const bundledMs = existsSync(bundle) ? statSync(bundle).mtimeMs : 0;
  const fresh = readdirSync(sources, { recursive: true, encoding: 'utf8' }).every((name) => statSync(join(sources, name)).mtimeMs <= bundledMs);
  return fresh ? bundle : join(sources, 'main.ts');
}
