// Why an operation of a protected item is not allowed now, from what Azure says of the item: its state, its allowed operations, its running job.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { directionOf, nameOf } from '../model/find.ts';
import { t } from '../texts.ts';
import type { Availability, Refusal } from './operation.ts';

/** Azure's own words for what an item allows (arm-contract §7.1). */
export type ItemOperationWord =
  | 'ReverseReplicate'
  | 'Commit'
  | 'UnplannedFailover'
  | 'DisableProtection'
  | 'TestFailover'
  | 'TestFailoverCleanup'
  | 'ChangePit'
  | 'RepairReplication'
  | 'SwitchProtection'
  | 'CompleteMigration'
  | 'CancelFailover';

export function itemAllows(item: ReplicationProtectedItem | undefined, word: ItemOperationWord): Availability {
  if (item === undefined) return { because: t('The machine is not protected.'), remedy: t('Enable replication for it first.') };
  if (item.properties?.allowedOperations?.includes(word) === true) return true;
  const { protectionState = '' } = item.properties ?? {};
  return (
    idleItem(item) ??
    stateReason(item, word) ?? { because: t('{0} is in the state {1}.', nameOf(item), protectionState), remedy: t('Use one of the operations that it allows.') }
  );
}

/** Undefined: no job works on it. An open drill has no job any more, though its scenario is named on. */
export function idleItem(item: ReplicationProtectedItem): Refusal | undefined {
  const scenarioName = item.properties?.currentScenario?.scenarioName ?? 'None';
  if (['', 'None'].includes(scenarioName) || (scenarioName === 'TestFailover' && drilling(item))) return undefined;
  return { because: t('{0}: the job {1} works on it.', nameOf(item), scenarioName), remedy: t('Wait for the job to end, or cancel it.') };
}

/** A test machine waits for its cleanup. */
function drilling(item: ReplicationProtectedItem): boolean {
  return !['', 'None', 'MarkedForDeletion', 'InProgress'].includes(item.properties?.testFailoverState ?? '');
}

function stateReason(item: ReplicationProtectedItem, word: ItemOperationWord): Refusal | undefined {
  const state = item.properties?.protectionState ?? '';
  const name = nameOf(item);
  const copying = /InitialReplication|Enabling|UnprotectedStatesBegin/.test(state);
  if (copying && ['TestFailover', 'UnplannedFailover', 'RepairReplication'].includes(word))
    return { because: t('{0} has no recovery point yet: its first copy is under way.', name), remedy: t('Wait until the first copy has ended.') };
  switch (word) {
    case 'TestFailover':
      return noDrillReason(item);
    case 'TestFailoverCleanup':
      return { because: t('No test failover of {0} is open.', name), remedy: t('Run a test failover first.') };
    case 'UnplannedFailover':
      return item.properties?.activeLocation === 'Recovery'
        ? { because: t('{0} is failed over already.', name), remedy: t('Commit the failover, then re-protect.') }
        : openDrill(item);
    case 'Commit':
      return { because: t('{0} has no failover to commit.', name), remedy: t('Fail it over first.') };
    case 'ChangePit':
      return state === 'UnplannedFailoverCommitted'
        ? { because: t('The commit has removed the recovery points of {0}.', name), remedy: t('Choose the recovery point before the commit next time.') }
        : { because: t('{0} is not failed over.', name), remedy: t('Fail it over first; until the commit the recovery point can be changed.') };
    case 'SwitchProtection':
      return state.includes('CommitPending')
        ? { because: t('The failover of {0} is not committed.', name), remedy: t('Commit the failover first.') }
        : { because: t('{0} is not failed over.', name), remedy: t('Re-protection follows a committed failover.') };
    case 'RepairReplication':
      return { because: t('No disk of {0} needs resynchronisation.', name), remedy: t('Nothing to do.') };
    case 'CompleteMigration':
      return { because: t('{0} does not run in Azure.', name), remedy: t('Fail it over first.') };
    case 'DisableProtection':
      return openDrill(item);
    case 'CancelFailover':
      return { because: t('No failover of {0} is under way.', name), remedy: t('Nothing to do.') };
    case 'ReverseReplicate':
      return undefined;
  }
}

function openDrill(item: ReplicationProtectedItem): Refusal | undefined {
  if (!drilling(item)) return undefined;
  return { because: t('A test failover of {0} waits for its cleanup.', nameOf(item)), remedy: t('Clean up the test failover first.') };
}

function noDrillReason(item: ReplicationProtectedItem): Refusal | undefined {
  const name = nameOf(item);
  if (directionOf(item) === 'toSite')
    return { because: t('{0} replicates to the site: a test failover exists only towards Azure.', name), remedy: t('Fail back, commit and re-protect first.') };
  if (item.properties?.activeLocation === 'Recovery') return { because: t('{0} runs in Azure.', name), remedy: t('Re-protect it and fail it back first.') };
  return openDrill(item);
}
