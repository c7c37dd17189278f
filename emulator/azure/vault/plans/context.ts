// The context that a script of a plan receives (asr-behaviour §8). Pure.
import type { AzureCopy, ProtectedItem } from '../items/state.ts';
import type { FailoverKind } from './state.ts';
import { knowsAzure, type PlanPlace, type PlanRun } from './steps.ts';

export interface RecoveryPlanContext {
  readonly RecoveryPlanName: string;
  readonly FailoverType: 'Test' | 'Unplanned';
  /** The context says `Secondary` where the plan's own model says `Recovery`. */
  readonly FailoverDirection: 'PrimaryToSecondary' | 'SecondaryToPrimary';
  readonly GroupId: string;
  readonly VmMap: Readonly<Record<string, VmEntry>>;
}

interface VmEntry {
  readonly SubscriptionId: string;
  readonly ResourceGroupName: string;
  readonly CloudServiceName: string;
  readonly RoleName: string;
  readonly RecoveryPointId: string;
}

/** A copy in Azure, as far as a script learns of it. */
export type KnownCopy = Pick<AzureCopy, 'name' | 'recoveryPointTimeMs'>;

export interface ContextFacts {
  readonly run: PlanRun;
  readonly place: PlanPlace;
  readonly vault: { readonly subscriptionId: string; readonly resourceGroupName: string };
  /** All of the group before it starts; afterwards those that succeeded. */
  readonly members: readonly ProtectedItem[];
  /** Asked only where the copies are there. */
  readonly copyOf: (item: ProtectedItem, kind: FailoverKind) => KnownCopy | null;
}

export function recoveryPlanContext(facts: ContextFacts): RecoveryPlanContext {
  const { run, place, members } = facts;
  return {
    RecoveryPlanName: run.plan.name,
    FailoverType: run.kind === 'TestFailover' ? 'Test' : 'Unplanned',
    FailoverDirection: run.direction === 'PrimaryToRecovery' ? 'PrimaryToSecondary' : 'SecondaryToPrimary',
    GroupId: String(place.group ?? 'All'),
    VmMap: Object.fromEntries(members.map((item) => [item.source.machineId, entryOf(facts, item)])),
  };
}

/** The copy that a failover or drill has made. */
export function presentCopy(item: ProtectedItem, kind: FailoverKind): KnownCopy | null {
  return kind === 'TestFailover' ? item.testFailover.copy : item.forward.azureCopy;
}

/** Before a group starts, names of machines in Azure are empty. */
function entryOf({ run, place, vault, copyOf }: ContextFacts, item: ProtectedItem): VmEntry {
  const copy = knowsAzure(place) ? copyOf(item, run.kind) : null;
  return {
    SubscriptionId: vault.subscriptionId,
    ResourceGroupName: copy === null ? '' : vault.resourceGroupName,
    CloudServiceName: '',
    RoleName: copy?.name ?? '',
    RecoveryPointId: copy === null ? '' : new Date(copy.recoveryPointTimeMs).toISOString(),
  };
}
