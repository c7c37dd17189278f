// The panels in a real window over a lab that runs: what they show is what the lab did, and a reload brings them back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import { LabDriver } from '../support/labDriver.ts';
import { graveProblems } from '../workbench/accessibility.ts';
import { useWorkbench } from '../workbench/useWorkbench.ts';

const workbench = useWorkbench();
const patience = { timeout: 60_000 };
const minuteMs = 60_000;
const machine = 'WEB01';
const opened = new AsyncDisposableStack();

afterAll(() => opened.disposeAsync());

async function driver(): Promise<LabDriver> {
  const locator = JSON.parse(readFileSync(join(workbench().server.workspace, '.srlab', 'lab.json'), 'utf8')) as LabLocator;
  const client = opened.use(await ControlClient.open(locator));
  return new LabDriver(() => client);
}

test('a machine that replicates: its health, its recovery points, its disks, its path', async () => {
  const window = workbench();
  await window.showContainer('Site Recovery Lab');
  await window.view('Protected Machines').welcome.getByRole('button', { name: 'Start Lab' }).click();
  await window.view('Protected Machines').item('Not Protected').waitFor(patience);
  const lab = await driver();
  await lab.call('clock.speed', { speed: 'paused' });
  await lab.finish(lab.call('item.enable', { machine }));
  await lab.untilProtected(machine);
  await window.run('Site Recovery Lab: Open Machine');
  const view = await window.webview('body[data-view=machine] h1');
  await view.getByRole('heading', { level: 1, name: machine }).waitFor(patience);
  const points = view.locator('[role=listbox] [role=option]');
  await points.first().waitFor(patience);
  const before = await points.count();
  for (let minute = 0; minute < 30; minute += 5) await lab.step(5 * minuteMs);
  await expect.poll(() => points.count(), patience).toBeGreaterThan(before);
  await view.locator('time-chart canvas').nth(1).waitFor(patience);
  await expect.poll(() => view.locator('.path .hop').count()).toBe(4);
  expect(await graveProblems(view)).toEqual([]);
  await window.screenshotInThemes('panel machine', ['light', 'high-contrast', 'dark']);
}, 240_000);

test('what it offers starts the same questions as everywhere else', async () => {
  const window = workbench();
  const view = await window.webview('body[data-view=machine] h1');
  await view.getByRole('group', { name: 'Actions' }).getByText('Test Failover', { exact: false }).first().click();
  await window.page.locator('.quick-input-widget').waitFor(patience);
  await window.quickInput.cancel();
}, 60_000);

test('the topology shows a cut as soon as it happens', async () => {
  const window = workbench();
  await window.run('Site Recovery Lab: Open Topology');
  const view = await window.webview('body[data-view=topology] h1');
  await view.locator('.box', { hasText: machine }).waitFor(patience);
  const lab = await driver();
  await lab.call('link.set', { path: 'processserver-storage', state: 'cut' });
  await view.locator('.edge-label.cut').first().waitFor(patience);
  await window.screenshotInThemes('panel topology', ['light', 'high-contrast', 'dark']);
  expect(await graveProblems(view)).toEqual([]);
  await lab.call('link.set', { path: 'processserver-storage', state: 'up' });
  await view
    .locator('.edge-label.cut')
    .first()
    .waitFor({ ...patience, state: 'detached' });
}, 120_000);

test('a plan shows its drill while it runs, and then what it measured', async () => {
  const window = workbench();
  const lab = await driver();
  await lab.finish(lab.call('plan.put', { plan: 'Shop', groups: [{ kind: 'Boot', machines: [machine], before: [], after: [] }] }));
  await window.view('Recovery Plans').item('Shop').waitFor(patience);
  await window.run('Site Recovery Lab: Open Recovery Plan');
  const view = await window.webview('body[data-view=plan] h1');
  await view.getByText('Not run yet').waitFor(patience);
  const job = lab.call('plan.testFailover', { plan: 'Shop', point: 'Latest' });
  await job;
  await view.getByText('Running now').waitFor(patience);
  await window.screenshot('panel plan that runs');
  await lab.finish(job);
  await view.getByText('Last run').waitFor(patience);
  await view.locator('.figures dd').nth(1).waitFor(patience);
  expect(await view.locator('.figures').innerText()).toMatch(/RTO\s+\d+ (s|min).*\s+RPO\s+\d+ (s|min)/);
  expect(await graveProblems(view)).toEqual([]);
  await window.screenshotInThemes('panel plan', ['light', 'high-contrast', 'dark']);
}, 240_000);

test('a reload brings the panels back, filled', async () => {
  const window = workbench();
  await window.reload();
  const view = await window.webview('body[data-view=plan] .figures');
  await view.getByRole('heading', { level: 1, name: 'Shop' }).waitFor(patience);
  await window.tab(machine).click();
  const other = await window.webview('body[data-view=machine] h1');
  await other.locator('[role=listbox] [role=option]').first().waitFor(patience);
}, 120_000);
