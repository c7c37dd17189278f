// The folder of a lab: who owns it, what it began with, and where its clock stands.
import { mkdirSync, readFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { DatabaseSync } from 'node:sqlite';
import type { LabLocator, ReadyLine } from '../contract/labLocator.ts';
import type { TimeMs } from '../kernel/clock.ts';
import { LabError } from '../kernel/errors.ts';
import { takeExclusiveLock } from '../kernel/exclusiveLock.ts';
import { replaceFile } from '../replication/changeLog.ts';

export interface LabSettings {
  readonly scenario: string;
  readonly seed: string;
  /** Counts the starts, so that ids drawn after a restart differ from those before. */
  readonly starts: number;
  /** `wall`: the lab began at the date of its first start and time went on while it was stopped. */
  readonly calendar: 'wall' | 'fixed';
  /** null: not begun. */
  readonly timeMs: TimeMs | null;
}

export class LabFolder implements Disposable {
  readonly dir: string;
  /** Everything the lab keeps is below this. */
  readonly root: string;
  readonly #lock: DatabaseSync;

  /** @throws LabError LabFolderInUse, InvalidArgument when no folder can be made there */
  constructor(dir: string) {
    this.dir = resolve(dir);
    this.root = join(this.dir, '.srlab');
    // Whoever exchanged the content was killed between taking the old away and giving the new its name.
    if (!existsSync(this.root) && existsSync(nextRoot(this.root))) renameSync(nextRoot(this.root), this.root);
    makeFolder(this.root);
    this.#lock = takeLock(join(this.root, 'lab.lock'), this.dir);
    rmSync(this.#locatorPath, { force: true });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Makes a folder below the root, if it is not there. */
  folder(...parts: string[]): string {
    const path = this.path(...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Undefined in a folder that never held a lab. */
  get settings(): LabSettings | undefined {
    const path = this.path('settings.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LabSettings) : undefined;
  }

  set settings(settings: LabSettings) {
    replaceFile(this.path('settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
  }

  /** Lets other processes find the lab. Readable by its user only: it holds the keys. */
  publish(ready: ReadyLine): void {
    const locator: LabLocator = { ...ready, startedMs: Math.floor(performance.timeOrigin) };
    replaceFile(this.#locatorPath, `${JSON.stringify(locator, null, 2)}\n`, 0o600);
  }

  [Symbol.dispose](): void {
    rmSync(this.#locatorPath, { force: true });
    this.#lock.close();
  }

  get #locatorPath(): string {
    return this.path('lab.json');
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new LabError('InvalidArgument', `${path} cannot be made a folder: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Where content that is to take the place of `root` is made. */
export function nextRoot(root: string): string {
  return `${root}.next`;
}

/**
 * @param waitMs so long a former owner may take to end
 * @throws LabError LabFolderInUse
 */
export function takeLock(path: string, dir: string, waitMs = 0): DatabaseSync {
  try {
    return takeExclusiveLock(path, waitMs);
  } catch (error) {
    throw new LabError('LabFolderInUse', dir, { cause: error });
  }
}
