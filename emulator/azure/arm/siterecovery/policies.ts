// Replication policies: `V/replicationPolicies` (arm-contract §5.5).
import type { PolicyRecord, PolicyRequest } from '../../vault/policies/state.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import type { Body } from '../protocol/body.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes, sameId, type VaultIds } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const minuteMs = 60_000;

export function policyOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationPolicies_List', 'GET V/replicationPolicies', ({ call, vault, ids }) =>
      page(call, vault.records.policies.list(), (policy) => policyResource(ids, policy)),
    ),
    define('ReplicationPolicies_Get', 'GET V/replicationPolicies/{policyName}', (scope) => ok(policyResource(scope.ids, requirePolicy(scope)))),
    define('ReplicationPolicies_Create', 'PUT V/replicationPolicies/{policyName}', (scope) => {
      const { call, vault } = scope;
      const input = call.body.part('properties').part('providerSpecificInput');
      return scope.accepted(vault.operations.putPolicy(policyRequest(param(call, 'policyName'), input)));
    }),
    define('ReplicationPolicies_Update', 'PATCH V/replicationPolicies/{policyName}', (scope) => {
      const { name } = requirePolicy(scope);
      const input = scope.call.body.part('properties').part('replicationProviderSettings');
      return scope.accepted(scope.vault.operations.updatePolicy(policyRequest(name, input)));
    }),
    define('ReplicationPolicies_Delete', 'DELETE V/replicationPolicies/{policyName}', (scope) =>
      scope.accepted(scope.vault.operations.removePolicy(requirePolicy(scope).name), { outcome: 'none' }),
    ),
  ];
}

function requirePolicy({ call, vault }: VaultScope): PolicyRecord {
  const name = param(call, 'policyName');
  const policy = vault.records.policies.list().find((one) => sameId(one.name, name));
  if (policy === undefined) throw resourceMissing(name);
  return policy;
}

function policyRequest(name: string, input: Body): PolicyRequest {
  if (!input.present) throw badRequest('InvalidParameter', 'The provider specific input of the policy is required.');
  const minutes = (field: string): number | undefined => {
    const value = input.optionalNumber(field);
    return value === undefined ? undefined : value * minuteMs;
  };
  const instanceType = input.optionalWord('instanceType', ['InMageAzureV2', 'InMage']);
  const [rpoThresholdMs, retentionMs, appConsistentIntervalMs] = [
    'recoveryPointThresholdInMinutes',
    'recoveryPointHistory',
    'appConsistentFrequencyInMinutes',
  ].map(minutes);
  const sync = input.optionalWord('multiVmSyncStatus', ['Enable', 'Disable']);
  return {
    name,
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(rpoThresholdMs === undefined ? {} : { rpoThresholdMs }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(appConsistentIntervalMs === undefined ? {} : { appConsistentIntervalMs }),
    ...(sync === undefined ? {} : { multiVmSync: sync === 'Enable' }),
  };
}

/** @returns the resource as clients get it; all times in minutes */
export function policyResource(ids: VaultIds, policy: PolicyRecord): unknown {
  return {
    id: ids.policy(policy.name),
    name: policy.name,
    type: resourceTypes.policy,
    properties: {
      friendlyName: policy.name,
      providerSpecificDetails: {
        instanceType: policy.instanceType,
        ...(policy.instanceType === 'InMageAzureV2' ? { crashConsistentFrequencyInMinutes: policy.crashConsistentIntervalMs / minuteMs } : {}),
        recoveryPointThresholdInMinutes: policy.rpoThresholdMs / minuteMs,
        recoveryPointHistory: policy.retentionMs / minuteMs,
        appConsistentFrequencyInMinutes: policy.appConsistentIntervalMs / minuteMs,
        multiVmSyncStatus: policy.multiVmSyncStatus,
      },
    },
  };
}
