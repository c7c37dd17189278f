// The webviews' pages in a browser, in the four kinds of themes: accessible, whole at any width, every picture with its table, every name as text.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWebview } from '../../build.ts';
import { graveProblems } from '../workbench/accessibility.ts';
import { openBrowser } from '../workbench/browser.ts';
import { freshMachine, hostileMachine, hostileNames, idlePlan, machine, plan, topology } from './webview/states.ts';
import type { ThemeName } from './webview/themes.ts';
import { WebviewPage, type Shown, type WebviewOptions } from './webview/webviewPage.ts';
import type { ViewKind } from '../../webview/contract.ts';

const samples: readonly (readonly [string, Shown<ViewKind>])[] = [
  ['machine', { view: 'machine', state: machine }],
  ['machine with hostile names', { view: 'machine', state: hostileMachine }],
  ['machine without a recovery point', { view: 'machine', state: freshMachine }],
  ['topology', { view: 'topology', state: topology }],
  ['plan', { view: 'plan', state: plan }],
  ['plan that never ran', { view: 'plan', state: idlePlan }],
];
const themeNames: readonly ThemeName[] = ['dark', 'light', 'hc-dark', 'hc-light'];
const root = join(import.meta.dirname, '../..');

let browser: Browser;

beforeAll(async () => {
  await buildWebview();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
});

async function opened<Result>(shown: Shown<ViewKind>, options: WebviewOptions, look: (webview: WebviewPage) => Promise<Result>): Promise<Result> {
  const webview = await WebviewPage.open(browser, shown, options);
  try {
    const result = await look(webview);
    expect(webview.errors).toEqual([]);
    return result;
  } finally {
    await webview.close();
  }
}

describe.each(samples)('%s', (name, shown) => {
  test.each(themeNames)('is accessible and whole in %s', async (theme) => {
    await opened(shown, { theme, width: 1200 }, async (webview) => {
      for (const width of [1200, 400]) {
        await webview.resize(width);
        await webview.screenshot(`${name.replaceAll(' ', '-')}-${theme}-${width}`);
        expect(await graveProblems(webview.page.mainFrame())).toEqual([]);
      }
    });
  });

  test('needs no sideways scrolling at any width', async () => {
    await opened(shown, { theme: 'dark', width: 1600 }, async (webview) => {
      for (const width of [1600, 1000, 600, 320]) {
        await webview.resize(width);
        expect(await webview.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    });
  });
});

describe('every picture has its table', () => {
  test.each([
    ['machine', { view: 'machine', state: machine }, 3],
    ['topology', { view: 'topology', state: topology }, 1],
  ] as const)('of the %s: one switch each, and the tables at once with a screen reader', async (_name, shown, pictures) => {
    await opened(shown, { theme: 'dark', width: 1000 }, async ({ page }) => {
      const switches = page.getByRole('checkbox', { name: 'Show as table' });
      expect(await switches.count()).toBe(pictures);
      expect(await page.locator('time-chart, topology-picture, [role=listbox]').count()).toBe(pictures);
      for (let place = 0; place < pictures; place += 1) {
        await switches.nth(place).focus();
        await page.keyboard.press('Space');
      }
      expect(await page.locator('time-chart, topology-picture, [role=listbox]').count()).toBe(0);
    });
    await opened(shown, { theme: 'light', width: 1000, classes: ['vscode-using-screen-reader'] }, async ({ page }) => {
      expect(await page.locator('time-chart, topology-picture, [role=listbox]').count()).toBe(0);
      expect(await page.locator('caption').count()).toBeGreaterThanOrEqual(pictures);
      expect(await graveProblems(page.mainFrame())).toEqual([]);
    });
  });

  test('whatever the view is not about a picture is a table or a list already', async () => {
    await opened({ view: 'plan', state: plan }, { theme: 'dark', width: 1000 }, async ({ page }) => {
      expect(await page.locator('canvas, svg:not(.glyph)').count()).toBe(0);
    });
  });
});

describe('a recovery point is chosen', () => {
  const options = { theme: 'dark', width: 1000 } as const;
  const last = machine.points.at(-1)?.id;

  test('by arrow keys, Home and End; what starts from it names it', async () => {
    await opened({ view: 'machine', state: machine }, options, async (webview) => {
      const { page } = webview;
      await page.getByRole('listbox').focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      expect(await page.getByRole('option', { selected: true }).getAttribute('id')).toBe('point-67');
      await page.keyboard.press('Home');
      await page.getByRole('group', { name: 'From this recovery point' }).getByText('Test Failover…').click();
      await page.keyboard.press('Tab');
      expect((await webview.said()).at(-1)).toEqual({ kind: 'act', action: 'testFailover', point: 'point-0' });
    });
  });

  test('by the pointer: the nearest', async () => {
    await opened({ view: 'machine', state: machine }, options, async (webview) => {
      const list = webview.page.getByRole('listbox');
      const box = await webview.page.getByRole('option').nth(30).boundingBox();
      const strip = await list.boundingBox();
      if (box === null || strip === null) throw new Error('The strip is not there.');
      await list.click({ position: { x: box.x + box.width / 2 - strip.x + 2, y: 10 } });
      expect(await webview.page.getByRole('option', { selected: true }).getAttribute('id')).toBe('point-30');
    });
  });

  test('in the table; without a choice it is the newest', async () => {
    await opened({ view: 'machine', state: machine }, { ...options, classes: ['vscode-using-screen-reader'] }, async (webview) => {
      const { page } = webview;
      await page.getByRole('group', { name: 'From this recovery point' }).getByText('Failover…', { exact: true }).click();
      expect((await webview.said()).at(-1)).toEqual({ kind: 'act', action: 'failover', point: last });
      await page
        .getByRole('button', { name: /^Choose/ })
        .first()
        .click();
      expect(await page.locator('[aria-pressed=true]').count()).toBe(1);
      await page.getByRole('group', { name: 'From this recovery point' }).getByText('Failover…', { exact: true }).click();
      expect((await webview.said()).at(-1)).toEqual({ kind: 'act', action: 'failover', point: machine.points.at(-2)?.id });
    });
  });
});

test.each(Object.entries(hostileNames))('a name with %s is text', async (_kind, name) => {
  await opened({ view: 'plan', state: { ...plan, name } }, { theme: 'dark', width: 800 }, async ({ page }) => {
    expect(await page.locator('h1').innerText()).toBe(name);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Site Recovery Lab');
  });
});

test('what moves stands still for those who want it', async () => {
  const animated = `[...document.getAnimations()].filter((animation) => animation.playState === 'running').length`;
  await opened({ view: 'topology', state: topology }, { theme: 'dark', width: 1200 }, async ({ page }) => {
    expect(await page.evaluate(animated)).toBeGreaterThan(0);
  });
  await opened({ view: 'topology', state: topology }, { theme: 'dark', width: 1200, classes: ['vscode-reduce-motion'] }, async ({ page }) => {
    expect(await page.evaluate(animated)).toBe(0);
  });
});

test('an old state changes nothing, and texts come in the language of the user', async () => {
  await opened({ view: 'plan', state: plan }, { theme: 'dark', width: 800 }, async (webview) => {
    await webview.post({ kind: 'state', revision: 0, state: { ...plan, name: 'Old' } });
    expect(await webview.page.locator('h1').innerText()).toBe(plan.name);
    await webview.post({ kind: 'texts', texts: { Machines: 'Datorer' } });
    expect(await webview.page.locator('h3', { hasText: 'Datorer' }).count()).toBeGreaterThan(0);
  });
});

test('without a lab there is a way to start one', async () => {
  await opened({ view: 'topology', state: topology }, { theme: 'light', width: 800 }, async (webview) => {
    await webview.post({ kind: 'nothing', revision: 9, reason: 'No lab runs.', actions: [{ id: 'startLab', title: 'Start Lab', primary: true }] });
    await webview.screenshot('nothing-light-800');
    await webview.page.getByText('Start Lab').click();
    expect((await webview.said()).at(-1)).toEqual({ kind: 'act', action: 'startLab' });
  });
});

test('the page stays small: 250 kB of script, 20 kB of style', () => {
  expect(statSync(join(root, 'dist/webview/main.js')).size).toBeLessThan(250_000);
  expect(statSync(join(root, 'dist/webview/main.css')).size).toBeLessThan(20_000);
});
