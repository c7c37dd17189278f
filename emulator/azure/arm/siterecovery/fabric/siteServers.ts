// Process servers and master targets inside their fabric (arm-contract §5.2, §5.3).
import type { TimeMs } from '../../../../kernel/clock.ts';
import type { MasterTargetReport, ProcessServerReport } from '../../../../replication/reports.ts';
import { activeDirection } from '../../../vault/items/state.ts';
import type { ServerProblem } from '../../../vault/health/servers.ts';
import type { ConfigServerRecord } from '../../../vault/site/state.ts';
import type { ItemView, Vault } from '../../../vault/vault.ts';
import { armTime, never } from '../../protocol/armTime.ts';
import { certificateEnd, loads, throughput } from './loads.ts';
import { reportedErrorResource, serverErrorResource } from './serverErrors.ts';

/** What the fabric's parts are made of. */
export interface FabricFacts {
  readonly vault: Vault;
  readonly server: ConfigServerRecord;
  readonly items: readonly ItemView[];
  readonly problems: readonly (ServerProblem & { readonly sinceMs: TimeMs })[];
  readonly nowMs: TimeMs;
}

export function processServerResource(facts: FabricFacts, report: ProcessServerReport): unknown {
  const { vault, server, nowMs } = facts;
  const machines = facts.items.filter((item) => activeDirection(item).processServerId === report.hostId);
  return {
    friendlyName: report.name,
    id: report.hostId,
    hostId: report.hostId,
    ipAddress: addressIn(report.url),
    osType: 'Windows',
    osVersion: null,
    ...version(report.version, server),
    lastHeartbeat: armTime(report.lastHeartbeatMs),
    // The Mobility services that it can install: of its own version (asr-behaviour §2.4).
    mobilityServiceUpdates: ['Windows', 'Linux'].map((osType) => ({ version: report.version, rebootStatus: 'NotRequired', osType })),
    machineCount: String(machines.length),
    replicationPairCount: String(machines.reduce((count, item) => count + item.pairs.length, 0)),
    ...loads(report),
    psServiceStatus: report.services.every((service) => service.running) ? 'Running' : 'Stopped',
    ...certificateEnd(server.status?.sslCertExpiryMs, nowMs),
    health: vault.processServerHealth(report.hostId).level,
    healthErrors: problemsOf(facts, report.name),
    ...throughput(report),
    marsCommunicationStatus: null,
    marsRegistrationStatus: null,
  };
}

export function masterTargetResource(facts: FabricFacts, report: MasterTargetReport): unknown {
  return {
    id: report.hostId,
    ipAddress: addressIn(report.url),
    name: report.name,
    osType: report.osType,
    // As vCenter knows the machine.
    osVersion: facts.server.machines.find((machine) => machine.name === report.name)?.osVersion ?? null,
    ...version(report.version, facts.server),
    lastHeartbeat: armTime(report.lastHeartbeatMs),
    retentionVolumes: report.retentionVolumes.map((volume) => ({
      volumeName: volume.volumeName,
      capacityInBytes: volume.capacityBytes,
      freeSpaceInBytes: volume.freeBytes,
      thresholdPercentage: volume.thresholdPercentage,
    })),
    dataStores: report.dataStores.map((store) => ({
      symbolicName: store.symbolicName,
      uuid: null,
      capacity: gigabytes(store.capacityBytes),
      freeSpace: gigabytes(store.freeBytes),
      type: store.type,
    })),
    validationErrors: report.validationErrors.map((error) => reportedErrorResource(error, { sinceMs: report.lastHeartbeatMs, entityId: report.hostId })),
    healthErrors: problemsOf(facts, report.name),
    diskCount: report.attachedDisks,
    marsAgentVersion: null,
    marsAgentExpiryDate: null,
    marsAgentVersionDetails: null,
  };
}

/** A component may be behind its configuration server; it is told to follow. */
export function version(agentVersion: string, server: ConfigServerRecord): Record<string, unknown> {
  const status = server.status === null || server.status.version === agentVersion ? 'Supported' : 'UpdateRequired';
  return { agentVersion, versionStatus: status, agentExpiryDate: never, agentVersionDetails: { version: agentVersion, expiryDate: never, status } };
}

function problemsOf({ problems }: FabricFacts, name: string): unknown[] {
  return problems
    .filter((problem) => problem.subject === name)
    .map(({ code, text, subject, ...problem }) => serverErrorResource({ ...problem, errorCode: code, message: text, entityId: subject }));
}

function addressIn(url: string): string {
  return new URL(url).hostname;
}

/** As text, in GB of 2^30 bytes. */
function gigabytes(bytes: number): string {
  return String(Math.round((bytes / 2 ** 30) * 100) / 100);
}
