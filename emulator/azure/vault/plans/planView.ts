// A plan as readers want it, and what scripts of its runs would be told at each place.
import type { VaultContext } from '../context.ts';
import { drillName } from '../failover/testFailover.ts';
import { pointsOf } from '../failover/points.ts';
import { resyncRequired } from '../items/itemJobs.ts';
import { allowedOperations, type ItemOperation } from '../items/protectionState.ts';
import type { ProtectedItem } from '../items/state.ts';
import { presentCopy, recoveryPlanContext, type KnownCopy, type RecoveryPlanContext } from './context.ts';
import { activityOf, requirePlan } from './planJobs.ts';
import { memberIds, type FailoverKind, type PlanActivity, type PlanDirection, type PlanRecord } from './state.ts';
import { actionPlaces, machinesAt, placeLabel, type PlanPlace } from './steps.ts';

export interface PlanView extends PlanRecord {
  readonly activity: PlanActivity;
  /** Protected items that the plan names, in its order. */
  readonly members: readonly ProtectedItem[];
  /** What at least one member allows; nothing while a job works on the plan. */
  readonly allowedOperations: readonly ItemOperation[];
}

export function planView(context: VaultContext, plan: PlanRecord): PlanView {
  const members = membersOf(context, memberIds(plan));
  const activity = activityOf(context, plan.name);
  const allowed = activity.activeJob === null ? members.flatMap((item) => allowedOperations(item, resyncRequired(context, item))) : [];
  return { ...plan, activity, members, allowedOperations: [...new Set(allowed)] };
}

/** What a script at one place of a run is told. */
export interface ScriptPlace extends PlanPlace {
  /** As the portal has it: `All groups failover`, `Group 1`. */
  readonly label: string;
  readonly machines: readonly string[];
  readonly context: RecoveryPlanContext;
}

/**
 * Every place of such a run where a script may stand, without running anything: copies that are not there have the name that they would get.
 * @throws LabError NotFound
 */
export function scriptPlaces(context: VaultContext, request: { planName: string; kind: FailoverKind; direction: PlanDirection }): ScriptPlace[] {
  const run = { ...request, plan: requirePlan(context, request.planName) };
  return actionPlaces(run).map((place) => {
    const members = membersOf(context, machinesAt(run, place));
    const copyOf = (item: ProtectedItem): KnownCopy => presentCopy(item, run.kind) ?? expectedCopy(context, item, run.kind);
    return {
      ...place,
      label: placeLabel(place),
      machines: members.map((item) => item.friendlyName),
      context: recoveryPlanContext({ run, place, members, vault: context.deps, copyOf }),
    };
  });
}

function expectedCopy(context: VaultContext, item: ProtectedItem, kind: FailoverKind): KnownCopy {
  return {
    name: kind === 'TestFailover' ? drillName(context, item) : item.forward.target.azureMachineName,
    recoveryPointTimeMs: pointsOf(context, item).at(-1)?.timeMs ?? context.kernel.clock.now(),
  };
}

function membersOf(context: VaultContext, itemIds: readonly string[]): ProtectedItem[] {
  return itemIds.flatMap((itemId) => context.records.items.get(itemId) ?? []);
}
