// Finds the lab of a folder from outside: `<folder>/.srlab/lab.json`, which the lab writes when it is ready and removes when it ends.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';

/** Where the lab of `dir` keeps everything. */
export function labRoot(dir: string): string {
  return join(dir, '.srlab');
}

export const locatorName = 'lab.json';

/** @returns undefined when no lab of this folder runs */
export async function findRunningLab(dir: string): Promise<LabLocator | undefined> {
  let locator: LabLocator;
  try {
    locator = JSON.parse(await readFile(join(labRoot(dir), locatorName), 'utf8')) as LabLocator;
  } catch (error) {
    // No file, or half of one: nobody finished starting here.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) return undefined;
    throw error;
  }
  return isAlive(locator.pid) ? locator : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
