// "Reprotect": the item turns round and becomes a source at its other end (asr-behaviour §6.2, §7.3, §7.5).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { hasEnded, type JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { requireAssociatedPolicy, type EnableInput } from '../items/enable.ts';
import { changeItem, moveItem, releaseItem, resyncRequired, retakeItem, startItemJob, targetOf } from '../items/itemJobs.ts';
import { retirePairs } from '../items/pairs.ts';
import { requireOperation } from '../items/protectionState.ts';
import type { ProtectedItem } from '../items/state.ts';
import { commitItem } from './commit.ts';
import { requireDirection, type FailoverDirection } from './direction.ts';
import { defaultReprotectPolicy, reprotectToAzureViolations, reprotectViolations, type ReprotectChoices } from './reprotectChecks.ts';

export interface ReprotectRequest {
  readonly itemId: string;
  readonly processServerId: string;
  /** The next three: towards on premises only. */
  readonly masterTargetId?: string;
  readonly retentionDrive?: string;
  readonly datastoreName?: string;
  /** Absent: the policy that belongs to the present one. */
  readonly policyName?: string;
  /** Absent: the only one there is. */
  readonly direction?: FailoverDirection;
  /** The next three: towards Azure only; absent: as it was when the machine replicated to Azure before. */
  readonly storageAccount?: string;
  readonly logStorageAccount?: string;
  readonly accountId?: string;
}

interface ReprotectInput extends ReprotectChoices {
  readonly itemId: string;
  readonly purpose: 'reprotectToOnPremises' | 'reprotectToAzure';
  readonly viaPlan: boolean;
  readonly forward?: Pick<ReprotectRequest, 'storageAccount' | 'logStorageAccount' | 'accountId'>;
}

/** @throws LabError OperationNotAllowed (not committed, no failover), ItemBusy, InvalidArgument, InvalidFailoverDirection, 78253 */
export function startReprotect(context: VaultContext, request: ReprotectRequest, parentJobId?: string): JobView {
  const item = context.records.items.require(request.itemId);
  requireDirection(item, 'reprotect', request.direction);
  requireOperation(item, 'SwitchProtection', resyncRequired(context, item));
  const toOnPremises = item.direction === 'forward';
  if (toOnPremises && (request.masterTargetId === undefined || request.retentionDrive === undefined || request.datastoreName === undefined))
    throw new LabError('InvalidArgument', 'Re-protection to on premises needs a master target, a retention drive and a datastore.');
  if (!toOnPremises) requireAssociatedPolicy(context, request.policyName ?? defaultReprotectPolicy(item), item.configServerId);
  const input: ReprotectInput = { ...reprotectInput(item, request), viaPlan: parentJobId !== undefined };
  return startItemJob(context, {
    itemId: item.itemId,
    kind: 'SwitchReplicationGroupProtection',
    operation: 'SwitchProtection',
    event: 'reprotectStarted',
    input,
    ...(parentJobId === undefined ? {} : { parentJobId }),
  });
}

function reprotectInput(item: ProtectedItem, request: ReprotectRequest): Omit<ReprotectInput, 'viaPlan'> {
  const { processServerId, masterTargetId = '', retentionDrive = '', datastoreName = '', storageAccount, logStorageAccount, accountId } = request;
  return {
    itemId: item.itemId,
    purpose: item.direction === 'forward' ? 'reprotectToOnPremises' : 'reprotectToAzure',
    processServerId,
    masterTargetId,
    retentionDrive,
    datastoreName,
    policyName: request.policyName ?? defaultReprotectPolicy(item),
    forward: {
      ...(storageAccount === undefined ? {} : { storageAccount }),
      ...(logStorageAccount === undefined ? {} : { logStorageAccount }),
      ...(accountId === undefined ? {} : { accountId }),
    },
  };
}

export function reprotectJob(context: VaultContext): JobDefinition<ReprotectInput> {
  return {
    kind: 'SwitchReplicationGroupProtection',
    friendlyName: 'Reprotect',
    tasks: () => [
      { name: 'SwitchReplicationGroupProtectionPreflightTask', friendlyName: 'Prerequisite check', run: (task) => preflight(context, task.input) },
      { name: 'VmCommitFailover', friendlyName: 'Committing failover', run: (task) => commitWhenNeeded(context, task.input) },
      { name: 'DiscoverReplicaTask', friendlyName: 'Discovering replica virtual machine', run: (task) => discoverReplica(context, task.input) },
      { name: 'GetSwitchProtectionRequirementsTask', friendlyName: 'Getting reprotection requirements', run: (task) => turnRound(context, task.input) },
      { name: 'ProtectReplicaTask', friendlyName: 'Reprotecting virtual machine (1)', limitMs: Infinity, run: (task) => protectReplica(context, task) },
    ],
    ended: (job, input) =>
      releaseItem(context, job, { itemId: input.itemId, event: job.state === 'Failed' || job.state === 'Cancelled' ? 'reprotectFailed' : undefined }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'SwitchProtection', event: 'reprotectStarted' }),
  };
}

function preflight(context: VaultContext, input: ReprotectInput): TaskOutcome {
  const item = context.records.items.require(input.itemId);
  const violations = hasTurned(item, input)
    ? []
    : input.purpose === 'reprotectToOnPremises'
      ? reprotectViolations(context, item, input)
      : reprotectToAzureViolations(context, item, input.processServerId);
  return violations.length === 0
    ? 'done'
    : {
        failed: new LabError('ReprotectPrerequisitesFailed', `${item.friendlyName}: ${violations.map((violation) => violation.message).join(' ')}`, {
          details: violations,
        }),
      };
}

/** Re-protection of an item that nobody has committed commits on the way. */
async function commitWhenNeeded(context: VaultContext, input: ReprotectInput): Promise<TaskOutcome> {
  const item = context.records.items.require(input.itemId);
  if (context.records.activePairs(item).length === 0 || hasTurned(item, input)) return 'skipped';
  return (await commitItem(context, item)) ?? 'done';
}

function discoverReplica(context: VaultContext, input: ReprotectInput): TaskOutcome {
  const item = context.records.items.require(input.itemId);
  const machineId = input.purpose === 'reprotectToOnPremises' ? item.forward.azureCopy?.machineId : item.onPremisesMachineId;
  const agent = machineId === undefined ? undefined : context.site.agentOn(item.configServerId, machineId);
  return context.site.agentIsAlive(agent) ? 'done' : { wait: 'The Mobility service has not registered with the configuration server.' };
}

/** Exchanges the ends: from here the item's other direction record is the active one. */
async function turnRound(context: VaultContext, input: ReprotectInput): Promise<TaskOutcome> {
  const item = context.records.items.require(input.itemId);
  if (!hasTurned(item, input)) {
    await retirePairs(context, item);
    changeItem(context, item.itemId, (present) =>
      input.purpose === 'reprotectToOnPremises' ? towardsOnPremises(context, present, input) : towardsAzure(context, present, input),
    );
  } else
    changeItem(context, item.itemId, (present) =>
      present.reverse === null || input.purpose === 'reprotectToAzure'
        ? present
        : {
            ...present,
            reverse: {
              ...present.reverse,
              masterTargetId: input.masterTargetId,
              processServerId: input.processServerId,
              retentionDrive: input.retentionDrive,
              datastoreName: input.datastoreName,
            },
          },
    );
  return 'done';
}

/** A second attempt finds the item turned already. */
function hasTurned(item: ProtectedItem, input: ReprotectInput): boolean {
  return item.direction === (input.purpose === 'reprotectToOnPremises' ? 'reverse' : 'forward');
}

function towardsOnPremises(context: VaultContext, item: ProtectedItem, input: ReprotectInput): ProtectedItem {
  const copy = item.forward.azureCopy;
  if (copy === null) throw new Error('The preflight check has seen the Azure VM.');
  const agent = context.site.agentOn(item.configServerId, copy.machineId);
  const home = context.site.machine(item.configServerId, item.onPremisesMachineId);
  return {
    ...item,
    direction: 'reverse',
    reverse: {
      policyName: input.policyName,
      sourceMachineId: copy.machineId,
      agentHostId: agent?.hostId ?? null,
      processServerId: input.processServerId,
      replication: 'notStarted',
      startedMs: context.kernel.clock.now(),
      masterTargetId: input.masterTargetId,
      retentionDrive: input.retentionDrive,
      datastoreName: input.datastoreName,
      targetMachineId: null,
      // Physical servers, and machines that are gone, come back as a new VM (asr-behaviour §7.6).
      location: home !== undefined && home.platform === 'VmWare' ? 'original' : 'alternate',
      recoveredPointMs: null,
    },
  };
}

function towardsAzure(context: VaultContext, item: ProtectedItem, input: ReprotectInput): ProtectedItem {
  const { storageAccount = item.forward.target.storageAccount, logStorageAccount = item.forward.target.logStorageAccount } = input.forward ?? {};
  const agent = context.site.agentOn(item.configServerId, item.onPremisesMachineId);
  return {
    ...item,
    direction: 'forward',
    // A new protection has not been proved by a drill yet (asr-behaviour §5.3).
    testFailover: { ...item.testFailover, state: 'None', lastSuccessMs: null, lastRunSucceeded: false },
    forward: {
      ...item.forward,
      target: { ...item.forward.target, storageAccount, logStorageAccount },
      accountId: input.forward?.accountId ?? item.forward.accountId,
      policyName: input.policyName,
      sourceMachineId: item.onPremisesMachineId,
      agentHostId: agent?.hostId ?? null,
      processServerId: input.processServerId,
      replication: 'notStarted',
      startedMs: context.kernel.clock.now(),
      azureCopy: null,
    },
  };
}

function protectReplica(context: VaultContext, task: TaskContext<ReprotectInput>): TaskOutcome {
  const { itemId, purpose } = task.input;
  const item = context.records.items.require(itemId);
  const child = task.child(itemId, (parentJobId) =>
    context.jobs.start('EnableDr', { itemId, purpose } satisfies EnableInput, { target: targetOf(item), parentJobId }),
  );
  if (!hasEnded(child)) return { wait: 'Replication is being enabled.' };
  if (child.state === 'Failed' || child.state === 'Cancelled')
    return {
      failed: child.errors[0] === undefined ? new LabError('ReprotectPrerequisitesFailed', 'The enabling was cancelled.') : LabError.fromBody(child.errors[0]),
    };
  if (context.records.items.require(itemId).protectionState === 'ReprotectInitiated') moveItem(context, itemId, 'replicationStarted');
  return 'done';
}
