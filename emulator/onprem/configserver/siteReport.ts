// What the configuration server says of its site to the vault, and which changes are worth saying at once.
import type { TimeMs } from '../../kernel/clock.ts';
import type { AgentReport, SiteReport } from '../../replication/reports.ts';
import type { SiteDatabase } from './siteDatabase.ts';
import type { HostRecord, SetupRecord } from './state.ts';

/** Passwords stay in the database. @param options `discovery`: with machines and vCenters, which seldom change */
export function makeSiteReport(options: {
  database: SiteDatabase;
  setup: SetupRecord;
  name: string;
  version: string;
  nowMs: TimeMs;
  discovery: boolean;
}): SiteReport {
  const { database, setup, name, version, nowMs, discovery } = options;
  const parts = database
    .hosts()
    .filter((host) => host.state === 'registered')
    .map((host) => host.part);
  const accounts = database.accounts().map(({ accountId, accountName }) => ({ accountId, accountName }));
  return {
    configServer: { hostId: setup.hostId, name, version, ipAddress: '127.0.0.1', lastHeartbeatMs: nowMs, sslCertExpiryMs: setup.certificateExpiryMs, accounts },
    agents: parts.flatMap((part) => part.agent ?? []),
    processServers: parts.flatMap((part) => part.processServer ?? []),
    masterTargets: parts.flatMap((part) => part.masterTarget ?? []),
    taskResults: database.taskResults(),
    ...(discovery && { machines: database.discovery.machines, vCenters: vCenterReports(database) }),
  };
}

/** Whether a component's new words differ from its former ones in more than figures that the next heartbeat may carry. */
export function isNews(former: HostRecord['part'], present: HostRecord['part']): boolean {
  return turningPoints(former) !== turningPoints(present);
}

function turningPoints({ agent, processServer, masterTarget }: HostRecord['part']): string {
  return JSON.stringify([
    agent && [agent.machineId, agent.version, agent.lastMarkMs, agent.lastAppMarkMs, agent.crashFailures, agent.appFailures, agent.pairs.map(pairTurningPoint)],
    processServer && [processServer.url, processServer.version, processServer.throttled, processServer.services],
    masterTarget && [
      masterTarget.url,
      masterTarget.attachedDisks,
      masterTarget.retentionVolumes.map((volume) => volume.volumeName),
      masterTarget.pairs,
      masterTarget.validationErrors,
    ],
  ]);
}

function pairTurningPoint(pair: AgentReport['pairs'][number]): unknown {
  return [pair.pairId, pair.stage, pair.mode, pair.resyncId, pair.error?.code];
}

/** A vCenter that no discovery has visited yet is shown as not connected. */
function vCenterReports(database: SiteDatabase): NonNullable<SiteReport['vCenters']> {
  const known = new Map(database.discovery.vCenters.map((report) => [report.vCenterId, report]));
  return database.vCenters().map(({ vCenterId, friendlyName, url, accountId }) => ({
    ...(known.get(vCenterId) ?? { vCenterId, friendlyName, url, connected: false, lastDiscoveryMs: null, error: null }),
    accountId,
  }));
}
