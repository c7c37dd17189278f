// Machines that could be protected: those that the site knows, without those that replication itself runs on.
import type { ProtectableItem } from '../client/vaultClient.ts';
import { masterTargets, processServers } from '../operations/lookups.ts';
import type { LabSnapshot } from './snapshot.ts';

/** Machines that the site knows and nobody has protected, or is about to. */
export function unprotected(snapshot: LabSnapshot): readonly ProtectableItem[] {
  const { vault } = snapshot;
  const taken = new Set(vault.items.map(({ properties }) => properties?.protectableItemId?.toLowerCase()));
  const components = componentNames(snapshot);
  return vault.protectableItems.filter(
    ({ id, properties }) =>
      properties?.protectionStatus !== 'Protected' && !taken.has(id?.toLowerCase()) && !components.has(properties?.friendlyName?.toLowerCase() ?? ''),
  );
}

/** Configuration servers, process servers and master targets, which the service refuses to protect by these names (asr-behaviour §2.1); in lower case. */
export function componentNames(snapshot: LabSnapshot): ReadonlySet<string> {
  const { fabrics } = snapshot.vault;
  const names = [
    ...fabrics.map(({ properties }) => properties?.friendlyName),
    ...processServers(snapshot).map(({ friendlyName }) => friendlyName),
    ...fabrics.flatMap(masterTargets).map(({ name }) => name),
  ];
  return new Set(names.flatMap((name) => name?.toLowerCase() ?? []));
}
