// Recovery plans: made, deleted, and what belongs to them: machines and groups.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { machinesText } from '../counts.ts';
import { ExtensionError } from '../lab/labError.ts';
import { byId, nameOf, planOf, sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { groupText } from '../tree/plans.ts';
import { t } from '../texts.ts';
import { resourceNameProblem } from './azureNames.ts';
import { itemsOf } from './itemSubjects.ts';
import { fabricOfId, vaultIdIn } from './lookups.ts';
import type { Choice, Operation, Step } from './operation.ts';
import { createPlanCall, deletePlanCall, memberOf, updatePlanCall } from './planCalls.ts';
import { bootGroups, membersOf, mostGroups, mostMembers, withMembers, withNewGroup, withoutGroup, withoutMembers, type Groups } from './planEdit.ts';
import { noPlan, wholePlan } from './planRuns.ts';

export function groupsOf(snapshot: LabSnapshot, subject: Subject | undefined): Groups {
  return planOf(snapshot, subject)?.properties?.groups ?? [];
}

export const createPlan: Operation<{ name: string; items: readonly string[] }> = {
  id: 'createPlan',
  title: () => t('Create Recovery Plan'),
  on: [],
  by: 'azure',
  availability: ({ vault }) =>
    vault.items.length > 0 ? true : { because: t('No machine is protected.'), remedy: t('Enable replication for a machine first.') },
  steps: ({ snapshot }) => [
    {
      kind: 'text',
      key: 'name',
      title: t('Name'),
      prompt: t('Name of the recovery plan'),
      problem: (text) =>
        resourceNameProblem(
          text,
          snapshot.vault.plans.map(({ name }) => name),
        ),
    },
    itemsStep(snapshot.vault.items),
  ],
  calls: ({ snapshot }, _subjects, { name, items: ids }) => {
    const items = chosenItems(snapshot, ids);
    const fabrics = new Set(items.map((item) => fabricOfId(snapshot, item.id)?.id ?? ''));
    const [fabricId = '', ...others] = fabrics;
    if (others.length > 0)
      throw new ExtensionError('MixedFabrics', t('A recovery plan has machines of one configuration server.'), {
        recommendedAction: t('Make a plan for each.'),
      });
    return [createPlanCall(`${vaultIdIn(fabricId)}/replicationRecoveryPlans/${name}`, { fabricId, items })];
  },
};

function itemsStep<Given extends { items: readonly string[] }>(items: readonly ReplicationProtectedItem[]): Step<Given> {
  const step: Step<{ items: readonly string[] }> = {
    kind: 'pick',
    key: 'items',
    many: true,
    least: 1,
    remember: false,
    title: t('Machines'),
    placeholder: t('Which machines?'),
    none: { because: t('There is no protected machine to choose.'), remedy: t('Enable replication first.') },
    choices: () => items.map((item): Choice => ({ value: item.id ?? '', label: nameOf(item), description: item.properties?.protectionStateDescription ?? '' })),
  };
  return step;
}

function chosenItems({ vault }: LabSnapshot, ids: readonly string[]): ReplicationProtectedItem[] {
  return ids.flatMap((id) => byId(vault.items, id) ?? []);
}

export const deletePlan: Operation = {
  id: 'deletePlan',
  title: () => t('Delete Recovery Plan'),
  on: ['plan'],
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => (planOf(snapshot, subject) === undefined ? noPlan() : true),
  confirmation: ({ snapshot }, subjects) => ({
    question: t('Delete {0}?', subjects.map((subject) => planOf(snapshot, subject)?.name ?? '').join(', ')),
    detail: t('Its groups and actions are lost. The machines stay protected.'),
    button: t('Delete'),
  }),
  calls: ({ snapshot }, subjects) => subjects.flatMap((subject) => planOf(snapshot, subject) ?? []).map(deletePlanCall),
};

export const addMachines: Operation<{ group: string; items: readonly string[] }> = {
  id: 'addMachinesToPlan',
  title: () => t('Add Machines to Recovery Plan'),
  on: ['plan', 'planGroup'],
  by: 'azure',
  availability: (snapshot, subject) => {
    if (planOf(snapshot, subject) === undefined) return noPlan();
    if (subject?.kind === 'planGroup' && groupsOf(snapshot, subject)[subject.group]?.groupType !== 'Boot')
      return { because: t('Machines belong to start groups.'), remedy: t('Choose a start group.') };
    if (membersOf(groupsOf(snapshot, subject)).length >= mostMembers)
      return { because: t('A recovery plan has at most {0} machines.', mostMembers), remedy: t('Make another plan.') };
    return outsiders(snapshot, subject).length > 0
      ? true
      : { because: t('Every protected machine is in the plan.'), remedy: t('Enable replication for more machines first.') };
  },
  preset: ([subject]) => (subject?.kind === 'planGroup' ? { group: String(subject.group) } : {}),
  steps: async (context, [subject]) => {
    const plan = await wholePlan(context, subject);
    return [itemsStep(outsiders(context.snapshot, subject)), groupStep(plan.properties?.groups ?? [])];
  },
  calls: async (context, [subject], { group, items }) => {
    const plan = await wholePlan(context, subject);
    const members = chosenItems(context.snapshot, items).map(memberOf);
    return [updatePlanCall(plan, withMembers(plan.properties?.groups ?? [], Number(group), members))];
  },
};

function outsiders(snapshot: LabSnapshot, subject: Subject | undefined): ReplicationProtectedItem[] {
  const members = membersOf(groupsOf(snapshot, subject));
  return snapshot.vault.items.filter((item) => !members.some((member) => sameId(member.id, item.id)));
}

/** Start groups by their places. */
export function groupStep<Given extends { group: string }>(groups: Groups): Step<Given> {
  const step: Step<{ group: string }> = {
    kind: 'pick',
    key: 'group',
    title: t('Group'),
    placeholder: t('In which group do they start?'),
    remember: false,
    choices: () =>
      bootGroups(groups).map(({ place, group }) => ({
        value: String(place),
        label: groupText(groups, place),
        description: machinesText(group.replicationProtectedItems?.length ?? 0),
      })),
  };
  return step;
}

export const addItemsToPlan: Operation<{ plan: string }> = {
  id: 'addToPlan',
  title: () => t('Add to Recovery Plan'),
  on: ['item'],
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const [item] = subject?.kind === 'item' ? [byId(snapshot.vault.items, subject.id)] : [];
    if (item === undefined) return { because: t('The machine is not protected.'), remedy: t('Enable replication for it first.') };
    return snapshot.vault.plans.length > 0 ? true : { because: t('There is no recovery plan.'), remedy: t('Create one first.') };
  },
  steps: ({ snapshot }) => [
    {
      kind: 'pick',
      key: 'plan',
      title: t('Recovery plan'),
      placeholder: t('To which plan? New machines start in its first group'),
      none: { because: t('There is no recovery plan.'), remedy: t('Create one first.') },
      choices: () => snapshot.vault.plans.map(({ id = '', name = '' }) => ({ value: id, label: name })),
    },
  ],
  calls: async (context, subjects, { plan: id }) => {
    const plan = await wholePlan(context, { kind: 'plan', id });
    const groups = plan.properties?.groups ?? [];
    const present = membersOf(groups);
    const joining = itemsOf(context, subjects).filter((item) => !present.some((member) => sameId(member.id, item.id)));
    const grown = bootGroups(groups).length === 0 ? withNewGroup(groups) : groups;
    return joining.length === 0 ? [] : [updatePlanCall(plan, withMembers(grown, bootGroups(grown)[0]?.place ?? 0, joining.map(memberOf)))];
  },
};

export const removeFromPlan: Operation = {
  id: 'removeFromPlan',
  title: () => t('Remove From Recovery Plan'),
  on: ['planMember'],
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    if (planOf(snapshot, subject) === undefined) return noPlan();
    return membersOf(groupsOf(snapshot, subject)).length > 1
      ? true
      : { because: t('A recovery plan needs a machine.'), remedy: t('Add another machine first, or delete the plan.') };
  },
  calls: async (context, subjects) => {
    const members = subjects.flatMap((subject) => (subject.kind === 'planMember' ? [subject] : []));
    const plans = Map.groupBy(members, ({ planId }) => planId);
    return Promise.all(
      [...plans].map(async ([id, leaving]) => {
        const plan = await wholePlan(context, { kind: 'plan', id });
        return updatePlanCall(
          plan,
          withoutMembers(
            plan.properties?.groups ?? [],
            leaving.map(({ itemId }) => itemId),
          ),
        );
      }),
    );
  },
};

export const addPlanGroup: Operation = {
  id: 'addPlanGroup',
  title: () => t('Add Group'),
  on: ['plan'],
  by: 'azure',
  availability: (snapshot, subject) => {
    if (planOf(snapshot, subject) === undefined) return noPlan();
    return bootGroups(groupsOf(snapshot, subject)).length < mostGroups
      ? true
      : { because: t('A recovery plan has at most {0} start groups.', mostGroups), remedy: t('Remove a group first.') };
  },
  calls: async (context, [subject]) => {
    const plan = await wholePlan(context, subject);
    return [updatePlanCall(plan, withNewGroup(plan.properties?.groups ?? []))];
  },
};

export const removePlanGroup: Operation = {
  id: 'removePlanGroup',
  title: () => t('Remove Group'),
  on: ['planGroup'],
  by: 'azure',
  availability: (snapshot, subject) => {
    const groups = groupsOf(snapshot, subject);
    if (subject?.kind !== 'planGroup' || groups[subject.group] === undefined) return noPlan();
    if (groups[subject.group]?.groupType !== 'Boot') return { because: t('This group is part of every plan.'), remedy: t('Choose a start group.') };
    return bootGroups(groups).length > 1 ? true : { because: t('A recovery plan needs a start group.'), remedy: t('Delete the plan instead.') };
  },
  confirmation: (context, [subject]) => {
    const groups = groupsOf(context.snapshot, subject);
    const place = subject?.kind === 'planGroup' ? subject.group : 0;
    const actions = (groups[place]?.startGroupActions?.length ?? 0) + (groups[place]?.endGroupActions?.length ?? 0);
    return actions === 0
      ? undefined
      : {
          question: t('Remove {0}?', groupText(groups, place)),
          detail: t('Its {0} actions are lost; its machines go to the group beside it.', actions),
          button: t('Remove'),
        };
  },
  calls: async (context, [subject]) => {
    const plan = await wholePlan(context, subject);
    return [updatePlanCall(plan, withoutGroup(plan.properties?.groups ?? [], subject?.kind === 'planGroup' ? subject.group : -1))];
  },
};
