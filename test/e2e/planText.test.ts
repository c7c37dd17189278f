// A recovery plan written as a file, in Swedish: remarks while it is typed, applied to the vault, changed there, compared, applied again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import { LabDriver } from '../support/labDriver.ts';
import { useWorkbench } from '../workbench/useWorkbench.ts';

const file = 'Shop.plan.yaml';
const text = `# Ours
name: Shop
groups:
  - machines: [WBE01]
    after:
      - name: tell
        kind: manual
        instruction: Say that it is done.
`;

const workbench = useWorkbench({ files: { [file]: text }, settings: { 'siteRecoveryLab.language': 'sv' } });
const patience = { timeout: 60_000 };
const opened = new AsyncDisposableStack();

afterAll(() => opened.disposeAsync());

async function driver(): Promise<LabDriver> {
  const locator = JSON.parse(readFileSync(join(workbench().server.workspace, '.srlab', 'lab.json'), 'utf8')) as LabLocator;
  const client = opened.use(await ControlClient.open(locator));
  return new LabDriver(() => client);
}

test('the machine that nobody knows is told, in the language that was chosen', async () => {
  const window = workbench();
  await window.showContainer('Site Recovery Lab');
  await window.view('Skyddade datorer').welcome.getByRole('button', { name: 'Start Lab' }).click();
  await window.view('Skyddade datorer').item('Inte skyddade').waitFor(patience);
  const lab = await driver();
  await lab.call('clock.speed', { speed: 'paused' });
  await lab.finish(lab.call('item.enable', { machine: 'WEB01' }));
  await lab.untilProtected('WEB01');
  await window.run('Go to File...');
  await window.quickInput.fill(file);
  await window.quickInput.pick(file);
  await window.page.locator('.codelens-decoration').getByText('Skapa i valvet').waitFor(patience);
  await window.page.locator('.squiggly-error').first().waitFor(patience);
  await window.screenshotInThemes('plan text', ['light', 'high-contrast', 'dark']);
}, 240_000);

test('applied, the vault has it', async () => {
  const window = workbench();
  window.server.write(file, text.replace('WBE01', 'WEB01'));
  await window.page
    .locator('.squiggly-error')
    .first()
    .waitFor({ ...patience, state: 'detached' });
  await window.page.locator('.codelens-decoration').getByText('Skapa i valvet').click();
  await window.dialog.getByText('Ny plan. Startgrupper: 1. Datorer: 1. Åtgärder: 1.').waitFor(patience);
  await window.screenshot('plan text applied');
  await window.answer('Verkställ');
  await window.view('Återställningsplaner').item('Shop').waitFor(patience);
  const lab = await driver();
  expect((await lab.call('plan.show', { plan: 'Shop' })).groups.at(-1)).toMatchObject({
    machines: ['WEB01'],
    after: [{ name: 'tell', instruction: 'Say that it is done.' }],
  });
}, 120_000);

test('what was changed in the vault meanwhile is seen beside the file', async () => {
  const window = workbench();
  const lab = await driver();
  await lab.finish(lab.call('plan.put', { plan: 'Shop', groups: [{ kind: 'Boot', machines: ['WEB01'], before: [], after: [] }] }));
  await window.page.locator('.codelens-decoration').getByText('Jämför med valvet').click();
  await window.tab('Shop: valvet och filen').waitFor(patience);
  await window.page.locator('.monaco-diff-editor .line-insert, .monaco-diff-editor .char-insert').first().waitFor(patience);
  await window.screenshotInThemes('plan text beside the vault', ['light', 'high-contrast', 'dark']);
}, 120_000);
