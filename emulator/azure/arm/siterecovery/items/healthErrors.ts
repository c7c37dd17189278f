// Health errors of an item as the service shows them (arm-contract §5.6, recorded for 78026, 78144 and 161011).
import { isResolvable } from '../../../vault/health/resolve.ts';
import type { HealthError } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { armTime } from '../../protocol/armTime.ts';

/** Where the service says that an error comes from, when it is not the source. */
const sources: Readonly<Record<string, string>> = {
  '78143': 'ReplicationUnitProviderErrorOnReplica',
  '78144': 'ReplicationUnitProviderErrorOnReplica',
  '161011': 'ReplicationUnitFailoverValidatorError',
};

/** Ids are recorded of one error only; the others are told by their code. */
const recordedIds: Readonly<Record<string, { readonly errorType: string; readonly errorId: string }>> = {
  '161011': { errorType: '8010', errorId: '6:8010' },
};

export function healthErrors(item: ItemView): unknown[] {
  return item.healthErrors.map((error) => healthError(error, entityOf(item)));
}

/** The code of the error with this id, as an item shows it. */
export function codeOfErrorId(errorId: string): string {
  return Object.keys(recordedIds).find((code) => recordedIds[code]?.errorId === errorId) ?? errorId;
}

export function healthError(error: HealthError, entityId: string): unknown {
  const recorded = Object.hasOwn(recordedIds, error.errorCode) ? recordedIds[error.errorCode] : undefined;
  return {
    innerHealthErrors: [],
    errorSource: sources[error.errorCode] ?? sourceOf(error),
    errorType: recorded?.errorType ?? null,
    errorLevel: error.errorLevel === 'Critical' ? 'Error' : error.errorLevel,
    errorCategory: error.errorCategory,
    errorCode: error.errorCode,
    summaryMessage: error.summaryMessage,
    errorMessage: error.errorMessage,
    possibleCauses: error.possibleCauses,
    recommendedAction: error.recommendedAction,
    creationTimeUtc: armTime(error.creationMs),
    recoveryProviderErrorMessage: null,
    entityId,
    errorId: recorded?.errorId ?? error.errorCode,
    customerResolvability: isResolvable(error) ? 'Allowed' : 'NotAllowed',
  };
}

function sourceOf({ errorCategory }: HealthError): string {
  switch (errorCategory) {
    case 'Configuration':
    case 'TestFailover':
      return 'ReplicationUnitFailoverValidatorError';
    case 'ServerHealth':
      return 'FabricHealthErrorOnPrimary';
    default:
      return 'ReplicationUnitProviderErrorOnPrimary';
  }
}

function entityOf(item: ItemView): string {
  return (item.direction === 'forward' ? item.forward : item.reverse)?.sourceMachineId ?? item.source.machineId;
}
