// Where the test run and the extension host meet.
import { join } from 'node:path';

/** @param folder of the server */
export function socketIn(folder: string): string {
  return join(folder, 'tests.sock');
}
