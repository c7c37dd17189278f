// "Enable replication": from a discovered machine to an item whose first copy runs (asr-behaviour §4.1, §4.2).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { DiscoveredMachine } from '../../../replication/reports.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { serverHealth } from '../health/servers.ts';
import { mappingIdOf } from '../policies/state.ts';
import { attachDisks, createReversePairs } from '../failover/reverseTarget.ts';
import { createForwardTarget } from './forwardTarget.ts';
import { changeItem, moveItem, releaseItem, retakeItem, targetOf } from './itemJobs.ts';
import { nicsOf } from './nics.ts';
import { withActive, type AzureOptions, type DiskSettings, type ProtectedItem, type SourceMachine, type TargetSettings } from './state.ts';
import { enableViolations } from './validation.ts';

export interface EnableRequest {
  readonly configServerId: string;
  readonly machineId: string;
  readonly policyName: string;
  readonly processServerId: string;
  /** Run-as account for push installation; null: the Mobility service is there already. */
  readonly accountId: string | null;
  readonly itemName?: string;
  readonly azureMachineName?: string;
  readonly azureMachineSize?: string;
  readonly networkName?: string | null;
  readonly subnetName?: string | null;
  readonly ipAddress?: string | null;
  readonly storageAccount: string;
  readonly logStorageAccount?: string;
  readonly disksToExclude?: readonly string[];
  /** All others are left out; together with `disksToExclude` both hold. */
  readonly disksToInclude?: readonly string[];
  readonly groupName?: string;
  readonly managedDisks?: boolean;
  readonly disks?: readonly DiskSettings[];
  readonly azure?: AzureOptions;
}

export interface EnableInput {
  readonly itemId: string;
  /** `first`: with the whole prerequisites check; the others are children of a re-protection, which has made its own. */
  readonly purpose: 'first' | 'reprotectToOnPremises' | 'reprotectToAzure';
}

const installLimitMs = 2 * 3_600_000;
const defaultSize = 'Standard_F2s_v2';

/** @throws LabError NotFound, AlreadyProtected, ItemNameTaken, 78253 when the policy is not associated */
export function startEnable(context: VaultContext, request: EnableRequest): JobView {
  const { records, jobs } = context;
  const server = records.configServers.require(request.configServerId);
  const machine = server.machines.find((candidate) => candidate.machineId === request.machineId);
  if (machine === undefined) throw new LabError('NotFound', `${server.friendlyName} has not discovered a machine ${request.machineId}.`);
  if (records.items.list().some((item) => item.source.machineId === machine.machineId || item.onPremisesMachineId === machine.machineId))
    throw new LabError('AlreadyProtected', machine.name);
  if (records.items.list().some((item) => item.name.toLowerCase() === request.itemName?.toLowerCase())) throw new LabError('ItemNameTaken', request.itemName);
  requireAssociatedPolicy(context, request.policyName, request.configServerId);
  return records.transaction(() => {
    const item = records.items.put(newItem(context, request, machine));
    const job = jobs.start('EnableDr', { itemId: item.itemId, purpose: 'first' } satisfies EnableInput, { target: targetOf(item) });
    changeItem(context, item.itemId, (present) => ({ ...present, activeJob: { jobId: job.jobId, kind: job.kind, startMs: context.kernel.clock.now() } }));
    return job;
  });
}

/** @throws LabError 78253 */
export function requireAssociatedPolicy(context: VaultContext, policyName: string, configServerId: string): void {
  const policy = context.records.policies.get(policyName);
  const mapping = context.records.mappings.get(mappingIdOf(policyName, configServerId));
  if (policy === undefined || policy.instanceType !== 'InMageAzureV2' || mapping === undefined) throw new LabError('78253', policyName);
}

export function enableJob(context: VaultContext): JobDefinition<EnableInput> {
  return {
    kind: 'EnableDr',
    friendlyName: 'Enable replication',
    tasks: () => [
      {
        name: 'EnableProtectionPrerequisitesCheck',
        friendlyName: 'Prerequisites check for enabling protection',
        run: (task) => checkPrerequisites(context, task),
      },
      {
        name: 'CreateProtectionTarget',
        friendlyName: 'Installing Mobility Service and preparing target',
        limitMs: installLimitMs,
        run: (task) => createTarget(context, task),
      },
      { name: 'EnableProtection', friendlyName: 'Enable replication', run: (task) => beginReplication(context, task.input.itemId) },
      { name: 'VmStartInitialReplication', friendlyName: 'Starting initial replication', run: (task) => sourceHasBegun(context, task.input.itemId) },
      { name: 'UpdateDraState', friendlyName: 'Updating the provider states', run: (task) => markStarted(context, task.input.itemId) },
    ],
    ended: (job, input) => {
      const event = job.state === 'Failed' || job.state === 'Cancelled' ? (input.purpose === 'first' ? 'enableFailed' : 'reprotectFailed') : undefined;
      releaseItem(context, job, { itemId: input.itemId, event });
    },
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, event: 'enableRestarted' }),
  };
}

function checkPrerequisites(context: VaultContext, task: TaskContext<EnableInput>): TaskOutcome {
  const { input } = task;
  const pause = task.notBefore(durationMs(context, 'enablePrerequisitesMs'));
  if (pause !== undefined) return pause;
  if (input.purpose !== 'first') return 'done';
  const item = context.records.items.require(input.itemId);
  const machine = context.site.machine(item.configServerId, item.source.machineId);
  if (machine === undefined) return { failed: new LabError('NotFound', `${item.friendlyName} is no longer discovered.`) };
  const violations = enableViolations(factsOf(context, item, machine));
  return violations.length === 0
    ? 'done'
    : {
        failed: new LabError('EnablePrerequisitesFailed', `${item.friendlyName}: ${violations.map((violation) => violation.message).join(' ')}`, {
          details: violations,
        }),
      };
}

function factsOf(context: VaultContext, item: ProtectedItem, machine: DiscoveredMachine): Parameters<typeof enableViolations>[0] {
  const { records, deps, profile } = context;
  const server = records.configServers.require(item.configServerId);
  const others = records.items.list().filter((other) => other.itemId !== item.itemId);
  const { target, processServerId } = item.forward;
  const processServer = server.processServers.find((candidate) => candidate.hostId === processServerId);
  return {
    profileName: deps.profile,
    profile,
    machine,
    excludedDiskIds: item.forward.excludedDiskIds,
    target,
    subnets: target.networkName === null ? null : deps.network.subnets(target.networkName),
    processServer,
    processServerHealth: processServer === undefined ? 'Critical' : serverHealth(context, processServer).level,
    replicationPath: server.replicationPath,
    group: others
      .filter((other) => other.groupId === item.groupId)
      .map((other) => ({ name: other.friendlyName, policyName: other.forward.policyName, configServerId: other.configServerId })),
    policyName: item.forward.policyName,
    configServerId: item.configServerId,
    multiVmSync: records.policies.get(item.forward.policyName)?.multiVmSyncStatus === 'Enabled',
    named: item.groupName !== item.groupId,
    nameTaken: others.some((other) => other.forward.target.azureMachineName.toLowerCase() === target.azureMachineName.toLowerCase()),
  };
}

async function createTarget(context: VaultContext, task: TaskContext<EnableInput>): Promise<TaskOutcome> {
  const item = context.records.items.require(task.input.itemId);
  if (item.direction === 'forward') return createForwardTarget(context, task, item);
  createReversePairs(context, item);
  return attachDisks(context, task, item);
}

async function beginReplication(context: VaultContext, itemId: string): Promise<TaskOutcome> {
  const item = changeItem(context, itemId, (present) => withActive(present, { replication: 'running', startedMs: context.kernel.clock.now() }));
  if (item.direction === 'forward') for (const pair of context.records.activePairs(item)) context.pairTargets.open(pair.pairId);
  await context.site.ring(item.configServerId);
  return 'done';
}

function sourceHasBegun(context: VaultContext, itemId: string): TaskOutcome {
  const item = context.records.items.require(itemId);
  const waiting = context.records.activePairs(item).filter((pair) => pair.report === null);
  return waiting.length === 0 ? 'done' : { wait: `The Mobility service has not begun with ${waiting.map((pair) => pair.diskName).join(', ')}.` };
}

function markStarted(context: VaultContext, itemId: string): TaskOutcome {
  const item = context.records.items.require(itemId);
  if (item.protectionState !== 'InitialReplicationInProgress') moveItem(context, itemId, 'replicationStarted');
  return 'done';
}

function sourceOf(machine: DiscoveredMachine): SourceMachine {
  return {
    machineId: machine.machineId,
    name: machine.name,
    platform: machine.platform,
    vCenterId: machine.vCenterId,
    osType: machine.osType === 'Linux' ? 'Linux' : 'Windows',
    osVersion: machine.osVersion,
    firmware: machine.firmware,
    cpuCount: machine.cpuCount,
    memoryBytes: machine.memoryBytes,
    ipAddress: machine.ipAddresses[0] ?? null,
    datastores: machine.datastores,
  };
}

function newItem(context: VaultContext, request: EnableRequest, machine: DiscoveredMachine): ProtectedItem {
  const { kernel, records } = context;
  const nowMs = kernel.clock.now();
  const groupId = groupIdOf(context, request);
  return {
    itemId: kernel.ids.guid(),
    name: request.itemName ?? uniqueName(machine.name, records.items.list()),
    friendlyName: machine.name,
    configServerId: request.configServerId,
    source: sourceOf(machine),
    onPremisesMachineId: machine.machineId,
    groupId,
    groupName: request.groupName ?? groupId,
    protectionState: 'EnablingProtection',
    direction: 'forward',
    forward: {
      policyName: request.policyName,
      sourceMachineId: machine.machineId,
      agentHostId: null,
      processServerId: request.processServerId,
      replication: 'notStarted',
      startedMs: nowMs,
      target: targetSettings(request, machine),
      excludedDiskIds: excludedDisks(request, machine),
      accountId: request.accountId,
      azureCopy: null,
    },
    reverse: null,
    testFailover: { state: 'None', copy: null, lastSuccessMs: null, lastRunSucceeded: false, comments: null },
    activeJob: null,
    stateBefore: null,
    markRequest: null,
    replicationHealth: 'Normal',
    failoverHealth: 'Normal',
    healthErrors: [],
    rpoMs: null,
    lastRpoCalculatedMs: null,
    failedOverMs: null,
  };
}

function targetSettings(request: EnableRequest, machine: DiscoveredMachine): TargetSettings {
  const place = { networkName: request.networkName ?? null, subnetName: request.subnetName ?? null, ipAddress: request.ipAddress ?? null };
  return {
    ...place,
    azureMachineName: request.azureMachineName ?? machine.name,
    azureMachineSize: request.azureMachineSize ?? defaultSize,
    nics: nicsOf(machine, place),
    storageAccount: request.storageAccount,
    logStorageAccount: request.logStorageAccount ?? request.storageAccount,
    managedDisks: request.managedDisks ?? false,
    disks: request.disks ?? [],
    azure: request.azure ?? {},
  };
}

/** A disk that is to be included and is not there is named too, so that the prerequisites check complains of it. */
function excludedDisks({ disksToExclude = [], disksToInclude }: EnableRequest, machine: DiscoveredMachine): string[] {
  if (disksToInclude === undefined) return [...disksToExclude];
  const known = machine.disks.map(({ diskId }) => diskId);
  const left = known.filter((diskId) => !disksToInclude.includes(diskId));
  return [...new Set([...disksToExclude, ...left, ...disksToInclude.filter((diskId) => !known.includes(diskId))])];
}

/** A machine alone has a group of its own whose name is its id (asr-behaviour §6.4). */
function groupIdOf(context: VaultContext, request: EnableRequest): string {
  const known = request.groupName === undefined ? undefined : context.records.items.list().find((item) => item.groupName === request.groupName);
  return known?.groupId ?? context.kernel.ids.guid();
}

function uniqueName(name: string, items: readonly ProtectedItem[]): string {
  let candidate = name;
  for (let count = 2; items.some((item) => item.name === candidate); count += 1) candidate = `${name}-${count}`;
  return candidate;
}
