// The one wrapper around every command: what fails is told once, with what to do; what was cancelled is silent.
import { CancellationError, window, type LogOutputChannel } from 'vscode';
import { explained } from '../client/azureError.ts';
import { ExtensionError } from '../lab/labError.ts';
import { plainMessage } from './plainText.ts';
import { t } from '../texts.ts';

export function reportingErrors<Arguments extends readonly unknown[], Result>(
  log: LogOutputChannel,
  run: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result | undefined> {
  return async (...args) => {
    try {
      return await run(...args);
    } catch (thrown) {
      const error = explained(thrown);
      if (error instanceof CancellationError || (error instanceof ExtensionError && error.code === 'Cancelled')) return undefined;
      log.error(error instanceof Error ? error : String(error));
      void tell(log, error);
      return undefined;
    }
  };
}

async function tell(log: LogOutputChannel, error: unknown): Promise<void> {
  const show = t('Show Log');
  const text =
    error instanceof ExtensionError
      ? [`${error.message.split('\n')[0] ?? ''} (${error.code})`, error.recommendedAction].filter((part) => part !== '').join(' ')
      : t('Unexpected: {0}', error instanceof Error ? error.message : String(error));
  if ((await window.showErrorMessage(plainMessage(text), show)) === show) log.show();
}
