// From a plan's text to what Azure takes: the groups with their machines' ids and their actions, and the call that writes them.
import type { RecoveryPlanAction, RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { sameId } from '../model/find.ts';
import { azureCall, type AzureCall } from '../operations/azureCall.ts';
import { updatePlanCall } from '../operations/planCalls.ts';
import { kindOf, defaultFabricLocation, defaultFailoverDirections, defaultFailoverTypes, startGroups } from './planText.ts';
import type { ActionText, FailoverType, GroupKind, GroupText, PlanText } from './planText.ts';
import { fabricIdIn, fabricNamed, itemNamed, type PlanWorld } from './planWorld.ts';

/** Azure's names of the kinds of run. */
const operations = { test: 'TestFailover', planned: 'PlannedFailover', unplanned: 'UnplannedFailover' } as const satisfies Record<FailoverType, string>;

export function typeOfOperation(operation: string): FailoverType | undefined {
  return (Object.keys(operations) as FailoverType[]).find((type) => sameId(operations[type], operation));
}

type Names = Pick<PlanWorld, 'items' | 'fabrics'>;

/** All three kinds, in the service's order. @param plan without errors */
export function planGroups(plan: PlanText, names: Names): RecoveryPlanGroup[] {
  const special = (kind: GroupKind): RecoveryPlanGroup => {
    const group = plan.groups.find((one) => kindOf(one) === kind);
    return { groupType: kind, replicationProtectedItems: [], ...actionsOfGroup(group) };
  };
  return [
    special('Shutdown'),
    special('Failover'),
    ...startGroups(plan).map((group) => ({
      groupType: 'Boot',
      replicationProtectedItems: group.machines.map(({ value }) => ({ id: itemNamed(names.items, value)?.id ?? value })),
      ...actionsOfGroup(group),
    })),
  ];
}

/** ARM id of the fabric: the one that is named, else the one that its machines tell. */
export function sourceFabricId(plan: PlanText, names: Names): string | undefined {
  if (plan.source !== undefined) return fabricNamed(names.fabrics, plan.source.value)?.id;
  return impliedFabricId(
    startGroups(plan)
      .flatMap(({ machines }) => machines)
      .flatMap(({ value }) => itemNamed(names.items, value)?.id ?? []),
    names,
  );
}

/** ARM id of the first machine's fabric, else of the only one. @param itemIds ARM ids */
export function impliedFabricId(itemIds: readonly string[], { items, fabrics }: Names): string | undefined {
  const known = itemIds.find((id) => items.some((item) => sameId(item.id, id)));
  const servers = fabrics.filter((fabric) => fabric.properties?.customDetails?.instanceType === 'VMware');
  return fabricIdIn(known) ?? (servers.length === 1 ? servers[0]?.id : undefined);
}

export interface PlanWrite {
  readonly plan: PlanText;
  readonly name: string;
  readonly world: PlanWorld;
  /** ARM id of the vault. */
  readonly vaultId: string;
  /** As it is in the vault; undefined: it is new. */
  readonly present: RecoveryPlan | undefined;
}

/** A new plan and one of another source are put whole; of any other only the groups are written. @param write of a text without errors */
export function planCall({ plan, name, world, vaultId, present }: PlanWrite): AzureCall {
  const groups = planGroups(plan, world);
  const primaryFabricId = sourceFabricId(plan, world) ?? '';
  const resourceId = present?.id ?? `${vaultId}/replicationRecoveryPlans/${name}`;
  if (present !== undefined && sameId(present.properties?.primaryFabricId, primaryFabricId)) return updatePlanCall(present, groups);
  return azureCall('replicationRecoveryPlans', 'Create', {
    verb: 'PUT',
    resourceId,
    body: { properties: { primaryFabricId, recoveryFabricId: 'Microsoft Azure', failoverDeploymentModel: 'ResourceManager', groups } },
  });
}

function actionsOfGroup(group: GroupText | undefined): Pick<RecoveryPlanGroup, 'startGroupActions' | 'endGroupActions'> {
  return { startGroupActions: (group?.before ?? []).map(planAction), endGroupActions: (group?.after ?? []).map(planAction) };
}

function planAction(action: ActionText): RecoveryPlanAction {
  return {
    actionName: action.name?.value ?? '',
    failoverTypes: (action.failoverTypes?.value ?? defaultFailoverTypes).map((type) => operations[type]),
    failoverDirections: [...(action.failoverDirections?.value ?? defaultFailoverDirections)],
    customDetails: detailsOf(action),
  };
}

function detailsOf(action: ActionText): RecoveryPlanAction['customDetails'] {
  const work = action.work?.value ?? '';
  const limits = {
    ...(action.timeout === undefined ? {} : { timeout: action.timeout.value }),
    fabricLocation: action.fabricLocation?.value ?? defaultFabricLocation,
  };
  switch (action.kind?.value ?? 'manual') {
    case 'manual':
      return { instanceType: 'ManualActionDetails', description: work };
    case 'script':
      return { instanceType: 'ScriptActionDetails', path: work, ...limits };
    case 'runbook':
      return { instanceType: 'AutomationRunbookActionDetails', runbookId: work, ...limits };
  }
}
