// Policies on configuration servers: container mappings, forward to Azure and back to the server's own container (asr-behaviour §3.2).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import { azureFabricId } from '../constants.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { profileTarget } from './service.ts';
import { failbackName, mappingIdOf, mappingName, type MappingRecord, type PolicyRecord } from './state.ts';

export interface MappingInput {
  readonly policyName: string;
  readonly configServerId: string;
}

export interface MappingRequest extends MappingInput {
  readonly name: string;
  /** What the caller wants the policy for: an InMageAzureV2 policy replicates to Azure, an InMage policy back. */
  readonly target: 'Azure' | 'OwnContainer';
}

interface AssociateInput extends MappingInput {
  /** Absent: as the portal does, with the automatic failback policy beside a forward one. */
  readonly name?: string;
}

export function mappingJobs(context: VaultContext): JobDefinition<never>[] {
  const unpairing = { taskNames: unpairingTasks, friendlyName: 'Dissociate replication policy' };
  return [
    associateJob(context),
    dissociateJob(context, { kind: 'DissociateProtectionProfile', ...unpairing }),
    dissociateJob(context, { kind: 'PurgeProtectionProfileAssociation', ...unpairing, friendlyName: 'Purge replication policy association' }),
  ] as JobDefinition<never>[];
}

/** With the failback policy that was made beside it. @throws LabError NotFound, ContainerMappingExists */
export function startAssociate(context: VaultContext, input: MappingInput): JobView {
  context.records.policies.require(input.policyName);
  context.records.configServers.require(input.configServerId);
  if (context.records.mappings.get(mappingIdOf(input.policyName, input.configServerId)) !== undefined)
    throw new LabError('ContainerMappingExists', input.policyName);
  return startAssociateJob(context, input);
}

/**
 * This one policy, under the caller's name. One that is there already in the same way is left as it is (the job's other tasks are skipped).
 * @throws LabError NotFound, ContainerMappingExists, PolicyProviderInvalid for a policy of the other direction's provider
 */
export function startPutMapping(context: VaultContext, request: MappingRequest): JobView {
  const { name, policyName, configServerId, target } = request;
  const { instanceType } = context.records.policies.require(policyName);
  context.records.configServers.require(configServerId);
  if ((instanceType === 'InMageAzureV2') !== (target === 'Azure'))
    throw new LabError('PolicyProviderInvalid', `${instanceType} of ${policyName} does not replicate to this container.`);
  const ofPolicy = context.records.mappings.get(mappingIdOf(policyName, configServerId));
  const ofName = findMapping(context, configServerId, name);
  if (ofPolicy?.mappingId !== ofName?.mappingId)
    throw new LabError(
      'ContainerMappingExists',
      ofName === undefined ? `${policyName}: ${mappingName(ofPolicy as MappingRecord)}.` : `${name}: ${ofName.policyName}.`,
    );
  return startAssociateJob(context, { policyName, configServerId, name });
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

/** The same by force: machines that use it go on, but no further one can be enabled or re-protected with it. @throws LabError NotFound */
export function startPurgeMapping(context: VaultContext, input: MappingInput): JobView {
  context.records.mappings.require(mappingIdOf(input.policyName, input.configServerId));
  return context.jobs.start('PurgeProtectionProfileAssociation', input, { target: profileTarget(input.policyName) });
}

/** Names match in any case. */
function findMapping(context: VaultContext, configServerId: string, name: string): MappingRecord | undefined {
  return context.records.mappings.list().find((one) => one.configServerId === configServerId && mappingName(one).toLowerCase() === name.toLowerCase());
}

function startAssociateJob(context: VaultContext, input: AssociateInput): JobView {
  return context.jobs.start('AssociateProtectionProfile', input, { target: profileTarget(input.policyName) });
}

function associateJob(context: VaultContext): JobDefinition<AssociateInput> {
  return {
    kind: 'AssociateProtectionProfile',
    friendlyName: 'Associate replication policy',
    tasks: () => [
      {
        name: 'CloudPairingPrerequisitesCheck',
        friendlyName: 'Check protection prerequisites',
        run: (task) => {
          context.records.configServers.require(task.input.configServerId);
          // The way back is between parts of the site: nothing has to be prepared for it, and the recordings skip all that follows.
          if (isReverse(context, task.input)) pair(context, task.input);
          task.remember('paired', unpaired(context, task.input).length === 0);
          return 'done';
        },
      },
      {
        name: 'CloudPairingPrepareSite',
        friendlyName: 'Prepare the server',
        run: (task) => skippedWhenPaired(task) ?? task.notBefore(durationMs(context, 'associatePolicyMs')) ?? 'done',
      },
      { name: 'CloudPairingPrepareCloud', friendlyName: 'Prepare for configuring protection', run: (task) => skippedWhenPaired(task) ?? 'done' },
      {
        name: 'CloudPairingPairClouds',
        friendlyName: 'Configure the protection settings',
        run: (task) => skippedWhenPaired(task) ?? pair(context, task.input),
      },
    ],
  };
}

function pair(context: VaultContext, input: AssociateInput): TaskOutcome {
  const { configServerId, name } = input;
  const server = context.records.configServers.require(configServerId);
  context.records.transaction(() => {
    for (const policy of unpaired(context, input))
      context.records.mappings.put({
        mappingId: mappingIdOf(policy.name, configServerId),
        ...(name === undefined ? {} : { name }),
        policyName: policy.name,
        configServerId,
        targetContainer: policy.instanceType === 'InMage' ? server.containerName : azureFabricId,
        associatedMs: context.kernel.clock.now(),
      });
  });
  return 'done';
}

/** The policies of the order that are not associated yet. */
function unpaired(context: VaultContext, input: AssociateInput): PolicyRecord[] {
  return pairOf(context, input).filter((policy) => context.records.mappings.get(mappingIdOf(policy.name, input.configServerId)) === undefined);
}

function isReverse(context: VaultContext, { policyName }: AssociateInput): boolean {
  return context.records.policies.require(policyName).instanceType === 'InMage';
}

function skippedWhenPaired(task: TaskContext<AssociateInput>): TaskOutcome | undefined {
  return task.recall('paired') === true ? 'skipped' : undefined;
}

/** Name and friendly name, in order. */
const unpairingTasks = [
  ['CloudUnpairingPrerequisitesCheck', 'Prerequisites check for dissociating the replication policy'],
  ['CloudUnpairingUnpairClouds', 'Remove the protection configuration'],
  ['CloudUnpairingCleanupClouds', 'Clean up the protection configuration'],
  ['CloudUnpairingCleanupSite', 'Clean up the configuration'],
] as const;

function dissociateJob(context: VaultContext, job: { kind: string; friendlyName: string; taskNames: typeof unpairingTasks }): JobDefinition<MappingInput> {
  return {
    kind: job.kind,
    friendlyName: job.friendlyName,
    tasks: () =>
      job.taskNames.map(([name, friendlyName]) => ({
        name,
        friendlyName,
        run: async ({ input }): Promise<TaskOutcome> => {
          if (name === 'CloudUnpairingUnpairClouds') context.records.mappings.delete(mappingIdOf(input.policyName, input.configServerId));
          // The site's settings no longer speak of it.
          if (name === 'CloudUnpairingCleanupSite') await context.site.ring(input.configServerId);
          return 'done';
        },
      })),
  };
}

function pairOf(context: VaultContext, { policyName, name }: AssociateInput): PolicyRecord[] {
  const policy = context.records.policies.require(policyName);
  const failback = name === undefined && policy.instanceType === 'InMageAzureV2' ? context.records.policies.get(failbackName(policyName)) : undefined;
  return failback?.automatic === true ? [policy, failback] : [policy];
}
