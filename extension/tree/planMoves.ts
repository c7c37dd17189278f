// Moving things within a recovery plan: a plan's groups and a wish in, the new groups out. Rows that cannot go there stay.
import type { RecoveryPlanAction, RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { sameId } from '../model/find.ts';
import { azureCall, type AzureCall } from '../operations/azureCall.ts';
import type { Subject } from './node.ts';

export type PlanRow = Extract<Subject, { readonly kind: 'planGroup' | 'planMember' | 'planAction' }>;

type Groups = readonly RecoveryPlanGroup[];

/** Only groups that start machines have members and an order of their own (asr-behaviour §8). */
function isBoot(group: RecoveryPlanGroup | undefined): group is RecoveryPlanGroup {
  return group?.groupType === 'Boot';
}

/** @returns undefined when it stands at the end already, or cannot be moved */
export function movedBy(groups: Groups, row: PlanRow, step: -1 | 1): Groups | undefined {
  switch (row.kind) {
    case 'planGroup':
      return isBoot(groups[row.group]) && isBoot(groups[row.group + step]) ? swapped(groups, row.group, row.group + step) : undefined;
    case 'planMember':
      return isBoot(groups[row.group + step]) ? memberIn(groups, row, row.group + step) : undefined;
    case 'planAction':
      return actionBy(groups, row, step);
  }
}

/** @param target place of the group that it shall be in */
export function movedTo(groups: Groups, row: PlanRow, target: number): Groups | undefined {
  switch (row.kind) {
    case 'planGroup':
      return isBoot(groups[row.group]) && isBoot(groups[target]) && target !== row.group
        ? groups.toSpliced(row.group, 1).toSpliced(target, 0, groups[row.group] as RecoveryPlanGroup)
        : undefined;
    case 'planMember':
      return isBoot(groups[target]) && target !== row.group ? memberIn(groups, row, target) : undefined;
    case 'planAction':
      return groups[target] === undefined || target === row.group ? undefined : actionIn(groups, row, target);
  }
}

/** Where a row is after a move: what was moved is the same object as before. @returns undefined: it is not there any more */
export function rowAfter(row: PlanRow, before: Groups, after: Groups): PlanRow | undefined {
  switch (row.kind) {
    case 'planGroup':
      return inGroup(
        row,
        after.findIndex((group) => group === before[row.group]),
      );
    case 'planMember':
      return inGroup(
        row,
        after.findIndex(({ replicationProtectedItems: members = [] }) => members.some(({ id }) => sameId(id, row.itemId))),
      );
    case 'planAction': {
      const action = before[row.group]?.[listOf[row.when]]?.[row.place];
      for (const [group, actions] of after.entries())
        for (const when of ['start', 'end'] as const) {
          const place = actions[listOf[when]]?.findIndex((one) => one === action) ?? -1;
          if (action !== undefined && place >= 0) return { ...row, group, when, place };
        }
      return undefined;
    }
  }
}

function inGroup<Row extends PlanRow>(row: Row, group: number): Row | undefined {
  return group < 0 ? undefined : { ...row, group };
}

/** Puts protected items into a group: those of the plan leave where they were, others join. */
export function withItems(groups: Groups, itemIds: readonly string[], target: number): Groups | undefined {
  if (!isBoot(groups[target])) return undefined;
  const members = groups.flatMap((group) => group.replicationProtectedItems ?? []);
  const moving = itemIds.map((id) => members.find((member) => sameId(member.id, id)) ?? { id });
  return groups.map((group, place) => {
    const kept = (group.replicationProtectedItems ?? []).filter((member) => !itemIds.some((id) => sameId(member.id, id)));
    return { ...group, replicationProtectedItems: place === target ? [...kept, ...moving] : kept };
  });
}

/** PATCH replaces the groups as a whole (arm-contract §5.11). */
export function regroup(plan: RecoveryPlan, groups: Groups): AzureCall {
  return azureCall('replicationRecoveryPlans', 'Update', {
    verb: 'PATCH',
    resourceId: plan.id ?? '',
    body: { properties: { groups: groups.map((group) => ({ ...group })) } },
  });
}

function swapped<Item>(list: readonly Item[], one: number, other: number): Item[] {
  return list.map((item, place) => (place === one ? (list[other] as Item) : place === other ? (list[one] as Item) : item));
}

function memberIn(groups: Groups, row: Extract<PlanRow, { kind: 'planMember' }>, target: number): Groups | undefined {
  return withItems(groups, [row.itemId], target);
}

const listOf = { start: 'startGroupActions', end: 'endGroupActions' } as const;

function actionBy(groups: Groups, row: Extract<PlanRow, { kind: 'planAction' }>, step: -1 | 1): Groups | undefined {
  const actions = groups[row.group]?.[listOf[row.when]] ?? [];
  const target = row.place + step;
  if (target >= 0 && target < actions.length) return withActions(groups, row, swapped(actions, row.place, target));
  // Past the machines to the other side of the group.
  const other = step === 1 && row.when === 'start' ? 'end' : step === -1 && row.when === 'end' ? 'start' : undefined;
  const action = actions[row.place];
  if (other === undefined || action === undefined) return undefined;
  const there = groups[row.group]?.[listOf[other]] ?? [];
  const without = withActions(groups, row, actions.toSpliced(row.place, 1));
  return withActions(without, { group: row.group, when: other }, other === 'end' ? [action, ...there] : [...there, action]);
}

function actionIn(groups: Groups, row: Extract<PlanRow, { kind: 'planAction' }>, target: number): Groups | undefined {
  const actions = groups[row.group]?.[listOf[row.when]] ?? [];
  const action = actions[row.place];
  if (action === undefined) return undefined;
  const without = withActions(groups, row, actions.toSpliced(row.place, 1));
  return withActions(without, { group: target, when: row.when }, [...(groups[target]?.[listOf[row.when]] ?? []), action]);
}

function withActions(groups: Groups, where: { readonly group: number; readonly when: 'start' | 'end' }, actions: RecoveryPlanAction[]): Groups {
  return groups.map((group, place) => (place === where.group ? { ...group, [listOf[where.when]]: actions } : group));
}
