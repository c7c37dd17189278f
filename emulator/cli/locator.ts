// Where the lab of a folder listens: `<dir>/.srlab/lab.json`, which the lab writes when it is ready.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LabLocator } from '../contract/labLocator.ts';
import { LabError } from '../kernel/errors.ts';

/** The folder of the lab that `srlab start` runs when none is named. */
export const sampleFolder = join('.srlab', 'sample');

export function locatorPath(dir: string): string {
  return join(resolve(dir), '.srlab', 'lab.json');
}

/**
 * The running lab of a folder; without a folder that of the current one, or else the sample lab below it.
 * @throws LabError LabNotRunning
 */
export async function findLab(dir: string | undefined): Promise<LabLocator> {
  const folders = dir === undefined ? ['.', sampleFolder] : [dir];
  for (const folder of folders) {
    const locator = await readLocator(folder);
    if (locator !== null && isAlive(locator.pid)) return locator;
  }
  throw new LabError('LabNotRunning', `Looked in ${folders.map((folder) => resolve(folder)).join(' and ')}.`);
}

/** The folder whose lab a command works on that needs no running one: as `findLab`, the first that holds a lab. */
export function findLabFolder(dir: string | undefined): string {
  const folders = dir === undefined ? ['.', sampleFolder] : [dir];
  return resolve(folders.find((folder) => existsSync(join(folder, '.srlab', 'settings.json')) || existsSync(join(folder, 'saved'))) ?? (folders[0] as string));
}

/** @throws LabError LabFolderInUse when a live process runs the lab of this folder */
export async function requireFree(dir: string): Promise<void> {
  const locator = await readLocator(dir);
  if (locator !== null && isAlive(locator.pid)) throw new LabError('LabFolderInUse', `${resolve(dir)}, process ${locator.pid}.`);
}

async function readLocator(dir: string): Promise<LabLocator | null> {
  try {
    return JSON.parse(await readFile(locatorPath(dir), 'utf8')) as LabLocator;
  } catch (error) {
    // No file, or no folder: never started. Half a file: the lab was killed while it wrote, so it is not running either.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
