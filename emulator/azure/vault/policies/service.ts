// Policies as jobs (asr-behaviour §3.2): checked when asked for, stored when the job's task runs.
import type { JobDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { failbackPolicyOf, policyOf, requestOf, sameSettings, type PolicyRecord, type PolicyRequest } from './state.ts';

interface PolicyInput {
  readonly policies: readonly PolicyRecord[];
}

export function policyJobs(context: VaultContext): JobDefinition<never>[] {
  return [addJob(context), modifyJob(context), removeJob(context)] as JobDefinition<never>[];
}

/**
 * Makes the policy and `<name>-failback` beside it, as the portal does.
 * @throws LabError PolicyNameTaken, PolicyInvalid
 */
export function startCreatePolicy(context: VaultContext, request: PolicyRequest): JobView {
  const forward = policyOf({ ...request, instanceType: 'InMageAzureV2' }, { profile: context.profile, maker: 'portal' });
  const policies = [forward, failbackPolicyOf(forward)] as const;
  for (const policy of policies) if (context.records.policies.get(policy.name) !== undefined) throw new LabError('PolicyNameTaken', policy.name);
  return startJob(context, 'AddProtectionProfile', policies);
}

/**
 * Makes this one policy, as a call of the service does. A policy of this name with the same settings is left as it is; with others the job
 * fails with 15035.
 * @throws LabError PolicyInvalid
 */
export function startPutPolicy(context: VaultContext, request: PolicyRequest): JobView {
  return startJob(context, 'AddProtectionProfile', [policyOf(request, { profile: context.profile, maker: 'service' })]);
}

/**
 * Applies to all machines that use the policy (asr-behaviour §3.2).
 * @throws LabError NotFound, PolicyInvalid: also for another provider, and for the portal's failback policy
 */
export function startUpdatePolicy(context: VaultContext, request: PolicyRequest): JobView {
  const present = context.records.policies.require(request.name);
  if (present.automatic) throw new LabError('PolicyInvalid', `The values of ${present.name} are fixed.`);
  if (request.instanceType !== undefined && request.instanceType !== present.instanceType)
    throw new LabError('PolicyInvalid', `${present.name} is a policy of ${present.instanceType}, not of ${request.instanceType}.`);
  const policy = policyOf({ ...requestOf(present), ...request }, { profile: context.profile, maker: 'service' });
  return startJob(context, 'ModifyProtectionProfile', [policy]);
}

/** @throws LabError NotFound, PolicyInUse while it is associated */
export function startRemovePolicy(context: VaultContext, name: string): JobView {
  const policy = context.records.policies.require(name);
  const mapping = context.records.mappings.list().find((candidate) => candidate.policyName === name);
  if (mapping !== undefined) throw new LabError('PolicyInUse', `${name} is associated with ${mapping.configServerId}.`);
  return startJob(context, 'RemoveProtectionProfile', [policy]);
}

/** @param policies the one that the job is about first */
function startJob(context: VaultContext, kind: string, policies: readonly [PolicyRecord, ...PolicyRecord[]]): JobView {
  return context.jobs.start(kind, { policies } satisfies PolicyInput, { target: profileTarget(policies[0].name) });
}

export function profileTarget(name: string): { targetId: string; targetName: string; targetType: string } {
  return { targetId: name, targetName: name, targetType: 'ProtectionProfile' };
}

function addJob(context: VaultContext): JobDefinition<PolicyInput> {
  return {
    kind: 'AddProtectionProfile',
    friendlyName: 'Create replication policy',
    tasks: () => [
      { name: 'AddProtectionProfilePreflightsCheckTask', friendlyName: 'Prerequisites check for creating the replication policy', run: () => 'done' },
      {
        name: 'AddProtectionProfileTask',
        friendlyName: 'Creating the replication policy',
        run: ({ input }) => {
          const other = input.policies.find((policy) => {
            const present = context.records.policies.get(policy.name);
            return present !== undefined && !sameSettings(present, policy);
          });
          if (other !== undefined) return { failed: new LabError('15035', `${other.name} has other settings.`) };
          return store(context, { policies: input.policies.filter((policy) => context.records.policies.get(policy.name) === undefined) });
        },
      },
    ],
  };
}

function modifyJob(context: VaultContext): JobDefinition<PolicyInput> {
  return {
    kind: 'ModifyProtectionProfile',
    friendlyName: 'Modify settings of the replication policy',
    tasks: () => [
      { name: 'ModifyProtectionProfilePreflightChecksTask', friendlyName: 'Prerequisites check for updating the replication policy', run: () => 'done' },
      // Associations hold no settings of their own: nothing to do for them (skipped in the recordings too).
      { name: 'ModifyProtectionProfileAssociationParentTask', friendlyName: 'Updating replication configuration', run: () => 'skipped' },
      {
        name: 'ModifyProtectionProfileTask',
        friendlyName: 'Updating the replication policy settings',
        run: async ({ input }): Promise<TaskOutcome> => {
          store(context, input);
          for (const server of context.records.configServers.list()) await context.site.ring(server.hostId);
          return 'done';
        },
      },
    ],
  };
}

function store(context: VaultContext, input: PolicyInput): TaskOutcome {
  context.records.transaction(() => {
    for (const policy of input.policies) context.records.policies.put(policy);
  });
  return 'done';
}

function removeJob(context: VaultContext): JobDefinition<PolicyInput> {
  return {
    kind: 'RemoveProtectionProfile',
    friendlyName: 'Remove the replication policy',
    tasks: () => [
      {
        name: 'RemoveProtectionProfileTask',
        friendlyName: 'Removing the replication policy',
        run: ({ input }) => {
          for (const policy of input.policies) context.records.policies.delete(policy.name);
          return 'done';
        },
      },
    ],
  };
}
