// A webview's page in a browser without VS Code around it: the built bundle under its own policy, a stand-in for VS Code's end of the channel, a theme.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { panelHtml } from '../../../extension/panel/html.ts';
import type { HostMessage, StateOf, ViewKind, ViewMessage } from '../../../webview/contract.ts';
import { themes, type Theme, type ThemeName } from './themes.ts';

const root = join(import.meta.dirname, '../../..');
const origin = 'http://127.0.0.1:1';
const files: Readonly<Record<string, string>> = { '/main.js': 'text/javascript', '/main.css': 'text/css' };

const aPage = { title: 'Site Recovery Lab', language: 'en', nonce: 'abc', cspSource: origin, script: `${origin}/main.js`, style: `${origin}/main.css` };

export interface WebviewOptions {
  readonly theme: ThemeName;
  readonly width: number;
  readonly height?: number;
  /** Further classes of the body, such as `vscode-reduce-motion`. */
  readonly classes?: readonly string[];
}

export interface Shown<Kind extends ViewKind> {
  readonly view: Kind;
  readonly state: StateOf[Kind];
}

export class WebviewPage {
  readonly page: Page;
  /** What the page threw, and what its policy refused. */
  readonly errors: string[] = [];
  #revision = 0;

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && this.errors.push(message.text())));
  }

  static async open<Kind extends ViewKind>(browser: Browser, { view, state }: Shown<Kind>, options: WebviewOptions): Promise<WebviewPage> {
    const context = await browser.newContext({ viewport: { width: options.width, height: options.height ?? 900 }, locale: 'en', timezoneId: 'UTC' });
    const page = await context.newPage();
    await page.route(`${origin}/**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path in files) return route.fulfill({ contentType: files[path] as string, body: readFileSync(join(root, 'dist/webview', path)) });
      return route.fulfill({ contentType: 'text/html', body: panelHtml({ ...aPage, view, subject: { kind: view } }) });
    });
    await page.addInitScript({ content: standIn(themes[options.theme], options.classes ?? []) });
    const webview = new WebviewPage(page);
    await page.goto(`${origin}/`);
    await webview.push(state);
    return webview;
  }

  async push(state: StateOf[ViewKind]): Promise<void> {
    await this.post({ kind: 'state', revision: (this.#revision += 1), state });
  }

  async post(message: HostMessage<unknown>): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
    await this.#painted();
  }

  async resize(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 });
    await this.#painted();
  }

  /** Two frames: one for the message, one for what measures itself. */
  async #painted(): Promise<void> {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');
  }

  /** What the view has said, oldest first. */
  async said(): Promise<readonly ViewMessage[]> {
    return this.page.evaluate<ViewMessage[]>('window.said');
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(root, 'test/e2e/screenshots', `webview-${name}.png`), fullPage: true });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** Script of the page that runs before its own: VS Code's end of the channel, and its marks on the page. */
function standIn({ className, variables }: Theme, classes: readonly string[]): string {
  return `
    window.said = [];
    let kept;
    window.acquireVsCodeApi = () => ({ postMessage: (message) => window.said.push(message), getState: () => kept, setState: (state) => (kept = state) });
    document.addEventListener('readystatechange', () => {
      for (const [name, value] of Object.entries(${JSON.stringify(variables)})) document.documentElement.style.setProperty('--vscode-' + name, value);
      document.body.className = ${JSON.stringify([className, ...classes].join(' '))};
    });`;
}
