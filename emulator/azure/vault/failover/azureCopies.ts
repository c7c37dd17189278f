// Azure VMs out of recovery points: each disk's snapshot becomes a disk of its own, then the machine is made (asr-behaviour §7.1, §7.2).
import type { RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { durationMs, type VaultContext } from '../context.ts';
import type { AzureDisk, AzureMachineOrder } from '../deps.ts';
import type { AzureCopy, ProtectedItem } from '../items/state.ts';

export interface CopyOrder {
  readonly point: RecoveryPoint;
  readonly name: string;
  readonly drill: boolean;
  readonly network: AzureMachineOrder['network'];
}

/** Makes the machine, not running. Idempotent: disks of the same name are replaced as long as the machine is not there. */
export async function createAzureCopy(context: VaultContext, item: ProtectedItem, order: CopyOrder): Promise<AzureCopy> {
  const { point } = order;
  const { storage, compute } = context.deps;
  const disks: AzureDisk[] = [];
  // In the machine's order: a point lists its disks as they came to it.
  for (const pair of context.records.pairs.list()) {
    const { pairId } = pair;
    const snapshotId = point.disks.find((disk) => disk.pairId === pairId)?.snapshotId;
    if (snapshotId === undefined) continue;
    const name = `${order.name}-${pair.osDisk ? 'osdisk' : `datadisk-${disks.filter((disk) => !disk.osDisk).length}`}`;
    const url = await storage.copySnapshotToDisk(replicaOf(pair.replica, pairId), snapshotId, name);
    disks.push({ diskId: pair.diskId, name, url, sizeBytes: pair.sizeBytes, osDisk: pair.osDisk });
  }
  const { source } = item;
  const machine = await compute.createMachine({
    name: order.name,
    size: item.forward.target.azureMachineSize,
    osType: source.osType,
    firmware: source.firmware,
    cpuCount: source.cpuCount,
    memoryBytes: source.memoryBytes,
    disks,
    network: order.network,
    copyOf: { machineId: item.onPremisesMachineId, drill: order.drill },
  });
  return { ...machine, networkName: order.network?.networkName ?? null, recoveryPointId: point.recoveryPointId, recoveryPointTimeMs: point.timeMs };
}

/** The network of a failover; a taken fixed address makes it fail (asr-behaviour §7.2). */
export function targetNetwork(context: VaultContext, item: ProtectedItem): AzureMachineOrder['network'] {
  const { networkName, subnetName, ipAddress } = item.forward.target;
  if (networkName === null) return null;
  const subnets = context.deps.network.subnets(networkName) ?? [];
  return { networkName, subnetName: subnetName ?? [...subnets].sort()[0] ?? '', ipAddress, fallBack: false };
}

/** A drill takes the subnet of the same name, else the first by alphabet; the same address when it is free (asr-behaviour §7.1). */
export function drillNetwork(context: VaultContext, item: ProtectedItem, networkName: string | null): AzureMachineOrder['network'] {
  if (networkName === null) return null;
  const subnets = [...(context.deps.network.subnets(networkName) ?? [])].sort();
  const same = item.forward.target.subnetName;
  return {
    networkName,
    subnetName: same !== null && subnets.includes(same) ? same : (subnets[0] ?? ''),
    ipAddress: item.forward.target.ipAddress,
    fallBack: true,
  };
}

/** Preparing drivers takes long for machines that do not comply (asr-behaviour §7.2: physical servers, Linux on VMware). */
export function hydrationMs(context: VaultContext, item: ProtectedItem): number {
  return item.source.platform === 'Physical' || item.source.osType === 'Linux' ? durationMs(context, 'hydrationMs') : 0;
}

function replicaOf(reference: string | null, pairId: string): string {
  if (reference === null) throw new Error(`Pair ${pairId} has a point and no replica.`);
  return reference;
}
