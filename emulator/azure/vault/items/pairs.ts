// Pairs as records: made at enable or re-protect, fed by the agents' reports, retired when their direction ends.
import { randomBytes } from 'node:crypto';
import type { AgentReport, PairReport } from '../../../replication/reports.ts';
import type { VaultContext } from '../context.ts';
import { logAccountOf } from './pairTargets.ts';
import type { PairRecord, ProtectedItem } from './state.ts';

export interface PairDisk {
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly osDisk: boolean;
  readonly initial: PairRecord['initial'];
}

/** The pairs of the item's present direction; made when they are not there. */
export function ensurePairs(context: VaultContext, item: ProtectedItem, disks: readonly PairDisk[]): PairRecord[] {
  const { records } = context;
  const present = records.activePairs(item);
  return records.transaction(() => disks.map((disk) => present.find((pair) => pair.diskId === disk.diskId) ?? records.pairs.put(newPair(context, item, disk))));
}

function newPair({ kernel }: VaultContext, item: ProtectedItem, disk: PairDisk): PairRecord {
  return {
    pairId: kernel.ids.guid(),
    itemId: item.itemId,
    direction: item.direction,
    diskId: disk.diskId,
    diskName: disk.name,
    osDisk: disk.osDisk,
    sizeBytes: disk.sizeBytes,
    // True randomness: it protects the bytes of the disk, so the lab's seed must not make it.
    key: randomBytes(32).toString('base64'),
    initial: disk.initial,
    resyncId: null,
    resyncAdoptedMs: null,
    resyncRequired: null,
    replica: null,
    uploadedThrough: 0,
    newestMark: null,
    report: null,
    progressMs: kernel.clock.now(),
    state: 'active',
  };
}

/** The size that the source has found its disk to have, when that is not the replica's (asr-behaviour §4.9). */
export function resizedTo(pair: PairRecord): number | undefined {
  return pair.report?.error?.code === 'DiskResized' ? pair.report.totalBytes : undefined;
}

/**
 * A new pair with a replica of the disk's new size takes the place of the present one, whose replica stays for its points.
 * DEVIATION: the product compares the old part and copies the new one; here everything that is not zero is sent.
 */
export async function outgrow(context: VaultContext, item: ProtectedItem, { pair, sizeBytes }: { pair: PairRecord; sizeBytes: number }): Promise<PairRecord> {
  const { records, deps, pairTargets } = context;
  const { diskId, diskName: name, osDisk } = pair;
  const fresh = newPair(context, item, { diskId, name, osDisk, sizeBytes, initial: 'copy' });
  const { storageAccount } = item.forward.target;
  const replica = await deps.storage.createReplica({ pairId: fresh.pairId, itemName: item.name, diskId, sizeBytes, storageAccount });
  await pairTargets.close(pair.pairId);
  records.transaction(() => {
    records.pairs.change(pair.pairId, (present) => ({ ...present, state: 'outgrown' }));
    records.pairs.put({ ...fresh, replica, storageAccount });
  });
  pairTargets.open(fresh.pairId);
  return fresh;
}

/** Deletes replicas of disks that have grown since, once no point uses them. For callers inside an activity. */
export async function removeOutgrown(context: VaultContext): Promise<void> {
  const { records } = context;
  for (const pair of records.pairs.list().filter(({ state }) => state === 'outgrown')) {
    const holders = [...records.points(pair.itemId).list(), ...records.pendingPoints(pair.itemId).list()];
    if (!holders.some(({ disks }) => disks.some((disk) => disk.pairId === pair.pairId))) await deletePair(context, pair);
  }
}

/** Takes over what the Mobility services say of their pairs. @returns ids of the items concerned */
export function takeAgentReports(context: VaultContext, agents: readonly AgentReport[]): Set<string> {
  const { records, kernel } = context;
  const items = new Set<string>();
  for (const report of agents.flatMap((agent) => agent.pairs)) {
    const pair = records.pairs.get(report.pairId);
    if (pair === undefined || pair.state !== 'active') continue;
    items.add(pair.itemId);
    const next = withReport(pair, report, kernel.clock.now());
    if (JSON.stringify(next) !== JSON.stringify(pair)) records.pairs.put(next);
  }
  return items;
}

function withReport(pair: PairRecord, report: PairReport, nowMs: number): PairRecord {
  const adopted = pair.resyncId !== null && report.resyncId === pair.resyncId;
  const moved =
    pair.report === null ||
    pair.report.processedBytes !== report.processedBytes ||
    pair.report.transferredBytes !== report.transferredBytes ||
    pair.report.stage !== report.stage ||
    standsAtTheEnd(pair, report);
  const synchronised = report.stage === 'DifferentialSync' && pair.report?.stage !== 'DifferentialSync';
  return {
    ...pair,
    report,
    ...(synchronised ? { resyncEndedMs: nowMs } : {}),
    progressMs: moved ? nowMs : pair.progressMs,
    resyncAdoptedMs: adopted ? (pair.resyncAdoptedMs ?? nowMs) : pair.resyncAdoptedMs,
    resyncRequired: requiredAfter(pair, report, { adopted, nowMs }),
  };
}

/** On the way to the site no log tells of marks: a machine that writes nothing and has nothing to send does not stand still. */
function standsAtTheEnd({ replica }: PairRecord, { stage, pendingBytes, error }: PairReport): boolean {
  return replica === null && stage === 'DifferentialSync' && pendingBytes === 0 && error === null;
}

function requiredAfter(pair: PairRecord, report: PairReport, { adopted, nowMs }: { adopted: boolean; nowMs: number }): PairRecord['resyncRequired'] {
  if (report.error?.code === 'DiskResized') return pair.resyncRequired ?? { reason: report.error.message, sinceMs: nowMs };
  return adopted && report.stage === 'DifferentialSync' ? null : pair.resyncRequired;
}

/** The machine's newest mark that all its disks have in the log: what could be recovered at worst (asr-behaviour §5.3). */
export function newestUploadedMs(pairs: readonly PairRecord[]): number | null {
  if (pairs.length === 0 || pairs.some((pair) => pair.newestMark === null)) return null;
  return Math.min(...pairs.map((pair) => pair.newestMark?.timeMs ?? 0));
}

/** Ends a direction: its batches are no longer taken. The replicas stay until somebody deletes them. */
export async function retirePairs(context: VaultContext, item: ProtectedItem): Promise<void> {
  for (const pair of context.records.activePairs(item)) {
    await context.pairTargets.close(pair.pairId);
    context.records.pairs.change(pair.pairId, (present) => ({ ...present, state: 'retired' }));
  }
}

/** Deletes everything the item has in storage. Idempotent. */
export async function deletePairs(context: VaultContext, itemId: string): Promise<void> {
  for (const pair of context.records.pairs.list().filter((candidate) => candidate.itemId === itemId)) await deletePair(context, pair);
}

export async function deletePair(context: VaultContext, pair: PairRecord): Promise<void> {
  const { records, deps, pairTargets } = context;
  await pairTargets.close(pair.pairId);
  if (pair.replica !== null) await deps.storage.deleteReplica(pair.replica);
  if (pair.direction === 'forward') await emptyLog(context, pair);
  records.pairs.delete(pair.pairId);
}

async function emptyLog(context: VaultContext, pair: PairRecord): Promise<void> {
  const log = await context.deps.storage.openLog(pair.pairId, logAccountOf(context.records, pair));
  await log.remove(pair.pairId, await log.list(pair.pairId, 0));
}
