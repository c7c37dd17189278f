// Figures of a server and the colours that the service gives them.
import type { ProcessServerReport } from '../../../../replication/reports.ts';
import { processServerThresholds as limits } from '../../../../replication/health.ts';
import { armTime } from '../../protocol/armTime.ts';
import type { TimeMs } from '../../../../kernel/clock.ts';

type Colour = 'Green' | 'Yellow' | 'Red';

const dayMs = 86_400_000;

/** Loads as the service shows them at a process server, and at the configuration server whose machine it shares. */
export function loads(report: ProcessServerReport): Record<string, unknown> {
  const { cpuPercent, memoryTotalBytes, memoryFreeBytes, cacheTotalBytes, cacheFreeBytes } = report;
  const cpu = String(Math.round(cpuPercent));
  return {
    // A server of the lab has one figure of load.
    systemLoad: cpu,
    systemLoadStatus: colour(cpuPercent, limits.cpuPercent),
    cpuLoad: cpuPercent === 0 ? '0' : `${cpu}%`,
    cpuLoadStatus: colour(cpuPercent, limits.cpuPercent),
    totalMemoryInBytes: memoryTotalBytes,
    availableMemoryInBytes: memoryFreeBytes,
    memoryUsageStatus: colour(100 - percent(memoryFreeBytes, memoryTotalBytes), limits.memoryPercent),
    totalSpaceInBytes: cacheTotalBytes,
    availableSpaceInBytes: cacheFreeBytes,
    spaceUsageStatus: colour(-percent(cacheFreeBytes, cacheTotalBytes), {
      warning: -limits.cacheFreePercent.warning,
      critical: -limits.cacheFreePercent.critical,
    }),
  };
}

/** Upload: what waits, and how fast the rest goes. */
export function throughput(report: ProcessServerReport): Record<string, unknown> {
  return {
    psStatsRefreshTime: armTime(report.lastHeartbeatMs),
    throughputUploadPendingDataInBytes: report.pendingUploadBytes,
    throughputInMBps: Math.floor(report.throughputBps / 1e6),
    throughputInBytes: Math.floor(report.throughputBps),
    throughputStatus: colour(report.oldestPendingMs, limits.oldestPendingMs),
  };
}

/** End of the SSL certificate, which all components of a site share. */
export function certificateEnd(expiryMs: TimeMs | undefined, nowMs: TimeMs): Record<string, unknown> {
  return {
    sslCertExpiryDate: expiryMs === undefined ? null : armTime(expiryMs),
    sslCertExpiryRemainingDays: expiryMs === undefined ? null : Math.floor((expiryMs - nowMs) / dayMs),
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole;
}

function colour(figure: number, bounds: { warning: number; critical: number }): Colour {
  if (figure > bounds.critical) return 'Red';
  return figure > bounds.warning ? 'Yellow' : 'Green';
}
