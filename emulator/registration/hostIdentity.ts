// What a component keeps of its registration, so that a restart does not register again.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostRole } from './hostRole.ts';
import type { Registration } from './registerHost.ts';

/** One file in the component's folder; readable by its owner only, for it holds the private key. */
export interface HostIdentity extends Registration {
  readonly hostId: string;
  readonly role: HostRole;
  readonly configServerUrl: string;
}

const fileName = 'registration.json';

/** @returns undefined when the component was never registered */
export async function loadHostIdentity(folder: string): Promise<HostIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, fileName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as HostIdentity;
}

/** Written beside and renamed: a kill leaves the old file or the new one. */
export async function saveHostIdentity(folder: string, identity: HostIdentity): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName);
  await writeFile(`${path}.new`, JSON.stringify(identity), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
