// How the tree of machines is grouped: by plan, health, replication group, operating system, or not at all.
import { sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { healthText, type Health } from './health.ts';
import type { MachineFacts } from './machineDetails.ts';

export const machineGroupings = ['none', 'plan', 'health', 'replicationGroup', 'operatingSystem'] as const;
export type MachineGrouping = (typeof machineGroupings)[number];

export interface MachineGroup {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
  readonly members: readonly MachineFacts[];
  readonly resource?: string;
}

export function groupingText(grouping: MachineGrouping): string {
  switch (grouping) {
    case 'none':
      return t('No Grouping');
    case 'plan':
      return t('Recovery Plan');
    case 'health':
      return t('Health');
    case 'replicationGroup':
      return t('Replication Group');
    case 'operatingSystem':
      return t('Operating System');
  }
}

/** @returns undefined: the machines stand side by side */
export function groupsOf(snapshot: LabSnapshot, machines: readonly MachineFacts[], grouping: MachineGrouping): readonly MachineGroup[] | undefined {
  switch (grouping) {
    case 'none':
      return undefined;
    case 'plan':
      return byPlan(snapshot, machines);
    case 'health':
      return byHealth(machines);
    case 'replicationGroup':
      return byWord(machines, ({ facts }) => facts.group?.name, { icon: 'references', others: t('Without Replication Group') });
    case 'operatingSystem':
      return byWord(machines, ({ facts }) => (facts.osType === 'Other' ? undefined : facts.osType), { icon: 'server-environment', others: t('Other') });
  }
}

function byPlan({ vault }: LabSnapshot, machines: readonly MachineFacts[]): readonly MachineGroup[] {
  const groups = vault.plans.map((plan) => {
    const ids = (plan.properties?.groups ?? []).flatMap((group) => (group.replicationProtectedItems ?? []).map(({ id }) => id));
    return {
      id: plan.name ?? '',
      label: plan.properties?.friendlyName ?? plan.name ?? '',
      icon: 'list-ordered',
      members: machines.filter(({ item }) => ids.some((id) => sameId(id, item.id))),
    };
  });
  const planned = new Set(groups.flatMap(({ members }) => members));
  const others = machines.filter((machine) => !planned.has(machine));
  return [...groups, ...(others.length > 0 ? [{ id: '', label: t('In No Plan'), icon: 'circle-outline', members: others }] : [])];
}

const worstFirst: readonly Health[] = ['Critical', 'Warning', 'Normal', 'None'];
const healthIcons: Readonly<Record<Health, string>> = { Critical: 'error', Warning: 'warning', Normal: 'pass', None: 'circle-outline' };

function byHealth(machines: readonly MachineFacts[]): readonly MachineGroup[] {
  return worstFirst.flatMap((health) => {
    const members = machines.filter((machine) => machine.health === health);
    return members.length === 0 ? [] : [{ id: health, label: healthText(health), icon: healthIcons[health], members }];
  });
}

function byWord(
  machines: readonly MachineFacts[],
  wordOf: (machine: MachineFacts) => string | undefined,
  { icon, others }: { readonly icon: string; readonly others: string },
): readonly MachineGroup[] {
  const groups = Map.groupBy(machines, (machine) => wordOf(machine) ?? '');
  return [...groups]
    .toSorted(([one], [other]) => Number(one === '') - Number(other === '') || one.localeCompare(other))
    .map(([word, members]) => ({ id: word, label: word === '' ? others : word, icon, members }));
}
