// A window that is reloaded, a second one, and a lab that dies: each finds what runs, or says in a word what to do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useWorkbench } from '../workbench/useWorkbench.ts';

const workbench = useWorkbench();
const patience = { timeout: 60_000 };

function labProcess(): number {
  const locator = JSON.parse(readFileSync(join(workbench().server.workspace, '.srlab', 'lab.json'), 'utf8')) as { readonly pid: number };
  return locator.pid;
}

test('the lab starts at the press of a button, and the status bar shows its clock', async () => {
  const window = workbench();
  await window.showContainer('Site Recovery Lab');
  await window.view('Protected Machines').welcome.getByRole('button', { name: 'Start Lab' }).click();
  await window.view('Protected Machines').item('Not Protected').waitFor(patience);
  await window.statusItem('×1').waitFor();
  await window.view('Recovery Plans').welcome.getByText('No recovery plan yet').waitFor();
  await window.screenshotInThemes('trees', ['light', 'high-contrast', 'dark']);
}, 180_000);

test('a reloaded window goes on with the same lab', async () => {
  const window = workbench();
  const before = labProcess();
  await window.reload();
  // The container was open and is open again by itself.
  await window.view('Protected Machines').item('Not Protected').waitFor(patience);
  expect(labProcess()).toBe(before);
}, 120_000);

test('a second window shows the same lab', async () => {
  await using second = await workbench().openSecondWindow();
  await second.showContainer('Site Recovery Lab');
  await second.view('Protected Machines').item('Not Protected').waitFor(patience);
}, 120_000);

test('a lab that is killed is told, and one press starts it again', async () => {
  const window = workbench();
  const before = labProcess();
  process.kill(before, 'SIGKILL');
  await window.toast('The lab ended unexpectedly').waitFor(patience);
  await window.screenshot('lab lost');
  await window.pressInToast('The lab ended unexpectedly', 'Start It Again');
  await window.view('Protected Machines').item('Not Protected').waitFor(patience);
  expect(labProcess()).not.toBe(before);
}, 180_000);
