// The box at the top of the window: quick picks, input boxes, and the steps that are made of them.
import type { Locator, Page } from 'playwright-core';

export class QuickInput {
  readonly widget: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.widget = page.locator('.quick-input-widget');
  }

  get input(): Locator {
    return this.widget.locator('.quick-input-box input.input');
  }

  /** What it says under the box: the prompt, or why the value is refused. */
  get message(): Locator {
    return this.widget.locator('.quick-input-message');
  }

  /** By its label, in full. Rows far down a long list are there only after `fill` has narrowed it. */
  row(label: string): Locator {
    return this.#rows.filter({ has: this.#page.locator('.label-name').filter({ hasText: wholly(label) }) });
  }

  /** Options, or check boxes in a pick of many. */
  get #rows(): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row');
  }

  /** Waits for the step of that title, as shown: `Enable Replication (2/4)`. */
  async titled(title: string): Promise<void> {
    await this.widget.locator('.quick-input-title').getByText(title, { exact: true }).waitFor();
  }

  /** The labels that are shown now. */
  async labels(): Promise<string[]> {
    await this.#rows.first().waitFor();
    return this.#rows.locator('.quick-input-list-row:first-child .label-name').allInnerTexts();
  }

  async pick(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** Ticks rows of a pick of many; `accept` ends it. */
  async tick(...labels: readonly string[]): Promise<void> {
    for (const label of labels) await this.row(label).locator('.monaco-checkbox').check();
  }

  async fill(text: string): Promise<void> {
    await this.input.fill(text);
  }

  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  async back(): Promise<void> {
    await this.widget.getByRole('button', { name: 'Back' }).click();
  }

  async cancel(): Promise<void> {
    await this.input.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }
}

/** What was typed is marked in a label, as an element of its own: only the whole label counts. */
function wholly(label: string): RegExp {
  return new RegExp(
    `^\\s*${label
      .trim()
      .replaceAll(/[^\p{L}\p{N}\s]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replaceAll(/\s+/g, '\\s+')}\\s*$`,
  );
}
