// Health errors of servers and of what they report, in the shape of every health error (arm-contract §5.6).
import type { TimeMs } from '../../../../kernel/clock.ts';
import type { ErrorBody } from '../../../../kernel/errors.ts';
import { armTime } from '../../protocol/armTime.ts';

export interface ServerError {
  readonly errorCode: string;
  readonly level: 'Warning' | 'Critical';
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly sinceMs: TimeMs;
  /** The server that has it. */
  readonly entityId: string;
}

/** Codes that the service has numbers for. Source: arm-contract §7.7. */
const recordedCodes: Readonly<Record<string, string>> = { NoConnectivity: '583' };

export function serverErrorResource(error: ServerError): unknown {
  return {
    innerHealthErrors: [],
    errorSource: 'FabricHealthErrorOnPrimary',
    errorType: 'FabricHealthError',
    errorLevel: error.level === 'Critical' ? 'Error' : 'Warning',
    errorCategory: 'FabricInfrastructure',
    errorCode: recordedCodes[error.errorCode] ?? error.errorCode,
    summaryMessage: error.message,
    errorMessage: error.message,
    possibleCauses: error.possibleCauses,
    recommendedAction: error.recommendedAction,
    creationTimeUtc: armTime(error.sinceMs),
    recoveryProviderErrorMessage: null,
    entityId: error.entityId,
    errorId: `FabricHealthErrorOnPrimary:${error.errorCode}`,
    customerResolvability: 'NotAllowed',
  };
}

/** What a component found wrong with itself. */
export function reportedErrorResource(error: ErrorBody, about: { sinceMs: TimeMs; entityId: string }): unknown {
  return serverErrorResource({
    errorCode: error.code,
    level: 'Critical',
    message: error.message,
    possibleCauses: error.message,
    recommendedAction: error.recommendedAction,
    ...about,
  });
}
