// Every operation there is, in the order in which menus and lists show them.
import { clockOperations } from './clockOperations.ts';
import { cleanUpTestFailover, testFailover } from './drillOperations.ts';
import { enableReplication } from './enableReplication.ts';
import { cancelFailover, changeRecoveryPoint, commit, failback, failover } from './failoverOperations.ts';
import { updateProperties } from './itemProperties.ts';
import { cancelJob, exportJobs, restartJob, resumeJob } from './jobOperations.ts';
import { machineOperations } from './machineOperations.ts';
import type { Operation, SubjectKind } from './operation.ts';
import { addManualAction, addScriptAction, removePlanAction } from './planActions.ts';
import { addItemsToPlan, addMachines, addPlanGroup, createPlan, deletePlan, removeFromPlan, removePlanGroup } from './planOperations.ts';
import { planCleanUp, planCommit, planFailback, planFailover, planReprotect, planTestFailover } from './planRuns.ts';
import { associatePolicy, createPolicy, deletePolicy, dissociatePolicy, updatePolicy } from './policyOperations.ts';
import { changeProcessServer, completeMigration, disableReplication, removeFromVault, resynchronize, updateMobilityService } from './replicationOperations.ts';
import { reprotect } from './reprotectOperation.ts';
import { addPhysicalServer, addVCenter, refreshServer, removeVCenter, renewCertificate, switchProcessServer } from './siteOperations.ts';
import { troubleOperations } from './troubleOperations.ts';

/** Each has answers of its own, and is given only the answers to its own questions. */
export const operations: readonly Operation[] = [
  enableReplication,
  testFailover,
  cleanUpTestFailover,
  failover,
  failback,
  changeRecoveryPoint,
  commit,
  cancelFailover,
  reprotect,
  resynchronize,
  updateProperties,
  changeProcessServer,
  updateMobilityService,
  addItemsToPlan,
  completeMigration,
  disableReplication,
  removeFromVault,
  createPlan,
  planTestFailover,
  planCleanUp,
  planFailover,
  planFailback,
  planCommit,
  planReprotect,
  addMachines,
  addPlanGroup,
  addManualAction,
  addScriptAction,
  removeFromPlan,
  removePlanGroup,
  removePlanAction,
  deletePlan,
  createPolicy,
  updatePolicy,
  associatePolicy,
  dissociatePolicy,
  deletePolicy,
  refreshServer,
  addVCenter,
  removeVCenter,
  addPhysicalServer,
  switchProcessServer,
  renewCertificate,
  cancelJob,
  resumeJob,
  restartJob,
  exportJobs,
  ...clockOperations,
  ...troubleOperations,
  ...machineOperations,
];

export function operationNamed(id: string): Operation | undefined {
  return operations.find((operation) => operation.id === id);
}

/** Those that a row of this kind can be the subject of. */
export function operationsOn(kind: SubjectKind): readonly Operation[] {
  return operations.filter(({ on }) => on.includes(kind));
}
