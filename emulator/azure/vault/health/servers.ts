// Health of the site's servers: process servers by their alerts, master targets and configuration servers by heartbeat and certificate.
import type { TimeMs } from '../../../kernel/clock.ts';
import { processServerHealth, type HealthLevel, type ProcessServerHealth } from '../../../replication/health.ts';
import type { ProcessServerReport } from '../../../replication/reports.ts';
import { certificateWarningMs, heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import type { ConfigServerRecord } from '../site/state.ts';
import { serverCatalogue, type ServerProblemCode } from './serverCatalogue.ts';

export interface ServerProblem {
  readonly level: Exclude<HealthLevel, 'Normal'>;
  readonly code: ServerProblemCode;
  /** Name of the server that has it. */
  readonly subject: string;
  readonly text: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
}

export function serverHealth(context: VaultContext, processServer: ProcessServerReport): ProcessServerHealth {
  const samples = context.records.processServerHistories.get(processServer.hostId)?.samples ?? [];
  return processServerHealth(samples, processServer.lastHeartbeatMs, context.kernel.clock.now());
}

/** What is wrong with a configuration server and the servers of its site; empty: nothing. */
export function configServerProblems(context: VaultContext, server: ConfigServerRecord): ServerProblem[] {
  const nowMs = context.kernel.clock.now();
  const { friendlyName } = server;
  return [
    ...(context.site.isConnected(server)
      ? []
      : [problem('NoConnectivity', 'Critical', { subject: friendlyName, text: `${friendlyName} has not been heard of.` })]),
    ...certificateProblems(server, nowMs),
    ...server.masterTargets
      .filter((masterTarget) => nowMs - masterTarget.lastHeartbeatMs >= heartbeatLimitMs)
      .map(({ name }) => problem('78022', 'Critical', { subject: name, text: `${name} sends no heartbeat.` })),
    ...server.processServers.flatMap((processServer) => processServerProblems(context, processServer)),
  ];
}

function certificateProblems({ friendlyName, status }: ConfigServerRecord, nowMs: TimeMs): ServerProblem[] {
  const remainingMs = (status?.sslCertExpiryMs ?? Infinity) - nowMs;
  if (remainingMs > certificateWarningMs) return [];
  return remainingMs <= 0
    ? [
        problem('SslCertificateExpired', 'Critical', {
          subject: friendlyName,
          text: `The certificate of ${friendlyName} has expired; its components can no longer register or replicate.`,
        }),
      ]
    : [
        problem('SslCertificateExpiring', 'Warning', {
          subject: friendlyName,
          text: `The certificate of ${friendlyName} expires in ${Math.ceil(remainingMs / 86_400_000)} days; renew it while it is valid.`,
        }),
      ];
}

function processServerProblems(context: VaultContext, processServer: ProcessServerReport): ServerProblem[] {
  const { level, alerts } = serverHealth(context, processServer);
  if (level === 'Normal') return [];
  const code = alerts.some((alert) => alert.condition === 'heartbeat') ? '806' : 'ProcessServerHealth';
  const { name } = processServer;
  return [problem(code, level, { subject: name, text: `${name}: ${alerts.map((alert) => alert.description).join(' ')}` })];
}

function problem(code: ServerProblemCode, level: ServerProblem['level'], about: { subject: string; text: string }): ServerProblem {
  const { causes, action } = serverCatalogue[code];
  return { code, level, ...about, possibleCauses: causes, recommendedAction: action };
}
