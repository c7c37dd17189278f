// What the vault knows of a site: configuration servers with their latest reports, and the tasks it has asked of them.
import type { TimeMs } from '../../../kernel/clock.ts';
import type { SiteTask } from '../../../replication/orders.ts';
import type { AgentReport, DiscoveredMachine, MasterTargetReport, ProcessServerReport, SiteReport, TaskResult } from '../../../replication/reports.ts';
import type { ProcessServerSample } from '../../../replication/health.ts';

/** How replicated data leaves the site (asr-behaviour §1.3). */
export type ReplicationPath = 'internet' | 'expressRouteMicrosoftPeering' | 'siteToSiteVpn';

/** A fabric with its container (asr-behaviour §1.5). */
export interface ConfigServerRecord {
  readonly hostId: string;
  /** 64 hex digits. */
  readonly fabricName: string;
  readonly containerName: string;
  readonly friendlyName: string;
  readonly registeredMs: TimeMs;
  readonly token: string;
  readonly replicationPath: ReplicationPath;
  /** Null until the first report. */
  readonly status: SiteReport['configServer'] | null;
  readonly reportedMs: TimeMs | null;
  readonly agents: readonly AgentReport[];
  readonly processServers: readonly ProcessServerReport[];
  readonly masterTargets: readonly MasterTargetReport[];
  readonly vCenters: NonNullable<SiteReport['vCenters']>;
  readonly machines: readonly DiscoveredMachine[];
}

/** Work asked of a site; removed when its asker has taken the result. */
export interface SiteTaskRecord {
  readonly taskId: string;
  readonly configServerId: string;
  readonly task: SiteTask;
  readonly askedMs: TimeMs;
  readonly result: TaskResult | null;
}

export interface ProcessServerHistory {
  readonly hostId: string;
  readonly samples: readonly ProcessServerSample[];
}

/** Lists of a report are whole; an absent one is unchanged. */
export function takeReport(server: ConfigServerRecord, report: SiteReport, nowMs: TimeMs): ConfigServerRecord {
  return {
    ...server,
    friendlyName: report.configServer.name,
    status: report.configServer,
    reportedMs: nowMs,
    agents: report.agents ?? server.agents,
    processServers: report.processServers ?? server.processServers,
    masterTargets: report.masterTargets ?? server.masterTargets,
    vCenters: report.vCenters ?? server.vCenters,
    machines: report.machines ?? server.machines,
  };
}
