// The parts of a plan as an outline: its groups in the words of Azure's portal, their steps and machines.
import { t } from '../texts.ts';
import { kindOf, type ActionText, type GroupText, type PlanText, type Range } from './planText.ts';

export interface OutlineEntry {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'plan' | 'group' | 'machine' | 'action';
  readonly range: Range;
  /** What is shown when the entry is chosen. */
  readonly selection: Range;
  readonly children: readonly OutlineEntry[];
}

/** @param fileName what the plan is called when its text does not say */
export function outline(plan: PlanText, fileName: string): OutlineEntry[] {
  let started = 0;
  const groups = plan.groups.map((group) => {
    if (kindOf(group) === 'Boot') started += 1;
    return groupEntry(group, started);
  });
  return [
    { name: plan.name?.value ?? fileName, detail: '', kind: 'plan', range: plan.range, selection: plan.name?.range ?? startOf(plan.range), children: groups },
  ];
}

/** As in the portal. @param number of the start group, from 1 */
export function groupName(group: GroupText, number: number): string {
  switch (kindOf(group)) {
    case 'Shutdown':
      return t('All groups shutdown');
    case 'Failover':
      return t('All groups failover');
    case 'Boot':
      return t('Group {0}: Start', number);
  }
}

function groupEntry(group: GroupText, number: number): OutlineEntry {
  return {
    name: groupName(group, number),
    detail: group.machines.length === 0 ? '' : t('Machines: {0}', group.machines.length),
    kind: 'group',
    range: group.range,
    selection: startOf(group.range),
    children: [
      ...group.before.map((action) => actionEntry(action, t('Pre-step'))),
      ...group.machines.map(({ value, range }) => ({ name: value, detail: '', kind: 'machine' as const, range, selection: range, children: [] })),
      ...group.after.map((action) => actionEntry(action, t('Post-step'))),
    ],
  };
}

function actionEntry({ name, range }: ActionText, detail: string): OutlineEntry {
  // An entry without a name is refused by the outline.
  return {
    name: name === undefined || name.value === '' ? detail : name.value,
    detail,
    kind: 'action',
    range,
    selection: name?.range ?? startOf(range),
    children: [],
  };
}

function startOf({ start, end }: Range): Range {
  return { start, end: Math.min(start + 1, end) };
}
