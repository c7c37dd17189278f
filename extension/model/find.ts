// Looks things up in a snapshot by the names that rows and Azure's ids carry.
import type { RecoveryPlan, ReplicationProtectedItem } from '../client/vaultClient.ts';
import type { Subject } from '../tree/node.ts';
import type { LabSnapshot } from './snapshot.ts';

/** ARM compares without case, and writes null where there is nothing. */
export function sameId(one: string | null | undefined, other: string | null | undefined): boolean {
  return typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase();
}

const indexes = new WeakMap<object, ReadonlyMap<string, unknown>>();

/** By ARM id, without walking the list for each row of a view: a list of a snapshot never changes. */
export function byId<Resource extends { readonly id?: string }>(list: readonly Resource[], id: string | undefined): Resource | undefined {
  let index = indexes.get(list) as ReadonlyMap<string, Resource> | undefined;
  if (index === undefined) {
    index = new Map(list.map((one) => [one.id?.toLowerCase() ?? '', one]));
    indexes.set(list, index);
  }
  return id === undefined ? undefined : index.get(id.toLowerCase());
}

export function itemOf({ vault }: LabSnapshot, subject: Subject | undefined): ReplicationProtectedItem | undefined {
  const id = subject?.kind === 'item' ? subject.id : subject?.kind === 'recoveryPoint' || subject?.kind === 'planMember' ? subject.itemId : undefined;
  return byId(vault.items, id);
}

export function planOf({ vault }: LabSnapshot, subject: Subject | undefined): RecoveryPlan | undefined {
  const id =
    subject?.kind === 'plan'
      ? subject.id
      : subject?.kind === 'planGroup' || subject?.kind === 'planMember' || subject?.kind === 'planAction'
        ? subject.planId
        : undefined;
  return byId(vault.plans, id);
}

export function nameOf(item: Pick<ReplicationProtectedItem, 'name' | 'properties'>): string {
  return item.properties?.friendlyName ?? item.name ?? '';
}

/** `InMage`: it replicates from Azure to the site. */
export function directionOf(item: ReplicationProtectedItem): 'toAzure' | 'toSite' {
  return item.properties?.providerSpecificDetails?.instanceType === 'InMage' ? 'toSite' : 'toAzure';
}

/** From a failover to the re-protection nothing replicates, whatever the direction before. */
export function isFailedOver({ properties }: Pick<ReplicationProtectedItem, 'properties'>): boolean {
  return properties?.activeLocation === 'Recovery';
}
