// The direction words of failovers and re-protections: relative to how the item replicates now (arm-contract §6.1).
import { LabError } from '../../../kernel/errors.ts';
import type { ProtectedItem } from '../items/state.ts';

export type FailoverDirection = 'PrimaryToRecovery' | 'RecoveryToPrimary';

/**
 * Drills and failovers follow the replication, and so does the re-protection after a failback; only the one that turns a machine in Azure
 * homewards goes against it.
 * @param direction absent: the only one there is
 * @throws LabError InvalidFailoverDirection
 */
export function requireDirection(item: ProtectedItem, operation: 'failover' | 'reprotect', direction: FailoverDirection | undefined): void {
  const right: FailoverDirection = operation === 'reprotect' && item.direction === 'forward' ? 'RecoveryToPrimary' : 'PrimaryToRecovery';
  if (direction !== undefined && direction !== right)
    throw new LabError('InvalidFailoverDirection', `${item.friendlyName}: the ${operation === 'reprotect' ? 're-protection' : 'failover'} goes ${right}.`);
}
