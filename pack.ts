// `npm run package:vsix`: packs what a user installs, dist/site-recovery-lab.vsix, unless nothing that goes into it has changed.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
  const folder = mkdtempSync(join(tmpdir(), 'srlab-vsix-'));
  try {
    stage(folder);
    await packTo(draft, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  renameSync(draft, vsix);
  writeFileSync(stampPath, digest);
  return vsix;
}

/** All that goes into the package. VS Code shows pictures of a README from the web alone, and there are none: it goes without. */
function stage(folder: string): void {
  for (const file of ['.vscodeignore', ...inputs()]) cpSync(join(root, file), join(folder, file));
  const readme = join(folder, 'README.md');
  writeFileSync(readme, readFileSync(readme, 'utf8').replaceAll(/^(?:!\[[^\]]*\]\([^)]*\)\s*)+$/gm, ''));
}

/** @param path of the package; @param folder of the extension */
async function packTo(path: string, folder: string): Promise<void> {
  const vsce = fileURLToPath(import.meta.resolve('@vscode/vsce/vsce'));
  const options = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository', '--out', path];
  await promisify(execFile)(process.execPath, [vsce, 'package', ...options], { cwd: folder }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`The extension cannot be packed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`, { cause: error });
  });
}

/** By name and content, so that neither a checkout nor a repeated build counts as a change. */
function digestOfInputs(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, '.vscodeignore')));
  for (const path of inputs()) hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/** Files of the package, from the repository's root: what .vscodeignore takes back with `!`, without what it then leaves out. */
function inputs(): string[] {
  const lines = readFileSync(join(root, '.vscodeignore'), 'utf8').split('\n');
  const included = lines.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const excluded = lines.filter((line) => line !== '' && line !== '**' && !/^[#!]/.test(line));
  const files = globSync(included, { cwd: root, exclude: excluded, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

if (import.meta.main) process.stdout.write(`${await pack()}\n`);
