// What is said above the trees, and the flags that choose the invitation of an empty one.
import { isFailedOver } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { speedText } from '../status/labStatusText.ts';
import { t } from '../texts.ts';
import { happened } from './figures.ts';
import type { MachineGrouping } from './machineGroups.ts';

/** Without the time itself: it is in the status bar, and a message that ticks would be read aloud each second. */
export function treeMessage({ state, clock }: LabSnapshot): string | undefined {
  if (state !== 'running' || clock === undefined) return undefined;
  if (clock.speed === 'paused') return t('The clock of the lab is paused.');
  return clock.speed === 1 ? undefined : t('The clock of the lab runs {0}.', speedText(clock.speed));
}

/** For `when` clauses, below `siteRecoveryLab.` */
export function contextFlags({ state, vault }: LabSnapshot, grouping: MachineGrouping): Readonly<Record<string, string | boolean>> {
  return {
    state,
    hasItems: vault.items.length > 0,
    hasPolicies: vault.policies.length > 0,
    hasPlans: vault.plans.length > 0,
    hasJobs: vault.jobs.length > 0,
    hasDrilled: vault.items.some(({ properties }) => happened(properties?.lastSuccessfulTestFailoverTime) !== undefined),
    hasFailedOver: vault.items.some(isFailedOver),
    grouping,
  };
}
