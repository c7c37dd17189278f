// How a job ended, in words: only the orchestrator's own verdict counts.
import type { Job } from '../client/vaultClient.ts';
import { t } from '../texts.ts';

export interface Verdict {
  readonly kind: 'succeeded' | 'information' | 'failed' | 'cancelled';
  readonly text: string;
}

/** @param title of the operation, in Title Case */
export function verdictOf(title: string, { properties }: Job): Verdict {
  const what = properties?.targetObjectName === undefined || properties.targetObjectName === '' ? title : t('{0} of {1}', title, properties.targetObjectName);
  switch (properties?.state) {
    case 'Succeeded':
      return { kind: 'succeeded', text: t('{0} succeeded.', what) };
    case 'CompletedWithInformation':
    case 'PartiallySucceeded':
      return { kind: 'information', text: [t('{0} ended, with information.', what), ...errorTexts(properties)].join(' ') };
    case 'Cancelled':
      return { kind: 'cancelled', text: t('{0} was cancelled.', what) };
    default:
      return { kind: 'failed', text: [t('{0} failed.', what), ...errorTexts(properties)].join(' ') };
  }
}

/** The first error: what it is, its cause, what to do. The job has the others. */
function errorTexts(properties: Job['properties']): string[] {
  const [error] = properties?.errors ?? [];
  const { serviceErrorDetails: service, providerErrorDetails: provider } = error ?? {};
  const message = service?.message ?? provider?.errorMessage;
  const code = service?.code ?? provider?.errorCode;
  const cause = service?.possibleCauses ?? provider?.possibleCauses ?? '';
  const action = service?.recommendedAction ?? provider?.recommendedAction ?? '';
  // The service writes null for what it has not.
  if (typeof message !== 'string') return [];
  return [
    code === undefined || code === null ? message : t('{0} ({1})', message, code),
    ...(cause === '' || cause === message ? [] : [t('Possible causes: {0}', cause)]),
    ...(action === '' ? [] : [t('What to do: {0}', action)]),
  ];
}
