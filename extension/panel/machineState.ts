// What the machine view shows, from a snapshot, the history and the item's recovery points. Pure.
import type { DiskView, FactView, MachineState, ProblemView, RecoveryPointView } from '../../webview/contract.ts';
import type { HealthError } from '@azure/arm-recoveryservices-siterecovery';
import type { RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { byId, directionOf, isFailedOver, itemOf, nameOf } from '../model/find.ts';
import { itemFacts, type ItemFacts } from '../model/itemFacts.ts';
import { azureDetails, labMachineOf, processServers, runsInAzure, siteDetails } from '../operations/lookups.ts';
import { t } from '../texts.ts';
import { happened, timeText } from '../tree/figures.ts';
import { itemHealth, stateText } from '../tree/machines.ts';
import type { Subject } from '../tree/node.ts';
import { withPast, type History } from './history.ts';
import { offered, type Painted, type World } from './offers.ts';
import { replicationPath } from './replicationPath.ts';

export interface MachineWorld extends World {
  readonly history: Pick<History, 'rpo' | 'churn' | 'rate'>;
  /** In any order; empty while they are read. */
  readonly points: readonly RecoveryPoint[];
}

/** Undefined: the item is gone. */
export function machineState(world: MachineWorld, subject: Subject): Painted<MachineState> | undefined {
  const { snapshot, history } = world;
  const item = itemOf(snapshot, subject);
  if (item?.id === undefined) return undefined;
  const { actions, offers } = offered(world, { kind: 'item', id: item.id });
  const facts = itemFacts(item);
  return {
    offers,
    state: {
      name: nameOf(item),
      protectionState: stateText(item),
      health: itemHealth(item),
      facts: factsOf(world, item, facts),
      nowMs: snapshot.clock?.timeMs ?? 0,
      rpo: withPast(history.rpo(item.id), world.points),
      rpoThresholdSeconds: thresholdSeconds(world, item),
      churn: history.churn(item.id),
      points: world.points.flatMap(pointView).sort((one, other) => one.timeMs - other.timeMs),
      disks: disksOf(world, item, facts),
      path: replicationPath(world, item),
      problems: (item.properties?.healthErrors ?? []).map(problemView),
      actions,
    },
  };
}

function factsOf({ snapshot }: World, item: ReplicationProtectedItem, facts: ItemFacts): FactView[] {
  const { properties } = item;
  const server = processServers(snapshot).find(({ id }) => id === facts.processServerId);
  const newest = azureDetails(item)?.lastRecoveryPointReceived;
  const toAzure = directionOf(item) === 'toAzure';
  const rows: [string, string | undefined][] = [
    [t('Runs'), runsInAzure(item) ? t('In Azure') : t('On-premises')],
    [t('Replicates to'), isFailedOver(item) ? t('Nowhere since the failover') : toAzure ? t('Azure') : t('The site')],
    [t('Replication policy'), properties?.policyFriendlyName],
    [t('Process server'), server?.friendlyName],
    [t('Replication group'), facts.group?.name],
    [t('Azure VM'), facts.azureSize === '' ? facts.azureName : t('{0} ({1})', facts.azureName, facts.azureSize)],
    [t('Virtual network'), facts.network],
    [t('Newest recovery point'), knownTime(newest)],
    [t('Last test failover'), knownTime(properties?.lastSuccessfulTestFailoverTime)],
  ];
  return rows.flatMap(([name, value]) => ((value ?? '') === '' ? [] : [{ name, value: value ?? '' }]));
}

function knownTime(time: Date | null | undefined): string | undefined {
  const known = happened(time);
  return known === undefined ? undefined : timeText(known);
}

/** Of either kind of policy (arm-contract §5.5). */
function thresholdSeconds({ snapshot }: World, item: ReplicationProtectedItem): number | null {
  const details = byId(snapshot.vault.policies, item.properties?.policyId)?.properties?.providerSpecificDetails ?? undefined;
  const minutes = details !== undefined && 'recoveryPointThresholdInMinutes' in details ? details.recoveryPointThresholdInMinutes : undefined;
  return typeof minutes === 'number' && minutes > 0 ? minutes * 60 : null;
}

function pointView({ id, properties }: RecoveryPoint): RecoveryPointView[] {
  const timeMs = properties?.recoveryPointTime?.getTime();
  if (id === undefined || timeMs === undefined) return [];
  const details = properties?.providerSpecificDetails ?? undefined;
  const multiVm = details !== undefined && 'isMultiVmSyncPoint' in details && String(details.isMultiVmSyncPoint).toLowerCase() === 'true';
  return [{ id, timeMs, consistency: properties?.recoveryPointType === 'ApplicationConsistent' ? 'ApplicationConsistent' : 'CrashConsistent', multiVm }];
}

const mebibyte = 2 ** 20;

/** Azure's own disks; a list leaves them out, and then the lab's record tells. */
function disksOf({ snapshot }: World, item: ReplicationProtectedItem, facts: ItemFacts): DiskView[] {
  if (facts.disks.length === 0) {
    const machine = labMachineOf(snapshot, { kind: 'item', id: item.id ?? '' });
    return (machine?.item?.disks ?? []).map((disk) => ({
      name: disk.name,
      sizeBytes: machine?.disks.find(({ diskId }) => diskId === disk.diskId)?.sizeBytes ?? disk.totalBytes,
      stage: stageText(disk.stage),
      progressPercent: disk.stage === 'DifferentialSync' || disk.totalBytes === 0 ? null : Math.floor((100 * disk.processedBytes) / disk.totalBytes),
      sourceBytes: disk.pendingBytes,
      processServerBytes: null,
      targetBytes: null,
      resyncRequired: false,
    }));
  }
  const toAzure = azureDetails(item)?.protectedDisks?.map((disk) => [disk.sourceDataInMegaBytes, disk.psDataInMegaBytes, disk.targetDataInMegaBytes]);
  const toSite = siteDetails(item)?.protectedDisks?.map((disk) => [disk.sourceDataInMB, disk.psDataInMB, disk.targetDataInMB]);
  const queues = toAzure ?? toSite ?? [];
  return facts.disks.map((disk, place) => {
    const [sourceBytes = null, processServerBytes = null, targetBytes = null] = (queues[place] ?? []).map(waitingBytes);
    return {
      name: disk.name,
      sizeBytes: disk.sizeBytes,
      stage: stageText(disk.stage),
      progressPercent: disk.stage === 'DifferentialSync' ? null : disk.progressPercentage,
      sourceBytes,
      processServerBytes,
      targetBytes,
      resyncRequired: disk.resyncRequired,
    };
  });
}

function waitingBytes(mebibytes: number | null | undefined): number | null {
  return typeof mebibytes === 'number' && mebibytes >= 0 ? mebibytes * mebibyte : null;
}

/** asr-behaviour §6.2. */
export function stageText(stage: string): string {
  switch (stage) {
    case 'ResyncStepI':
      return t('Copying the disk');
    case 'ResyncStepII':
      return t('Copying what was written meanwhile');
    case 'DifferentialSync':
      return t('Differential synchronization');
    default:
      return stage;
  }
}

function problemView(error: HealthError): ProblemView {
  return {
    code: error.errorCode ?? '',
    level: error.errorLevel === 'Warning' || error.errorLevel === 'Information' ? 'Warning' : 'Critical',
    message: error.errorMessage ?? error.summaryMessage ?? '',
    possibleCauses: error.possibleCauses ?? '',
    recommendedAction: error.recommendedAction ?? '',
  };
}
