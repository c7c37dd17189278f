// How a job ended, in words: only the orchestrator's own verdict counts.
import type { JobErrorDetails, ServiceError } from '@azure/arm-recoveryservices-siterecovery';
import type { Job } from '../client/vaultClient.ts';
import { t } from '../texts.ts';

export interface Verdict {
  readonly kind: 'succeeded' | 'information' | 'failed' | 'cancelled';
  readonly text: string;
}

/** As jobs call what is replicated (arm-contract §7). */
const machineKind = 'ProtectionEntity';

/** @param title of the operation, in Title Case */
export function verdictOf(title: string, { properties }: Job): Verdict {
  const what = subjectOf(title, properties);
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

/** `Failover of WEB01`, `Create Recovery Plan (shop)`: of a machine the title has only the deed, of everything else the kind of the object too. */
function subjectOf(title: string, properties: Job['properties']): string {
  const { targetObjectName: name = '', targetInstanceType: kind = machineKind } = properties ?? {};
  if (name === '') return title;
  return kind === machineKind ? t('{0} of {1}', title, name) : t('{0} ({1})', title, name);
}

/** The first error: what it is, its cause, what to do. The job has the others. */
function errorTexts(properties: Job['properties']): string[] {
  const [error] = properties?.errors ?? [];
  const { message, code, possibleCauses, recommendedAction } = wordsOf(error);
  if (message === '') return [];
  return [
    code === '' ? message : t('{0} ({1})', message, code),
    ...(possibleCauses === '' || possibleCauses === message ? [] : [t('Possible causes: {0}', possibleCauses)]),
    ...(recommendedAction === '' ? [] : [t('What to do: {0}', recommendedAction)]),
  ];
}

/** The service's own words, or else its provider's. Both write null for what they have not. */
function wordsOf(error: JobErrorDetails | undefined): Required<Pick<ServiceError, 'message' | 'code' | 'possibleCauses' | 'recommendedAction'>> {
  const { errorMessage, errorCode, ...provider } = error?.providerErrorDetails ?? {};
  const words: ServiceError = error?.serviceErrorDetails ?? { ...provider, message: errorMessage ?? '', code: String(errorCode ?? '') };
  return {
    message: words.message ?? '',
    code: words.code ?? '',
    possibleCauses: words.possibleCauses ?? '',
    recommendedAction: words.recommendedAction ?? '',
  };
}
