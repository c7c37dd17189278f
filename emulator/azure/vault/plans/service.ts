// Recovery plans: create, change, remove, and start their runs (asr-behaviour §8).
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { PointChoice } from '../../../replication/recoveryPoint.ts';
import type { VaultContext } from '../context.ts';
import { requireChoice } from '../failover/points.ts';
import { resyncRequired } from '../items/itemJobs.ts';
import { allowedOperations, type ItemOperation } from '../items/protectionState.ts';
import type { Direction } from '../items/state.ts';
import { releasePlan, requirePlan, retakePlan, startPlanJob } from './planJobs.ts';
import { memberIds, planKey, startGroups, validatePlan, type FailoverKind, type PlanAction, type PlanDirection, type PlanRecord } from './state.ts';

export interface PlanRunInput {
  /** As it was when the run began. */
  readonly plan: PlanRecord;
  readonly kind: FailoverKind;
  readonly direction: PlanDirection;
  readonly choice: PointChoice;
  readonly performShutdown: boolean;
  readonly acknowledgeRunningSource: boolean;
  /** Drills only. */
  readonly networkName: string | null;
  /** Members that can take part; the others are skipped (asr-behaviour §8: a later plan skips what runs already). */
  readonly itemIds: readonly string[];
}

interface PlanInput {
  readonly plan: PlanRecord;
}

export interface PlanGroupRequest {
  readonly itemIds: readonly string[];
  readonly startGroupActions?: readonly PlanAction[];
  readonly endGroupActions?: readonly PlanAction[];
}

export interface PlanRequest {
  readonly name: string;
  readonly configServerId: string;
  /** Start groups in order; new machines of a plan land in the first. */
  readonly startGroups: readonly PlanGroupRequest[];
  readonly shutdownActions?: { readonly start?: readonly PlanAction[]; readonly end?: readonly PlanAction[] };
  readonly failoverActions?: { readonly start?: readonly PlanAction[]; readonly end?: readonly PlanAction[] };
}

/** Creates the plan or replaces the one of this name. @throws LabError PlanInvalid, PlanBusy */
export function startPutPlan(context: VaultContext, request: PlanRequest): JobView {
  const present = context.records.plans.list().find((plan) => planKey(plan.name) === planKey(request.name));
  const plan = validated(context, { ...request, name: present?.name ?? request.name });
  return startPlanJob(context, { plan, kind: 'SaveRecoveryPlan', input: { plan } satisfies PlanInput });
}

/** Groups and actions are replaced as a whole. @throws LabError NotFound, PlanInvalid, PlanBusy */
export function startUpdatePlan(context: VaultContext, request: Omit<PlanRequest, 'configServerId'>): JobView {
  const { name, configServerId } = requirePlan(context, request.name);
  const plan = validated(context, { ...request, name, configServerId });
  return startPlanJob(context, { plan, kind: 'UpdateRecoveryPlan', input: { plan } satisfies PlanInput });
}

/** @throws LabError NotFound, PlanBusy */
export function startRemovePlan(context: VaultContext, name: string): JobView {
  const plan = requirePlan(context, name);
  return startPlanJob(context, { plan, kind: 'DeleteRecoveryPlan', input: { plan } satisfies PlanInput });
}

function validated(context: VaultContext, request: PlanRequest): PlanRecord {
  return validatePlan(
    planOf(request),
    context.records.items.list().map((item) => ({ itemId: item.itemId, name: item.friendlyName, configServerId: item.configServerId, groupId: item.groupId })),
    context.profile,
  );
}

export function planRecordJobs(context: VaultContext): JobDefinition<PlanInput>[] {
  const job = (names: { kind: string; friendlyName: string; taskName: string }, work: (plan: PlanRecord) => void): JobDefinition<PlanInput> => ({
    kind: names.kind,
    friendlyName: names.friendlyName,
    tasks: () => [
      {
        name: names.kind,
        friendlyName: names.taskName,
        run: ({ input }) => {
          work(input.plan);
          return 'done';
        },
      },
    ],
    ended: (ended, { plan }) => releasePlan(context, ended, { plan }),
    restarted: (again, { plan }) => retakePlan(context, again, plan),
  });
  const { plans } = context.records;
  return [
    job({ kind: 'SaveRecoveryPlan', friendlyName: 'Save a recovery plan', taskName: 'Saving the recovery plan' }, (plan) => plans.put(plan)),
    job({ kind: 'UpdateRecoveryPlan', friendlyName: 'Save a recovery plan', taskName: 'Saving the recovery plan' }, (plan) => plans.put(plan)),
    job({ kind: 'DeleteRecoveryPlan', friendlyName: 'Delete a recovery plan', taskName: 'Delete a recovery plan task' }, (plan) => plans.delete(plan.name)),
  ];
}

export interface PlanRunRequest {
  readonly planName: string;
  readonly direction: PlanDirection;
  readonly choice: PointChoice;
  readonly performShutdown?: boolean;
  readonly acknowledgeRunningSource?: boolean;
}

/** @throws LabError NotFound, PlanMemberNotEligible, InvalidFailoverDirection, InvalidArgument, PlanBusy */
export function startPlanFailover(context: VaultContext, request: PlanRunRequest): JobView {
  const plan = requirePlan(context, request.planName);
  const direction = request.direction === 'PrimaryToRecovery' ? 'forward' : 'reverse';
  requireChoice(request.choice, direction, 'plan');
  requireDirection(context, plan, direction);
  const itemIds = eligible(context, plan, { operation: 'UnplannedFailover', direction });
  const input: PlanRunInput = {
    plan,
    kind: 'UnplannedFailover',
    direction: request.direction,
    choice: request.choice,
    performShutdown: request.performShutdown ?? false,
    acknowledgeRunningSource: request.acknowledgeRunningSource ?? false,
    networkName: null,
    itemIds,
  };
  return startPlanJob(context, { plan, kind: 'RecoveryPlanFailover', input });
}

/** @throws LabError NotFound, NetworkNotFound, PlanMemberNotEligible, InvalidArgument, PlanBusy */
export function startPlanTestFailover(context: VaultContext, request: { planName: string; choice: PointChoice; networkName: string | null }): JobView {
  const plan = requirePlan(context, request.planName);
  requireChoice(request.choice, 'forward', 'plan');
  if (request.networkName !== null && context.deps.network.subnets(request.networkName) === undefined)
    throw new LabError('NetworkNotFound', `${request.networkName}.`);
  const itemIds = eligible(context, plan, { operation: 'TestFailover' });
  const input: PlanRunInput = {
    plan,
    kind: 'TestFailover',
    direction: 'PrimaryToRecovery',
    choice: request.choice,
    performShutdown: false,
    acknowledgeRunningSource: true,
    networkName: request.networkName,
    itemIds,
  };
  return startPlanJob(context, { plan, kind: 'RecoveryPlanTestFailover', input });
}

/** Members that allow the operation now. @throws LabError PlanMemberNotEligible when there is none, with the reason of each */
export function eligible(context: VaultContext, plan: PlanRecord, { operation, direction }: { operation: ItemOperation; direction?: Direction }): string[] {
  const members = memberIds(plan).flatMap((itemId) => context.records.items.get(itemId) ?? []);
  const able = members.filter(
    (item) => (direction === undefined || item.direction === direction) && allowedOperations(item, resyncRequired(context, item)).includes(operation),
  );
  if (able.length > 0) return able.map((item) => item.itemId);
  throw new LabError('PlanMemberNotEligible', `${operation} of ${plan.name}.`, {
    details: members.map((item) => new LabError('OperationNotAllowed', `${item.friendlyName} is ${item.protectionState}.`)),
  });
}

/** A plan whose machines all replicate the other way has no member that could ever take part. */
function requireDirection(context: VaultContext, plan: PlanRecord, direction: Direction): void {
  const members = memberIds(plan).flatMap((itemId) => context.records.items.get(itemId) ?? []);
  if (members.length > 0 && members.every((item) => item.direction !== direction))
    throw new LabError('InvalidFailoverDirection', `The machines of ${plan.name} replicate ${direction === 'forward' ? 'to the site' : 'to Azure'} now.`);
}

/** The start group of a member, from 1. */
export function startGroupOf(plan: PlanRecord, itemId: string): number {
  return startGroups(plan).findIndex((group) => group.itemIds.includes(itemId)) + 1;
}

function planOf(request: PlanRequest): PlanRecord {
  return {
    name: request.name,
    configServerId: request.configServerId,
    groups: [
      { groupType: 'Shutdown', itemIds: [], startGroupActions: request.shutdownActions?.start ?? [], endGroupActions: request.shutdownActions?.end ?? [] },
      { groupType: 'Failover', itemIds: [], startGroupActions: request.failoverActions?.start ?? [], endGroupActions: request.failoverActions?.end ?? [] },
      ...request.startGroups.map((group) => ({
        groupType: 'Boot' as const,
        itemIds: group.itemIds,
        startGroupActions: group.startGroupActions ?? [],
        endGroupActions: group.endGroupActions ?? [],
      })),
    ],
  };
}
