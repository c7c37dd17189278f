// What axe-core finds wrong in a webview.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults, ImpactValue } from 'axe-core';
import type { Frame } from 'playwright-core';

const grave: readonly (ImpactValue | undefined)[] = ['serious', 'critical'];

/** One line for each serious or critical problem with the elements that have it; empty when there is none. */
export async function graveProblems(frame: Frame): Promise<string[]> {
  // As text: the page's policy lets no script in, and need not.
  await frame.evaluate(readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8'));
  const { violations } = await frame.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => grave.includes(impact))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
