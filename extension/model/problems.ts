// Errors of jobs and of health in one shape: a code, what happened, why, and what to do.
import type { HealthError, JobErrorDetails } from '@azure/arm-recoveryservices-siterecovery';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly time: Date | undefined;
}

/** The service's words; where it has none, those of the provider at the site. */
export function jobProblem({ serviceErrorDetails, providerErrorDetails, creationTime }: JobErrorDetails): Problem {
  const { code = String(providerErrorDetails?.errorCode ?? ''), ...service } = serviceErrorDetails ?? {};
  const words = { message: providerErrorDetails?.errorMessage, ...providerErrorDetails, ...given(service) };
  return {
    code,
    message: words.message ?? '',
    possibleCauses: words.possibleCauses ?? '',
    recommendedAction: words.recommendedAction ?? '',
    time: creationTime,
  };
}

export function healthProblem({ errorCode, errorMessage, summaryMessage, possibleCauses, recommendedAction, creationTimeUtc }: HealthError): Problem {
  return {
    code: errorCode ?? '',
    message: errorMessage ?? summaryMessage ?? '',
    possibleCauses: possibleCauses ?? '',
    recommendedAction: recommendedAction ?? '',
    time: creationTimeUtc,
  };
}

/** Without the fields that say nothing. */
function given<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as Partial<Fields>;
}
