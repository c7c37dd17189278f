// Commands on the lab itself: start, stop, show its log.
import { commands, ProgressLocation, window, type Disposable as VsDisposable, type LogOutputChannel } from 'vscode';
import type { Session } from '../lab/session.ts';
import { reportingErrors } from './reportingErrors.ts';
import { t } from '../texts.ts';

export function labCommands({ session, log }: { session: Session; log: LogOutputChannel }): VsDisposable[] {
  const register = (id: string, run: () => Promise<unknown>): VsDisposable => commands.registerCommand(`siteRecoveryLab.${id}`, reportingErrors(log, run));
  return [
    register('startLab', async () =>
      window.withProgress({ location: ProgressLocation.Notification, title: t('Starting the lab'), cancellable: true }, (_progress, token) => {
        const giveUp = new AbortController();
        token.onCancellationRequested(() => giveUp.abort());
        return session.start(giveUp.signal);
      }),
    ),
    register('stopLab', async () => window.withProgress({ location: ProgressLocation.Window, title: t('Stopping the lab') }, () => session.stop())),
    register('showLog', async () => log.show()),
  ];
}
