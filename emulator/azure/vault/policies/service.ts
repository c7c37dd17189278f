// Policies and their associations as jobs (asr-behaviour §3.2): checked when asked for, stored when the job's task runs.
import type { JobDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import { azureFabricId } from '../constants.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { failbackName, failbackPolicyOf, forwardPolicy, mappingIdOf, type PolicyRecord, type PolicyRequest } from './state.ts';

interface PolicyInput {
  readonly policies: readonly PolicyRecord[];
}

interface MappingInput {
  readonly policyName: string;
  readonly configServerId: string;
}

export function policyJobs(context: VaultContext): JobDefinition<never>[] {
  return [addJob(context), updateJob(context), removeJob(context), associateJob(context), dissociateJob(context)] as JobDefinition<never>[];
}

/**
 * Makes the policy and `<name>-failback` beside it, as the portal does.
 * @throws LabError PolicyNameTaken, PolicyInvalid
 */
export function startCreatePolicy(context: VaultContext, request: PolicyRequest): JobView {
  const forward = forwardPolicy(request, context.profile);
  const policies = [forward, failbackPolicyOf(forward)];
  for (const policy of policies) if (context.records.policies.get(policy.name) !== undefined) throw new LabError('PolicyNameTaken', policy.name);
  return context.jobs.start('AddProtectionProfile', { policies } satisfies PolicyInput, { target: profileTarget(forward.name) });
}

/** Applies to all machines that use the policy (asr-behaviour §3.2). @throws LabError NotFound, PolicyInvalid, OperationNotAllowed for the automatic failback policy */
export function startUpdatePolicy(context: VaultContext, request: PolicyRequest): JobView {
  const present = context.records.policies.require(request.name);
  if (present.automatic) throw new LabError('PolicyInvalid', `The values of ${present.name} are fixed.`);
  const { rpoThresholdMs, retentionMs, appConsistentIntervalMs } = present;
  const policy = forwardPolicy(
    { rpoThresholdMs, retentionMs, appConsistentIntervalMs, multiVmSync: present.multiVmSyncStatus === 'Enabled', ...request },
    context.profile,
  );
  return context.jobs.start('UpdateProtectionProfile', { policies: [policy] } satisfies PolicyInput, { target: profileTarget(policy.name) });
}

/** @throws LabError NotFound, PolicyInUse while it is associated */
export function startRemovePolicy(context: VaultContext, name: string): JobView {
  const policy = context.records.policies.require(name);
  const mapping = context.records.mappings.list().find((candidate) => candidate.policyName === name);
  if (mapping !== undefined) throw new LabError('PolicyInUse', `${name} is associated with ${mapping.configServerId}.`);
  return context.jobs.start('RemoveProtectionProfile', { policies: [policy] } satisfies PolicyInput, { target: profileTarget(name) });
}

/** @throws LabError NotFound, ContainerMappingExists */
export function startAssociate(context: VaultContext, input: MappingInput): JobView {
  context.records.policies.require(input.policyName);
  context.records.configServers.require(input.configServerId);
  if (context.records.mappings.get(mappingIdOf(input.policyName, input.configServerId)) !== undefined)
    throw new LabError('ContainerMappingExists', input.policyName);
  return context.jobs.start('AssociateProtectionProfile', input, { target: profileTarget(input.policyName) });
}

/** @throws LabError NotFound, PolicyInUse while a machine uses it */
export function startDissociate(context: VaultContext, input: MappingInput): JobView {
  context.records.mappings.require(mappingIdOf(input.policyName, input.configServerId));
  const user = context.records.items
    .list()
    .find(
      (item) =>
        item.configServerId === input.configServerId &&
        (item.forward.policyName === input.policyName || (item.direction === 'reverse' && item.reverse?.policyName === input.policyName)),
    );
  if (user !== undefined) throw new LabError('PolicyInUse', `${input.policyName} protects ${user.friendlyName}.`);
  return context.jobs.start('DissociateProtectionProfile', input, { target: profileTarget(input.policyName) });
}

function profileTarget(name: string): { targetId: string; targetName: string; targetType: string } {
  return { targetId: name, targetName: name, targetType: 'ProtectionProfile' };
}

function addJob(context: VaultContext): JobDefinition<PolicyInput> {
  return {
    kind: 'AddProtectionProfile',
    friendlyName: 'Create replication policy',
    tasks: () => [
      { name: 'AddProtectionProfilePrerequisitesCheck', friendlyName: 'Prerequisites check for creating the replication policy', run: () => 'done' },
      { name: 'AddProtectionProfile', friendlyName: 'Creating the replication policy', run: ({ input }) => store(context, input) },
    ],
  };
}

function updateJob(context: VaultContext): JobDefinition<PolicyInput> {
  return {
    kind: 'UpdateProtectionProfile',
    friendlyName: 'Update the replication policy',
    tasks: () => [
      {
        name: 'UpdateProtectionProfile',
        friendlyName: 'Updating the replication policy',
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
        name: 'RemoveProtectionProfile',
        friendlyName: 'Removing the replication policy',
        run: ({ input }) => {
          for (const policy of input.policies) context.records.policies.delete(policy.name);
          return 'done';
        },
      },
    ],
  };
}

/** Associating a forward policy associates its failback policy as well (asr-behaviour §3.2). */
function associateJob(context: VaultContext): JobDefinition<MappingInput> {
  return {
    kind: 'AssociateProtectionProfile',
    friendlyName: 'Associate the replication policy',
    tasks: () => [
      {
        name: 'AssociateProtectionProfile',
        friendlyName: 'Associating the replication policy',
        run: (task) => {
          const pause = task.notBefore(durationMs(context, 'associatePolicyMs'));
          if (pause !== undefined) return pause;
          const { policyName, configServerId } = task.input;
          const server = context.records.configServers.require(configServerId);
          context.records.transaction(() => {
            for (const policy of pairOf(context, policyName))
              context.records.mappings.put({
                mappingId: mappingIdOf(policy.name, configServerId),
                policyName: policy.name,
                configServerId,
                targetContainer: policy.instanceType === 'InMage' ? server.containerName : azureFabricId,
                associatedMs: context.kernel.clock.now(),
              });
          });
          return 'done';
        },
      },
    ],
  };
}

function dissociateJob(context: VaultContext): JobDefinition<MappingInput> {
  return {
    kind: 'DissociateProtectionProfile',
    friendlyName: 'Dissociate the replication policy',
    tasks: () => [
      {
        name: 'DissociateProtectionProfile',
        friendlyName: 'Dissociating the replication policy',
        run: ({ input }) => {
          context.records.mappings.delete(mappingIdOf(input.policyName, input.configServerId));
          return 'done';
        },
      },
    ],
  };
}

function pairOf(context: VaultContext, policyName: string): PolicyRecord[] {
  const policy = context.records.policies.require(policyName);
  const failback = policy.instanceType === 'InMageAzureV2' ? context.records.policies.get(failbackName(policyName)) : undefined;
  return failback?.automatic === true ? [policy, failback] : [policy];
}
