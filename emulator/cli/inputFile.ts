// A file that the user names on the command line.
import { readFile } from 'node:fs/promises';
import { LabError } from '../kernel/errors.ts';

/** @throws LabError InvalidArgument when it cannot be read */
export async function readInputFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new LabError('InvalidArgument', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
