// A view of the side bar with a tree in it.
import type { Locator, Page } from 'playwright-core';
import { retry } from './retry.ts';

/** A menu that has just opened does not hear the mouse. */
const menuSettlesMs = 250;
const clickLimitMs = 1_000;

export class TreeView {
  /** The view with its header. */
  readonly pane: Locator;
  readonly #page: Page;

  /** @param name as in its header */
  constructor(page: Page, name: string) {
    this.#page = page;
    this.pane = page.locator('.pane').filter({ has: page.locator(`.pane-header[aria-label=${JSON.stringify(`${name} Section`)}]`) });
  }

  /** What stands there while the tree is empty, with its buttons. */
  get welcome(): Locator {
    return this.pane.locator('.welcome-view-content');
  }

  /** Rows by their label, in full. Only what is scrolled into sight is there. */
  item(label: string): Locator {
    return this.pane.getByRole('treeitem').filter({ has: this.#page.locator('.label-name').getByText(label, { exact: true }) });
  }

  /** The labels in sight, from top to bottom. */
  async labels(): Promise<string[]> {
    // Rows stand in the document in the order of their making.
    return this.pane
      .getByRole('treeitem')
      .evaluateAll((rows) =>
        rows
          .toSorted((one, other) => Number(one.getAttribute('data-index')) - Number(other.getAttribute('data-index')))
          .map((row) => row.querySelector('.label-name')?.textContent ?? ''),
      );
  }

  /** The grey text beside the label. */
  description(label: string): Locator {
    return this.item(label).locator('.label-description');
  }

  async expand(label: string): Promise<void> {
    const item = this.item(label);
    await item.waitFor();
    if ((await item.getAttribute('aria-expanded')) === 'false') await item.locator('.monaco-tl-twistie').click();
  }

  /** Presses a button in the row. */
  async press(label: string, action: string): Promise<void> {
    await this.item(label).hover();
    await this.item(label)
      .getByRole('button', { name: withItsKeys(action) })
      .click();
  }

  /** Presses a button in the header of the view. */
  async pressInHeader(action: string): Promise<void> {
    await this.pane.locator('.pane-header').hover();
    await this.pane
      .locator('.pane-header')
      .getByRole('button', { name: withItsKeys(action) })
      .click();
  }

  /** What the context menu of a row offers; it is closed again. */
  async menuOf(label: string): Promise<string[]> {
    const menu = await this.#openMenu(label);
    const entries = await menu.locator('.action-label:not(.separator)').allInnerTexts();
    await this.#page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    return entries;
  }

  /** Chooses from the context menu of a row. @param path through submenus */
  async choose(label: string, ...path: readonly string[]): Promise<void> {
    await this.#openMenu(label);
    for (const [depth, entry] of path.entries()) {
      // Its accessible name has the keys as well.
      const text = this.#page.locator(`.action-label:text-is(${JSON.stringify(entry)})`);
      const row = this.#page.locator('.monaco-menu').getByRole('menuitem').filter({ has: text }).last();
      await row.waitFor();
      await this.#page.waitForTimeout(menuSettlesMs);
      if (depth < path.length - 1) await row.hover();
      else
        await retry(5, async () => {
          if (await row.isVisible()) await row.click({ timeout: clickLimitMs });
          await row.waitFor({ state: 'hidden', timeout: clickLimitMs });
        });
    }
  }

  async #openMenu(label: string): Promise<Locator> {
    await this.item(label).click({ button: 'right' });
    const menu = this.#page.locator('.monaco-menu').first();
    await menu.waitFor();
    return menu;
  }
}

/** A button's accessible name may have its keys behind it. */
function withItsKeys(action: string): RegExp {
  return new RegExp(`^${action.replaceAll(/[^\w ]/g, '\\$&')}(?: \\(.*\\))?$`);
}
