// Lets Vitest run test files inside a real extension host that has loaded the extension from this repository.
import { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';
import { openBrowser } from './browser.ts';
import { onFrame, sendFrame } from './frames.ts';
import { socketIn } from './hostSocket.ts';
import { WorkbenchServer, type ServerOptions } from './workbenchServer.ts';

const connectLimitMs = 60_000;
/** The word that stands for "the machine of this server" in its URIs. */
const authority = 'vscode-remote://remote';

export interface HostOptions extends Pick<ServerOptions, 'files' | 'settings' | 'env'> {
  /** Folder of the extension. */
  readonly extension: string;
}

/** One host for all files of the project: it takes seconds to start, and editors, settings and state are shared. */
export function extensionHostPool(options: HostOptions): PoolRunnerInitializer {
  return { name: 'extensionHost', createPoolWorker: () => new HostWorker(options) };
}

class HostWorker implements PoolWorker {
  readonly name = 'extensionHost';
  readonly #options: HostOptions;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #said: string[] = [];
  #running: (AsyncDisposable & { readonly socket: Socket }) | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  on(event: string, callback: (...args: unknown[]) => void): void {
    this.#events.on(event, callback);
  }

  off(event: string, callback: (...args: unknown[]) => void): void {
    this.#events.off(event, callback);
  }

  send(message: WorkerRequest): void {
    if (this.#running?.socket.writable === true) sendFrame(this.#running.socket, message);
  }

  deserialize(message: unknown): unknown {
    return message;
  }

  canReuse(): boolean {
    return true;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    await using opening = new AsyncDisposableStack();
    const server = opening.use(await WorkbenchServer.start({ ...this.#options, hasTestDriver: true }));
    const browser = opening.adopt(await openBrowser(), (opened) => opened.close());
    const meeting = opening.adopt(createServer().listen(socketIn(server.folder)), (opened) => void opened.close());
    await this.#openPage(server, browser);
    const socket = opening.adopt(await this.#connected(meeting, server), (opened) => void opened.destroy());
    onFrame(socket, (message) => this.#events.emit('message', message));
    const resources = opening.move();
    socket.on('error', (error) => this.#said.push(error.message));
    socket.on('close', () => void this.#onGone());
    this.#running = { socket, [Symbol.asyncDispose]: () => resources.disposeAsync() };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.[Symbol.asyncDispose]();
  }

  /** A crash and a reload of the window look the same from here. */
  async #onGone(): Promise<void> {
    if (this.#running === undefined) return;
    process.stderr.write(`The extension host is gone: it crashed, or a test reloaded the window. Its last words:\n${this.#said.slice(-10).join('\n')}\n`);
    // Vitest does not stop a worker that ended by itself.
    await this.stop();
    this.#events.emit('exit', null, null);
  }

  async #openPage(server: WorkbenchServer, browser: Browser): Promise<void> {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })).newPage();
    await page.exposeFunction('codeAutomationLog', (kind: string, words: unknown) => {
      if (kind !== 'info') this.#said.push(`${kind}: ${JSON.stringify(words).slice(0, 300)}`);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => void this.#said.push(`ended with ${code}`));
    const payload = [
      ['extensionDevelopmentPath', `${authority}${this.#options.extension}`],
      ['extensionTestsPath', `${authority}${join(import.meta.dirname, 'hostBridge.ts')}`],
    ] as const;
    await page.goto(server.url(payload), { waitUntil: 'domcontentloaded' });
  }

  async #connected(meeting: Server, server: WorkbenchServer): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    meeting.once('connection', resolve);
    const tell = (): void => reject(new Error(`The extension host did not call within ${connectLimitMs / 1000} s.\n${this.#said.join('\n')}\n${server.log}`));
    const limit = setTimeout(tell, connectLimitMs);
    return promise.finally(() => clearTimeout(limit));
  }
}
