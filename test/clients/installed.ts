// Clients that are no packages of ours: `npm run setup -- --clients` installs them where it can; elsewhere their tests are left out.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Estate } from '../../emulator/lab/estate.ts';

/** Debian's own interpreter: only this one sees Debian's modules, whatever `python3` comes first on the PATH. */
export const python = '/usr/bin/python3';
export const pythonIsInstalled = existsSync(python) && existsSync('/usr/lib/python3/dist-packages/azure/mgmt/recoveryservicessiterecovery');
export const azureCliIsInstalled = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'az')));

export interface ClientRun {
  readonly code: number | null;
  readonly output: string;
  /** Files that the command left in its home folder. */
  readonly leftAtHome: boolean;
}

/** Runs a command as a user would, with `srlab exec` on a lab of its own and a home folder of its own. */
export async function execOnLab(command: string, lab: { estate: Partial<Estate>; speed: string }): Promise<ClientRun> {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-client-'));
  try {
    const scenario = join(folder, 'estate.json');
    writeFileSync(scenario, JSON.stringify(lab.estate));
    const home = mkdtempSync(join(folder, 'home-'));
    const root = join(import.meta.dirname, '..', '..');
    const args = [join(root, 'emulator', 'main.ts'), 'exec', '--scenario', scenario, '--speed', lab.speed, command];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, HOME: home, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const parts: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.on('error', reject);
    child.on('close', resolve);
    const code = await promise;
    return { code, output: parts.join(''), leftAtHome: existsSync(join(home, '.azure')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
