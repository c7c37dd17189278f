// Discovery, physical servers, updates of the Mobility service and certificates: jobs whose work the site does (asr-behaviour §2.1, §2.3, §4.2).
import type { JobDefinition, TaskContext, TaskDefinition, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { taskError, type SiteTaskOrder } from './siteLink.ts';
import type { VCenterRecord } from './vCenters.ts';

interface SiteJobInput {
  readonly configServerId: string;
  readonly order: SiteTaskOrder;
  /** DiscoverVCenter: what its user calls the new vCenter. */
  readonly named?: VCenterRecord;
}

/** Kind and task names as recorded (arm-contract §7.4, §7.5); what is not recorded is named alike. */
const siteJobs = [
  { kind: 'DiscoverVCenter', friendlyName: 'Add vCenter server', taskName: 'Adding vCenter server' },
  { kind: 'UpdateVCenter', friendlyName: 'Update vCenter server', taskName: 'Updating vCenter server' },
  { kind: 'RemoveVCenter', friendlyName: 'Remove vCenter server', taskName: 'Removing vCenter server' },
  { kind: 'RefreshFabricLayout', friendlyName: 'Refresh server details', taskName: 'Getting details from server' },
  { kind: 'DiscoverPhysicalMachine', friendlyName: 'Add physical machine', taskName: 'Adding machine' },
  { kind: 'UpdateMobilityService', friendlyName: 'Update Mobility Service', taskName: 'Updating Mobility Service' },
  { kind: 'RenewCertificate', friendlyName: 'Renew certificate', taskName: 'Renewing the certificate of the configuration server' },
] as const;
type SiteJobKind = (typeof siteJobs)[number]['kind'];

export function infrastructureJobs(context: VaultContext): JobDefinition<SiteJobInput>[] {
  return siteJobs.map(({ kind, friendlyName, taskName }) => ({
    kind,
    friendlyName,
    tasks: () => [
      { name: `${kind}Task`, friendlyName: taskName, run: (task) => askSite(context, task) },
      ...(kind === 'RefreshFabricLayout' ? [layoutTask(context)] : []),
    ],
    ended: (job, { order }) => {
      context.site.withdraw(job.jobId);
      // What a user called a vCenter goes with it, or never came to be.
      const gone = (order.kind === 'removeVCenter') === (job.state === 'Succeeded' || job.state === 'CompletedWithInformation');
      if (gone && order.kind === 'removeVCenter') context.records.vCenters.delete(order.vCenterId);
      if (gone && order.kind === 'addVCenter') context.records.vCenters.delete(order.vCenter.vCenterId);
    },
    restarted: (_job, { named }) => {
      if (named !== undefined) context.records.vCenters.put(named);
    },
  }));
}

async function askSite(context: VaultContext, task: TaskContext<SiteJobInput>): Promise<TaskOutcome> {
  const result = await context.site.ask(task, task.input.configServerId, task.input.order);
  if (result === undefined) return { wait: 'The configuration server is at work.' };
  if (result.state === 'failed') return { failed: taskError(result) };
  return result.state === 'warning' && result.error !== undefined ? { information: LabError.fromBody(result.error) } : 'done';
}

/** What was found is in the report that came with the answer or in the next one. */
function layoutTask(context: VaultContext): TaskDefinition<SiteJobInput> {
  return {
    name: 'WaitForLayoutProcessingTask',
    friendlyName: 'Processing details',
    run: (task) => {
      const { reportedMs } = context.records.configServers.require(task.input.configServerId);
      return (reportedMs ?? 0) >= task.job.createdMs ? 'done' : { wait: 'The report of the configuration server is on its way.' };
    },
  };
}

export function startRefresh(context: VaultContext, configServerId: string): JobView {
  context.records.configServers.require(configServerId);
  return startSiteJob(context, 'RefreshFabricLayout', { configServerId, order: { kind: 'refresh' } });
}

/** RenewCerts: three more years (asr-behaviour §1.4). @throws LabError NotFound, ConfigurationServerDisconnected */
export function startRenewCertificate(context: VaultContext, configServerId: string): JobView {
  const server = context.records.configServers.require(configServerId);
  if (!context.site.isConnected(server)) throw new LabError('ConfigurationServerDisconnected', server.friendlyName);
  return startSiteJob(context, 'RenewCertificate', { configServerId, order: { kind: 'renewCertificates' } });
}

export interface PhysicalServerRequest {
  readonly configServerId: string;
  readonly name: string;
  readonly ipAddress: string;
  readonly osType: 'Windows' | 'Linux';
}

/** @throws LabError NotFound, InvalidArgument for an address that is not IPv4 */
export function startAddPhysicalServer(context: VaultContext, request: PhysicalServerRequest): JobView {
  context.records.configServers.require(request.configServerId);
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(request.ipAddress) || request.ipAddress.split('.').some((part) => Number(part) > 255))
    throw new LabError('InvalidArgument', `${request.ipAddress} is no IPv4 address.`);
  const { name, ipAddress, osType } = request;
  return startSiteJob(context, 'DiscoverPhysicalMachine', {
    configServerId: request.configServerId,
    order: { kind: 'addPhysicalServer', name, ipAddress, osType },
  });
}

export function startUpdateMobilityService(context: VaultContext, request: { configServerId: string; hostId: string; accountId: string }): JobView {
  const { configServerId, hostId, accountId } = request;
  if (!context.records.configServers.require(configServerId).agents.some((agent) => agent.hostId === hostId)) throw new LabError('AgentNotRegistered', hostId);
  return startSiteJob(context, 'UpdateMobilityService', { configServerId, order: { kind: 'updateMobilityService', hostId, accountId } });
}

export function startSiteJob(context: VaultContext, kind: SiteJobKind, input: SiteJobInput): JobView {
  const server = context.records.configServers.require(input.configServerId);
  return context.jobs.start(kind, input, { target: { targetId: server.hostId, targetName: server.friendlyName, targetType: 'Server' } });
}
