// Recovery plans: `V/replicationRecoveryPlans` (arm-contract §5.11), and what is written of them.
import type { ItemOperation } from '../../vault/items/protectionState.ts';
import type { PlanView } from '../../vault/plans/planView.ts';
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import type { Vault } from '../../vault/vault.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { armTime, optionalArmTime, unsetScenarioTime } from '../protocol/armTime.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { azureFabricName, azureFriendlyName, nameIn, resourceTypes, sameId, type VaultIds } from './ids.ts';
import { scenarioOf } from './jobs/names.ts';
import { groupResource, groupsRequest } from './recoveryPlanGroups.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

/** What can be done to a plan as a whole, by what its members allow. Re-protection has another name here than with an item. */
const planOperations: Partial<Record<ItemOperation, string>> = {
  UnplannedFailover: 'UnplannedFailover',
  TestFailover: 'TestFailover',
  TestFailoverCleanup: 'TestFailoverCleanup',
  Commit: 'Commit',
  SwitchProtection: 'ReverseReplicate',
};

/** That the plan itself is written or removed is no scenario of its machines. */
const ownKinds: readonly string[] = ['SaveRecoveryPlan', 'UpdateRecoveryPlan', 'DeleteRecoveryPlan'];

export function recoveryPlanOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationRecoveryPlans_List', 'GET V/replicationRecoveryPlans', (scope) =>
      page(scope.call, scope.vault.plans(), (plan) => planResource(scope, plan, { list: true })),
    ),
    define('ReplicationRecoveryPlans_Get', 'GET P', (scope) => ok(planResource(scope, requirePlan(scope)))),
    define('ReplicationRecoveryPlans_Create', 'PUT P', (scope) => {
      const input = scope.call.body.part('properties');
      const server = primaryServer(scope, input.text('primaryFabricId'));
      requireAzure(scope, input.text('recoveryFabricId'));
      const model = input.optionalWord('failoverDeploymentModel', ['NotApplicable', 'Classic', 'ResourceManager']) ?? 'ResourceManager';
      if (model !== 'ResourceManager')
        throw badRequest('InvalidParameter', 'Machines are made by the Resource Manager: properties.failoverDeploymentModel must be ResourceManager.');
      if (!input.has('groups')) throw badRequest('InvalidParameter', 'properties.groups is required.');
      const groups = groupsRequest(scope, input.parts('groups'));
      return scope.accepted(scope.vault.operations.putPlan({ ...groups, name: param(scope.call, 'recoveryPlanName'), configServerId: server.hostId }));
    }),
    define('ReplicationRecoveryPlans_Update', 'PATCH P', (scope) => {
      const { name } = requirePlan(scope);
      const input = scope.call.body.part('properties');
      // Without groups there is nothing to change.
      if (!input.has('groups')) return scope.accepted(null);
      return scope.accepted(scope.vault.operations.updatePlan({ ...groupsRequest(scope, input.parts('groups')), name }));
    }),
    define('ReplicationRecoveryPlans_Delete', 'DELETE P', (scope) =>
      scope.accepted(scope.vault.operations.removePlan(requirePlan(scope).name), { outcome: 'none' }),
    ),
  ];
}

/** @throws ArmError 404 */
export function requirePlan({ call, vault }: VaultScope): PlanView {
  const name = param(call, 'recoveryPlanName');
  const plan = vault.plans().find((one) => sameId(one.name, name));
  if (plan === undefined) throw resourceMissing(name);
  return plan;
}

function primaryServer({ ids, servers }: VaultScope, id: string): ConfigServerRecord {
  const server = servers.find((one) => sameId(ids.fabric(one), id));
  if (server === undefined) throw badRequest('ArmResourceDoesNotExist', `properties.primaryFabricId names no fabric of this vault: ${id.slice(0, 500)}.`);
  return server;
}

function requireAzure({ ids }: VaultScope, id: string): void {
  if (sameId(id, azureFriendlyName) || sameId(id, `${ids.vault}/replicationFabrics/${azureFabricName}`)) return;
  throw badRequest('InvalidParameter', `properties.recoveryFabricId must be "${azureFriendlyName}", not "${nameIn(id).slice(0, 200)}".`);
}

/** @returns the resource as clients get it. Lists are lighter: they have no groups (arm-contract §1). */
export function planResource({ ids, vault, servers }: VaultScope, plan: PlanView, { list = false } = {}): unknown {
  const server = servers.find((one) => one.hostId === plan.configServerId);
  const { activity, members } = plan;
  return {
    id: ids.plan(plan.name),
    name: plan.name,
    type: resourceTypes.plan,
    properties: {
      friendlyName: plan.name,
      primaryFabricId: server === undefined ? null : ids.fabric(server),
      primaryFabricFriendlyName: server?.friendlyName ?? null,
      recoveryFabricId: azureFriendlyName,
      recoveryFabricFriendlyName: azureFriendlyName,
      failoverDeploymentModel: 'ResourceManager',
      replicationProviders: providersOf(plan),
      allowedOperations: plan.allowedOperations.flatMap((operation) => planOperations[operation] ?? []),
      lastPlannedFailoverTime: null,
      lastUnplannedFailoverTime: optionalArmTime(activity.lastUnplannedFailoverMs),
      lastTestFailoverTime: optionalArmTime(activity.lastTestFailoverMs),
      ...scenarioProperties(ids, vault, activity),
      groups: list ? [] : plan.groups.map((group) => groupResource(ids, { group, members, server })),
      providerSpecificDetails: [],
    },
  };
}

/** By the direction of each member's replication. */
function providersOf({ members }: PlanView): string[] {
  const providers = new Set(members.map((item) => (item.direction === 'forward' ? 'InMageAzureV2' : 'InMage')));
  return providers.size === 0 ? ['InMageAzureV2'] : [...providers];
}

/** What goes on with the plan's machines. */
function scenarioProperties(ids: VaultIds, vault: Vault, { activeJob }: PlanView['activity']): object {
  if (activeJob === null || ownKinds.includes(activeJob.kind))
    return {
      currentScenario: { scenarioName: 'None', jobId: ids.job('None'), startTime: unsetScenarioTime },
      currentScenarioStatus: null,
      currentScenarioStatusDescription: null,
    };
  const job = vault.jobs.get(activeJob.jobId);
  return {
    currentScenario: { scenarioName: scenarioOf(job).scenarioName, jobId: ids.job(activeJob.jobId), startTime: armTime(activeJob.startMs) },
    currentScenarioStatus: job.state,
    currentScenarioStatusDescription: job.stateDescription,
  };
}
