// What applying a text would change in the vault, in sentences: shown before it is done.
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { t } from '../texts.ts';
import { groupName } from './outline.ts';
import { kindOf, type ActionText, type GroupText, type PlanText } from './planText.ts';
import { itemNamed, type PlanWorld } from './planWorld.ts';
import { readPlan } from './readPlan.ts';
import { writePlan } from './writePlan.ts';

/** @param present the plan in the vault; undefined: it is new; @returns nothing when both are the same */
export function planChanges(plan: PlanText, present: RecoveryPlan | undefined, world: PlanWorld): string[] {
  const after = placesOf(plan, world);
  if (present === undefined)
    return [t('New plan. Groups that start: {0}. Machines: {1}. Actions: {2}.', after.groups, after.machines.size, after.actions.size)];
  const before = placesOf(readPlan(writePlan(present, world)).plan, world);
  return [...machineChanges(before, after), ...actionChanges(before, after), ...orderChanges(before, after)];
}

interface Places {
  readonly groups: number;
  /** Machine → its place; the name is the one that its text has. */
  readonly machines: ReadonlyMap<object | string, { readonly name: string; readonly place: string }>;
  readonly actions: ReadonlyMap<string, { readonly place: string; readonly content: string }>;
}

function placesOf(plan: PlanText, { items }: PlanWorld): Places {
  const machines = new Map<object | string, { name: string; place: string }>();
  const actions = new Map<string, { place: string; content: string }>();
  let started = 0;
  for (const group of plan.groups) {
    if (kindOf(group) === 'Boot') started += 1;
    const place = groupName(group, started);
    for (const { value } of group.machines) machines.set(itemNamed(items, value) ?? value, { name: value, place });
    for (const [name, action] of namedActions(group)) actions.set(name, { place: t('{0}, {1}', place, action.when), content: contentOf(action.action) });
  }
  return { groups: started, machines, actions };
}

function namedActions(group: GroupText): [string, { action: ActionText; when: string }][] {
  const named = (list: readonly ActionText[], when: string): [string, { action: ActionText; when: string }][] =>
    list.map((action) => [action.name?.value ?? '', { action, when }]);
  return [...named(group.before, t('Pre-step')), ...named(group.after, t('Post-step'))];
}

function contentOf({ kind, work, timeout, fabricLocation, failoverTypes, failoverDirections }: ActionText): string {
  return JSON.stringify([kind, work, timeout, fabricLocation, failoverTypes, failoverDirections].map((part) => part?.value ?? null));
}

function machineChanges(before: Places, after: Places): string[] {
  return [
    ...[...after.machines].filter(([machine]) => !before.machines.has(machine)).map(([, { name, place }]) => t('Add {0} to {1}.', name, place)),
    ...[...before.machines].filter(([machine]) => !after.machines.has(machine)).map(([, { name, place }]) => t('Remove {0} from {1}.', name, place)),
    ...[...after.machines].flatMap(([machine, { name, place }]) => {
      const was = before.machines.get(machine);
      return was === undefined || was.place === place ? [] : [t('Move {0} from {1} to {2}.', name, was.place, place)];
    }),
  ];
}

function actionChanges(before: Places, after: Places): string[] {
  return [
    ...[...after.actions].filter(([name]) => !before.actions.has(name)).map(([name, { place }]) => t('Add the action {0}: {1}.', name, place)),
    ...[...before.actions].filter(([name]) => !after.actions.has(name)).map(([name, { place }]) => t('Remove the action {0}: {1}.', name, place)),
    ...[...after.actions].flatMap(([name, { place, content }]) => {
      const was = before.actions.get(name);
      if (was === undefined) return [];
      if (was.content !== content) return [t('Change the action {0}: {1}.', name, place)];
      return was.place === place ? [] : [t('Move the action {0}: {1}.', name, place)];
    }),
  ];
}

/** Of what stays in its place. */
function orderChanges(before: Places, after: Places): string[] {
  const actions = (from: Places, other: Places): string =>
    [...from.actions].flatMap(([name, { place }]) => (other.actions.get(name)?.place === place ? [name] : [])).join('\n');
  return [
    ...(actions(before, after) === actions(after, before) ? [] : [t('The order of actions changes.')]),
    ...(before.groups === after.groups ? [] : [t('Groups that start: {0} instead of {1}.', after.groups, before.groups)]),
  ];
}
