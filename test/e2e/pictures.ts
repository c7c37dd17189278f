// `npm run pictures`: renews the pictures of the README from a window over a lab that runs.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from '../../pack.ts';
import { Workbench } from '../workbench/workbench.ts';
import { Operator } from './journey/operator.ts';
import { LabInWindow, patience } from './labInWindow.ts';

const folder = join(import.meta.dirname, '..', '..', 'media', 'readme');
const minuteMs = 60_000;
/** How far the side bar is made wider, so that its rows are whole. */
const widerBy = 110;

mkdirSync(folder, { recursive: true });
await using window = await Workbench.open({ vsix: await pack() });
await widen();
await using lab = await LabInWindow.start(window);
await lab.protectAll();
const group = (...machines: string[]) => ({ kind: 'Boot' as const, machines, before: [], after: [] });
await lab.finish(lab.call('plan.put', { plan: 'Shop', groups: [group('DB01', 'APP01'), group('WEB01', 'PHYS01')] }));
for (let minute = 0; minute < 60; minute += 5) await lab.step(5 * minuteMs);
const plans = window.view('Recovery Plans');
await plans.item('Shop').waitFor(patience);
await plans.expand('Shop');
await drill();
await lab.call('clock.speed', { speed: 30 });
await machine();
await topology();
await failover();

/** A machine's panel, beside all the trees. */
async function machine(): Promise<void> {
  await window.view('Protected Machines').choose('WEB01', 'Open Machine');
  const view = await window.webview('body[data-view=machine] time-chart canvas');
  await view.locator('[role=listbox] [role=option]').first().waitFor(patience);
  await shoot('machine');
  await close();
}

/** It needs the whole window. */
async function topology(): Promise<void> {
  await window.run('View: Toggle Primary Side Bar Visibility');
  await window.page.setViewportSize({ width: 1600, height: 1000 });
  await window.run('Site Recovery Lab: Open Topology');
  const view = await window.webview('body[data-view=topology] .box');
  await view.locator('.box', { hasText: 'WEB01' }).first().waitFor(patience);
  await shoot('topology');
  await close();
  await window.page.setViewportSize({ width: 1280, height: 800 });
  await window.run('View: Toggle Primary Side Bar Visibility');
}

/** A plan after its test failover, with what it measured. */
async function drill(): Promise<void> {
  await lab.finish(lab.call('plan.testFailover', { plan: 'Shop', point: 'Latest' }));
  await plans.choose('Shop', 'Open Recovery Plan');
  const view = await window.webview('body[data-view=plan] .figures');
  await view.getByText('Last run').waitFor(patience);
  await shoot('plan');
  await close();
  await lab.finish(lab.call('plan.testFailoverCleanup', { plan: 'Shop', notes: '' }));
  // Until the machines' health has heard of it.
  for (let minute = 0; minute < 15; minute += 5) await lab.step(5 * minuteMs);
  await window.clearToasts();
}

async function failover(): Promise<void> {
  const operator = new Operator(window);
  await window.view('Protected Machines').choose('WEB01', 'Open Machine');
  await window.webview('body[data-view=machine] time-chart canvas');
  await window.view('Protected Machines').choose('WEB01', 'Failover…');
  await operator.answer('Failover', { 'Recovery point': 'Latest (lowest RPO)', 'Shut down': 'Shut down first' });
  await window.dialog.waitFor();
  await shoot('failover');
  await window.page.keyboard.press('Escape');
}

async function widen(): Promise<void> {
  const { page } = window;
  await window.showContainer('Site Recovery Lab');
  const box = await page.locator('.part.sidebar').boundingBox();
  if (box === null) throw new Error('There is no side bar.');
  const [x, y] = [box.x + box.width + 1, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + widerBy, y, { steps: 5 });
  await page.mouse.up();
}

async function shoot(name: string): Promise<void> {
  await window.page.mouse.move(0, 0);
  await window.page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
  await window.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

async function close(): Promise<void> {
  await window.run('View: Close All Editors');
}
