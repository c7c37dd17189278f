// vCenters of a site as the vault's users name them; address and account are the site's, which is asked to change them (asr-behaviour §2.1).
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { startSiteJob } from './infrastructure.ts';
import type { ConfigServerRecord } from './state.ts';

/** What a user gave a vCenter beside what the site knows of it. */
export interface VCenterRecord {
  readonly vCenterId: string;
  readonly configServerId: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly url: string;
  readonly accountId: string;
  /** The one the user wants it discovered by; the site chooses itself when that one is away. */
  readonly processServerId: string | null;
}

export interface VCenterRequest {
  readonly configServerId: string;
  /** Default: the id that the vault gives it. */
  readonly name?: string;
  readonly friendlyName: string;
  readonly url: string;
  readonly accountId: string;
  readonly processServerId?: string;
}

/** A vCenter as readers want it: the user's words, and what the site last said. */
export interface VCenterView extends VCenterRecord {
  /** `Pending` until discovery has visited it. */
  readonly discovery: 'Pending' | 'Completed' | 'Failed';
  readonly report: ConfigServerRecord['vCenters'][number] | undefined;
}

export function vCentersOf(context: VaultContext, server: ConfigServerRecord): VCenterView[] {
  const records = context.records.vCenters.list().filter((record) => record.configServerId === server.hostId);
  const known = new Map(records.map((record) => [record.vCenterId, record]));
  for (const { vCenterId, friendlyName, url, accountId = '' } of server.vCenters) {
    const record = known.get(vCenterId);
    known.set(vCenterId, {
      vCenterId,
      configServerId: server.hostId,
      name: record?.name ?? vCenterId,
      friendlyName,
      url,
      accountId,
      processServerId: record?.processServerId ?? null,
    });
  }
  return [...known.values()].map((record) => {
    const report = server.vCenters.find((one) => one.vCenterId === record.vCenterId);
    return { ...record, report, discovery: discoveryOf(report) };
  });
}

function discoveryOf(report: VCenterView['report']): VCenterView['discovery'] {
  if (report === undefined || (report.lastDiscoveryMs === null && report.error === null)) return 'Pending';
  return report.error === null ? 'Completed' : 'Failed';
}

/** @throws LabError NotFound for an unknown configuration server, account or process server; VCenterExists */
export function startAddVCenter(context: VaultContext, request: VCenterRequest): JobView {
  const { records, kernel } = context;
  const server = records.configServers.require(request.configServerId);
  const { friendlyName, url, accountId } = request;
  const name = request.name?.toLowerCase();
  if (vCentersOf(context, server).some((one) => one.url === url || (name !== undefined && one.name.toLowerCase() === name)))
    throw new LabError('VCenterExists', url);
  requireAccount(server, accountId);
  requireProcessServer(server, request.processServerId);
  const vCenterId = kernel.ids.guid();
  return records.transaction(() => {
    const frame = { vCenterId, configServerId: server.hostId, friendlyName, url, accountId, processServerId: request.processServerId ?? null };
    const named = request.name === undefined ? undefined : records.vCenters.put({ ...frame, name: request.name });
    return startSiteJob(context, 'DiscoverVCenter', {
      configServerId: server.hostId,
      order: { kind: 'addVCenter', vCenter: { vCenterId, friendlyName, url, accountId } },
      ...(named === undefined ? {} : { named }),
    });
  });
}

/** Settings that do not work are taken back by the site, and the job fails. @throws LabError NotFound, VCenterExists when another one has the address */
export function startUpdateVCenter(
  context: VaultContext,
  place: { configServerId: string; vCenterId: string },
  change: Partial<Pick<VCenterRequest, 'friendlyName' | 'url' | 'accountId' | 'processServerId'>>,
): JobView {
  const { records } = context;
  const server = records.configServers.require(place.configServerId);
  const present = vCentersOf(context, server).find((one) => one.vCenterId === place.vCenterId);
  if (present === undefined) throw new LabError('NotFound', `${server.friendlyName} has no vCenter ${place.vCenterId}.`);
  const { vCenterId, friendlyName, url, accountId } = { ...present, ...change };
  if (vCentersOf(context, server).some((one) => one.url === url && one.vCenterId !== vCenterId)) throw new LabError('VCenterExists', url);
  requireAccount(server, accountId);
  requireProcessServer(server, change.processServerId);
  return records.transaction(() => {
    if (change.processServerId !== undefined) {
      const { report: _report, discovery: _discovery, ...record } = present;
      records.vCenters.put({ ...record, processServerId: change.processServerId });
    }
    return startSiteJob(context, 'UpdateVCenter', {
      configServerId: server.hostId,
      order: { kind: 'updateVCenter', vCenter: { vCenterId, friendlyName, url, accountId } },
    });
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

function requireAccount({ status, friendlyName }: ConfigServerRecord, accountId: string): void {
  if (status !== null && !status.accounts.some((account) => account.accountId === accountId))
    throw new LabError('NotFound', `${friendlyName} has no account ${accountId}.`);
}

function requireProcessServer({ processServers, friendlyName }: ConfigServerRecord, processServerId: string | undefined): void {
  if (processServerId !== undefined && !processServers.some((one) => one.hostId === processServerId))
    throw new LabError('NotFound', `${friendlyName} has no process server ${processServerId}.`);
}
