// What somebody sees who has just installed the package: the views, an invitation, the commands, in every theme.
import { expect, test } from 'vitest';
import { useWorkbench } from '../workbench/useWorkbench.ts';

const workbench = useWorkbench();

test('the container shows its views, and the first one invites to start a lab', async () => {
  const window = workbench();
  await window.showContainer('Site Recovery Lab');
  await window.view('Protected Machines').welcome.getByRole('button', { name: 'Start Lab' }).waitFor();
  expect(await window.viewNames()).toEqual(['Protected Machines', 'Recovery Plans', 'Infrastructure', 'Jobs & Events']);
  await window.screenshotInThemes('first steps', ['light', 'high-contrast', 'high-contrast-light', 'dark']);
});

test('the log tells that the extension is ready', async () => {
  const window = workbench();
  await window.run('Site Recovery Lab: Show Log');
  await expect.poll(() => window.server.channel('Site Recovery Lab'), { timeout: 10_000 }).toContain('ready');
});
