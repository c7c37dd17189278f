// What a recovery plan gains or loses, as functions from groups to groups: Azure takes groups only as a whole.
import type { RecoveryPlanAction, RecoveryPlanGroup, RecoveryPlanProtectedItem } from '@azure/arm-recoveryservices-siterecovery';
import { sameId } from '../model/find.ts';

export type Groups = readonly RecoveryPlanGroup[];
export type ActionList = 'start' | 'end';

/** asr-behaviour §8. */
export const mostGroups = 7;
export const mostMembers = 100;

/** Groups in which machines start, with their places: Azure lists those of shutdown and failover before them. */
export function bootGroups(groups: Groups): { readonly place: number; readonly group: RecoveryPlanGroup }[] {
  return groups.map((group, place) => ({ group, place })).filter(({ group }) => group.groupType === 'Boot');
}

export function membersOf(groups: Groups): RecoveryPlanProtectedItem[] {
  return groups.flatMap((group) => group.replicationProtectedItems ?? []);
}

/** Machines that are in the plan already change their group. @param place of the group in the list */
export function withMembers(groups: Groups, place: number, members: readonly RecoveryPlanProtectedItem[]): RecoveryPlanGroup[] {
  const others = withoutMembers(
    groups,
    members.map(({ id }) => id ?? ''),
  );
  return others.map((group, index) =>
    index === place ? { ...group, replicationProtectedItems: [...(group.replicationProtectedItems ?? []), ...members] } : group,
  );
}

/** @param ids ARM ids of the items */
export function withoutMembers(groups: Groups, ids: readonly string[]): RecoveryPlanGroup[] {
  return groups.map((group) => ({
    ...group,
    replicationProtectedItems: (group.replicationProtectedItems ?? []).filter((member) => !ids.some((id) => sameId(member.id, id))),
  }));
}

export function withNewGroup(groups: Groups): RecoveryPlanGroup[] {
  return [...groups, { groupType: 'Boot', replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] }];
}

/** Its machines go to the start group before it, or after it when it is the first. */
export function withoutGroup(groups: Groups, place: number): RecoveryPlanGroup[] {
  const removed = groups[place];
  const boot = bootGroups(groups);
  const index = boot.findIndex((row) => row.place === place);
  const heir = boot[index - 1] ?? boot[index + 1];
  if (removed === undefined || index < 0 || heir === undefined) return [...groups];
  return withMembers(groups, heir.place, removed.replicationProtectedItems ?? []).toSpliced(place, 1);
}

export function actionsOf(group: RecoveryPlanGroup | undefined, list: ActionList): readonly RecoveryPlanAction[] {
  return (list === 'start' ? group?.startGroupActions : group?.endGroupActions) ?? [];
}

export function withAction(groups: Groups, where: { readonly place: number; readonly list: ActionList }, action: RecoveryPlanAction): RecoveryPlanGroup[] {
  return withActions(groups, where, [...actionsOf(groups[where.place], where.list), action]);
}

export function withoutAction(groups: Groups, where: { readonly place: number; readonly list: ActionList }, index: number): RecoveryPlanGroup[] {
  return withActions(groups, where, actionsOf(groups[where.place], where.list).toSpliced(index, 1));
}

function withActions(groups: Groups, { place, list }: { place: number; list: ActionList }, actions: readonly RecoveryPlanAction[]): RecoveryPlanGroup[] {
  const key = list === 'start' ? 'startGroupActions' : 'endGroupActions';
  return groups.map((group, index) => (index === place ? { ...group, [key]: [...actions] } : group));
}
