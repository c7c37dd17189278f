// A configuration server joins the vault: a fabric with its container comes into being (asr-behaviour §1.4, §1.5).
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LabError } from '../../../kernel/errors.ts';
import { hasEnded } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';
import { readCredentials } from './credentials.ts';
import type { ConfigServerRecord, ReplicationPath } from './state.ts';

export interface RegistrationRequest {
  /** Text of the credentials file. */
  readonly credentials: string;
  readonly hostId: string;
  readonly name: string;
}

/** Registering again keeps the fabric and its items and gives a new token. @throws LabError CredentialsInvalid, CredentialsExpired */
export function registerConfigServer(context: VaultContext, request: RegistrationRequest): ConfigServerRecord {
  const { records, kernel, deps } = context;
  readCredentials(request.credentials, {
    signingKey: deps.signingKey,
    vaultName: deps.name,
    resourceGroupName: deps.resourceGroupName,
    nowMs: kernel.clock.now(),
  });
  const known = records.configServers.get(request.hostId);
  // A bearer token opens the vault: true randomness.
  const token = randomBytes(32).toString('base64url');
  if (known !== undefined) return records.configServers.put({ ...known, friendlyName: request.name, token });
  const server = records.configServers.put({
    hostId: request.hostId,
    fabricName: createHash('sha256').update(`${deps.name}/${request.hostId}`).digest('hex'),
    containerName: `cloud_${kernel.ids.guid()}`,
    friendlyName: request.name,
    registeredMs: kernel.clock.now(),
    token,
    replicationPath: 'internet',
    status: null,
    reportedMs: null,
    agents: [],
    processServers: [],
    masterTargets: [],
    vCenters: [],
    machines: [],
  });
  context.events.record({
    eventCode: 'ServerRegistered',
    eventType: 'ServerHealth',
    description: `${request.name} was registered.`,
    affectedObjectId: request.hostId,
    affectedObjectFriendlyName: request.name,
    severity: 'OK',
    configServerId: request.hostId,
  });
  return server;
}

/** Whether a server could be released now. @throws LabError NotFound, ConfigServerInUse while it protects machines, or a job runs on it */
export function requireReleasable({ records, jobs }: VaultContext, hostId: string): void {
  const { friendlyName } = records.configServers.require(hostId);
  const items = records.items.list().filter((item) => item.configServerId === hostId);
  if (items.length > 0) throw new LabError('ConfigServerInUse', `${friendlyName} protects ${items.map((item) => item.friendlyName).join(', ')}.`);
  const job = jobs.list().find((one) => one.targetId === hostId && !hasEnded(one));
  if (job !== undefined) throw new LabError('ConfigServerInUse', `${job.friendlyName} (${job.jobId}) runs on ${friendlyName}.`);
}

/** The vault forgets a server, its vCenters and associations, and what was asked of it. @throws LabError as `requireReleasable` */
export function releaseConfigServer(context: VaultContext, hostId: string): void {
  const { records, events } = context;
  requireReleasable(context, hostId);
  const { friendlyName } = records.configServers.require(hostId);
  records.transaction(() => {
    for (const mapping of records.mappings.list()) if (mapping.configServerId === hostId) records.mappings.delete(mapping.mappingId);
    for (const vCenter of records.vCenters.list()) if (vCenter.configServerId === hostId) records.vCenters.delete(vCenter.vCenterId);
    for (const task of records.siteTasks.list()) if (task.configServerId === hostId) records.siteTasks.delete(task.taskId);
    records.configServers.delete(hostId);
  });
  events.record({
    eventCode: 'ServerUnregistered',
    eventType: 'ServerHealth',
    description: `${friendlyName} was unregistered.`,
    affectedObjectId: hostId,
    affectedObjectFriendlyName: friendlyName,
    severity: 'OK',
    configServerId: hostId,
  });
}

/** The configuration server whose token this is. @throws LabError AccessDenied */
export function authenticate(context: VaultContext, token: string): ConfigServerRecord {
  const given = createHash('sha256').update(token).digest();
  const server = context.records.configServers.list().find((candidate) => timingSafeEqual(createHash('sha256').update(candidate.token).digest(), given));
  if (server === undefined) throw new LabError('AccessDenied', 'The bearer token is not known to the vault.');
  return server;
}

/** How the site's replication traffic reaches Azure; a VPN is refused at the next enable (asr-behaviour §1.3). */
export function setReplicationPath(context: VaultContext, configServerId: string, replicationPath: ReplicationPath): void {
  context.records.configServers.change(configServerId, (server) => ({ ...server, replicationPath }));
}
