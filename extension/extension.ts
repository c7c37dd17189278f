// The entry of the extension: builds its objects and registers them. Nothing is read, started or connected before somebody looks.
import { window, type ExtensionContext } from 'vscode';
import { composition, type Composition } from './composition.ts';
import { offerReload, useLanguage } from './language.ts';
import { t } from './texts.ts';

/** What the extension gives to its own tests in the host. */
export type ExtensionApi = Composition;

export function activate(context: ExtensionContext): ExtensionApi {
  useLanguage(context.extensionPath);
  const log = window.createOutputChannel('Site Recovery Lab', { log: true });
  const parts = composition(context, log);
  context.subscriptions.push(log, offerReload(), ...parts.disposables);
  log.info(t('Site Recovery Lab is ready.'));
  return parts;
}
