// The foreign programs that check our files and wires; a test that needs one says so when it is missing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program of qemu-utils or libnbd-bin and gives its output, on failure with what it said. */
export async function tool(name: 'qemu-img' | 'qemu-io' | 'nbdinfo' | 'nbdcopy', ...parameters: string[]): Promise<string> {
  try {
    return (await execute(name, parameters, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(`${name} is not installed (Debian: apt-get install qemu-utils libnbd-bin).`, { cause: error });
    }
    throw error;
  }
}
