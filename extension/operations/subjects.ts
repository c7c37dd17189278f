// What there is in a snapshot to do something to: every object of a kind, with its name, for asking which one is meant.
import { byId, itemOf, nameOf, planOf, unprotected } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { faultOf, jobOf, labMachineOf, linkOf, policyOf, processServerOf, processServers, protectableOf, vCenterOf, vmware } from './lookups.ts';
import type { SubjectKind } from './operation.ts';

/** All objects of a kind, in the order of the views. Kinds that are only rows below others give none. */
export function subjectsOf(snapshot: LabSnapshot, kind: SubjectKind): readonly Subject[] {
  const { vault, lab } = snapshot;
  const ids = <Kind extends 'item' | 'plan' | 'policy' | 'fabric' | 'vCenter' | 'virtualMachine'>(of: Kind, list: readonly { readonly id?: string }[]) =>
    list.flatMap(({ id }) => (id === undefined ? [] : [{ kind: of, id } as Subject]));
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
      return vault.fabrics.flatMap((fabric) => (vmware(fabric)?.masterTargetServers ?? []).map(({ id = '' }) => ({ kind: 'masterTarget', id }) as const));
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

/** What a person calls it. */
export function subjectName(snapshot: LabSnapshot, subject: Subject): string {
  switch (subject.kind) {
    case 'item':
    case 'recoveryPoint':
    case 'planMember': {
      const item = itemOf(snapshot, subject);
      return item === undefined ? '' : nameOf(item);
    }
    case 'machine':
      return protectableOf(snapshot, subject)?.properties?.friendlyName ?? labMachineOf(snapshot, subject)?.name ?? subject.machineId;
    case 'plan':
    case 'planAction':
      return planOf(snapshot, subject)?.name ?? '';
    case 'planGroup':
      return t('{0}, group {1}', planOf(snapshot, subject)?.name ?? '', subject.group);
    case 'policy':
      return policyOf(snapshot, subject)?.name ?? '';
    case 'fabric':
      return byId(snapshot.vault.fabrics, subject.id)?.properties?.friendlyName ?? '';
    case 'vCenter':
      return vCenterOf(snapshot, subject)?.properties?.friendlyName ?? '';
    case 'processServer':
      return processServerOf(snapshot, subject)?.friendlyName ?? subject.id;
    case 'masterTarget':
      return snapshot.vault.fabrics.flatMap((fabric) => vmware(fabric)?.masterTargetServers ?? []).find(({ id }) => id === subject.id)?.name ?? subject.id;
    case 'virtualMachine':
      return byId(snapshot.vault.virtualMachines, subject.id)?.name ?? '';
    case 'job': {
      const job = jobOf(snapshot, subject);
      return t('{0}: {1}', job?.properties?.friendlyName ?? '', job?.properties?.targetObjectName ?? '');
    }
    case 'link':
      return linkOf(snapshot, subject)?.path ?? subject.path;
    case 'fault':
      return faultOf(snapshot, subject)?.id ?? subject.id;
    case 'event':
      return subject.name;
    case 'vault':
      return snapshot.lab?.vault ?? '';
  }
}
