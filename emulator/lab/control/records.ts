// From the engine's records to what the control API shows of them.
import { allowedActions, type JobView } from '../../kernel/jobRecord.ts';
import type { HealthError, ItemRecord, JobRecord, MachineRecord, PlanAction, PlanRecord, PolicyRecord, RecoveryPointRecord } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import type { RecoveryPoint } from '../../replication/recoveryPoint.ts';
import { activeDirection, isGrouped } from '../../azure/vault/items/state.ts';
import type { PlanRecord as VaultPlan } from '../../azure/vault/plans/state.ts';
import { planStepOf } from '../../azure/vault/plans/steps.ts';
import type { PolicyRecord as VaultPolicy } from '../../azure/vault/policies/state.ts';
import type { ItemView } from '../../azure/vault/vault.ts';
import type { ControlParts } from '../control.ts';
import type { HostedMachine } from '../diskPlaces.ts';
import { itemOf } from '../past.ts';
import { intendedGroup } from '../provision.ts';

export function jobRecord(job: JobView): JobRecord {
  return {
    jobId: job.jobId,
    kind: job.kind,
    friendlyName: job.friendlyName,
    subject: job.targetName,
    state: job.state,
    stateDescription: job.stateDescription,
    allowedActions: allowedActions(job),
    startedMs: job.startMs,
    endedMs: job.endMs,
    tasks: job.tasks.map((task) => ({
      name: task.name,
      friendlyName: task.friendlyName,
      state: task.state,
      stateDescription: task.stateDescription,
      startedMs: task.startMs,
      endedMs: task.endMs,
      childJobIds: Object.values(task.children),
      ...(task.state === 'Suspended' ? instructionOf(job, task.name) : {}),
    })),
    errors: job.errors,
  };
}

function instructionOf(job: JobView, taskName: string): { instruction?: string } {
  const action = planStepOf(job, taskName)?.action;
  return action?.kind === 'manual' ? { instruction: action.description } : {};
}

export function itemRecord(parts: ControlParts, item: ItemView): ItemRecord {
  const points = parts.siteVault.vault.recoveryPoints(item.itemId);
  const direction = activeDirection(item);
  const server = parts.siteVault.vault.records.configServers.get(item.configServerId)?.processServers.find((one) => one.hostId === direction.processServerId);
  return {
    itemId: item.itemId,
    machineId: item.onPremisesMachineId,
    machineName: item.friendlyName,
    direction: item.direction,
    protectionState: item.protectionState,
    protectionStateDescription: stateText(item.protectionState),
    activeLocation: item.activeLocation,
    allowedOperations: item.allowedOperations,
    testFailoverState: item.testFailover.state,
    // asr-behaviour §5.3: a machine that is failed over has none.
    replicationHealth: direction.replication === 'running' ? item.replicationHealth : 'NotApplicable',
    failoverHealth: item.failoverHealth,
    healthErrors: item.healthErrors.map(healthError),
    policy: direction.policyName,
    processServer: server?.name ?? direction.processServerId ?? '',
    group: isGrouped(item) ? item.groupName : null,
    rpoMs: item.rpoMs,
    recoveryPoints: points.length,
    newestPointMs: points.at(-1)?.timeMs ?? null,
    resyncRequired: item.pairs.some((pair) => pair.resyncRequired !== null),
    disks: item.pairs.map(({ diskId, diskName, sizeBytes, report }) => ({
      diskId,
      name: diskName,
      stage: report?.stage ?? 'ResyncStepI',
      mode: report?.mode ?? 'data',
      totalBytes: report?.totalBytes ?? sizeBytes,
      processedBytes: report?.processedBytes ?? 0,
      transferredBytes: report?.transferredBytes ?? 0,
      pendingBytes: report?.pendingBytes ?? 0,
    })),
    azureMachine: item.forward.azureCopy?.name ?? null,
    testMachine: item.testFailover.copy?.name ?? null,
  };
}

export function machineRecord(parts: ControlParts, hosted: HostedMachine): MachineRecord {
  const { definition, machine } = hosted;
  const item = itemOf(parts.siteVault.vault, definition.machineId);
  const discovered = parts.siteVault.vault.records.configServers
    .list()
    .flatMap((server) => server.machines)
    .find((one) => one.machineId === definition.machineId);
  return {
    machineId: definition.machineId,
    name: definition.name,
    platform: definition.platform,
    osType: definition.osType,
    // As vSphere has it: a guest that is shutting down is still on.
    poweredOn: machine.state !== 'poweredOff',
    ipAddresses: definition.nics.flatMap((nic) => nic.ipAddress ?? []),
    disks: definition.disks.map(({ diskId, name, sizeBytes, osDisk }) => ({ diskId, name, sizeBytes, osDisk })),
    workloads: machine.workloads.map((workload) => workload.name),
    intendedGroup: intendedGroup(parts.world, definition.machineId),
    notSelectable:
      item !== undefined ? [] : hosted.location === 'azure' ? ['It runs in Azure already.'] : (discovered?.notSelectable ?? ['It was not discovered yet.']),
    item: item === undefined ? null : itemRecord(parts, item),
  };
}

export function pointRecords(points: readonly RecoveryPoint[]): RecoveryPointRecord[] {
  return points.map((point, place) => ({
    pointId: point.recoveryPointId,
    markId: point.markId,
    timeMs: point.timeMs,
    consistency: point.consistency,
    multiVm: point.multiVmSyncPoint,
    latest: place === points.length - 1,
  }));
}

export function policyRecord(parts: ControlParts, policy: VaultPolicy): PolicyRecord {
  const { name, instanceType, rpoThresholdMs, retentionMs, appConsistentIntervalMs, crashConsistentIntervalMs, multiVmSyncStatus } = policy;
  const servers = parts.siteVault.vault.records.mappings.list().filter((mapping) => mapping.policyName === name);
  return {
    name,
    direction: instanceType === 'InMage' ? 'reverse' : 'forward',
    rpoThresholdMs,
    retentionMs,
    appConsistentIntervalMs,
    crashConsistentIntervalMs,
    multiVmSync: multiVmSyncStatus === 'Enabled',
    configurationServers: servers.map(
      (mapping) => parts.siteVault.vault.records.configServers.get(mapping.configServerId)?.friendlyName ?? mapping.configServerId,
    ),
  };
}

export function planRecord(parts: ControlParts, plan: VaultPlan): PlanRecord {
  const action = (one: VaultPlan['groups'][number]['startGroupActions'][number]): PlanAction => ({
    name: one.actionName,
    kind: one.kind,
    ...(one.kind === 'manual' ? { instruction: one.description } : { timeoutMs: one.timeoutMs }),
    ...(one.kind === 'script' ? { command: one.path } : {}),
    ...(one.kind === 'runbook' ? { runbook: one.runbookId } : {}),
    failoverTypes: one.failoverTypes.map((type) => controlTypes[type]),
    failoverDirections: one.failoverDirections,
  });
  const members = plan.groups.flatMap((group) => group.itemIds).map((itemId) => parts.siteVault.vault.item(itemId));
  const [first, ...others] = members.map((item) => item.allowedOperations);
  return {
    name: plan.name,
    groups: plan.groups.map(({ groupType, itemIds, startGroupActions, endGroupActions }) => ({
      kind: groupType,
      machines: itemIds.map((itemId) => parts.siteVault.vault.item(itemId).friendlyName),
      before: startGroupActions.map(action),
      after: endGroupActions.map(action),
    })),
    allowedOperations: (first ?? []).filter((operation) => others.every((list) => list.includes(operation))),
  };
}

const controlTypes = { TestFailover: 'test', PlannedFailover: 'planned', UnplannedFailover: 'unplanned' } as const;

/** The configuration server of this lab. */
export function configServerId(parts: ControlParts): string {
  return parts.site.configServer.hostId;
}

/** By a machine's name or id, at the site or in Azure, or by the item's own id. @throws LabError NotFound */
export function requireItem(parts: ControlParts, machine: string): ItemView {
  const named = parts.siteVault.vault.items().filter((item) => item.itemId === machine || item.friendlyName.toLowerCase() === machine.toLowerCase());
  if (named.length === 1 && named[0] !== undefined) return named[0];
  const item = itemOf(parts.siteVault.vault, parts.disks.find(machine).definition.machineId);
  if (item === undefined) throw new LabError('MachineNotProtected', machine);
  return item;
}

export function healthError(error: ItemView['healthErrors'][number]): HealthError {
  return {
    code: error.errorCode,
    level: error.errorLevel,
    message: error.errorMessage,
    possibleCauses: error.possibleCauses,
    recommendedAction: error.recommendedAction,
    sinceMs: error.creationMs,
  };
}

/** asr-behaviour §6.3, column "portal text". */
function stateText(state: ItemView['protectionState']): string {
  switch (state) {
    case 'EnablingProtection':
      return 'Enabling protection';
    case 'EnablingFailed':
      return 'Enabling protection failed';
    case 'InitialReplicationInProgress':
      return 'Initial replication in progress';
    case 'InitialReplicationCompletedOnPrimary':
      return 'Waiting for first recovery point';
    case 'Protected':
      return 'Protected';
    case 'UnplannedFailoverInitiated':
      return 'Failover in progress';
    case 'UnplannedFailoverFailed':
      return 'Failover failed';
    case 'UnplannedFailoverCommitPendingStatesBegin':
      return 'Failover completed';
    case 'ChangeRecoveryPointInitiated':
      return 'Changing the recovery point';
    case 'ChangeRecoveryPointFailed':
      return 'Changing the recovery point failed';
    case 'CommitFailoverInProgressOnRecovery':
      return 'Committing failover';
    case 'CommitFailoverFailedOnRecovery':
      return 'Commit failed';
    case 'UnplannedFailoverCommitted':
      return 'Failover committed';
    case 'ReprotectInitiated':
      return 'Reprotecting';
    case 'ReprotectFailed':
      return 'Reprotect failed';
    case 'DisablingProtection':
      return 'Disabling protection';
    case 'DisablingFailed':
      return 'Disabling protection failed';
    case 'MigrationCompleted':
      return 'Migration completed';
  }
}
