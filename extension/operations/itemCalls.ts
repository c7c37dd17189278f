// What is asked of Azure for one protected item (arm-contract §6.1), with Az PowerShell's own words where it has them.
import type {
  InMageAzureV2ReprotectInput,
  InMageReprotectInput,
  UpdateReplicationProtectedItemInputProperties,
} from '@azure/arm-recoveryservices-siterecovery';
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { directionOf } from '../model/find.ts';
import { actionCall, azureCall, drillNetwork, siteOperations, type AzureCall } from './azureCall.ts';
import { itemCmdlet, powerShellQuoted, quotedPoint } from './cmdlets.ts';

type Item = ReplicationProtectedItem;
const group = 'replicationProtectedItems';

/** @param networkId undefined: a network card that is attached to nothing. @param pointId undefined: the latest */
export function testFailoverCall(item: Item, { networkId, pointId }: { networkId: string | undefined; pointId: string | undefined }): AzureCall {
  const id = item.id ?? '';
  return azureCall(group, 'TestFailover', {
    verb: 'POST',
    resourceId: id,
    action: '/testFailover',
    body: {
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        ...drillNetwork(networkId),
        providerSpecificDetails: { instanceType: 'InMageAzureV2', ...(pointId === undefined ? {} : { recoveryPointId: pointId }) },
      },
    },
    ...(networkId === undefined
      ? {}
      : {
          cmdlet: itemCmdlet(
            id,
            `Start-AzRecoveryServicesAsrTestFailoverJob -ReplicationProtectedItem $item -Direction PrimaryToRecovery -AzureVMNetworkId ${powerShellQuoted(networkId)}${quotedPoint(pointId)}`,
            pointId,
          ),
        }),
  });
}

export function cleanupCall(item: Item, comments: string): AzureCall {
  const id = item.id ?? '';
  return azureCall(group, 'TestFailoverCleanup', {
    verb: 'POST',
    resourceId: id,
    action: '/testFailoverCleanup',
    body: { properties: { comments } },
    cmdlet: itemCmdlet(id, `Start-AzRecoveryServicesAsrTestFailoverCleanupJob -ReplicationProtectedItem $item -Comment ${powerShellQuoted(comments)}`),
  });
}

/** @param shutdown the source is shut down and its last writes sent first. @param pointId undefined: the latest */
export function failoverCall(item: Item, { shutdown, pointId }: { shutdown: boolean; pointId: string | undefined }): AzureCall {
  const id = item.id ?? '';
  return azureCall(group, 'UnplannedFailover', {
    verb: 'POST',
    resourceId: id,
    action: '/unplannedFailover',
    body: {
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        sourceSiteOperations: siteOperations(shutdown),
        providerSpecificDetails: { instanceType: 'InMageAzureV2', ...(pointId === undefined ? {} : { recoveryPointId: pointId }) },
      },
    },
    cmdlet: itemCmdlet(
      id,
      `Start-AzRecoveryServicesAsrUnplannedFailoverJob -ReplicationProtectedItem $item -Direction PrimaryToRecovery${shutdown ? ' -PerformSourceSideAction' : ''}${quotedPoint(pointId)}`,
      pointId,
    ),
  });
}

/** The item replicates to the site, which is its recovery side now: the direction's word is the same as to Azure. */
export function failbackCall(item: Item, { shutdown, point }: { shutdown: boolean; point: 'LatestTime' | 'LatestTag' }): AzureCall {
  return azureCall(group, 'UnplannedFailover', {
    verb: 'POST',
    resourceId: item.id ?? '',
    action: '/unplannedFailover',
    body: {
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        sourceSiteOperations: siteOperations(shutdown),
        providerSpecificDetails: { instanceType: 'InMage', recoveryPointType: point },
      },
    },
  });
}

export function changePointCall(item: Item, recoveryPointId: string): AzureCall {
  const id = item.id ?? '';
  return azureCall(group, 'ApplyRecoveryPoint', {
    verb: 'POST',
    resourceId: id,
    action: '/applyRecoveryPoint',
    body: { properties: { recoveryPointId, providerSpecificDetails: { instanceType: 'InMageAzureV2' } } },
    cmdlet: itemCmdlet(id, 'Start-AzRecoveryServicesAsrApplyRecoveryPoint -ReplicationProtectedItem $item -RecoveryPoint $point', recoveryPointId),
  });
}

export function commitCall({ id = '' }: Item): AzureCall {
  const cmdlet = itemCmdlet(id, 'Start-AzRecoveryServicesAsrCommitFailoverJob -ReplicationProtectedItem $item');
  return actionCall(group, 'FailoverCommit', { resourceId: id, action: '/failoverCommit', cmdlet });
}

export function cancelFailoverCall({ id = '' }: Item): AzureCall {
  const cmdlet = itemCmdlet(id, 'Start-AzRecoveryServicesAsrCancelFailoverJob -ReplicationProtectedItem $item');
  return actionCall(group, 'FailoverCancel', { resourceId: id, action: '/failoverCancel', cmdlet });
}

export function reprotectCall(item: Item, input: Omit<InMageReprotectInput, 'instanceType'>): AzureCall {
  return azureCall(group, 'Reprotect', {
    verb: 'POST',
    resourceId: item.id ?? '',
    action: '/reProtect',
    body: { properties: { failoverDirection: 'RecoveryToPrimary', providerSpecificDetails: { instanceType: 'InMage', ...input } } },
  });
}

export function reprotectToAzureCall(item: Item, input: Omit<InMageAzureV2ReprotectInput, 'instanceType'>): AzureCall {
  return azureCall(group, 'Reprotect', {
    verb: 'POST',
    resourceId: item.id ?? '',
    action: '/reProtect',
    body: { properties: { failoverDirection: 'PrimaryToRecovery', providerSpecificDetails: { instanceType: 'InMageAzureV2', ...input } } },
  });
}

export function resynchronizeCall({ id = '' }: Item): AzureCall {
  const cmdlet = itemCmdlet(id, 'Start-AzRecoveryServicesAsrResynchronizeReplicationJob -ReplicationProtectedItem $item');
  return actionCall(group, 'RepairReplication', { resourceId: id, action: '/repairReplication', cmdlet });
}

/** @param replica what becomes of a machine that a failback has half made; only said of an item that replicates to the site */
export function disableCall(item: Item, { reason, replica }: { reason: 'NotSpecified' | 'MigrationComplete'; replica?: 'Delete' | 'Retain' }): AzureCall {
  const id = item.id ?? '';
  const back = directionOf(item) === 'toSite';
  return azureCall(group, 'Delete', {
    verb: 'POST',
    resourceId: id,
    action: '/remove',
    body: {
      properties: {
        disableProtectionReason: reason,
        ...(back && replica !== undefined ? { replicationProviderInput: { instanceType: 'InMage', replicaVmDeletionStatus: replica } } : {}),
      },
    },
    ...(reason === 'MigrationComplete' || replica === 'Retain'
      ? {}
      : { cmdlet: itemCmdlet(id, 'Remove-AzRecoveryServicesAsrReplicationProtectedItem -InputObject $item') }),
  });
}

export function purgeCall(item: Item): AzureCall {
  const id = item.id ?? '';
  return azureCall(group, 'Purge', {
    verb: 'DELETE',
    resourceId: id,
    cmdlet: itemCmdlet(id, 'Remove-AzRecoveryServicesAsrReplicationProtectedItem -InputObject $item -Force'),
  });
}

export function updateCall(item: Item, properties: UpdateReplicationProtectedItemInputProperties): AzureCall {
  return azureCall(group, 'Update', { verb: 'PATCH', resourceId: item.id ?? '', body: { properties } });
}

export function updateMobilityCall(item: Item, runAsAccountId: string): AzureCall {
  return azureCall(group, 'UpdateMobilityService', {
    verb: 'POST',
    resourceId: item.id ?? '',
    action: '/updateMobilityService',
    body: { properties: { runAsAccountId } },
  });
}
