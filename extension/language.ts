// The language of the lab's texts: VS Code's, unless the user wants another. VS Code has language packs for some languages only, and none for Swedish.
import { commands, env, l10n, window, workspace, type Disposable as VsDisposable } from 'vscode';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { t, useTexts, useTranslation, type Texts } from './texts.ts';

const setting = 'siteRecoveryLab.language';

/** Before anything is shown. @param extensionPath folder with `l10n/` */
export function useLanguage(extensionPath: string): void {
  const chosen = workspace.getConfiguration().get<string>(setting, 'auto');
  if (chosen === 'auto' || env.language.split('-')[0] === chosen)
    useTranslation((text, ...values) => l10n.t(text, ...values), l10n.bundle ?? {}, l10n.bundle === undefined ? 'en' : env.language);
  else if (chosen === 'sv') useTexts(JSON.parse(readFileSync(join(extensionPath, 'l10n', 'bundle.l10n.sv.json'), 'utf8')) as Texts, chosen);
  else useTexts({});
}

/** What is on the screen was translated when it was made: another language begins with the next window. */
export function offerReload(): VsDisposable {
  return workspace.onDidChangeConfiguration(async (change) => {
    if (!change.affectsConfiguration(setting)) return;
    const reload = t('Reload Window');
    if ((await window.showInformationMessage(t('The language changes when the window is loaded again.'), reload)) === reload)
      await commands.executeCommand('workbench.action.reloadWindow');
  });
}
