// What the rules of a plan's text know of the vault: its protected items by the names that people use, its servers, its runbooks.
import type { Fabric, RecoveryPlan, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { nameOf, sameId } from '../model/find.ts';
import { azureDetails, siteDetails } from '../operations/lookups.ts';
import type { LabSnapshot } from '../model/snapshot.ts';

export interface PlanWorld {
  readonly items: readonly ReplicationProtectedItem[];
  /** Machines that the site knows and nobody has protected. */
  readonly unprotected: readonly string[];
  /** Configuration servers, by their fabrics. */
  readonly fabrics: readonly Fabric[];
  readonly plans: readonly RecoveryPlan[];
  /** Names of runbooks that a script stands for; undefined: not known. */
  readonly runbooks: readonly string[] | undefined;
}

/** @returns undefined while no lab runs: then nothing can be said of machines */
export function planWorld({ state, lab, vault }: LabSnapshot, runbooks: readonly string[] | undefined): PlanWorld | undefined {
  if (state !== 'running' || lab === undefined) return undefined;
  return {
    items: vault.items,
    unprotected: vault.protectableItems
      .filter((item) => item.properties?.protectionStatus !== 'Protected')
      .flatMap((item) => item.properties?.friendlyName ?? []),
    fabrics: vault.fabrics,
    plans: vault.plans,
    runbooks,
  };
}

/** The item that a text names: by its ARM id, by its machine's name if there is one of it only, or by its resource's name. */
export function itemNamed(items: readonly ReplicationProtectedItem[], text: string): ReplicationProtectedItem | undefined {
  const meant = items.find((item) => sameId(item.id, text));
  if (meant !== undefined) return meant;
  const exact = items.filter((item) => nameOf(item) === text);
  const named = exact.length > 0 ? exact : items.filter((item) => sameId(nameOf(item), text));
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  const [resource, ...others] = items.filter((item) => sameId(item.name, text));
  return others.length === 0 ? resource : undefined;
}

/** The shortest text that names this item and no other. @param id ARM id, which is the last resort */
export function referenceTo(items: readonly ReplicationProtectedItem[], id: string): string {
  const item = items.find((one) => sameId(one.id, id));
  const candidates = item === undefined ? [] : [nameOf(item), item.name ?? ''];
  return candidates.find((text) => text !== '' && itemNamed(items, text) === item) ?? item?.id ?? id;
}

/** ARM id of the fabric that an item's id lies in. */
export function fabricIdIn(id: string | undefined): string | undefined {
  return /^.*?\/replicationFabrics\/[^/]+/i.exec(id ?? '')?.[0];
}

/** By ARM id, by the name of the configuration server, or by that of the fabric's resource. */
export function fabricNamed(fabrics: readonly Fabric[], text: string): Fabric | undefined {
  const meant = fabrics.find((fabric) => sameId(fabric.id, text));
  if (meant !== undefined) return meant;
  const [named, ...others] = fabrics.filter((fabric) => sameId(fabric.properties?.friendlyName, text));
  if (named !== undefined) return others.length === 0 ? named : undefined;
  return fabrics.find((fabric) => sameId(fabric.name, text));
}

export function fabricReference(fabrics: readonly Fabric[], id: string): string {
  const fabric = fabrics.find((one) => sameId(one.id, id));
  const candidates = fabric === undefined ? [] : [fabric.properties?.friendlyName ?? '', fabric.name ?? ''];
  return candidates.find((text) => text !== '' && fabricNamed(fabrics, text) === fabric) ?? fabric?.id ?? id;
}

/** Machines that replicate as one group have the same of these; undefined: it is alone. */
export function replicationGroupOf(item: ReplicationProtectedItem): { readonly id: string; readonly name: string } | undefined {
  const { multiVmGroupId: id = '', multiVmGroupName: name = '' } = azureDetails(item) ?? siteDetails(item) ?? {};
  return id === '' ? undefined : { id, name: name === '' ? id : name };
}
