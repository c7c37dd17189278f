// What a person does again and again on the journey: goes through a wizard, agrees to a question, waits for the verdict.
import type { Locator } from 'playwright-core';
import type { Workbench } from '../../workbench/workbench.ts';

const verdictLimitMs = 60_000;

/** Labels to choose or texts to type, by the title of the question; a list is ticked. What is not named is taken as proposed. */
export type Replies = Readonly<Record<string, string | readonly string[]>>;

export class Operator {
  readonly #window: Workbench;

  constructor(window: Workbench) {
    this.#window = window;
  }

  /**
   * Answers every question of a wizard, agrees to its summary.
   * @param verb of the summary, and of the titles
   * @param look at each question, before it is answered
   */
  async answer(verb: string, replies: Replies, look?: (title: string) => Promise<unknown>): Promise<void> {
    const { quickInput } = this.#window;
    const title = quickInput.widget.locator('.quick-input-title');
    for (let before = ''; ;) {
      await title
        .filter({ hasText: new RegExp(`^${verb}: `) })
        .filter({ hasNotText: before === '' ? /^$/ : before })
        .waitFor();
      const shown = (await title.innerText()).trim();
      const question = shown.slice(`${verb}: `.length).replace(/ \(\d+\/\d+\)$/, '');
      await look?.(question);
      if (question === 'Summary') return quickInput.pick(verb);
      const reply = replies[question];
      if (reply === undefined) await quickInput.accept();
      else if (typeof reply !== 'string') await this.tick(reply);
      else if ((await quickInput.widget.locator('.quick-input-list').isVisible()) && (await quickInput.row(reply).count()) > 0) await quickInput.pick(reply);
      else {
        await quickInput.fill(reply);
        await quickInput.accept();
      }
      before = shown;
    }
  }

  /** Ticks these, and goes on. @param look at the list before */
  async tick(labels: readonly string[], look?: () => Promise<unknown>): Promise<void> {
    const { quickInput } = this.#window;
    for (const label of labels) await quickInput.row(label).waitFor();
    await look?.();
    await quickInput.tick(...labels);
    await this.#window.quickInput.accept();
  }

  /** The toast that tells how it ended. @throws Error when it tells anything but success */
  async verdict(text: string): Promise<void> {
    const { page } = this.#window;
    const ended = page
      .locator('.notification-toast')
      .filter({ hasText: text })
      .filter({ hasText: /succeeded|failed|cancelled|ended/, visible: true });
    await ended.first().waitFor({ timeout: verdictLimitMs });
    const said = (await ended.allInnerTexts()).join('\n');
    if (!said.includes('succeeded')) throw new Error(said);
  }

  /** Until the row of a machine says so. */
  async until(machine: string, state: RegExp): Promise<void> {
    const description = this.#window.view('Protected Machines').item(machine).locator('.label-description');
    try {
      await description.filter({ hasText: state }).first().waitFor({ timeout: verdictLimitMs });
    } catch (error) {
      throw new Error(`The row of ${machine} says "${(await description.allInnerTexts()).join('" and "')}"`, { cause: error });
    }
  }

  /** Agrees to the modal question, which names all these. */
  async agree(button: string, names: readonly string[], look?: () => Promise<unknown>): Promise<void> {
    const { dialog } = this.#window;
    await dialog.waitFor();
    for (const name of names) await dialog.getByText(name, { exact: false }).first().waitFor();
    await look?.();
    await this.#window.answer(button);
  }

  async clear(): Promise<void> {
    await this.#window.clearToasts();
    // Nothing is shown beside the mouse.
    await this.#window.page.mouse.move(640, 780);
  }

  get toasts(): Locator {
    return this.#window.page.locator('.notification-toast');
  }
}
