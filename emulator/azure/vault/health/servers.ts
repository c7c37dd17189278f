// Health of the site's servers: process servers by their alerts, master targets and configuration servers by heartbeat and certificate.
import { processServerHealth, worstLevel, type HealthLevel, type ProcessServerHealth } from '../../../replication/health.ts';
import type { ProcessServerReport } from '../../../replication/orders.ts';
import { certificateWarningMs, heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import type { ConfigServerRecord } from '../site/state.ts';

export function serverHealth(context: VaultContext, processServer: ProcessServerReport): ProcessServerHealth {
  const samples = context.records.processServerHistories.get(processServer.hostId)?.samples ?? [];
  return processServerHealth(samples, processServer.lastHeartbeatMs, context.kernel.clock.now());
}

/** What is wrong with a configuration server itself; empty: nothing. */
export function configServerProblems(
  context: VaultContext,
  server: ConfigServerRecord,
): { level: Exclude<HealthLevel, 'Normal'>; code: string; text: string }[] {
  const nowMs = context.kernel.clock.now();
  const problems: { level: Exclude<HealthLevel, 'Normal'>; code: string; text: string }[] = [];
  if (!context.site.isConnected(server)) problems.push({ level: 'Critical', code: 'NoConnectivity', text: `${server.friendlyName} has not been heard of.` });
  const remainingMs = (server.status?.sslCertExpiryMs ?? Infinity) - nowMs;
  if (remainingMs <= 0)
    problems.push({
      level: 'Critical',
      code: 'SslCertificateExpired',
      text: `The certificate of ${server.friendlyName} has expired; its components can no longer register or replicate.`,
    });
  else if (remainingMs <= certificateWarningMs)
    problems.push({
      level: 'Warning',
      code: 'SslCertificateExpiring',
      text: `The certificate of ${server.friendlyName} expires in ${Math.ceil(remainingMs / 86_400_000)} days; renew it while it is valid.`,
    });
  for (const masterTarget of server.masterTargets)
    if (nowMs - masterTarget.lastHeartbeatMs >= heartbeatLimitMs)
      problems.push({ level: 'Critical', code: '78022', text: `${masterTarget.name} sends no heartbeat.` });
  for (const processServer of server.processServers) {
    const { level, alerts } = serverHealth(context, processServer);
    if (level !== 'Normal')
      problems.push({
        level,
        code: alerts.some((alert) => alert.condition === 'heartbeat') ? '806' : 'ProcessServerHealth',
        text: `${processServer.name}: ${alerts.map((alert) => alert.description).join(' ')}`,
      });
  }
  return problems;
}

export function configServerHealth(context: VaultContext, server: ConfigServerRecord): HealthLevel {
  return worstLevel(configServerProblems(context, server).map((problem) => problem.level));
}
