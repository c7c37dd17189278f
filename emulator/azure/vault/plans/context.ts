// The context that a script of a plan receives (asr-behaviour §8). Pure.
import type { ProtectedItem } from '../items/state.ts';
import type { FailoverKind, PlanDirection } from './state.ts';

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

export interface ContextFacts {
  readonly planName: string;
  readonly kind: FailoverKind;
  readonly direction: PlanDirection;
  readonly groupId: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** All of the group before it starts; afterwards those that succeeded. */
  readonly members: readonly ProtectedItem[];
  /** Before a group starts, names of machines in Azure are empty. */
  readonly stage: 'pre' | 'post';
}

export function recoveryPlanContext(facts: ContextFacts): RecoveryPlanContext {
  return {
    RecoveryPlanName: facts.planName,
    FailoverType: facts.kind === 'TestFailover' ? 'Test' : 'Unplanned',
    FailoverDirection: facts.direction === 'PrimaryToRecovery' ? 'PrimaryToSecondary' : 'SecondaryToPrimary',
    GroupId: facts.groupId,
    VmMap: Object.fromEntries(facts.members.map((item) => [item.source.machineId, entryOf(facts, item)])),
  };
}

function entryOf(facts: ContextFacts, item: ProtectedItem): VmEntry {
  const copy = facts.kind === 'TestFailover' ? item.testFailover.copy : item.forward.azureCopy;
  const known = facts.stage === 'post' && copy !== null;
  return {
    SubscriptionId: facts.subscriptionId,
    ResourceGroupName: known ? facts.resourceGroupName : '',
    CloudServiceName: '',
    RoleName: known ? copy.name : '',
    RecoveryPointId: known ? new Date(copy.recoveryPointTimeMs).toISOString() : '',
  };
}
