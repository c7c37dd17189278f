// The extension as VS Code sees it: found, activated, with what its manifest promises.
import { commands, extensions, type Extension } from 'vscode';
import { expect, test } from 'vitest';
import type { ExtensionApi } from '../../extension/extension.ts';

const extension = extensions.getExtension('site-recovery-lab.site-recovery-lab') as Extension<ExtensionApi>;

test('activates without a lab', async () => {
  await extension.activate();
  expect(extension.isActive).toBe(true);
});

test('has every command of its manifest', async () => {
  await extension.activate();
  const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
  const registered = new Set(await commands.getCommands(true));
  expect(contributes.commands.filter(({ command }) => !registered.has(command))).toEqual([]);
});
