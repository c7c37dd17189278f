// `npm run package:vsix`: packs what a user installs, dist/site-recovery-lab.vsix, unless nothing that goes into it has changed.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = import.meta.dirname;

/**
 * Build the bundles first.
 * @returns the path of the package
 * @throws Error with what vsce said
 */
export async function pack(): Promise<string> {
  const vsix = join(root, 'dist', 'site-recovery-lab.vsix');
  const stampPath = `${vsix}.sha256`;
  const digest = digestOfInputs();
  if (existsSync(vsix) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digest) return vsix;
  mkdirSync(join(root, 'dist'), { recursive: true });
  const draft = `${vsix}.${process.pid}`;
  await packTo(draft);
  renameSync(draft, vsix);
  writeFileSync(stampPath, digest);
  return vsix;
}

/** @param path of the package; @param folder of the extension */
export async function packTo(path: string, folder = root): Promise<void> {
  const vsce = fileURLToPath(import.meta.resolve('@vscode/vsce/vsce'));
  const options = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository', '--out', path];
  await promisify(execFile)(process.execPath, [vsce, 'package', ...options], { cwd: folder }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`The extension cannot be packed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`, { cause: error });
  });
}

/** By name and content, so that neither a checkout nor a repeated build counts as a change. */
function digestOfInputs(): string {
  const globs = readFileSync(join(root, '.vscodeignore'), 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const hash = createHash('sha256').update(globs.join('\n'));
  const files = globSync(globs, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(`\n${path}\n`).update(readFileSync(path));
  return hash.digest('hex');
}

if (import.meta.main) process.stdout.write(`${await pack()}\n`);
