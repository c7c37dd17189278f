// The foreign programs that check our files and wires; a test that needs one says so when it is missing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const packages = {
  'qemu-img': 'qemu-utils',
  'qemu-io': 'qemu-utils',
  nbdinfo: 'libnbd-bin',
  nbdcopy: 'libnbd-bin',
  'mkfs.ext4': 'e2fsprogs',
  'fsck.ext4': 'e2fsprogs',
  debugfs: 'e2fsprogs',
  curl: 'curl',
} as const;

/** Programs that repair disks are kept where only an administrator's shell looks. */
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Runs a program and gives its output, on failure with what it said. */
export async function tool(name: keyof typeof packages, ...parameters: string[]): Promise<string> {
  try {
    return (await execute(name, parameters, { maxBuffer: 64 * 1024 * 1024, env: environment })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(`${name} is not installed (Debian: apt-get install ${packages[name]}).`, { cause: error });
    }
    throw error;
  }
}
