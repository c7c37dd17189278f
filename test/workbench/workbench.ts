// A window of VS Code in a browser, as a user sees and handles it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { QuickInput } from './quickInput.ts';
import { retry } from './retry.ts';
import { TreeView } from './treeView.ts';
import { WorkbenchServer, type ServerOptions } from './workbenchServer.ts';

export const screenshotFolder = join(import.meta.dirname, '..', 'e2e', 'screenshots');

/** Setting and mark of each theme, by the name in the file names of screenshots. */
const themes = {
  dark: { setting: 'Dark 2026', mark: 'vs-dark', webviewMark: 'vscode-dark' },
  light: { setting: 'Light 2026', mark: 'vs', webviewMark: 'vscode-light' },
  'high-contrast': { setting: 'Default High Contrast', mark: 'hc-black', webviewMark: 'vscode-high-contrast' },
  'high-contrast-light': { setting: 'Default High Contrast Light', mark: 'hc-light', webviewMark: 'vscode-high-contrast-light' },
} as const;
export type Theme = keyof typeof themes;

const patienceMs = 30_000;
const quickMs = 3_000;

export class Workbench implements AsyncDisposable {
  readonly server: WorkbenchServer;
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly #resources: AsyncDisposableStack;

  private constructor(server: WorkbenchServer, page: Page, resources: AsyncDisposableStack) {
    this.server = server;
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.#resources = resources;
  }

  /** A server, a browser and a window, all of its own. */
  static async open(options: ServerOptions = {}): Promise<Workbench> {
    await using opening = new AsyncDisposableStack();
    const server = opening.use(await WorkbenchServer.start(options));
    const browser = opening.adopt(await openBrowser(), (opened) => opened.close());
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', timezoneId: 'UTC', reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return Workbench.#openIn(context, server, opening.move());
  }

  /** Another window of the same user on the same folder. */
  async openSecondWindow(): Promise<Workbench> {
    return Workbench.#openIn(this.page.context(), this.server, new AsyncDisposableStack());
  }

  static async #openIn(context: BrowserContext, server: WorkbenchServer, owned: AsyncDisposableStack): Promise<Workbench> {
    await using opening = owned;
    const page = opening.adopt(await context.newPage(), (opened) => opened.close());
    page.setDefaultTimeout(patienceMs);
    await page.goto(server.url(), { waitUntil: 'domcontentloaded' });
    const workbench = new Workbench(server, page, opening.move());
    await workbench.#ready();
    return workbench;
  }

  /** Reloads the window: the extension starts anew, its state and secrets stay. */
  async reload(): Promise<void> {
    await this.#editorsSaved();
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.#ready();
  }

  /** A window in a browser writes down every five seconds which editors are open: a tab that is younger would not come back. */
  async #editorsSaved(): Promise<void> {
    const titles = await this.page.locator('.part.editor .tab .label-name').allInnerTexts();
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const saved = await this.page.evaluate<string>(savedEditors);
      if (titles.every((title) => saved.includes(title))) return;
      if (performance.now() > deadlineMs) throw new Error(`The window does not write down its tabs ${titles.join(', ')}.`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Runs a command from the palette. @param title with its category: `Site Recovery Lab: Start Lab` */
  async run(title: string): Promise<void> {
    const { page, quickInput } = this;
    // Before an extension's contributions are registered the list stays empty, however long one waits.
    await retry(
      8,
      async () => {
        await page.keyboard.press('F1');
        await quickInput.input.fill(`>${title}`, { timeout: quickMs });
        await quickInput.row(title).click({ timeout: quickMs });
      },
      () => page.keyboard.press('Escape'),
    );
  }

  /** Shows a container of views. @param name of its icon in the activity bar */
  async showContainer(name: string): Promise<void> {
    const icon = this.page.locator(`.action-label[aria-label^=${JSON.stringify(name)}]`);
    const tab = this.page.locator('.activitybar').getByRole('tab').filter({ has: icon });
    await tab.waitFor();
    // A second click would hide it.
    if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
  }

  /** @param name in the header of the view */
  view(name: string): TreeView {
    return new TreeView(this.page, name);
  }

  /** The views of the container that is shown, from top to bottom. */
  async viewNames(): Promise<string[]> {
    return this.page.locator('.part.sidebar .pane-header h3').allInnerTexts();
  }

  tab(title: string): Locator {
    return this.page.locator('.part.editor').getByRole('tab', { name: title });
  }

  /** @param text that it contains */
  statusItem(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** @param text that it contains */
  toast(text: string): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** Presses a button of a toast. */
  async pressInToast(text: string, button: string): Promise<void> {
    await this.toast(text).getByRole('button', { name: button, exact: true }).click();
  }

  async clearToasts(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
  }

  /** The modal question, with its message and detail. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async answer(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** The document of the webview that has such an element. */
  async webview(selector: string): Promise<Frame> {
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs) {
      for (const frame of this.#webviews()) if ((await countIn(frame, selector)) > 0) return frame;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview has an element ${selector}.`);
  }

  async setTheme(theme: Theme): Promise<void> {
    const { setting, mark, webviewMark } = themes[theme];
    this.server.configure({ 'workbench.colorTheme': setting });
    await this.page.locator(`.monaco-workbench.${mark}`).first().waitFor();
    for (const frame of this.#webviews()) await frame.locator(`body[data-vscode-theme-kind="${webviewMark}"]`).waitFor({ state: 'attached' });
  }

  /** Keeps a picture of the window as it is. @returns its path */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshotFolder, { recursive: true });
    const path = join(screenshotFolder, `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }

  /** Keeps a picture in each theme, then goes back to the dark one. */
  async screenshotInThemes(name: string, chosen: readonly Theme[] = ['light', 'high-contrast', 'dark']): Promise<void> {
    // No tooltip of whatever the mouse is over.
    await this.page.mouse.move(0, 0);
    for (const theme of chosen) {
      await this.setTheme(theme);
      await this.screenshot(`${name}.${theme}`);
    }
    await this.setTheme('dark');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #webviews(): Frame[] {
    return this.page.frames().filter((frame) => frame.url().includes('/fake.html?'));
  }

  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 2 * patienceMs });
  }
}

async function countIn(frame: Frame, selector: string): Promise<number> {
  try {
    return await frame.locator(selector).count();
  } catch (error) {
    // It went away while we looked.
    if (frame.isDetached()) return 0;
    throw error;
  }
}

/** An expression for the page: what the workbench has stored of the editor part, of every workspace it knows. */
const savedEditors = `(async () => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('vscode-web-state-db'));
  const texts = await Promise.all(names.map(async (name) => {
    const database = await settled(indexedDB.open(name));
    try {
      if (!database.objectStoreNames.contains('ItemTable')) return '';
      return String(await settled(database.transaction('ItemTable').objectStore('ItemTable').get('memento/workbench.parts.editor')));
    } finally {
      database.close();
    }
  }));
  return texts.join('\\n');
})()`;
