// Commands on the lab itself: start, stop, show its log.
import { commands, l10n, ProgressLocation, window, type Disposable as VsDisposable, type LogOutputChannel } from 'vscode';
import type { Session } from '../lab/session.ts';
import { reportingErrors } from './reportingErrors.ts';

export function labCommands({ session, log }: { session: Session; log: LogOutputChannel }): VsDisposable[] {
  const register = (id: string, run: () => Promise<unknown>): VsDisposable => commands.registerCommand(`siteRecoveryLab.${id}`, reportingErrors(log, run));
  return [
    register('startLab', async () =>
      window.withProgress({ location: ProgressLocation.Notification, title: l10n.t('Starting the lab'), cancellable: true }, (_progress, token) => {
        const giveUp = new AbortController();
        token.onCancellationRequested(() => giveUp.abort());
        return session.start(giveUp.signal);
      }),
    ),
    register('stopLab', async () => window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Stopping the lab') }, () => session.stop())),
    register('showLog', async () => log.show()),
  ];
}
