// Opens what a disk was: replicas and recovery points, in storage for a machine at the site, on the master target for one in Azure.
import type { BlockDevice } from '../disk/blockDevice.ts';
import { LabError } from '../kernel/errors.ts';
import type { PageBlobReplica } from '../azure/storage/pageBlobReplica.ts';
import type { ItemView, Vault } from '../azure/vault/vault.ts';
import type { Machine } from '../machine/machine.ts';
import type { Cloud, SiteAccess } from './cloud.ts';
import type { OpenPast } from './diskPlaces.ts';
import type { Guests } from './guests.ts';
import type { ReadableReplica } from './roles/remoteDiskRoutes.ts';
import type { Site } from './site.ts';
import type { SiteVault } from './siteVault.ts';

/** The item that a machine belongs to, by any machine it ever was. */
export function itemOf(vault: Vault, machineId: string): ItemView | undefined {
  return vault
    .items()
    .find((item) =>
      [
        item.source.machineId,
        item.onPremisesMachineId,
        item.forward.azureCopy?.machineId,
        item.testFailover.copy?.machineId,
        item.reverse?.sourceMachineId,
        item.reverse?.targetMachineId,
      ].includes(machineId),
    );
}

/** A failback to an alternate location made new disks: which of the machine's disks stands for one of its source. */
export function sourceDiskNumber(vault: Vault, machineId: string, diskId: string): number | undefined {
  const item = vault.items().find((one) => one.reverse?.targetMachineId === machineId);
  const number = item?.pairs.findIndex((pair) => pair.diskId === diskId) ?? -1;
  return number < 0 ? undefined : number;
}

/** A machine that failback made anew holds its source's system, and with it the Mobility service and the programs. */
export function inheritFailback(parts: { guests: Guests; siteVault: SiteVault; siteAccess: () => SiteAccess }, machine: Machine): void {
  const { guests, siteVault, siteAccess } = parts;
  const item = siteVault.entry?.vault.items().find((one) => one.reverse?.targetMachineId === machine.machineId && one.source.machineId !== machine.machineId);
  if (item === undefined) return;
  const disks = machine.definition.disks;
  const diskIds = Object.fromEntries(item.pairs.flatMap((pair, number) => (disks[number] === undefined ? [] : [[pair.diskId, disks[number].diskId]])));
  guests.inherit(machine, { originId: item.source.machineId, drill: false, registrationDelayMs: 0, diskIds, ...siteAccess() });
}

export function openPast(parts: { siteVault: SiteVault; cloud: Cloud; site: Site }): OpenPast {
  const { siteVault, cloud, site } = parts;
  return async (reference, hosted, disk) => {
    const { vault } = siteVault;
    const item = itemOf(vault, hosted.definition.machineId);
    const present = item?.pairs.find((one) => one.diskId === disk.diskId);
    if (item === undefined || present === undefined) throw new LabError('NotFound', `${hosted.definition.name} ${disk.name} is not replicated.`);
    const { pair, snapshotId } =
      reference.at === 'replica' || reference.at === 'present'
        ? { pair: present, snapshotId: undefined }
        : pointOf(vault, { itemId: item.itemId, pointId: reference.at.pointId, diskId: disk.diskId });
    if (pair.replica !== null) {
      const replica = await cloud.storage.openReplica(pair.replica);
      return { device: readOnly(replica, snapshotId), [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose]() };
    }
    const held = (await Promise.all(site.masterTargets.map((target) => target.replicaOf(pair.pairId)))).find((replica) => replica !== undefined);
    if (held === undefined) throw new LabError('NotFound', `No master target holds ${disk.name} of ${hosted.definition.name}.`);
    return { device: readOnly(held, snapshotId), [Symbol.asyncDispose]: async () => undefined };
  };
}

function pointOf(
  vault: Vault,
  { itemId, pointId, diskId }: { itemId: string; pointId: string; diskId: string },
): NonNullable<ReturnType<Vault['pairOfPoint']>> {
  const held = vault.pairOfPoint(itemId, pointId, diskId);
  if (held === undefined) throw new LabError('NotFound', `Recovery point ${pointId}.`);
  return held;
}

/** Reads only: nobody may write past the pipeline. Which parts may hold data a page blob knows; of a VMDK's past all may. */
function readOnly(replica: ReadableReplica & { allocated?: PageBlobReplica['allocated'] }, snapshotId: string | undefined): BlockDevice {
  const refuse = async (): Promise<never> => {
    throw new LabError('DiskReadOnly', 'Replicas are written by replication alone.');
  };
  const at = snapshotId === undefined ? ([] as const) : ([snapshotId] as const);
  return {
    sizeBytes: replica.sizeBytes,
    read: (offset, length) => replica.read({ offset, length }, ...at),
    write: refuse,
    zero: refuse,
    allocated: async (within) => (within.length === 0 ? [] : (replica.allocated?.(within, ...at) ?? [within])),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
