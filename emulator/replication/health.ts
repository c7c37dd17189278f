// Health rules that both sides of the wire share: what a process server's figures mean (asr-behaviour §9.1).
import type { TimeMs } from '../kernel/clock.ts';
import type { ProcessServerReport } from './reports.ts';

/** asr-behaviour §5.3: the same scale for items, servers and failover readiness. */
export type HealthLevel = 'Normal' | 'Warning' | 'Critical';

/** The figures of one report that the alerts look at. */
export interface ProcessServerSample {
  readonly timeMs: TimeMs;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly cacheFreePercent: number;
  /** How long the oldest accepted change has waited for its upload. */
  readonly oldestPendingMs: number;
  /** Names of services that do not run. */
  readonly stoppedServices: readonly string[];
}

export type ProcessServerCondition = 'cpu' | 'memory' | 'cacheSpace' | 'uploadBacklog' | 'services' | 'heartbeat';

export interface ProcessServerAlert {
  readonly condition: ProcessServerCondition;
  readonly level: Exclude<HealthLevel, 'Normal'>;
  readonly description: string;
}

export interface ProcessServerHealth {
  readonly level: HealthLevel;
  readonly alerts: readonly ProcessServerAlert[];
}

/** asr-behaviour §9.1, process servers of 9.24 and later. [Documented] */
export const processServerThresholds = {
  /** A figure raises an alert when it was out of bounds this long without a break. */
  observationMs: 15 * 60_000,
  heartbeatMs: 15 * 60_000,
  cpuPercent: { warning: 80, critical: 95 },
  memoryPercent: { warning: 80, critical: 95 },
  cacheFreePercent: { warning: 30, critical: 25 },
  oldestPendingMs: { warning: 30 * 60_000, critical: 45 * 60_000 },
} as const;

export function processServerSample(report: ProcessServerReport, timeMs: TimeMs): ProcessServerSample {
  return {
    timeMs,
    cpuPercent: report.cpuPercent,
    memoryPercent: report.memoryTotalBytes === 0 ? 0 : 100 * (1 - report.memoryFreeBytes / report.memoryTotalBytes),
    cacheFreePercent: report.cacheTotalBytes === 0 ? 100 : (100 * report.cacheFreeBytes) / report.cacheTotalBytes,
    oldestPendingMs: report.oldestPendingMs,
    stoppedServices: report.services.filter((service) => !service.running).map((service) => service.name),
  };
}

/**
 * The samples worth keeping: those of the observation window and the last one before it, which tells what held at the window's start.
 * @param samples oldest first
 */
export function recentSamples(samples: readonly ProcessServerSample[], nowMs: TimeMs): ProcessServerSample[] {
  const fromMs = nowMs - processServerThresholds.observationMs;
  const first = samples.findLastIndex((sample) => sample.timeMs <= fromMs);
  return samples.slice(Math.max(0, first));
}

/**
 * @param samples oldest first, as `recentSamples` keeps them
 * @param lastHeartbeatMs when the configuration server last heard of the process server
 * @returns the worst alert as the level; a server that has not been watched long enough has no alerts but that of its heartbeat
 */
export function processServerHealth(samples: readonly ProcessServerSample[], lastHeartbeatMs: TimeMs, nowMs: TimeMs): ProcessServerHealth {
  const alerts: ProcessServerAlert[] = [];
  const limits = processServerThresholds;
  if (nowMs - lastHeartbeatMs >= limits.heartbeatMs)
    alerts.push({ condition: 'heartbeat', level: 'Critical', description: `No heartbeat for ${minutes(nowMs - lastHeartbeatMs)} minutes.` });
  const newest = samples.at(-1);
  if (newest !== undefined && samples[0] !== undefined && nowMs - samples[0].timeMs >= limits.observationMs) {
    const { cpuPercent, memoryPercent, cacheFreePercent: free } = limits;
    const figures: Figure[] = [
      { condition: 'cpu', figure: (sample) => sample.cpuPercent, bounds: cpuPercent, description: `CPU load is ${newest.cpuPercent.toFixed(0)} %.` },
      {
        condition: 'memory',
        figure: (sample) => sample.memoryPercent,
        bounds: memoryPercent,
        description: `Memory use is ${newest.memoryPercent.toFixed(0)} %.`,
      },
      // Free space alarms downwards: mirrored, so that one comparison serves all.
      {
        condition: 'cacheSpace',
        figure: (sample) => -sample.cacheFreePercent,
        bounds: { warning: -free.warning, critical: -free.critical },
        description: `The cache folder has ${newest.cacheFreePercent.toFixed(0)} % free.`,
      },
    ];
    for (const { condition, figure, bounds, description } of figures) {
      const level = heldLevel(samples.map(figure), bounds);
      if (level !== 'Normal') alerts.push({ condition, level, description });
    }
    if (samples.every((sample) => sample.stoppedServices.length > 0))
      alerts.push({ condition: 'services', level: 'Warning', description: `Not running: ${newest.stoppedServices.join(', ')}.` });
  }
  // The backlog's age is itself a duration; it needs no observation window.
  const backlog = newest === undefined ? 'Normal' : heldLevel([newest.oldestPendingMs], limits.oldestPendingMs);
  if (newest !== undefined && backlog !== 'Normal')
    alerts.push({ condition: 'uploadBacklog', level: backlog, description: `Changes wait for their upload since ${minutes(newest.oldestPendingMs)} minutes.` });
  return { level: worstLevel(alerts.map((alert) => alert.level)), alerts };
}

interface Figure {
  readonly condition: ProcessServerCondition;
  readonly figure: (sample: ProcessServerSample) => number;
  readonly bounds: { readonly warning: number; readonly critical: number };
  readonly description: string;
}

export function worstLevel(levels: readonly HealthLevel[]): HealthLevel {
  if (levels.includes('Critical')) return 'Critical';
  return levels.includes('Warning') ? 'Warning' : 'Normal';
}

function heldLevel(figures: readonly number[], bounds: { warning: number; critical: number }): HealthLevel {
  const least = Math.min(...figures);
  if (least > bounds.critical) return 'Critical';
  return least > bounds.warning ? 'Warning' : 'Normal';
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(0);
}
