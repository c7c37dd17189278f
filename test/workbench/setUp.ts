// Installs the pinned VS Code server once per machine, from the package registry alone; run by `node setup.mjs --tests`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { completionMark, installationFolder, isComplete, nodeOf, serverPackage, serverPackageFiles } from './installation.ts';

/** Debian package → what of it compiles the server's two small native modules. */
const compilers = { 'g++': 'g++', make: 'make', python3: 'python3' };
/** Logs and output channels go through the first; by the second, extension hosts end with their server. The other native modules come built, or are not missed. */
const compiledModules = ['@vscode/spdlog', '@vscode/native-watchdog'];
/** Nearly 300 MB that no test uses, and that would speak of signing in. */
const pruned = [
  'node_modules/@github',
  'node_modules/@devcontainers',
  'node_modules/@microsoft/mxc-sdk',
  ...['copilot', 'github', 'github-authentication', 'mermaid-markdown-features', 'microsoft-authentication'].map((name) => `extensions/${name}`),
  ...['js-debug', 'js-debug-companion', 'vscode-js-profile-table'].map((name) => `extensions/ms-vscode.${name}`),
];

class SetUpError extends Error {}

/** Fills the cache folder unless it is full; two that do so at once do not disturb each other. */
function setUp(): void {
  const folder = installationFolder();
  if (isComplete(folder)) return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetUpError('The tests in a VS Code workbench run on Linux x64 only. On this machine they will fail and say so.');
  requireCompilers();
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(join(dirname(folder), `${basename(folder)}.draft-`));
  try {
    install(draft);
    publish(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function install(folder: string): void {
  const began = performance.now();
  const say = (what: string): void => void process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${what}\n`);
  process.stderr.write('Installing the VS Code server for the tests; this happens once and takes a minute or two …\n');
  for (const file of serverPackageFiles) copyFileSync(join(serverPackage, file), join(folder, file));
  const inherited = environment();
  npm(['ci'], { cwd: folder, env: inherited });
  say('server and its Node');
  const home = dirname(dirname(nodeOf(folder)));
  // Headers of that Node, whatever a configuration on this machine says.
  const env = { ...inherited, PATH: `${join(home, 'bin')}${delimiter}${inherited['PATH'] ?? ''}`, npm_config_nodedir: home, JOBS: 'max' };
  const cwd = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  // Not `ci`: the shrinkwrap in the package is not complete.
  npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, env });
  say('packages of the workbench');
  npm(['rebuild', ...compiledModules], { cwd, env });
  say('native modules');
  for (const path of pruned) rmSync(join(cwd, path), { recursive: true, force: true });
  writeFileSync(join(folder, completionMark), '');
}

function publish(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another run was quicker.
    if (!isComplete(folder)) throw error;
  }
}

function requireCompilers(): void {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const missing = Object.entries(compilers).filter(([, command]) => !path.some((folder) => existsSync(join(folder, command))));
  if (missing.length > 0)
    throw new SetUpError(
      `To install the VS Code server for the tests, these commands are needed and not there: ${missing.map(([, command]) => command).join(', ')}.\nOn Debian or Ubuntu: apt-get install ${missing.map(([name]) => name).join(' ')}`,
    );
}

/** Without what the npm that called us set for its own project, save where packages come from and go to. */
function environment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(cache|registry|cafile|ca|proxy|https?_proxy|noproxy|userconfig|strict_ssl)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => (!/^npm_/i.test(name) && name !== 'NODE_OPTIONS') || kept.test(name)));
}

function npm(args: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): void {
  // Under `npm run`, the npm that called us is the one to call; its output is shown only when it failed.
  const script = process.env['npm_execpath'];
  const [command, ...first] = script?.endsWith('.js') === true ? [process.execPath, script] : ['npm'];
  const result = spawnSync(command, [...first, ...args, '--loglevel=error'], { ...options, encoding: 'utf8' });
  if (result.error !== undefined) throw new SetUpError(`npm cannot be started: ${result.error.message}\nInstall Node.js 20 or newer with npm.`);
  if (result.status !== 0)
    throw new SetUpError(
      `npm ${args[0]} failed in ${options.cwd}:\n${result.stdout}${result.stderr}\nCheck the network or the registry in your npm configuration, then run the command again.`,
    );
}

try {
  setUp();
} catch (error) {
  process.stderr.write(`${error instanceof SetUpError ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
