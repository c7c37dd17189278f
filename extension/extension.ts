// The entry of the extension: builds its objects and registers them. Nothing is read, started or connected before somebody looks.
import { l10n, window, type ExtensionContext } from 'vscode';
import { composition, type Composition } from './composition.ts';
import { useTranslation } from './texts.ts';

/** What the extension gives to its own tests in the host. */
export type ExtensionApi = Composition;

export function activate(context: ExtensionContext): ExtensionApi {
  useTranslation((text, ...values) => l10n.t(text, ...values));
  const log = window.createOutputChannel('Site Recovery Lab', { log: true });
  const parts = composition(context, log);
  context.subscriptions.push(log, ...parts.disposables);
  log.info(l10n.t('Site Recovery Lab is ready.'));
  return parts;
}
