// Starts, finds and ends the lab's process. The process outlives a window reload and ends by itself when no window watches it any more.
import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import type { ErrorBody } from '../../emulator/contract/errors.ts';
import { ExtensionError } from './labError.ts';
import { findRunningLab, isAlive, labRoot, locatorName } from './locator.ts';
import { t } from '../texts.ts';

export interface LabSettings {
  /** Folder of the lab. */
  readonly dir: string;
  readonly scenario: string;
  readonly seed: string;
  readonly speed: string;
}

export interface SupervisorDeps {
  /** The runtime that runs the emulator: VS Code's own. */
  readonly runtime: string;
  /** Path of the emulator's bundle. */
  readonly emulator: string;
  /** Folder where the runtime keeps what it compiled, so that the next start need not; the user's own, because it is run. */
  readonly compiled: string;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** How long a lab goes on with no window that watches it: a reload takes seconds. */
export const lingerSeconds = 60;
const shownLogLines = 20;
/** A lab that was asked to end needs up to ten seconds for it. */
const endingLooks = 100;
const endingPauseMs = 100;

/** The lab's last line says why it does not start; without one, all that it said is shown. */
function startFailure(error: ExtensionError, lines: readonly string[]): ExtensionError {
  const reason = lines.map(reasonIn).findLast((body) => body !== undefined);
  if (reason !== undefined)
    return new ExtensionError(reason.code, t('The lab cannot start: {0}', reason.message), { recommendedAction: reason.recommendedAction, cause: error });
  return new ExtensionError(error.code, [error.message, ...lines].join('\n'), {
    recommendedAction: t('Run "Check the Lab\'s Surroundings", or show the log.'),
    cause: error,
  });
}

function reasonIn(line: string): ErrorBody | undefined {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as { readonly error?: ErrorBody }).error : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export class Supervisor {
  readonly #deps: SupervisorDeps;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  /** The lab of this folder, whoever started it. */
  find(dir: string): Promise<LabLocator | undefined> {
    return findRunningLab(dir);
  }

  /**
   * Starts the lab, or finds the one that runs. Ends when everything in it listens.
   * @param signal gives up waiting and ends the process
   * @throws ExtensionError LabStartFailed with what the process said
   */
  async start(settings: LabSettings, signal: AbortSignal): Promise<LabLocator> {
    const running = await findRunningLab(settings.dir);
    if (running !== undefined) return running;
    const root = labRoot(settings.dir);
    await mkdir(root, { recursive: true });
    const logPath = join(root, 'emulator.log');
    const child = await this.#spawn(settings, logPath);
    this.#deps.log.info(`Lab process ${child.pid ?? 0} starts in ${settings.dir}; it writes to ${logPath}.`);
    try {
      return await this.#ready(child, settings.dir, signal);
    } catch (error) {
      if (signal.aborted) child.kill('SIGTERM');
      if (signal.aborted || !(error instanceof ExtensionError)) throw error;
      const said = (await readFile(logPath, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-shownLogLines);
      throw startFailure(error, said);
    }
  }

  /** Asks the process to end and waits until it has. What it has acknowledged stays on disk. */
  async stop(locator: LabLocator): Promise<void> {
    const root = labRoot(locator.dir);
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (!isAlive(locator.pid)) resolve();
    };
    // The lock's end is seen as a change of the folder; the interval is for file systems that tell nothing.
    const watcher = watch(root, look);
    const timer = setInterval(look, 200);
    try {
      if (isAlive(locator.pid)) process.kill(locator.pid, 'SIGTERM');
      look();
      await promise;
    } finally {
      watcher.close();
      clearInterval(timer);
    }
  }

  /** Whether the lab was asked to end: then it has taken its locator away. Ends when its process has. */
  async endedInOrder(locator: LabLocator): Promise<boolean> {
    for (let look = 0; look < endingLooks && isAlive(locator.pid); look += 1) await pause(endingPauseMs);
    const left = await readFile(join(labRoot(locator.dir), locatorName), 'utf8').catch(() => undefined);
    return left === undefined;
  }

  async #spawn({ dir, scenario, seed, speed }: LabSettings, logPath: string): Promise<ChildProcess> {
    const { runtime, emulator, compiled } = this.#deps;
    // A file, not a pipe: a pipe would break with the window.
    await using output = await open(logPath, 'a', 0o600);
    const args = [emulator, 'up', '--dir', dir, '--scenario', scenario, '--seed', seed, '--speed', speed, '--json', '--linger', String(lingerSeconds)];
    const child = spawn(runtime, args, {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { NODE_COMPILE_CACHE: compiled, ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    });
    child.unref();
    return child;
  }

  async #ready(child: ChildProcess, dir: string, signal: AbortSignal): Promise<LabLocator> {
    const { promise, resolve, reject } = Promise.withResolvers<LabLocator>();
    const look = (): void => {
      findRunningLab(dir).then((locator) => {
        if (locator !== undefined && locator.pid === child.pid) resolve(locator);
      }, reject);
    };
    const watcher = watch(labRoot(dir), (_event, name) => {
      if (name === null || name === locatorName) look();
    });
    const failed = (code: number | null, by: string | null): void =>
      reject(new ExtensionError('LabStartFailed', t('The process of the lab ended before it was ready: {0}.', code ?? by ?? '')));
    child.once('exit', failed);
    child.once('error', (error) =>
      reject(new ExtensionError('LabStartFailed', t('The process of the lab cannot be started: {0}', error.message), { cause: error })),
    );
    const onAbort = (): void => reject(new ExtensionError('Cancelled', t('Starting the lab was cancelled.')));
    signal.addEventListener('abort', onAbort, { once: true });
    look();
    try {
      return await promise;
    } finally {
      watcher.close();
      child.removeListener('exit', failed);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
