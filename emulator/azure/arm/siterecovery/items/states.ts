// States of an item as the service words them (arm-contract §7.1, §7.2); what no recording has keeps the engine's word.
import type { ProtectionState } from '../../../vault/items/protectionState.ts';
import type { TestFailover } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';

export interface Worded {
  readonly word: string;
  readonly description: string;
}

export function protectionState(item: ItemView): Worded {
  const { protectionState: state } = item;
  if (state === 'Protected' && item.testFailover.copy !== null) return { word: state, description: 'Cleanup test failover pending' };
  return { word: armWords[state] ?? state, description: descriptions[state] };
}

/** What the service keeps of the machine itself, beside the state of the item. */
export function machineState(item: ItemView): Worded {
  switch (item.protectionState) {
    case 'EnablingProtection':
    case 'InitialReplicationInProgress':
    case 'InitialReplicationCompletedOnPrimary':
      return { word: 'UnprotectedStatesBegin', description: 'Enabling protection' };
    case 'UnplannedFailoverCommitted':
      return { word: 'UnplannedFailoverStatesBegin', description: 'Failover committed' };
    default: {
      const { word } = protectionState(item);
      return { word, description: descriptions[item.protectionState] };
    }
  }
}

export function testFailoverState({ testFailover }: ItemView): Worded {
  return { word: testFailover.state, description: testFailoverDescriptions[testFailover.state] };
}

/** Nothing replicates after a failover, so there is nothing to be well or ill. */
export function replicationHealth(item: ItemView): string {
  const direction = item.direction === 'forward' ? item.forward : item.reverse;
  return direction?.replication === 'stopped' && item.protectionState !== 'UnplannedFailoverFailed' ? 'None' : item.replicationHealth;
}

const armWords: Partial<Record<ProtectionState, string>> = {
  EnablingProtection: 'UnprotectedStatesBegin',
  // The engine comes to it only when replication has stopped.
  UnplannedFailoverFailed: 'UnplannedFailoverCompletionFailed',
};

const descriptions: Readonly<Record<ProtectionState, string>> = {
  EnablingProtection: 'Enabling protection',
  EnablingFailed: 'Enabling protection failed',
  InitialReplicationInProgress: 'Initial replication is in progress',
  InitialReplicationCompletedOnPrimary: 'Waiting for first recovery point',
  Protected: 'Protected',
  UnplannedFailoverInitiated: 'Failover in progress',
  UnplannedFailoverFailed: "Failover couldn't be completed",
  UnplannedFailoverCommitPendingStatesBegin: 'Failover completed',
  ChangeRecoveryPointInitiated: 'Changing the recovery point',
  ChangeRecoveryPointFailed: 'Changing the recovery point failed',
  CommitFailoverInProgressOnRecovery: 'Committing failover',
  CommitFailoverFailedOnRecovery: 'Commit failed',
  UnplannedFailoverCommitted: 'Failover committed',
  ReprotectInitiated: 'Reprotecting',
  ReprotectFailed: 'Reprotect failed',
  DisablingProtection: 'Disabling protection',
  DisablingFailed: 'Disabling protection failed',
  MigrationCompleted: 'Migration completed',
};

const testFailoverDescriptions: Readonly<Record<TestFailover['state'], string>> = {
  None: 'None',
  InProgress: 'Test failover in progress',
  WaitingForCompletion: 'Waiting for user input',
  MarkedForDeletion: 'Cleaning up test environment',
};
