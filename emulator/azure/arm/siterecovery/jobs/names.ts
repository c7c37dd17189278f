// Scenario names and task ids of jobs as recorded, for those that the engine calls otherwise (arm-contract §7.4, §7.5).
import { createHash } from 'node:crypto';
import type { JobView } from '../../../../kernel/jobRecord.ts';

interface Scenario {
  readonly scenarioName: string;
  /** Absent: the engine's word is the recorded one. */
  readonly friendlyName?: string;
}

/** A plan's jobs carry the names of what they do to its members. */
const scenarios: Readonly<Record<string, Scenario>> = {
  CompleteMigration: { scenarioName: 'DisableDr' },
  DeleteRecoveryPlan: { scenarioName: 'DeleteRecoveryPlan', friendlyName: 'Delete a recovery plan' },
  RecoveryPlanCommit: { scenarioName: 'CommitFailover' },
  RecoveryPlanFailover: { scenarioName: 'UnplannedFailover' },
  RecoveryPlanReprotect: { scenarioName: 'SwitchReplicationGroupProtection' },
  RecoveryPlanTestFailover: { scenarioName: 'TestFailover' },
  RecoveryPlanTestFailoverCleanup: { scenarioName: 'TestFailoverCleanup' },
  SaveRecoveryPlan: { scenarioName: 'SaveRecoveryPlan', friendlyName: 'Save a recovery plan' },
  UpdateRecoveryPlan: { scenarioName: 'UpdateRecoveryPlan', friendlyName: 'Save a recovery plan' },
};

export function scenarioOf(job: Pick<JobView, 'kind' | 'friendlyName'>): Required<Scenario> {
  const known = Object.hasOwn(scenarios, job.kind) ? scenarios[job.kind] : undefined;
  return { scenarioName: known?.scenarioName ?? job.kind, friendlyName: known?.friendlyName ?? job.friendlyName };
}

interface TaskNames {
  readonly taskId: string;
  /** Absent: the engine's word is the recorded one. */
  readonly name?: string;
}

/** `<kind>/<task>` before `<task>` alone. */
const tasks: Readonly<Record<string, TaskNames>> = {
  CloudPairingPairClouds: { taskId: 'CloudPairingWfPairCloudsTask' },
  CloudPairingPrepareCloud: { taskId: 'CloudPairingWfPrepareCloudForPairingTask' },
  CloudPairingPrepareSite: { taskId: 'CloudPairingWfPrepareSiteTask' },
  CloudPairingPrerequisitesCheck: { taskId: 'CloudPairingWfPreflightChecksTask' },
  CloudUnpairingCleanupClouds: { taskId: 'CloudUnpairingWfCleanupCloudsTask' },
  CloudUnpairingCleanupSite: { taskId: 'CloudUnpairingWfCleanupSiteTask' },
  CloudUnpairingPrerequisitesCheck: { taskId: 'CloudUnpairingWfPreflightChecksTask' },
  CloudUnpairingUnpairClouds: { taskId: 'CloudUnpairingWfUnpairCloudsTask' },
  CreateProtectionTarget: { taskId: 'CreateProtectionTargetTask' },
  EnableProtection: { taskId: 'EnableProtectionTask' },
  EnableProtectionPrerequisitesCheck: { taskId: 'EnableProtectionPreflightChecksTask' },
  'SwitchReplicationGroupProtection/VmCommitFailover': { taskId: 'CommitFailoverTask' },
  UpdateDraState: { taskId: 'UpdateDraStateTask' },
  VmFailover: { taskId: 'FailoverTask' },
  VmFoStartVmOnSecondary: { taskId: 'StartVmOnSecondary' },
  VmPrepareForUnPlannedFailover: { taskId: 'PrepareForUnPlannedFailoverTask' },
  VmShutdownVmOnPrimary: { taskId: 'ShutdownVmOnPrimaryForUFO' },
  VmStartInitialReplication: { taskId: 'StartInitialReplicationTask' },
  VmTfoBootTestVm: { taskId: 'BootTestProtectedEntitiesTask' },
  VmTfoCleanupPreflightsCheck: { taskId: 'TestFailoverCleanupPreflightChecksTask' },
  VmTfoDeleteTestVm: { taskId: 'CleanupTestProtectedEntitiesTask' },
  VmTfoEndFailover: { taskId: 'EndTestFailoverTask' },
  VmTfoInitiateFailover: { taskId: 'BeginTestFailoverTask' },
  VmTfoPrepareTestVm: { taskId: 'PrepareTestProtectedEntitiesTask' },
  VmTfoPrerequisitesCheck: { taskId: 'TestFailoverPreflightChecksTask' },
  VmUfoPrerequisitesCheck: { taskId: 'UnplannedFailoverPreflightChecksTask' },
};

/** Tasks whose recorded id is a GUID of their own. */
const numbered: Readonly<Record<string, string>> = {
  RepairVmReplicationTask: 'RepairVmReplicationTask',
  UpdateVmPropertiesTask: 'UpdateVmPropertiesTask',
  VmCommit: 'VmCommit',
  VmCommitPrerequisitesCheck: 'VmCommitPrerequisitesCheck',
};

export function taskNames(job: Pick<JobView, 'kind' | 'jobId'>, taskName: string): Required<TaskNames> {
  const keys = [`${job.kind}/${taskName}`, taskName];
  const number = keys.find((key) => Object.hasOwn(numbered, key));
  if (number !== undefined) return { taskId: nameGuid(`${job.jobId}/${taskName}`), name: numbered[number] as string };
  const known = keys.map((key) => (Object.hasOwn(tasks, key) ? tasks[key] : undefined)).find((one) => one !== undefined);
  return { taskId: known?.taskId ?? taskName, name: known?.name ?? taskName };
}

/** A GUID that follows from a name (version 5), as the service's ids of policies do. */
export function nameGuid(name: string): string {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
