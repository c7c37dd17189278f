// The state machine of a protected item: legal transitions and the operations each state allows (asr-behaviour §6.3). Pure.
import { LabError } from '../../../kernel/errors.ts';
import type { ProtectedItem } from './state.ts';

/** The strings of the service; those marked inferred in asr-behaviour §6.3 are our choice among published ones. */
export type ProtectionState =
  | 'EnablingProtection'
  | 'EnablingFailed'
  | 'InitialReplicationInProgress'
  | 'InitialReplicationCompletedOnPrimary'
  | 'Protected'
  | 'UnplannedFailoverInitiated'
  | 'UnplannedFailoverFailed'
  | 'UnplannedFailoverCommitPendingStatesBegin'
  | 'ChangeRecoveryPointInitiated'
  | 'ChangeRecoveryPointFailed'
  | 'CommitFailoverInProgressOnRecovery'
  | 'CommitFailoverFailedOnRecovery'
  | 'UnplannedFailoverCommitted'
  | 'MigrationCompleted'
  | 'ReprotectInitiated'
  | 'ReprotectFailed'
  | 'DisablingProtection'
  | 'DisablingFailed';

export type ItemOperation =
  | 'Commit'
  | 'UnplannedFailover'
  | 'DisableProtection'
  | 'TestFailover'
  | 'TestFailoverCleanup'
  | 'ChangePit'
  | 'RepairReplication'
  | 'SwitchProtection'
  | 'CompleteMigration';

/** Every state, for what may happen in any of them. */
const allStates: readonly ProtectionState[] = [
  'EnablingProtection',
  'EnablingFailed',
  'InitialReplicationInProgress',
  'InitialReplicationCompletedOnPrimary',
  'Protected',
  'UnplannedFailoverInitiated',
  'UnplannedFailoverFailed',
  'UnplannedFailoverCommitPendingStatesBegin',
  'ChangeRecoveryPointInitiated',
  'ChangeRecoveryPointFailed',
  'CommitFailoverInProgressOnRecovery',
  'CommitFailoverFailedOnRecovery',
  'UnplannedFailoverCommitted',
  'MigrationCompleted',
  'ReprotectInitiated',
  'ReprotectFailed',
  'DisablingProtection',
  'DisablingFailed',
];

export type ItemEvent =
  | 'enableFailed'
  | 'enableRestarted'
  | 'replicationStarted'
  | 'copyCompleted'
  | 'firstPointMade'
  | 'failoverStarted'
  | 'failoverRefused'
  | 'failoverFailed'
  | 'failoverCompleted'
  | 'changePointStarted'
  | 'changePointFailed'
  | 'changePointCompleted'
  | 'commitStarted'
  | 'commitFailed'
  | 'commitCompleted'
  | 'migrationCompleted'
  | 'reprotectStarted'
  | 'reprotectFailed'
  | 'disableStarted'
  | 'disableFailed'
  | 'purgeStarted'
  | 'repairStarted';

const transitions: Readonly<Record<ItemEvent, { readonly from: readonly ProtectionState[]; readonly to: ProtectionState | 'before' }>> = {
  enableFailed: { from: ['EnablingProtection'], to: 'EnablingFailed' },
  enableRestarted: { from: ['EnablingFailed'], to: 'EnablingProtection' },
  replicationStarted: { from: ['EnablingProtection', 'ReprotectInitiated'], to: 'InitialReplicationInProgress' },
  copyCompleted: { from: ['InitialReplicationInProgress'], to: 'InitialReplicationCompletedOnPrimary' },
  firstPointMade: { from: ['InitialReplicationCompletedOnPrimary'], to: 'Protected' },
  failoverStarted: { from: ['Protected', 'UnplannedFailoverFailed'], to: 'UnplannedFailoverInitiated' },
  failoverRefused: { from: ['UnplannedFailoverInitiated'], to: 'before' },
  failoverFailed: { from: ['UnplannedFailoverInitiated'], to: 'UnplannedFailoverFailed' },
  failoverCompleted: { from: ['UnplannedFailoverInitiated'], to: 'UnplannedFailoverCommitPendingStatesBegin' },
  changePointStarted: { from: ['UnplannedFailoverCommitPendingStatesBegin', 'ChangeRecoveryPointFailed'], to: 'ChangeRecoveryPointInitiated' },
  changePointFailed: { from: ['ChangeRecoveryPointInitiated'], to: 'ChangeRecoveryPointFailed' },
  changePointCompleted: { from: ['ChangeRecoveryPointInitiated'], to: 'UnplannedFailoverCommitPendingStatesBegin' },
  commitStarted: { from: ['UnplannedFailoverCommitPendingStatesBegin', 'CommitFailoverFailedOnRecovery'], to: 'CommitFailoverInProgressOnRecovery' },
  commitFailed: { from: ['CommitFailoverInProgressOnRecovery'], to: 'CommitFailoverFailedOnRecovery' },
  // Re-protection commits on the way when that was left out (asr-behaviour §7.3).
  commitCompleted: { from: ['CommitFailoverInProgressOnRecovery', 'ReprotectInitiated'], to: 'UnplannedFailoverCommitted' },
  migrationCompleted: { from: ['UnplannedFailoverCommitPendingStatesBegin', 'UnplannedFailoverCommitted'], to: 'MigrationCompleted' },
  reprotectStarted: { from: ['UnplannedFailoverCommitPendingStatesBegin', 'UnplannedFailoverCommitted', 'ReprotectFailed'], to: 'ReprotectInitiated' },
  reprotectFailed: { from: ['ReprotectInitiated'], to: 'ReprotectFailed' },
  disableStarted: {
    from: [
      'EnablingFailed',
      'InitialReplicationInProgress',
      'InitialReplicationCompletedOnPrimary',
      'Protected',
      'UnplannedFailoverFailed',
      'UnplannedFailoverCommitPendingStatesBegin',
      'ChangeRecoveryPointFailed',
      'CommitFailoverFailedOnRecovery',
      'UnplannedFailoverCommitted',
      'ReprotectFailed',
      'MigrationCompleted',
      'DisablingFailed',
    ],
    to: 'DisablingProtection',
  },
  disableFailed: { from: ['DisablingProtection'], to: 'DisablingFailed' },
  repairStarted: { from: ['UnplannedFailoverFailed'], to: 'EnablingProtection' },
  purgeStarted: { from: allStates, to: 'DisablingProtection' },
};

/** @throws Error for a transition that no rule lets happen: the caller has asked `requireOperation` before */
export function transition(item: ProtectedItem, event: ItemEvent): ProtectedItem {
  const rule = transitions[event];
  if (!rule.from.includes(item.protectionState)) throw new Error(`${item.friendlyName}: ${event} in state ${item.protectionState}.`);
  const to = rule.to === 'before' ? (item.stateBefore ?? 'Protected') : rule.to;
  return { ...item, protectionState: to, stateBefore: item.protectionState };
}

export function canTransit(item: ProtectedItem, event: ItemEvent): boolean {
  return transitions[event].from.includes(item.protectionState);
}

/** What arm-contract §7.1 and asr-behaviour §6.3 list for the state, in the service's order. @param resyncRequired whether a disk waits for resynchronisation */
export function allowedOperations(item: ProtectedItem, resyncRequired: boolean): ItemOperation[] {
  if (item.activeJob !== null) return [];
  switch (item.protectionState) {
    case 'Protected':
      return protectedOperations(item, resyncRequired);
    case 'UnplannedFailoverFailed':
      if (isDrillOpen(item)) return ['TestFailoverCleanup'];
      return item.direction === 'forward' ? ['RepairReplication', 'UnplannedFailover', 'DisableProtection'] : ['UnplannedFailover', 'DisableProtection'];
    case 'InitialReplicationInProgress':
    case 'InitialReplicationCompletedOnPrimary':
      return resyncRequired ? ['RepairReplication', 'DisableProtection'] : ['DisableProtection'];
    case 'UnplannedFailoverCommitPendingStatesBegin':
      return item.direction === 'forward'
        ? ['CompleteMigration', 'Commit', 'DisableProtection', 'ChangePit', 'SwitchProtection']
        : ['Commit', 'DisableProtection', 'SwitchProtection'];
    case 'ChangeRecoveryPointFailed':
      return ['DisableProtection', 'ChangePit'];
    case 'CommitFailoverFailedOnRecovery':
      return ['Commit', 'DisableProtection'];
    case 'UnplannedFailoverCommitted':
      return ['CompleteMigration', 'DisableProtection', 'SwitchProtection'];
    case 'ReprotectFailed':
      return ['DisableProtection', 'SwitchProtection'];
    case 'EnablingFailed':
    case 'MigrationCompleted':
    case 'DisablingFailed':
      return ['DisableProtection'];
    case 'EnablingProtection':
    case 'UnplannedFailoverInitiated':
    case 'ChangeRecoveryPointInitiated':
    case 'CommitFailoverInProgressOnRecovery':
    case 'ReprotectInitiated':
    case 'DisablingProtection':
      return [];
  }
}

function protectedOperations(item: ProtectedItem, resyncRequired: boolean): ItemOperation[] {
  if (isDrillOpen(item)) return ['TestFailoverCleanup'];
  const repair = resyncRequired ? ['RepairReplication' as const] : [];
  return [...repair, 'UnplannedFailover', 'DisableProtection', ...(item.direction === 'forward' ? ['TestFailover' as const] : [])];
}

/** A drill's machine is there: its cleanup comes before everything else (arm-contract §7.1). */
export function isDrillOpen(item: ProtectedItem): boolean {
  return item.testFailover.copy !== null;
}

/** @throws LabError ItemBusy, MigrationCompleted, OperationNotAllowed with what to do first */
export function requireOperation(item: ProtectedItem, operation: ItemOperation, resyncRequired = false): void {
  if (item.activeJob !== null) throw new LabError('ItemBusy', `${item.friendlyName}: ${item.activeJob.kind} ${item.activeJob.jobId}.`);
  const allowed = allowedOperations(item, resyncRequired);
  if (allowed.includes(operation)) return;
  if (item.protectionState === 'MigrationCompleted') throw new LabError('MigrationCompleted', item.friendlyName);
  throw new LabError(
    'OperationNotAllowed',
    `${operation} of ${item.friendlyName} in state ${item.protectionState}; allowed: ${allowed.join(', ') || 'nothing'}.${hint(item, operation)}`,
  );
}

/** Users looked in vain for the guard that hides an operation (asr-behaviour §6.3, §14). */
function hint(item: ProtectedItem, operation: ItemOperation): string {
  if (operation === 'TestFailover' && item.direction === 'reverse') return ' A drill exists only towards Azure.';
  if (isDrillOpen(item)) return ' Clean up the test failover first.';
  if (operation === 'ChangePit' && item.protectionState === 'UnplannedFailoverCommitted') return ' The commit has removed the recovery points.';
  if (operation === 'UnplannedFailover' && item.protectionState === 'InitialReplicationInProgress') return ' The initial copy has not ended.';
  return '';
}
