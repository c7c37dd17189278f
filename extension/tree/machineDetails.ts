// What opens below a protected machine: its disks, recovery points, replication group, place in Azure, and its last job.
import type { InMageAzureV2RecoveryPointDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { Job, RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import type { DiskFacts, ItemFacts } from '../model/itemFacts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { azureDetails, siteDetails } from '../operations/lookups.ts';
import { t } from '../texts.ts';
import { contextOf } from './context.ts';
import { happened, sizeText, timeText } from './figures.ts';
import type { Health } from './health.ts';
import { jobRow } from './jobs.ts';
import type { TreeNode } from './node.ts';
import { machinesText } from '../counts.ts';

export interface MachineFacts {
  readonly item: ReplicationProtectedItem;
  readonly facts: ItemFacts;
  readonly health: Health;
  readonly name: string;
}

/** @param rowId of the machine's row: rows below it carry it, so that a machine may stand in two groups */
export function detailRows(snapshot: LabSnapshot, machine: MachineFacts, rowId: string): readonly TreeNode[] {
  const { item, facts, name } = machine;
  const lastJob = newestJob(snapshot).get(name);
  return [
    ...(item.properties?.healthErrors ?? []).map((error, place): TreeNode => {
      const label = error.summaryMessage ?? error.errorMessage ?? error.errorCode ?? '';
      return {
        id: `${rowId}/error/${error.errorCode ?? ''}/${place}`,
        label,
        description: error.errorCode ?? '',
        tooltip: [error.errorMessage, error.possibleCauses, error.recommendedAction].filter((line) => line !== undefined && line !== '').join('\n\n'),
        icon: error.errorLevel === 'Warning' ? { name: 'warning', color: 'list.warningForeground' } : { name: 'error', color: 'list.errorForeground' },
        context: contextOf('healthError', undefined),
        command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'error', of: item.id ?? '', code: error.errorCode ?? '' }] },
      };
    }),
    disksRow(facts, rowId),
    {
      id: `${rowId}/points`,
      label: t('Recovery Points'),
      ...(newestPoint(item) === undefined ? {} : { description: t('newest {0}', timeText(newestPoint(item) ?? 0)) }),
      icon: { name: 'history' },
      context: contextOf('recoveryPoints', undefined),
      children: 'later',
      subject: { kind: 'item', id: item.id ?? '' },
    },
    ...(facts.group === undefined ? [] : [groupRow(snapshot, facts.group, rowId)]),
    ...(facts.azureName === '' ? [] : [targetRow(facts, rowId)]),
    ...(lastJob === undefined
      ? []
      : [{ ...jobRow(snapshot, lastJob, { prefix: `${rowId}/job` }), label: t('Last Job: {0}', lastJob.properties?.friendlyName ?? '') }]),
  ];
}

function newestPoint(item: ReplicationProtectedItem): Date | undefined {
  return happened(azureDetails(item)?.lastRecoveryPointReceived);
}

const newestJobs = new WeakMap<object, ReadonlyMap<string, Job>>();

/** By the name of what the job is about. */
export function newestJob({ vault }: LabSnapshot): ReadonlyMap<string, Job> {
  let newest = newestJobs.get(vault.jobs);
  if (newest === undefined) {
    // Newest first: what comes later in the list must not replace what came before.
    newest = new Map(vault.jobs.toReversed().map((job) => [job.properties?.targetObjectName ?? '', job]));
    newestJobs.set(vault.jobs, newest);
  }
  return newest;
}

function disksRow({ disks }: ItemFacts, rowId: string): TreeNode {
  const waitingBytes = disks.reduce((sum, disk) => sum + disk.waitingBytes, 0);
  return {
    id: `${rowId}/disks`,
    label: t('Disks'),
    description: waitingBytes > 0 ? t('{0} waiting', sizeText(waitingBytes)) : String(disks.length),
    icon: { name: 'database' },
    context: contextOf('disks', undefined),
    children: disks.map((disk) => diskRow(disk, rowId)),
  };
}

function diskRow(disk: DiskFacts, rowId: string): TreeNode {
  const words = [
    sizeText(disk.sizeBytes),
    stageText(disk),
    ...(disk.waitingBytes > 0 ? [t('{0} waiting', sizeText(disk.waitingBytes))] : []),
    ...(disk.resyncRequired ? [t('resynchronization required')] : []),
  ];
  return {
    id: `${rowId}/disk/${disk.diskId}`,
    label: disk.name === '' ? disk.diskId : disk.name,
    description: words.join(' · '),
    tooltip: [disk.name, disk.diskId, ...words].join('\n'),
    icon: disk.resyncRequired ? { name: 'warning', color: 'list.warningForeground' } : { name: disk.stage.startsWith('Resync') ? 'sync' : 'database' },
    context: contextOf('disk', disk.stage),
  };
}

function stageText({ stage, progressPercentage }: DiskFacts): string {
  switch (stage) {
    case 'ResyncStepI':
      return t('first copy, {0} %', progressPercentage);
    case 'ResyncStepII':
      return t('catching up, {0} %', progressPercentage);
    case 'DifferentialSync':
      return t('replicating changes');
    default:
      return stage === '' ? t('not started') : stage;
  }
}

function groupRow(snapshot: LabSnapshot, group: { readonly id: string; readonly name: string }, rowId: string): TreeNode {
  return {
    id: `${rowId}/group`,
    label: t('Replication Group: {0}', group.name),
    description: machinesText(groupSizes(snapshot).get(group.id) ?? 0),
    icon: { name: 'references' },
    context: contextOf('replicationGroup', undefined),
  };
}

const sizes = new WeakMap<object, ReadonlyMap<string, number>>();

/** Members of the item's group. */
export function groupSize(snapshot: LabSnapshot, item: ReplicationProtectedItem): number {
  return groupSizes(snapshot).get(groupOf(item)) ?? 0;
}

function groupOf(item: ReplicationProtectedItem): string {
  return (azureDetails(item) ?? siteDetails(item))?.multiVmGroupId ?? '';
}

/** Members by the group's id: counted once for all rows of a snapshot. */
function groupSizes({ vault }: LabSnapshot): ReadonlyMap<string, number> {
  let counted = sizes.get(vault.items);
  if (counted === undefined) {
    const groups = Map.groupBy(vault.items, groupOf);
    counted = new Map([...groups].map(([id, members]) => [id, members.length]));
    sizes.set(vault.items, counted);
  }
  return counted;
}

function targetRow({ azureName, azureSize, network }: ItemFacts, rowId: string): TreeNode {
  return {
    id: `${rowId}/target`,
    label: t('In Azure: {0}', azureName),
    description: [azureSize, network === '' ? t('no network') : network].filter((word) => word !== '').join(' · '),
    icon: { name: 'azure' },
    context: contextOf('target', undefined),
  };
}

/** @param points newest first @param limit how many are shown before "Show More" */
export function recoveryPointRows(itemId: string, rowId: string, { points, limit }: { points: readonly RecoveryPoint[]; limit: number }): readonly TreeNode[] {
  const rows = points.slice(0, limit).map(({ id = '', properties }, place): TreeNode => {
    const details = properties?.providerSpecificDetails as InMageAzureV2RecoveryPointDetails | undefined;
    const shared = details?.isMultiVmSyncPoint === 'true';
    const consistent = properties?.recoveryPointType === 'ApplicationConsistent';
    const words = [consistent ? t('app-consistent') : t('crash-consistent'), ...(shared ? [t('multi-VM')] : []), ...(place === 0 ? [t('latest')] : [])];
    return {
      id: `${rowId}/${id}`,
      label: properties?.recoveryPointTime === undefined ? id : timeText(properties.recoveryPointTime),
      description: words.join(' · '),
      icon: { name: consistent ? 'verified' : 'circle-filled' },
      context: contextOf('recoveryPoint', properties?.recoveryPointType),
      subject: { kind: 'recoveryPoint', itemId, id },
    };
  });
  const hidden = points.length - rows.length;
  if (points.length === 0) return [{ id: `${rowId}/none`, label: t('No recovery point yet'), icon: { name: 'info' }, context: contextOf('none', undefined) }];
  if (hidden <= 0) return rows;
  const command = { id: 'siteRecoveryLab.showMoreRecoveryPoints', arguments: [rowId] };
  return [...rows, { id: `${rowId}/more`, label: t('Show More ({0})', hidden), icon: { name: 'ellipsis' }, context: contextOf('more', undefined), command }];
}
