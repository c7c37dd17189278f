// vCenters, physical servers, discovery and updates of the Mobility service: jobs whose work the site does (asr-behaviour §2.1, §2.3, §4.2).
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { taskError, type SiteTaskOrder } from './siteLink.ts';

interface SiteJobInput {
  readonly configServerId: string;
  readonly order: SiteTaskOrder;
}

const siteJobs = [
  { kind: 'DiscoverVCenter', friendlyName: 'Add vCenter server', taskName: 'Adding vCenter server' },
  { kind: 'RemoveVCenter', friendlyName: 'Remove vCenter server', taskName: 'Removing vCenter server' },
  { kind: 'RefreshFabricLayout', friendlyName: 'Refresh server details', taskName: 'Refreshing server details' },
  { kind: 'DiscoverProtectableItem', friendlyName: 'Add physical machine', taskName: 'Adding physical machine' },
  { kind: 'UpdateMobilityService', friendlyName: 'Update Mobility Service', taskName: 'Updating Mobility Service' },
] as const;
type SiteJobKind = (typeof siteJobs)[number]['kind'];

export function infrastructureJobs(context: VaultContext): JobDefinition<SiteJobInput>[] {
  return siteJobs.map(({ kind, friendlyName, taskName }) => ({
    kind,
    friendlyName,
    tasks: () => [
      {
        name: kind,
        friendlyName: taskName,
        run: async (task) => {
          const result = await context.site.ask(task, task.input.configServerId, task.input.order);
          if (result === undefined) return { wait: 'The configuration server is at work.' };
          if (result.state === 'failed') return { failed: taskError(result) };
          return result.state === 'warning' && result.error !== undefined ? { information: LabError.fromBody(result.error) } : 'done';
        },
      },
    ],
    ended: (job) => context.site.withdraw(job.jobId),
  }));
}

export interface VCenterRequest {
  readonly configServerId: string;
  readonly friendlyName: string;
  readonly url: string;
  readonly accountId: string;
}

/** @throws LabError NotFound for an unknown configuration server or account, VCenterExists */
export function startAddVCenter(context: VaultContext, request: VCenterRequest): JobView {
  const server = context.records.configServers.require(request.configServerId);
  if (server.vCenters.some((vCenter) => vCenter.url === request.url)) throw new LabError('VCenterExists', request.url);
  if (server.status !== null && !server.status.accounts.some((account) => account.accountId === request.accountId))
    throw new LabError('NotFound', `${server.friendlyName} has no account ${request.accountId}.`);
  const { friendlyName, url, accountId } = request;
  return startSiteJob(context, 'DiscoverVCenter', {
    configServerId: request.configServerId,
    order: { kind: 'addVCenter', vCenter: { vCenterId: context.kernel.ids.guid(), friendlyName, url, accountId } },
  });
}

/** @throws LabError NotFound, OperationNotAllowed while machines of it are protected */
export function startRemoveVCenter(context: VaultContext, configServerId: string, vCenterId: string): JobView {
  const server = context.records.configServers.require(configServerId);
  if (!server.vCenters.some((vCenter) => vCenter.vCenterId === vCenterId))
    throw new LabError('NotFound', `${server.friendlyName} has no vCenter ${vCenterId}.`);
  const user = context.records.items.list().find((item) => item.source.vCenterId === vCenterId);
  if (user !== undefined) throw new LabError('OperationNotAllowed', `${user.friendlyName} of this vCenter is protected.`);
  return startSiteJob(context, 'RemoveVCenter', { configServerId, order: { kind: 'removeVCenter', vCenterId } });
}

export function startRefresh(context: VaultContext, configServerId: string): JobView {
  context.records.configServers.require(configServerId);
  return startSiteJob(context, 'RefreshFabricLayout', { configServerId, order: { kind: 'refresh' } });
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
  return startSiteJob(context, 'DiscoverProtectableItem', {
    configServerId: request.configServerId,
    order: { kind: 'addPhysicalServer', name, ipAddress, osType },
  });
}

export function startUpdateMobilityService(context: VaultContext, request: { configServerId: string; hostId: string; accountId: string }): JobView {
  const { configServerId, hostId, accountId } = request;
  if (!context.records.configServers.require(configServerId).agents.some((agent) => agent.hostId === hostId)) throw new LabError('AgentNotRegistered', hostId);
  return startSiteJob(context, 'UpdateMobilityService', { configServerId, order: { kind: 'updateMobilityService', hostId, accountId } });
}

function startSiteJob(context: VaultContext, kind: SiteJobKind, input: SiteJobInput): JobView {
  const server = context.records.configServers.require(input.configServerId);
  return context.jobs.start(kind, input, { target: { targetId: server.hostId, targetName: server.friendlyName, targetType: 'Server' } });
}
