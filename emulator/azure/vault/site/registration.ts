// A configuration server joins the vault: a fabric with its container comes into being (asr-behaviour §1.4, §1.5).
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LabError } from '../../../kernel/errors.ts';
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
  readCredentials(request.credentials, { signingKey: deps.signingKey, vaultName: deps.name, nowMs: kernel.clock.now() });
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
