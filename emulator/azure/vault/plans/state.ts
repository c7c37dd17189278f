// Recovery plans as records, and the rules they obey (asr-behaviour §8). Pure.
import type { TimeMs } from '../../../kernel/clock.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { Profile } from '../profiles.ts';

export type FailoverKind = 'TestFailover' | 'UnplannedFailover';
/** Kinds that an action may name; a plan of VMware and physical machines never runs as a planned failover. */
export type PlanFailoverType = FailoverKind | 'PlannedFailover';
export type PlanDirection = 'PrimaryToRecovery' | 'RecoveryToPrimary';

interface ActionBase {
  readonly actionName: string;
  /** In which kinds of run the action takes part; empty: in all. */
  readonly failoverTypes: readonly PlanFailoverType[];
  readonly failoverDirections: readonly PlanDirection[];
}

/** An action that is a program, with the context of asr-behaviour §8. */
interface ProgramAction extends ActionBase {
  readonly timeoutMs: number;
  /** The limit in its author's own words; null or absent: none was given. */
  readonly timeoutText?: string | null;
  /** Kept for its author; absent: `Recovery`. */
  readonly fabricLocation?: 'Primary' | 'Recovery';
}

export type PlanAction =
  | (ActionBase & { readonly kind: 'manual'; readonly description: string })
  /** A script of this computer. */
  | (ProgramAction & { readonly kind: 'script'; readonly path: string })
  /** A runbook of an Automation account, for which a script of this computer is registered under its name. */
  | (ProgramAction & { readonly kind: 'runbook'; readonly runbookId: string });

export type PlanProgramAction = Exclude<PlanAction, { readonly kind: 'manual' }>;

export interface PlanGroup {
  readonly groupType: 'Shutdown' | 'Failover' | 'Boot';
  readonly itemIds: readonly string[];
  readonly startGroupActions: readonly PlanAction[];
  readonly endGroupActions: readonly PlanAction[];
}

export interface PlanRecord {
  readonly name: string;
  /** Source fabric: members share it. The other side is always Microsoft Azure. */
  readonly configServerId: string;
  /** Shutdown, failover, then the start groups in order. */
  readonly groups: readonly PlanGroup[];
}

/** What goes on with a plan, and what did; kept beside the plan so that it outlives a change of its groups. */
export interface PlanActivity {
  /** Of the plan, in lower case. */
  readonly key: string;
  /** The job that owns the plan now. */
  readonly activeJob: { readonly jobId: string; readonly kind: string; readonly startMs: TimeMs } | null;
  readonly lastTestFailoverMs: TimeMs | null;
  readonly lastUnplannedFailoverMs: TimeMs | null;
}

/** Names of plans are the same in any case. */
export function planKey(name: string): string {
  return name.toLowerCase();
}

/** What members look like to the rules. */
export interface PlanMember {
  readonly itemId: string;
  readonly name: string;
  readonly configServerId: string;
  readonly groupId: string;
}

/** @throws LabError PlanInvalid with every violation */
export function validatePlan(plan: PlanRecord, members: readonly PlanMember[], profile: Profile): PlanRecord {
  const violations = planViolations(plan, members, profile);
  if (violations.length === 0) return plan;
  throw new LabError('PlanInvalid', `${plan.name}: ${violations.join(' ')}`, {
    details: violations.map((violation) => new LabError('InvalidArgument', violation)),
  });
}

export function startGroups(plan: PlanRecord): PlanGroup[] {
  return plan.groups.filter((group) => group.groupType === 'Boot');
}

export function memberIds(plan: PlanRecord): string[] {
  return startGroups(plan).flatMap((group) => group.itemIds);
}

function planViolations(plan: PlanRecord, members: readonly PlanMember[], profile: Profile): string[] {
  const groups = startGroups(plan);
  const ids = memberIds(plan);
  const of = (itemId: string): PlanMember | undefined => members.find((member) => member.itemId === itemId);
  const groupOf = (itemId: string): number => groups.findIndex((group) => group.itemIds.includes(itemId));
  const replicationGroups = Map.groupBy(
    members.filter((member) => ids.includes(member.itemId)),
    (member) => member.groupId,
  );
  const actions = plan.groups.flatMap((group) => [...group.startGroupActions, ...group.endGroupActions]);
  return [
    ...(/^[A-Za-z][A-Za-z0-9-]{1,62}$/.test(plan.name) ? [] : ['The name begins with a letter and has 2 to 63 letters, digits and hyphens.']),
    ...(plan.groups[0]?.groupType === 'Shutdown' && plan.groups[1]?.groupType === 'Failover' && groups.length === plan.groups.length - 2
      ? []
      : ['The groups are one for shutdown, one for failover, then the start groups.']),
    ...(groups.length >= 1 && groups.length <= profile.planGroups.value ? [] : [`There are 1 to ${profile.planGroups.value} start groups.`]),
    ...(ids.length <= profile.planMembers.value ? [] : [`There are ${ids.length} members; at most ${profile.planMembers.value} are allowed.`]),
    ...ids.filter((itemId) => of(itemId) === undefined).map((itemId) => `${itemId} is no protected item.`),
    ...[...new Set(ids.filter((itemId, place) => ids.indexOf(itemId) !== place))].map((itemId) => `${of(itemId)?.name ?? itemId} is named more than once.`),
    ...members
      .filter((member) => ids.includes(member.itemId) && member.configServerId !== plan.configServerId)
      .map((member) => `${member.name} belongs to another configuration server.`),
    ...[...replicationGroups.values()]
      .filter((group) => new Set(group.map((member) => groupOf(member.itemId))).size > 1)
      .map((group) => `${group.map((member) => member.name).join(', ')} are one replication group and start in one group.`),
    ...actions.filter((action) => action.kind !== 'manual' && !(action.timeoutMs > 0)).map((action) => `${action.actionName} needs a time-out.`),
    ...(new Set(actions.map((action) => action.actionName)).size === actions.length ? [] : ['Names of actions are unique within a plan.']),
  ];
}

export function actionApplies(action: PlanAction, kind: FailoverKind, direction: PlanDirection): boolean {
  return (
    (action.failoverTypes.length === 0 || action.failoverTypes.includes(kind)) &&
    (action.failoverDirections.length === 0 || action.failoverDirections.includes(direction))
  );
}
