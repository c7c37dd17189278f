// What is asked of Azure for a recovery plan (arm-contract §6.5).
import type { RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import type { RecoveryPlan, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { actionCall, azureCall, drillNetwork, siteOperations, type AzureCall } from './azureCall.ts';
import { planCmdlet, powerShellQuoted } from './cmdlets.ts';
import { azureDetails, siteDetails } from './lookups.ts';

const group = 'replicationRecoveryPlans';
const azureFabric = 'Microsoft Azure';

export function createPlanCall(id: string, { fabricId, items }: { fabricId: string; items: readonly ReplicationProtectedItem[] }): AzureCall {
  return azureCall(group, 'Create', {
    verb: 'PUT',
    resourceId: id,
    body: {
      properties: {
        primaryFabricId: fabricId,
        recoveryFabricId: azureFabric,
        failoverDeploymentModel: 'ResourceManager',
        groups: [{ groupType: 'Boot', replicationProtectedItems: items.map(memberOf), startGroupActions: [], endGroupActions: [] }],
      },
    },
  });
}

export function memberOf(item: ReplicationProtectedItem): { id: string; virtualMachineId: string } {
  return { id: item.id ?? '', virtualMachineId: azureDetails(item)?.vmId ?? siteDetails(item)?.vmId ?? '' };
}

export function updatePlanCall(plan: RecoveryPlan, groups: readonly RecoveryPlanGroup[]): AzureCall {
  return azureCall(group, 'Update', { verb: 'PATCH', resourceId: plan.id ?? '', body: { properties: { groups: [...groups] } } });
}

export function deletePlanCall(plan: RecoveryPlan): AzureCall {
  const id = plan.id ?? '';
  return azureCall(group, 'Delete', { verb: 'DELETE', resourceId: id, cmdlet: planCmdlet(id, 'Remove-AzRecoveryServicesAsrRecoveryPlan -InputObject $plan') });
}

export type PlanPoint = 'Latest' | 'LatestProcessed' | 'LatestApplicationConsistent' | 'LatestCrashConsistent';

/** @param point the rule by which each member's recovery point is chosen; multi-VM: members of a replication group take their common one */
export interface PlanPointChoice {
  readonly point: PlanPoint;
  readonly multiVm: boolean;
}

export function planTestFailoverCall(plan: RecoveryPlan, { point, multiVm, networkId }: PlanPointChoice & { networkId: string | undefined }): AzureCall {
  const id = plan.id ?? '';
  return azureCall(group, 'TestFailover', {
    verb: 'POST',
    resourceId: id,
    action: '/testFailover',
    body: {
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        ...drillNetwork(networkId),
        providerSpecificDetails: [{ instanceType: 'InMageAzureV2', recoveryPointType: point, useMultiVmSyncPoint: String(multiVm) }],
      },
    },
    ...(networkId === undefined
      ? {}
      : {
          cmdlet: planCmdlet(
            id,
            `Start-AzRecoveryServicesAsrTestFailoverJob -RecoveryPlan $plan -Direction PrimaryToRecovery -AzureVMNetworkId ${powerShellQuoted(networkId)}${tagOf({ point, multiVm })}`,
          ),
        }),
  });
}

export function planCleanupCall(plan: RecoveryPlan, comments: string): AzureCall {
  const id = plan.id ?? '';
  return azureCall(group, 'TestFailoverCleanup', {
    verb: 'POST',
    resourceId: id,
    action: '/testFailoverCleanup',
    body: { properties: { comments } },
    cmdlet: planCmdlet(id, `Start-AzRecoveryServicesAsrTestFailoverCleanupJob -RecoveryPlan $plan -Comment ${powerShellQuoted(comments)}`),
  });
}

export function planFailoverCall(plan: RecoveryPlan, { point, multiVm, shutdown }: PlanPointChoice & { shutdown: boolean }): AzureCall {
  const id = plan.id ?? '';
  return azureCall(group, 'UnplannedFailover', {
    verb: 'POST',
    resourceId: id,
    action: '/unplannedFailover',
    body: {
      properties: {
        failoverDirection: 'PrimaryToRecovery',
        sourceSiteOperations: siteOperations(shutdown),
        providerSpecificDetails: [{ instanceType: 'InMageAzureV2', recoveryPointType: point, useMultiVmSyncPoint: String(multiVm) }],
      },
    },
    cmdlet: planCmdlet(
      id,
      `Start-AzRecoveryServicesAsrUnplannedFailoverJob -RecoveryPlan $plan -Direction PrimaryToRecovery${shutdown ? ' -PerformSourceSideAction' : ''}${tagOf({ point, multiVm })}`,
    ),
  });
}

/** PowerShell's words for the same rules. */
function tagOf({ point, multiVm }: PlanPointChoice): string {
  const tags: Record<PlanPoint, string> = {
    Latest: 'Latest',
    LatestProcessed: 'LatestAvailable',
    LatestApplicationConsistent: 'LatestAvailableApplicationConsistent',
    LatestCrashConsistent: 'LatestAvailableCrashConsistent',
  };
  return ` -RecoveryTag ${tags[point]}${multiVm ? ' -MultiVmSyncPoint Enable' : ''}`;
}

export function planFailbackCall(plan: RecoveryPlan, { point, shutdown }: { point: 'LatestTime' | 'LatestTag'; shutdown: boolean }): AzureCall {
  return azureCall(group, 'UnplannedFailover', {
    verb: 'POST',
    resourceId: plan.id ?? '',
    action: '/unplannedFailover',
    body: {
      properties: {
        failoverDirection: 'RecoveryToPrimary',
        sourceSiteOperations: siteOperations(shutdown),
        providerSpecificDetails: [{ instanceType: 'InMage', recoveryPointType: point }],
      },
    },
  });
}

export function planCommitCall({ id = '' }: RecoveryPlan): AzureCall {
  const cmdlet = planCmdlet(id, 'Start-AzRecoveryServicesAsrCommitFailoverJob -RecoveryPlan $plan');
  return actionCall(group, 'FailoverCommit', { resourceId: id, action: '/failoverCommit', cmdlet });
}

export function planReprotectCall({ id = '' }: RecoveryPlan): AzureCall {
  const cmdlet = planCmdlet(id, 'Update-AzRecoveryServicesAsrProtectionDirection -RecoveryPlan $plan -Direction RecoveryToPrimary');
  return actionCall(group, 'Reprotect', { resourceId: id, action: '/reProtect', cmdlet });
}
