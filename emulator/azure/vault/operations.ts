// Everything that a user can ask of the vault, one method each; all but refusals give a job (asr-behaviour §4.3).
import type { JobView } from '../../kernel/jobRecord.ts';
import { LabError } from '../../kernel/errors.ts';
import type { VaultContext } from './context.ts';
import { startChangePoint, type ChangePointInput } from './failover/changePoint.ts';
import { cancelFailover } from './failover/cancel.ts';
import { startCommit, startCompleteMigration } from './failover/commit.ts';
import { requestFailover, type FailoverRequest } from './failover/failover.ts';
import { startReprotect, type ReprotectRequest } from './failover/reprotect.ts';
import { requestTestFailover, startTestFailoverCleanup, type TestFailoverRequest } from './failover/testFailover.ts';
import { startEnable, type EnableRequest } from './items/enable.ts';
import { startDisable, startProcessServerChange, startResync, startUpdateProperties } from './items/maintenance.ts';
import type { TargetChange } from './items/nics.ts';
import { startPurge } from './items/purge.ts';
import { activeDirection } from './items/state.ts';
import { startResolveHealth } from './health/resolve.ts';
import { startPlanCleanup, startPlanCommit, startPlanReprotect } from './plans/parallelRuns.ts';
import { cancelPlanRun, requirePlan } from './plans/planJobs.ts';
import {
  startPlanFailover,
  startPlanTestFailover,
  startPutPlan,
  startRemovePlan,
  startUpdatePlan,
  type PlanRequest,
  type PlanRunRequest,
} from './plans/service.ts';
import { startRefreshHealth } from './health/refreshHealth.ts';
import { startExport, type ExportRequest } from './jobs/exportJobs.ts';
import { startRestart } from './jobs/restartJob.ts';
import { startAssociate, startDissociate, startPurgeMapping, startPutMapping, type MappingRequest } from './policies/mappings.ts';
import { startCreatePolicy, startPutPolicy, startRemovePolicy, startUpdatePolicy } from './policies/service.ts';
import type { PolicyRequest } from './policies/state.ts';
import { startAddPhysicalServer, startRefresh, startRenewCertificate, startUpdateMobilityService, type PhysicalServerRequest } from './site/infrastructure.ts';
import { startPurgeConfigServer, startRemoveConfigServer } from './site/removal.ts';
import { startAddVCenter, startRemoveVCenter, startUpdateVCenter, type VCenterRequest } from './site/vCenters.ts';

export class VaultOperations {
  readonly #context: VaultContext;

  constructor(context: VaultContext) {
    this.#context = context;
  }

  /** With its failback policy, as the portal does. */
  createPolicy(request: PolicyRequest): JobView {
    return startCreatePolicy(this.#context, request);
  }

  /** This one policy, of either provider. */
  putPolicy(request: PolicyRequest): JobView {
    return startPutPolicy(this.#context, request);
  }

  updatePolicy(request: PolicyRequest): JobView {
    return startUpdatePolicy(this.#context, request);
  }

  removePolicy(name: string): JobView {
    return startRemovePolicy(this.#context, name);
  }

  associatePolicy(policyName: string, configServerId: string): JobView {
    return startAssociate(this.#context, { policyName, configServerId });
  }

  dissociatePolicy(policyName: string, configServerId: string): JobView {
    return startDissociate(this.#context, { policyName, configServerId });
  }

  /** One policy under a name for the mapping. */
  putMapping(request: MappingRequest): JobView {
    return startPutMapping(this.#context, request);
  }

  purgeMapping(policyName: string, configServerId: string): JobView {
    return startPurgeMapping(this.#context, { policyName, configServerId });
  }

  addVCenter(request: VCenterRequest): JobView {
    return startAddVCenter(this.#context, request);
  }

  removeVCenter(configServerId: string, vCenterId: string): JobView {
    return startRemoveVCenter(this.#context, configServerId, vCenterId);
  }

  updateVCenter(place: { configServerId: string; vCenterId: string }, change: Parameters<typeof startUpdateVCenter>[2]): JobView {
    return startUpdateVCenter(this.#context, place, change);
  }

  removeConfigServer(configServerId: string): JobView {
    return startRemoveConfigServer(this.#context, configServerId);
  }

  /** With everything that it protects. */
  purgeConfigServer(configServerId: string): JobView {
    return startPurgeConfigServer(this.#context, configServerId);
  }

  renewCertificate(configServerId: string): JobView {
    return startRenewCertificate(this.#context, configServerId);
  }

  refresh(configServerId: string): JobView {
    return startRefresh(this.#context, configServerId);
  }

  addPhysicalServer(request: PhysicalServerRequest): JobView {
    return startAddPhysicalServer(this.#context, request);
  }

  updateMobilityService(request: { configServerId: string; hostId: string; accountId: string }): JobView {
    return startUpdateMobilityService(this.#context, request);
  }

  enableReplication(request: EnableRequest): JobView {
    return startEnable(this.#context, request);
  }

  /** @param reason `MigrationComplete`: the machine stays in Azure for good; allowed after a failover only */
  disableReplication(itemId: string, reason: 'NotSpecified' | 'MigrationComplete' = 'NotSpecified'): JobView {
    return startDisable(this.#context, { itemId, reason });
  }

  /** Forgets the item without asking its site. */
  purge(itemId: string): JobView {
    return startPurge(this.#context, { itemId });
  }

  /** Takes note of health errors that are no faults. */
  resolveHealthErrors(itemId: string, errorCodes: readonly string[]): JobView {
    return startResolveHealth(this.#context, { itemId, errorCodes });
  }

  resynchronize(itemId: string, options: { force?: boolean } = {}): JobView {
    return startResync(this.#context, { itemId, force: options.force ?? false });
  }

  /** "Load balance": these machines. */
  changeProcessServer(itemIds: readonly string[], processServerId: string): JobView {
    return startProcessServerChange(this.#context, { itemIds, processServerId });
  }

  /** "Switch": all machines of a process server. */
  switchProcessServer(fromProcessServerId: string, toProcessServerId: string): JobView {
    const items = this.#context.records.items.list().filter((item) => activeDirection(item).processServerId === fromProcessServerId);
    return startProcessServerChange(this.#context, { itemIds: items.map((item) => item.itemId), processServerId: toProcessServerId });
  }

  updateProperties(itemId: string, target: TargetChange): JobView {
    return startUpdateProperties(this.#context, { itemId, target });
  }

  testFailover(request: TestFailoverRequest): JobView {
    return requestTestFailover(this.#context, request);
  }

  testFailoverCleanup(itemId: string, comments: string | null = null): JobView {
    return startTestFailoverCleanup(this.#context, { itemId, comments });
  }

  /** To Azure or back: the direction is the item's. */
  unplannedFailover(request: FailoverRequest): JobView {
    return requestFailover(this.#context, request);
  }

  /** @returns the job of the failover that goes on, which ends as Cancelled */
  cancelFailover(itemId: string): JobView {
    return cancelFailover(this.#context, itemId);
  }

  /** @throws LabError SwitchProviderNotSupported, always: there is nothing in the lab to switch to */
  switchProvider(itemId: string): never {
    throw new LabError('SwitchProviderNotSupported', this.#context.records.items.require(itemId).friendlyName);
  }

  /** @throws LabError PlannedFailoverNotSupported, always (asr-behaviour §7.2) */
  plannedFailover(itemId: string): never {
    throw new LabError('PlannedFailoverNotSupported', this.#context.records.items.require(itemId).friendlyName);
  }

  applyRecoveryPoint(request: ChangePointInput): JobView {
    return startChangePoint(this.#context, request);
  }

  commit(itemId: string): JobView {
    return startCommit(this.#context, { itemId });
  }

  completeMigration(itemId: string): JobView {
    return startCompleteMigration(this.#context, { itemId });
  }

  reprotect(request: ReprotectRequest): JobView {
    return startReprotect(this.#context, request);
  }

  putPlan(request: PlanRequest): JobView {
    return startPutPlan(this.#context, request);
  }

  /** Its groups and actions are replaced as a whole. */
  updatePlan(request: Omit<PlanRequest, 'configServerId'>): JobView {
    return startUpdatePlan(this.#context, request);
  }

  removePlan(name: string): JobView {
    return startRemovePlan(this.#context, name);
  }

  planTestFailover(request: Parameters<typeof startPlanTestFailover>[1]): JobView {
    return startPlanTestFailover(this.#context, request);
  }

  planTestFailoverCleanup(planName: string, comments: string | null = null): JobView {
    return startPlanCleanup(this.#context, planName, comments);
  }

  /** Failover with `PrimaryToRecovery`, failback with `RecoveryToPrimary`. */
  planFailover(request: PlanRunRequest): JobView {
    return startPlanFailover(this.#context, request);
  }

  planCommit(planName: string): JobView {
    return startPlanCommit(this.#context, planName);
  }

  /** Without `choose` the engine takes the servers of which there is only one. */
  /** Sets a failed job going again, as a job of its own. */
  restartJob(jobId: string): JobView {
    return startRestart(this.#context, jobId);
  }

  exportJobs(request: ExportRequest): JobView {
    return startExport(this.#context, request);
  }

  refreshHealth(): JobView {
    return startRefreshHealth(this.#context);
  }

  planReprotect(planName: string, choose?: Parameters<typeof startPlanReprotect>[2]): JobView {
    return startPlanReprotect(this.#context, planName, choose);
  }

  planFailoverCancel(planName: string): JobView {
    return cancelPlanRun(this.#context, planName);
  }

  /** @throws LabError PlannedFailoverNotSupported, always (asr-behaviour §7.2) */
  planPlannedFailover(planName: string): never {
    throw new LabError('PlannedFailoverNotSupported', requirePlan(this.#context, planName).name);
  }
}
