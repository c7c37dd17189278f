// A folder that is not trusted: no lab starts in it, and it is said why.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useWorkbench } from '../workbench/useWorkbench.ts';
import { patience } from './labInWindow.ts';

const workbench = useWorkbench({ isRestricted: true });

test('the view says why no lab starts, and leads to the question of trust', async () => {
  const window = workbench();
  await window.showContainer('Site Recovery Lab');
  const { welcome } = window.view('Protected Machines');
  await welcome.getByText('This folder is not trusted', { exact: false }).waitFor(patience);
  await welcome.getByRole('button', { name: 'Manage Trust' }).waitFor();
  await window.screenshot('restricted');
});

test('starting one all the same is refused, with the reason', async () => {
  const window = workbench();
  await window.run('Site Recovery Lab: Start Lab');
  await window.toast('This folder is not trusted, so no lab starts in it. (NotTrusted) Trust the folder first.').waitFor(patience);
  await window.screenshot('restricted start');
  expect(existsSync(join(window.server.workspace, '.srlab'))).toBe(false);
});

test('as soon as the folder is trusted, a lab can be started', async () => {
  const window = workbench();
  await window.clearToasts();
  await window.view('Protected Machines').welcome.getByRole('button', { name: 'Manage Trust' }).click();
  await window.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).first().click();
  await window.view('Protected Machines').welcome.getByRole('button', { name: 'Start Lab' }).waitFor(patience);
});
