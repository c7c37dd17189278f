// Azure VMs out of recovery points: each disk's snapshot becomes a disk of its own, then the machine is made (asr-behaviour §7.1, §7.2).
import type { RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { durationMs, type VaultContext } from '../context.ts';
import type { AzureDisk, AzureMachineOrder } from '../deps.ts';
import { selectedNics } from '../items/nics.ts';
import type { AzureCopy, NicSettings, ProtectedItem } from '../items/state.ts';

export interface CopyOrder {
  readonly point: RecoveryPoint;
  readonly name: string;
  readonly drill: boolean;
  readonly network: AzureMachineOrder['network'];
}

/** Makes the machine, not running. Idempotent: disks of the same name are replaced as long as the machine is not there. */
export async function createAzureCopy(context: VaultContext, item: ProtectedItem, order: CopyOrder): Promise<AzureCopy> {
  const { point } = order;
  const { source } = item;
  const { target } = item.forward;
  const machine = await context.deps.compute.createMachine({
    name: order.name,
    size: target.azureMachineSize,
    osType: source.osType,
    firmware: source.firmware,
    cpuCount: source.cpuCount,
    memoryBytes: source.memoryBytes,
    disks: await copyDisks(context, item, order),
    network: order.network,
    copyOf: { machineId: item.onPremisesMachineId, drill: order.drill },
    resourceGroupId: target.azure?.resourceGroupId ?? null,
    tags: target.azure?.machineTags ?? {},
    managedDisks: target.managedDisks ?? false,
  });
  return { ...machine, networkName: order.network?.networkName ?? null, recoveryPointId: point.recoveryPointId, recoveryPointTimeMs: point.timeMs };
}

/** In the machine's order: a point lists its disks as they came to it. A disk's own name is that of the resource, not of its blob. */
async function copyDisks(context: VaultContext, item: ProtectedItem, { point, name: machineName, drill }: CopyOrder): Promise<AzureDisk[]> {
  const disks: AzureDisk[] = [];
  for (const pair of context.records.pairs.list()) {
    const { pairId } = pair;
    const snapshotId = point.disks.find((disk) => disk.pairId === pairId)?.snapshotId;
    if (snapshotId === undefined) continue;
    const name = `${machineName}-${pair.osDisk ? 'osdisk' : `datadisk-${disks.filter((disk) => !disk.osDisk).length}`}`;
    const url = await context.deps.storage.copySnapshotToDisk(replicaOf(pair.replica, pairId), snapshotId, name);
    const wanted = drill ? null : item.forward.target.disks?.find(({ diskId }) => diskId === pair.diskId)?.targetDiskName;
    disks.push({ diskId: pair.diskId, name: wanted ?? name, url, sizeBytes: pair.sizeBytes, osDisk: pair.osDisk });
  }
  return disks;
}

/** The network of a failover; a taken fixed address makes it fail (asr-behaviour §7.2). */
export function targetNetwork(context: VaultContext, item: ProtectedItem): AzureMachineOrder['network'] {
  const { networkName, subnetName, ipAddress } = item.forward.target;
  const [primary, ...otherNics] = wantedNics(item);
  if (networkName === null || primary === undefined) return null;
  const subnets = context.deps.network.subnets(networkName) ?? [];
  return { networkName, subnetName: subnetName ?? [...subnets].sort()[0] ?? '', ipAddress, fallBack: false, otherNics };
}

/** A drill takes the subnet of the same name, else the first by alphabet; the same address when it is free (asr-behaviour §7.1). */
export function drillNetwork(context: VaultContext, item: ProtectedItem, networkName: string | null): AzureMachineOrder['network'] {
  if (networkName === null) return null;
  const subnets = [...(context.deps.network.subnets(networkName) ?? [])].sort();
  const places = wantedNics(item).map((nic) => ({
    subnetName: [nic.testSubnetName, nic.subnetName].find((name) => name !== null && subnets.includes(name)) ?? subnets[0] ?? '',
    ipAddress: nic.testIpAddress ?? nic.ipAddress,
  }));
  const [primary, ...otherNics] = places;
  // A machine that has no network in a failover gets one card where a drill names one.
  return { networkName, ...(primary ?? { subnetName: subnets[0] ?? '', ipAddress: null }), fallBack: true, otherNics };
}

/** The cards to make, the primary one first; an item of before there were several has one. */
function wantedNics(item: ProtectedItem): Pick<NicSettings, 'subnetName' | 'ipAddress' | 'testSubnetName' | 'testIpAddress'>[] {
  const { nics, subnetName, ipAddress } = item.forward.target;
  if (nics === undefined || nics.length === 0) return [{ subnetName, ipAddress, testSubnetName: null, testIpAddress: null }];
  return selectedNics(nics);
}

/** Preparing drivers takes long for machines that do not comply (asr-behaviour §7.2: physical servers, Linux on VMware). */
export function hydrationMs(context: VaultContext, item: ProtectedItem): number {
  return item.source.platform === 'Physical' || item.source.osType === 'Linux' ? durationMs(context, 'hydrationMs') : 0;
}

function replicaOf(reference: string | null, pairId: string): string {
  if (reference === null) throw new Error(`Pair ${pairId} has a point and no replica.`);
  return reference;
}
