// What stands around the views: the walkthrough, the terminal, tasks, and the two ways to move a machine within a recovery plan.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { retry } from '../workbench/retry.ts';
import { useWorkbench } from '../workbench/useWorkbench.ts';
import { LabInWindow, patience } from './labInWindow.ts';

const brokenTask = { type: 'srlab', command: 'exec', target: 'srlab status', scenario: 'broken.json', label: 'Try the estate', problemMatcher: ['$srlab'] };
const workbench = useWorkbench({
  files: { 'broken.json': '{ "virtualMachines": [', '.vscode/tasks.json': JSON.stringify({ version: '2.0.0', tasks: [brokenTask] }) },
});
let lab: LabInWindow | undefined;

afterAll(() => lab?.[Symbol.asyncDispose]());

async function running(): Promise<LabInWindow> {
  return (lab ??= await LabInWindow.of(workbench()));
}

test('the walkthrough: six steps, each with its picture, and a button that does what it says', async () => {
  const window = workbench();
  const { page, quickInput } = window;
  await window.showContainer('Site Recovery Lab');
  await window.run('Welcome: Open Walkthrough...');
  await quickInput.pick('Your First Failover to Azure');
  // In a narrower window there are no pictures.
  await page.setViewportSize({ width: 1600, height: 900 });
  const steps = page.locator('.getting-started-step');
  await expect.poll(() => steps.count(), patience).toBe(6);
  const press = async (step: string, button: string): Promise<void> => {
    await steps.filter({ hasText: step }).first().click();
    // The picture of the step before goes away.
    await retry(5, async () => (await window.webview('svg')).locator('svg').waitFor());
    await page.locator('.getting-started-step.expanded').getByRole('button', { name: button, exact: true }).click();
  };
  await press('Start the Lab', 'Start Lab');
  await window.view('Protected Machines').item('WEB01').waitFor(patience);
  await window.screenshot('walkthrough');
  for (const [step, button, title] of [
    ['Add a Replication Policy', 'Create Replication Policy', 'Create Replication Policy'],
    ['Protect a Machine', 'Enable Replication', 'Enable Replication'],
    ['Let Time Pass', 'Menu of the Lab', ''],
  ] as const) {
    await press(step, button);
    await quickInput.widget.filter({ hasText: title }).waitFor(patience);
    await window.screenshot(`walkthrough ${step}`);
    await quickInput.cancel();
  }
  // Nothing is protected yet: they say so.
  for (const [step, button] of [
    ['Test a Failover', 'Test Failover'],
    ['Fail Over, and Come Back', 'Failover'],
  ] as const) {
    await press(step, button);
    await page.locator('.notification-toast').first().waitFor(patience);
    await window.screenshot(`walkthrough ${step}`);
    await window.clearToasts();
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}, 240_000);

test('in the Lab Terminal `srlab` and clients of Azure find the lab', async () => {
  const window = workbench();
  await running();
  await window.run('Site Recovery Lab: Open Lab Terminal');
  await window.page.locator('.terminal-wrapper.active .xterm-helper-textarea').waitFor({ ...patience, state: 'attached' });
  await window.page.keyboard.type(
    'srlab status --json > status.txt; curl -s -H "Authorization: Bearer $SRLAB_ARM_TOKEN" "$SRLAB_ARM_URL/subscriptions/$SRLAB_SUBSCRIPTION/resourceGroups?api-version=2021-04-01" > groups.part && mv groups.part groups.txt\n',
  );
  const groups = join(window.server.workspace, 'groups.txt');
  await expect.poll(() => existsSync(groups), patience).toBe(true);
  expect(readFileSync(groups, 'utf8')).toContain('"name":"lab-rg"');
  expect(readFileSync(join(window.server.workspace, 'status.txt'), 'utf8')).toContain('paused');
  await window.screenshot('lab terminal');
}, 120_000);

test('a task that fails on its file is an entry of the Problems', async () => {
  const window = workbench();
  await window.run('Tasks: Run Task');
  await window.quickInput.pick(brokenTask.label);
  await window.page.locator('.part.panel').getByRole('tab', { name: 'Problems' }).filter({ hasText: '1' }).click();
  await window.page.locator('.markers-panel').getByText('broken.json').first().waitFor(patience);
  await window.screenshot('task problem');
  await window.run('View: Hide Panel');
}, 120_000);

test('a machine is dragged to another group of its plan, and goes back by the keyboard', async () => {
  const window = workbench();
  const driver = await running();
  await driver.protect('WEB01', 'PHYS01');
  const group = (machine: string) => ({ kind: 'Boot' as const, machines: [machine], before: [], after: [] });
  await driver.finish(driver.call('plan.put', { plan: 'Shop', groups: [group('WEB01'), group('PHYS01')] }));
  const placesOf = async (): Promise<number[]> =>
    ((await driver.plan('Shop')).properties?.groups ?? [])
      .filter(({ groupType }) => groupType === 'Boot')
      .map(({ replicationProtectedItems = [] }) => replicationProtectedItems.length);
  const plans = window.view('Recovery Plans');
  const shows = async (...rows: readonly string[]): Promise<void> => {
    const isMeant = (label: string): boolean => /^(Group \d: Start|WEB01|PHYS01)$/.test(label);
    await expect.poll(async () => (await plans.labels()).filter(isMeant), patience).toEqual(rows);
  };
  /** The next key moves the same row. */
  const staysChosen = async (row: string): Promise<void> => {
    await expect.poll(() => plans.item(row).getAttribute('aria-selected'), patience).toBe('true');
  };
  await plans.item('Shop').waitFor(patience);
  await plans.expand('Shop');
  await window.screenshot('plan before the move');
  await plans.item('WEB01').dragTo(plans.item('Group 2: Start'));
  await shows('Group 1: Start', 'Group 2: Start', 'PHYS01', 'WEB01');
  expect(await placesOf()).toEqual([0, 2]);
  await window.screenshot('plan after the drop');
  await plans.item('WEB01').click();
  await window.page.keyboard.press('Alt+ArrowUp');
  await shows('Group 1: Start', 'WEB01', 'Group 2: Start', 'PHYS01');
  expect(await placesOf()).toEqual([1, 1]);
  await staysChosen('WEB01');
  await window.page.keyboard.press('Alt+ArrowDown');
  await shows('Group 1: Start', 'Group 2: Start', 'PHYS01', 'WEB01');
  expect(await placesOf()).toEqual([0, 2]);
  await staysChosen('WEB01');
  await plans.choose('PHYS01', 'Move to Group…');
  await window.quickInput.pick('Group 1: Start');
  await shows('Group 1: Start', 'PHYS01', 'Group 2: Start', 'WEB01');
  expect(await placesOf()).toEqual([1, 1]);
}, 180_000);
