// What must be there before a machine is re-protected to on premises: every missing piece at once (asr-behaviour §7.3).
import { LabError } from '../../../kernel/errors.ts';
import type { MasterTargetReport, ProcessServerReport } from '../../../replication/reports.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import { serverHealth } from '../health/servers.ts';
import { isGrouped, type ProtectedItem } from '../items/state.ts';
import { failbackName, mappingIdOf } from '../policies/state.ts';
import type { ConfigServerRecord } from '../site/state.ts';

export interface ReprotectChoices {
  readonly masterTargetId: string;
  readonly processServerId: string;
  readonly retentionDrive: string;
  readonly datastoreName: string;
  readonly policyName: string;
}

export function reprotectViolations(context: VaultContext, item: ProtectedItem, order: ReprotectChoices & { readonly viaPlan: boolean }): LabError[] {
  const server = context.records.configServers.require(item.configServerId);
  const masterTarget = server.masterTargets.find((candidate) => candidate.hostId === order.masterTargetId);
  const processServer = server.processServers.find((candidate) => candidate.hostId === order.processServerId);
  return [
    ...(context.site.isConnected(server) ? [] : [new LabError('ConfigurationServerDisconnected', server.friendlyName)]),
    ...connectionViolations(context),
    ...policyViolations(context, item, order.policyName),
    ...machineViolations(context, item),
    ...processServerViolations(context, processServer),
    ...(masterTarget === undefined
      ? [new LabError('MasterTargetUnsuitable', `There is no master target ${order.masterTargetId}.`)]
      : masterTargetViolations(context, item, { masterTarget, order })),
    ...(server.vCenters.some((vCenter) => vCenter.connected) ? [] : [new LabError('VCenterDisconnected')]),
    ...(isGrouped(item) && !order.viaPlan ? [new LabError('GroupMemberOutsidePlan', `${item.friendlyName} belongs to ${item.groupName}.`)] : []),
  ];
}

function connectionViolations(context: VaultContext): LabError[] {
  return context.deps.network.privateConnection() === 'none' ? [new LabError('SiteToSiteMissing')] : [];
}

function policyViolations(context: VaultContext, item: ProtectedItem, policyName: string): LabError[] {
  const policy = context.records.policies.get(policyName);
  const associated = context.records.mappings.get(mappingIdOf(policyName, item.configServerId)) !== undefined;
  return policy?.instanceType === 'InMage' && associated ? [] : [new LabError('FailbackPolicyMissing', policyName)];
}

function machineViolations(context: VaultContext, item: ProtectedItem): LabError[] {
  const copy = item.forward.azureCopy;
  const violations: LabError[] = [];
  if (copy === null || context.deps.compute.state(copy.machineId) !== 'running') return [new LabError('78093', item.friendlyName)];
  const agent = context.site.agentOn(item.configServerId, copy.machineId);
  // It was there once, so it is the way that is cut; one that never came is said to be not installed (asr-behaviour §7.3, §10.2).
  if (!context.site.agentIsAlive(agent)) violations.push(new LabError(agent === undefined ? 'AgentNotRegistered' : '95226', item.friendlyName));
  if (item.source.firmware === 'UEFI' && !context.profile.uefi.failback)
    violations.push(new LabError('RequirementNotMet', `Machines with UEFI firmware do not fail back (support matrix, ${context.profile.uefi.source})`));
  if (item.source.platform === 'Physical' && /2008 R2/.test(item.source.osVersion))
    violations.push(new LabError('RequirementNotMet', 'Physical servers with Windows 2008 R2 do not fail back (support matrix, §7.3)'));
  return violations;
}

/** Temporary process server in Azure; one on premises only over ExpressRoute. */
function processServerViolations(context: VaultContext, processServer: ProcessServerReport | undefined): LabError[] {
  if (processServer === undefined) return [new LabError('ProcessServerUnhealthy', 'It is not registered.')];
  const expressRoute = context.deps.network.privateConnection() === 'expressRoutePrivatePeering';
  return [
    ...(processServer.inAzure || expressRoute
      ? []
      : [new LabError('ProcessServerUnhealthy', `${processServer.name} is on premises; over a VPN failback needs one in Azure.`)]),
    ...(serverHealth(context, processServer).level === 'Critical' ? [new LabError('ProcessServerUnhealthy', `${processServer.name} is critical.`)] : []),
  ];
}

function masterTargetViolations(
  context: VaultContext,
  item: ProtectedItem,
  { masterTarget, order }: { masterTarget: MasterTargetReport; order: ReprotectChoices },
): LabError[] {
  const unsuitable = (why: string): LabError => new LabError('MasterTargetUnsuitable', `${masterTarget.name}: ${why}`);
  const limit = context.profile.masterTargetDisks.value;
  const disks = context.records.pairs
    .list()
    .filter((pair) => pair.itemId === item.itemId && pair.direction === 'forward' && pair.state !== 'outgrown' && pair.replica !== null).length;
  return [
    ...(context.kernel.clock.now() - masterTarget.lastHeartbeatMs >= heartbeatLimitMs ? [unsuitable('no heartbeat.')] : []),
    ...(masterTarget.osType === item.source.osType ? [] : [unsuitable(`it runs ${masterTarget.osType}, the machine ${item.source.osType}.`)]),
    ...(masterTarget.attachedDisks + disks > limit
      ? [unsuitable(`${masterTarget.attachedDisks} disks are attached; with ${disks} more there are over ${limit}.`)]
      : []),
    ...masterTarget.validationErrors.map((error) => LabError.fromBody(error)),
    ...retentionViolations(masterTarget, order.retentionDrive),
    ...datastoreViolations(masterTarget, order.datastoreName),
  ];
}

function retentionViolations(masterTarget: MasterTargetReport, retentionDrive: string): LabError[] {
  const volume = masterTarget.retentionVolumes.find((candidate) => candidate.volumeName === retentionDrive);
  if (volume === undefined) return [new LabError('RetentionDriveUnsuitable', `${masterTarget.name} has no retention volume ${retentionDrive}.`)];
  if (/^fat/i.test(volume.fileSystem)) return [new LabError('RetentionDriveUnsuitable', `${retentionDrive} is ${volume.fileSystem}.`)];
  return volume.capacityBytes > 0 && volume.freeBytes > 0 ? [] : [new LabError('RetentionDriveUnsuitable', `${retentionDrive} has no free space.`)];
}

function datastoreViolations(masterTarget: MasterTargetReport, datastoreName: string): LabError[] {
  const datastore = masterTarget.dataStores.find((candidate) => candidate.symbolicName === datastoreName);
  if (datastore === undefined) return [new LabError('8061', `${datastoreName}.`)];
  return /^(vmfs|vsan)$/i.test(datastore.type) ? [] : [new LabError('DatastoreUnsuitable', `${datastoreName} is ${datastore.type}.`)];
}

/** The way to Azure again: less is needed, the machine is where it was (asr-behaviour §7.5). */
export function reprotectToAzureViolations(context: VaultContext, item: ProtectedItem, processServerId: string): LabError[] {
  const server: ConfigServerRecord = context.records.configServers.require(item.configServerId);
  const processServer = server.processServers.find((candidate) => candidate.hostId === processServerId);
  const health = processServer === undefined ? 'Critical' : serverHealth(context, processServer).level;
  return [
    ...(context.site.isConnected(server) ? [] : [new LabError('ConfigurationServerDisconnected', server.friendlyName)]),
    ...(processServer === undefined || processServer.inAzure
      ? [new LabError('ProcessServerUnhealthy', 'Protection of a machine on premises needs a process server there.')]
      : []),
    ...(processServer !== undefined && health === 'Critical' ? [new LabError('ProcessServerUnhealthy', `${processServer.name} is critical.`)] : []),
    ...(context.site.agentIsAlive(context.site.agentOn(item.configServerId, item.onPremisesMachineId))
      ? []
      : [new LabError('AgentNotRegistered', item.friendlyName)]),
    ...(context.site.machine(item.configServerId, item.onPremisesMachineId) === undefined
      ? [new LabError('NotFound', `${item.friendlyName} is not discovered.`)]
      : []),
    ...(server.replicationPath === 'siteToSiteVpn' ? [new LabError('ReplicationOverVpn')] : []),
  ];
}

/** The policy that the portal selects beforehand. */
export function defaultReprotectPolicy(item: ProtectedItem): string {
  return item.direction === 'forward' ? failbackName(item.forward.policyName) : item.forward.policyName;
}
