// What there is in a snapshot to do something to: every object of a kind, with its name, for asking which one is meant.
import { unprotected } from '../model/candidates.ts';
import { byId, itemOf, nameOf, planOf } from '../model/find.ts';
import { faultPointName } from '../model/faultNames.ts';
import { linkName } from '../model/linkNames.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { groupText } from '../tree/plans.ts';
import { t } from '../texts.ts';
import { faultOf, jobOf, labMachineOf, linkOf, masterTargets, policyOf, processServerOf, processServers, protectableOf, vCenterOf } from './lookups.ts';
import type { SubjectKind } from './operation.ts';

/** All objects of a kind, in the order of the views. Kinds that are only rows below others give none. */
export function subjectsOf(snapshot: LabSnapshot, kind: SubjectKind): readonly Subject[] {
  const { vault, lab } = snapshot;
  const ids = <Kind extends 'item' | 'plan' | 'policy' | 'fabric' | 'vCenter' | 'virtualMachine'>(of: Kind, list: readonly { readonly id?: string }[]) =>
    list.flatMap(({ id }) => (id === undefined ? [] : [{ kind: of, id }]));
  switch (kind) {
    case 'item':
      return ids('item', vault.items);
    case 'machine':
      return unprotected(snapshot).flatMap(({ name }) => (name === undefined ? [] : [{ kind: 'machine', machineId: name } as const]));
    case 'plan':
      return ids('plan', vault.plans);
    case 'planGroup':
      return vault.plans.flatMap(({ id = '', properties }) =>
        (properties?.groups ?? []).map((_group, group) => ({ kind: 'planGroup', planId: id, group }) as const),
      );
    case 'planMember':
      return vault.plans.flatMap(({ id = '', properties }) =>
        (properties?.groups ?? []).flatMap((group, place) =>
          (group.replicationProtectedItems ?? []).map((member) => ({ kind: 'planMember', planId: id, group: place, itemId: member.id ?? '' }) as const),
        ),
      );
    case 'policy':
      return ids('policy', vault.policies);
    case 'fabric':
      return ids('fabric', vault.fabrics);
    case 'vCenter':
      return ids('vCenter', vault.vCenters);
    case 'virtualMachine':
      return ids('virtualMachine', vault.virtualMachines);
    case 'processServer':
      return processServers(snapshot).map(({ id = '' }) => ({ kind: 'processServer', id }) as const);
    case 'masterTarget':
      return vault.fabrics.flatMap(masterTargets).map(({ id = '' }) => ({ kind: 'masterTarget', id }) as const);
    case 'job':
      return vault.jobs.map(({ name = '' }) => ({ kind: 'job', name }) as const);
    case 'link':
      return (lab?.links ?? []).map(({ path }) => ({ kind: 'link', path }) as const);
    case 'fault':
      return (lab?.faults ?? []).map(({ id }) => ({ kind: 'fault', id }) as const);
    case 'planAction':
    case 'recoveryPoint':
    case 'event':
    case 'vault':
      return [];
  }
}

type Names = { readonly [Kind in SubjectKind]: (snapshot: LabSnapshot, subject: Extract<Subject, { readonly kind: Kind }>) => string | undefined };

const itemName = (snapshot: LabSnapshot, subject: Subject): string | undefined => {
  const item = itemOf(snapshot, subject);
  return item === undefined ? undefined : nameOf(item);
};
const planName = (snapshot: LabSnapshot, subject: Subject): string | undefined => planOf(snapshot, subject)?.name;

const names: Names = {
  item: itemName,
  recoveryPoint: itemName,
  planMember: itemName,
  machine: (snapshot, subject) => protectableOf(snapshot, subject)?.properties?.friendlyName ?? labMachineOf(snapshot, subject)?.name ?? subject.machineId,
  plan: planName,
  planAction: planName,
  planGroup: (snapshot, subject) =>
    t('{0}, {1}', planName(snapshot, subject) ?? '', groupText(planOf(snapshot, subject)?.properties?.groups ?? [], subject.group)),
  policy: (snapshot, subject) => policyOf(snapshot, subject)?.name,
  fabric: ({ vault }, { id }) => byId(vault.fabrics, id)?.properties?.friendlyName,
  vCenter: (snapshot, subject) => vCenterOf(snapshot, subject)?.properties?.friendlyName,
  processServer: (snapshot, subject) => processServerOf(snapshot, subject)?.friendlyName ?? subject.id,
  masterTarget: ({ vault }, { id }) => vault.fabrics.flatMap(masterTargets).find((server) => server.id === id)?.name ?? id,
  virtualMachine: ({ vault }, { id }) => byId(vault.virtualMachines, id)?.name,
  job: (snapshot, subject) => {
    const { friendlyName = '', targetObjectName = '' } = jobOf(snapshot, subject)?.properties ?? {};
    return t('{0}: {1}', friendlyName, targetObjectName);
  },
  link: (snapshot, subject) => {
    const link = linkOf(snapshot, subject);
    return link === undefined ? subject.path : linkName(link.path);
  },
  fault: (snapshot, subject) => {
    const fault = faultOf(snapshot, subject);
    return fault === undefined ? subject.id : faultPointName(fault.point);
  },
  event: (_snapshot, { name }) => name,
  vault: ({ lab }) => lab?.vault,
};

/** What a person calls it. */
export function subjectName(snapshot: LabSnapshot, subject: Subject): string {
  const name = names[subject.kind] as (snapshot: LabSnapshot, subject: Subject) => string | undefined;
  return name(snapshot, subject) ?? '';
}
