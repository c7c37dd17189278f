// A VS Code server with a folder, settings and extensions of its own, for one test file; nothing of it is left afterwards.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { requireInstallation, type Installation } from './installation.ts';

const startLimitMs = 90_000;
const shownLines = 40;
const defaultSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.colorTheme': 'Dark 2026',
  'workbench.reduceMotion': 'on',
  'window.autoDetectColorScheme': false,
  'window.commandCenter': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  // Otherwise a toast tells of every port that any process of the machine opens.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'git.enabled': false,
  'files.exclude': { '**/.vscode': true },
};

export interface ServerOptions {
  /** A package to install first. */
  readonly vsix?: string;
  /** Files of the workspace folder: relative path → content. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The workspace is not trusted and opens in restricted mode. */
  readonly isRestricted?: boolean;
  /** Lets a page bring an extension from its sources and tests to run in its host. Such a workbench shows no toasts. */
  readonly hasTestDriver?: boolean;
}

export class WorkbenchServer implements AsyncDisposable {
  /** Holds all below, and is gone after disposal. */
  readonly folder: string;
  readonly workspace: string;
  readonly #workspaceSettings: Record<string, unknown> = {};
  readonly #output: string[] = [];
  #leash: ChildProcess | undefined;
  #origin = '';

  private constructor() {
    // Short: paths of sockets in it have to fit into 108 characters.
    this.folder = mkdtempSync(join(tmpdir(), 'srlab-wb-'));
    this.workspace = this.#makeFolder('workspace');
  }

  /** @throws Error with what the server said when it does not start or the package cannot be installed */
  static async start(options: ServerOptions = {}): Promise<WorkbenchServer> {
    const installation = requireInstallation();
    const server = new WorkbenchServer();
    try {
      writeFileSync(join(server.#makeFolder('user', 'User'), 'settings.json'), JSON.stringify({ ...defaultSettings, ...options.settings }));
      // Settings that belong to a machine are read from here alone.
      writeFileSync(join(server.#makeFolder('user', 'Machine'), 'settings.json'), JSON.stringify(options.settings ?? {}));
      for (const [path, content] of Object.entries(options.files ?? {})) server.write(path, content);
      await server.#run(installation, options);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where a page opens the workspace. @param payload what the test driver is to load */
  url(payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams({ folder: this.workspace });
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `${this.#origin}/?${query.toString()}`;
  }

  /** Writes a file of the workspace. */
  write(path: string, content: string): void {
    const target = join(this.workspace, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  /** Changes settings of the workspace, which open windows follow; those of the user they read when they load. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#workspaceSettings, settings);
    this.write(join('.vscode', 'settings.json'), JSON.stringify(this.#workspaceSettings));
  }

  /** The last lines that the server wrote. */
  get log(): string {
    return this.#output.slice(-shownLines).join('\n');
  }

  /** The last lines of an output channel, of all windows so far. @param channel its name */
  channel(channel: string): string {
    const files = globSync(`user/logs/**/*${channel}.log`, { cwd: this.folder });
    return files
      .flatMap((file) => readFileSync(join(this.folder, file), 'utf8').trimEnd().split('\n'))
      .slice(-shownLines)
      .join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const leash = this.#leash;
    if (leash === undefined || leash.exitCode !== null) {
      rmSync(this.folder, { recursive: true, force: true });
      return;
    }
    leash.stdin?.end();
    await once(leash, 'exit');
  }

  async #run({ node, program }: Installation, options: ServerOptions): Promise<void> {
    const args = [program, ...this.#arguments(options)];
    const env = this.#environment(options.env ?? {});
    if (options.vsix !== undefined) await promisify(execFile)(node, [...args, '--install-extension', options.vsix, '--force'], { env });
    this.#leash = spawn(process.execPath, [join(import.meta.dirname, 'leash.ts'), this.folder, node, ...args], {
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#origin = await this.#listening(this.#leash);
  }

  #arguments({ isRestricted, hasTestDriver }: ServerOptions): string[] {
    return [
      '--auth=none',
      '--bind-addr=127.0.0.1:0',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      ...(isRestricted === true ? [] : ['--disable-workspace-trust']),
      ...(hasTestDriver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      `--user-data-dir=${join(this.folder, 'user')}`,
      `--extensions-dir=${this.#makeFolder('extensions')}`,
    ];
  }

  #environment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const foreign = /^(VITEST|VSCODE_|NODE_OPTIONS$|NODE_CHANNEL|npm_)/i;
    const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    return {
      ...Object.fromEntries(inherited),
      HOME: this.#makeFolder('home'),
      TMPDIR: this.#makeFolder('tmp'),
      XDG_CACHE_HOME: this.#makeFolder('cache'),
      XDG_CONFIG_HOME: this.#makeFolder('config'),
      XDG_DATA_HOME: this.#makeFolder('data'),
      XDG_RUNTIME_DIR: this.#makeFolder('run'),
      // No shop is asked for anything.
      EXTENSIONS_GALLERY: '{}',
      ...added,
    };
  }

  /** @returns the origin that the server prints when it listens */
  async #listening(leash: ChildProcess): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const fail = (what: string): void => reject(new Error(`The VS Code server ${what}:\n${this.log}`));
    for (const stream of [leash.stdout, leash.stderr])
      createInterface({ input: stream as Readable }).on('line', (line) => {
        this.#output.push(line);
        const origin = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (origin !== undefined) resolve(origin);
      });
    leash.once('exit', (code) => fail(`ended with code ${code}`));
    const limit = setTimeout(() => fail(`did not listen within ${startLimitMs / 1000} s`), startLimitMs);
    return promise.finally(() => clearTimeout(limit));
  }

  #makeFolder(...names: string[]): string {
    const path = join(this.folder, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }
}
