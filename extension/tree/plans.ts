// The tree of recovery plans: groups in their order, each with what runs before it, its machines, and what runs after it.
import type {
  RecoveryPlanAction,
  RecoveryPlanGroup,
  RecoveryPlanManualActionDetails,
  RecoveryPlanScriptActionDetails,
} from '@azure/arm-recoveryservices-siterecovery';
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { machinesText } from '../counts.ts';
import { byId, nameOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { happened, timeText } from './figures.ts';
import { healthIcon } from './health.ts';
import { byName, itemHealth, stateText } from './machines.ts';
import type { Subject, TreeNode } from './node.ts';

export function planRows(snapshot: LabSnapshot, allowed: AllowedOperations): readonly TreeNode[] {
  if (snapshot.state !== 'running') return [];
  return snapshot.vault.plans.toSorted((one, other) => byName(one.name ?? '', other.name ?? '')).map((plan) => planRow(snapshot, plan, allowed));
}

function planRow(snapshot: LabSnapshot, plan: RecoveryPlan, allowed: AllowedOperations): TreeNode {
  const { id = '', name = '', properties } = plan;
  const groups = properties?.groups ?? [];
  const machines = groups.reduce((sum, group) => sum + (group.replicationProtectedItems?.length ?? 0), 0);
  const running = [...snapshot.runningJobs.values()].find((job) => job.subject === name);
  const subject = { kind: 'plan', id } as const;
  const drilled = happened(properties?.lastTestFailoverTime);
  const label = properties?.friendlyName ?? name;
  const words = [
    machinesText(machines),
    ...(running === undefined ? [] : [t('{0} in progress', running.friendlyName)]),
    ...(drilled === undefined || running !== undefined ? [] : [t('last test {0}', timeText(drilled))]),
  ];
  return {
    id: `plans:plan:${id}`,
    label,
    description: words.join(' · '),
    tooltip: [label, ...words].join('\n'),
    icon: { name: running === undefined ? 'list-ordered' : 'sync~spin' },
    context: contextOf('plan', running === undefined ? 'idle' : 'busy', allowed(snapshot, subject)),
    children: groups.map((_group, place) => groupRow(snapshot, { plan, place, allowed })),
    subject,
  };
}

interface GroupPlace {
  readonly plan: RecoveryPlan;
  /** Of all groups of the plan: those for shutdown and failover come first. */
  readonly place: number;
  readonly allowed: AllowedOperations;
}

function groupRow(snapshot: LabSnapshot, where: GroupPlace): TreeNode {
  const { plan, place, allowed } = where;
  const planId = plan.id ?? '';
  const groups = plan.properties?.groups ?? [];
  const group = groups[place] as RecoveryPlanGroup;
  const id = `plans:group:${planId}:${place}`;
  const subject = { kind: 'planGroup', planId, group: place } as const;
  const members = (group.replicationProtectedItems ?? []).map((member): TreeNode => {
    const item = byId(snapshot.vault.items, member.id);
    const memberSubject: Subject = { kind: 'planMember', planId, group: place, itemId: member.id ?? '' };
    return {
      id: `${id}:item:${member.id ?? ''}`,
      label: item === undefined ? (member.id?.split('/').at(-1) ?? '') : nameOf(item),
      description: item === undefined ? t('not protected') : stateText(item),
      icon: item === undefined ? { name: 'warning', color: 'list.warningForeground' } : healthIcon(itemHealth(item), 'vm'),
      context: contextOf('planMember', undefined, allowed(snapshot, memberSubject)),
      subject: memberSubject,
    };
  });
  return {
    id,
    label: groupText(groups, place),
    description: members.length === 0 ? '' : machinesText(members.length),
    icon: { name: group.groupType === 'Boot' ? 'layers' : group.groupType === 'Shutdown' ? 'debug-stop' : 'arrow-swap' },
    context: contextOf('planGroup', group.groupType, allowed(snapshot, subject)),
    expanded: true,
    children: [
      ...(group.startGroupActions ?? []).map((action, step) => actionRow(snapshot, where, { action, when: 'start', step })),
      ...members,
      ...(group.endGroupActions ?? []).map((action, step) => actionRow(snapshot, where, { action, when: 'end', step })),
    ],
    subject,
  };
}

/** As the portal has it: "All groups shutdown", "All groups failover", "Group 1: Start". */
export function groupText(groups: readonly RecoveryPlanGroup[], place: number): string {
  switch (groups[place]?.groupType) {
    case 'Shutdown':
      return t('All Groups: Shutdown');
    case 'Failover':
      return t('All Groups: Failover');
    default:
      return t('Group {0}: Start', groups.slice(0, place + 1).filter(({ groupType }) => groupType === 'Boot').length);
  }
}

function actionRow(
  snapshot: LabSnapshot,
  { plan, place, allowed }: GroupPlace,
  { action, when, step }: { readonly action: RecoveryPlanAction; readonly when: 'start' | 'end'; readonly step: number },
): TreeNode {
  const planId = plan.id ?? '';
  const subject = { kind: 'planAction', planId, group: place, when, place: step } as const;
  const { instanceType } = action.customDetails;
  const kind = instanceType === 'ManualActionDetails' ? t('manual action') : instanceType === 'ScriptActionDetails' ? t('script') : t('runbook');
  const time = when === 'start' ? t('before the group') : t('after the group');
  return {
    id: `plans:action:${planId}:${place}:${when}:${step}:${action.actionName}`,
    label: action.actionName,
    description: [kind, time].join(' · '),
    tooltip: [action.actionName, kind, detailText(action), action.failoverTypes.join(', ')].filter((line) => line !== '').join('\n'),
    icon: { name: instanceType === 'ManualActionDetails' ? 'person' : instanceType === 'ScriptActionDetails' ? 'terminal' : 'azure-devops' },
    context: contextOf('planAction', when, allowed(snapshot, subject)),
    subject,
  };
}

function detailText({ customDetails }: RecoveryPlanAction): string {
  return (customDetails as RecoveryPlanManualActionDetails).description ?? (customDetails as RecoveryPlanScriptActionDetails).path ?? '';
}
