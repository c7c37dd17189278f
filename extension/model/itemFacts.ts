// What the views say of a protected item, read from Azure's two shapes of it: replicating to Azure, and replicating back to the site.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { azureDetails, siteDetails } from '../operations/lookups.ts';
import { isFailedOver } from './find.ts';

export interface DiskFacts {
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** asr-behaviour §6.2: `ResyncStepI`, `ResyncStepII`, `DifferentialSync`. */
  readonly stage: string;
  readonly processedBytes: number;
  readonly progressPercentage: number;
  /** On the way: at the source, at the process server, before the replica. */
  readonly waitingBytes: number;
  readonly resyncRequired: boolean;
}

export interface ItemFacts {
  readonly rpoMs: number | undefined;
  readonly osType: 'Windows' | 'Linux' | 'Other';
  readonly disks: readonly DiskFacts[];
  /** Replication group; undefined: alone. */
  readonly group: { readonly id: string; readonly name: string } | undefined;
  readonly processServerId: string | undefined;
  readonly ipAddress: string;
  /** Name and size in Azure, and the network there by its last name. */
  readonly azureName: string;
  readonly azureSize: string;
  readonly network: string;
  readonly testFailoverPending: boolean;
}

const mebibyte = 2 ** 20;

/** After a failover nothing replicates, and the service goes on saying its last figure; before the first recovery point it says zero. */
function rpoMs(item: ReplicationProtectedItem, seconds: number | undefined): number | undefined {
  const unknown = isFailedOver(item) || (seconds === 0 && item.properties?.protectionState !== 'Protected');
  return unknown ? undefined : milliseconds(seconds);
}

export function itemFacts(item: ReplicationProtectedItem): ItemFacts {
  const none: ItemFacts = {
    rpoMs: undefined,
    osType: 'Other',
    disks: [],
    group: undefined,
    processServerId: undefined,
    ipAddress: '',
    azureName: '',
    azureSize: '',
    network: '',
    testFailoverPending: drillIsOpen(item),
  };
  const toAzure = azureDetails(item);
  if (toAzure !== undefined)
    return {
      ...none,
      rpoMs: rpoMs(item, toAzure.rpoInSeconds),
      osType: osType(toAzure.osType),
      disks: (toAzure.protectedDisks ?? []).map((disk) => diskFacts(disk, [disk.sourceDataInMegaBytes, disk.psDataInMegaBytes, disk.targetDataInMegaBytes])),
      group: group(toAzure),
      processServerId: toAzure.processServerId,
      ipAddress: toAzure.ipAddress ?? '',
      azureName: toAzure.recoveryAzureVMName ?? '',
      azureSize: toAzure.recoveryAzureVMSize ?? '',
      network: toAzure.selectedRecoveryAzureNetworkId?.split('/').at(-1) ?? '',
    };
  const toSite = siteDetails(item);
  if (toSite !== undefined)
    return {
      ...none,
      rpoMs: rpoMs(item, toSite.rpoInSeconds),
      osType: osType(toSite.osDetails?.osType),
      disks: (toSite.protectedDisks ?? []).map((disk) => diskFacts(disk, [disk.sourceDataInMB, disk.psDataInMB, disk.targetDataInMB])),
      group: group(toSite),
      processServerId: toSite.processServerId,
      ipAddress: toSite.ipAddress ?? '',
    };
  return none;
}

function drillIsOpen({ properties }: ReplicationProtectedItem): boolean {
  return !['', 'None', 'MarkedForDeletion'].includes(properties?.testFailoverState ?? '');
}

function diskFacts(
  disk: {
    readonly diskId?: string;
    readonly diskName?: string;
    readonly diskCapacityInBytes?: number;
    readonly protectionStage?: string;
    readonly resyncProcessedBytes?: number;
    readonly resyncProgressPercentage?: number;
    readonly resyncRequired?: string;
  },
  queuesInMebibytes: readonly (number | undefined)[],
): DiskFacts {
  return {
    diskId: disk.diskId ?? '',
    name: disk.diskName ?? '',
    sizeBytes: disk.diskCapacityInBytes ?? 0,
    stage: disk.protectionStage ?? '',
    processedBytes: disk.resyncProcessedBytes ?? 0,
    progressPercentage: disk.resyncProgressPercentage ?? 0,
    waitingBytes: queuesInMebibytes.reduce<number>((sum, queue) => sum + Math.max(0, queue ?? 0), 0) * mebibyte,
    resyncRequired: ['Required', 'true'].includes(disk.resyncRequired ?? ''),
  };
}

/** A machine that is alone has a group of its own, without a name that anybody gave. */
function group(details: { readonly multiVmGroupId?: string; readonly multiVmGroupName?: string; readonly multiVmSyncStatus?: string }): ItemFacts['group'] {
  const { multiVmGroupId: id = '', multiVmGroupName: name = '', multiVmSyncStatus } = details;
  const grouped = name !== '' && name.toLowerCase() !== id.toLowerCase() && multiVmSyncStatus !== 'Disabled';
  return grouped ? { id, name } : undefined;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds < 0 ? undefined : seconds * 1000;
}

function osType(word: string | undefined): ItemFacts['osType'] {
  const lower = word?.toLowerCase();
  return lower === 'windows' ? 'Windows' : lower === 'linux' ? 'Linux' : 'Other';
}
