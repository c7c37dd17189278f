// The disks of an item: how each replicates, and what became of it in Azure (arm-contract §5.7, §5.8).
import type { TimeMs } from '../../../../kernel/clock.ts';
import { activeDirection, type PairRecord } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { armTime, optionalArmTime } from '../../protocol/armTime.ts';
import type { ItemReader } from './itemReader.ts';

const bytesPerMegabyte = 2 ** 20;

/** A copy or comparison of a machine, over all its disks. */
export interface ResyncProgress {
  readonly stage: 'ResyncStepI' | 'ResyncStepII' | 'DifferentialSync';
  /** 0 when nothing is being copied. */
  readonly percentage: number;
  readonly transferredBytes: number;
  readonly completed: boolean;
}

export function resyncProgress(pairs: readonly PairRecord[]): ResyncProgress {
  const stages = pairs.map(stageOf);
  const stage = (['ResyncStepI', 'ResyncStepII'] as const).find((one) => stages.includes(one)) ?? 'DifferentialSync';
  const transferredBytes = sum(pairs, ({ report }) => report?.transferredBytes ?? 0);
  if (stage === 'DifferentialSync') return { stage, percentage: 0, transferredBytes, completed: true };
  return { stage, percentage: percent(pairs), transferredBytes, completed: false };
}

/** Pairs whose replication has ended count as complete. */
function stageOf({ report, state }: PairRecord): ResyncProgress['stage'] {
  return state === 'retired' ? 'DifferentialSync' : (report?.stage ?? 'ResyncStepI');
}

function percent(pairs: readonly PairRecord[]): number {
  const totalBytes = sum(pairs, ({ report, sizeBytes }) => report?.totalBytes ?? sizeBytes);
  const processedBytes = sum(pairs, ({ report }) => report?.processedBytes ?? 0);
  return totalBytes === 0 ? 0 : Math.floor((100 * processedBytes) / totalBytes);
}

function sum(pairs: readonly PairRecord[], bytes: (pair: PairRecord) => number): number {
  return pairs.reduce((total, pair) => total + bytes(pair), 0);
}

/** What both kinds of items say of a disk; the queues along its way carry other names in each. */
export function protectedDisks(
  reader: ItemReader,
  item: ItemView,
  queues: { source: string; processServer: string; target: string },
): Record<string, unknown>[] {
  const newestMarkId = reader.scope.vault.recoveryPoints(item.itemId).at(-1)?.markId;
  const processServer = reader.processServer(item);
  return reader.pairs(item).map((pair) => ({
    ...replication(reader, item, pair),
    [queues.source]: megabytes(pair.report?.pendingBytes ?? 0),
    // What one disk of several has in a queue is known only when the queue is empty.
    [queues.processServer]: processServer === undefined || processServer.pendingUploadBytes > 0 ? null : 0,
    [queues.target]: pair.newestMark === null || pair.newestMark.id === newestMarkId ? 0 : null,
  }));
}

function replication(reader: ItemReader, item: ItemView, pair: PairRecord): Record<string, unknown> {
  const stage = stageOf(pair);
  const { report } = pair;
  const busy = stage !== 'DifferentialSync';
  const resyncStartMs = pair.resyncAdoptedMs ?? activeDirection(item).startedMs;
  return {
    diskId: pair.diskId,
    diskName: pair.diskName,
    protectionStage: stage,
    healthErrorCode: pair.resyncRequired === null ? null : 'ECH0007',
    rpoInSeconds: rpoSeconds(item, pair, reader.scope.deps.kernel.clock.now()),
    resyncRequired: pair.resyncRequired === null ? 'NotRequired' : 'Required',
    resyncProgressPercentage: busy ? percent([pair]) : 0,
    resyncDurationInSeconds: busy || pair.resyncEndedMs === undefined ? null : Math.max(0, Math.floor((pair.resyncEndedMs - resyncStartMs) / 1000)),
    diskCapacityInBytes: pair.sizeBytes,
    fileSystemCapacityInBytes: pair.sizeBytes,
    diskResized: resized(pair),
    lastRpoCalculatedTime: optionalArmTime(item.lastRpoCalculatedMs),
    resyncProcessedBytes: report?.processedBytes ?? 0,
    resyncTotalTransferredBytes: report?.transferredBytes ?? 0,
    resyncLast15MinutesTransferredBytes: null,
    resyncLastDataTransferTimeUTC: report === null ? null : armTime(pair.progressMs),
    resyncStartTime: armTime(resyncStartMs),
    progressHealth: busy ? busyHealth(item, pair) : 'Completed',
    progressStatus: busy ? null : 'Grey',
  };
}

function busyHealth(item: ItemView, { report }: PairRecord): 'Queued' | 'NoProgress' | 'InProgress' {
  if (report === null) return 'Queued';
  return stands(item) ? 'NoProgress' : 'InProgress';
}

/** Whether the copy of the machine does not move on, as its health errors say. */
export function stands({ healthErrors }: ItemView): boolean {
  return healthErrors.some(({ errorCode }) => errorCode === '78169' || errorCode === '90078');
}

export function resized(pair: PairRecord): 'Resized' | 'NotResized' {
  return pair.report?.error?.code === 'DiskResized' ? 'Resized' : 'NotResized';
}

/** How far this disk is behind; one whose replication has ended stays as it was. */
function rpoSeconds(item: ItemView, pair: PairRecord, nowMs: TimeMs): number {
  const running = activeDirection(item).replication === 'running';
  if (item.direction === 'reverse' || pair.newestMark === null || !running) return Math.floor((item.rpoMs ?? 0) / 1000);
  return Math.max(0, Math.floor((nowMs - pair.newestMark.timeMs) / 1000));
}

/** The disks of the machine in Azure; none before a failover. */
export function azureDiskDetails(reader: ItemReader, item: ItemView): unknown[] {
  const machine = reader.azureMachine(item);
  const { managedDisks: managed = false, disks = [] } = item.forward.target;
  return (machine?.order.disks ?? []).map((disk, place) => ({
    vhdType: managed ? null : disk.osDisk ? 'OperatingSystem' : 'DataDisk',
    vhdId: disk.diskId,
    diskId: disk.diskId,
    vhdName: managed ? null : disk.name,
    maxSizeMB: managed ? null : String(megabytes(disk.sizeBytes)),
    targetDiskLocation: managed ? null : reader.places.blobUrl(disk.url),
    targetDiskName: disk.name,
    lunId: managed || disk.osDisk ? null : String(place - 1),
    diskEncryptionSetId: disks.find(({ diskId }) => diskId === disk.diskId)?.diskEncryptionSetId ?? null,
    customTargetDiskName: disks.find(({ diskId }) => diskId === disk.diskId)?.targetDiskName ?? null,
  }));
}

/** The managed disks that take the replicas, by the names that the service gives them; in the lab each is a page blob. */
export function managedDisks(reader: ItemReader, item: ItemView, groupId: string): unknown[] {
  const { target } = item.forward;
  if (target.managedDisks !== true) return [];
  return reader.pairs(item).map((pair) => {
    const settings = target.disks?.find(({ diskId }) => diskId === pair.diskId);
    return {
      diskId: pair.diskId,
      seedManagedDiskId: reader.places.disk(groupId, `asrseeddisk-${short(item.friendlyName)}-${short(pair.diskName)}-${pair.pairId}`),
      replicaDiskType: settings?.diskType ?? 'Standard_LRS',
      diskEncryptionSetId: settings?.diskEncryptionSetId ?? null,
      targetDiskName: settings?.targetDiskName ?? null,
    };
  });
}

function short(name: string): string {
  return name.replaceAll(/[^\w]/g, '').slice(0, 8);
}

function megabytes(bytes: number): number {
  return Math.round((bytes / bytesPerMegabyte) * 100) / 100;
}
