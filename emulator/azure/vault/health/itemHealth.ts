// What ails a protected item: a pure look at its records that gives the service's health errors (asr-behaviour §5.3, §10.2).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { HealthLevel } from '../../../replication/health.ts';
import type { AgentReport } from '../../../replication/orders.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { HealthError, PairRecord, ProtectedItem } from '../items/state.ts';
import type { PolicyRecord } from '../policies/state.ts';
import { healthCatalogue, type HealthCode, type HealthEntry } from './catalogue.ts';

export interface ItemFacts {
  readonly item: ProtectedItem;
  readonly pairs: readonly PairRecord[];
  readonly policy: PolicyRecord | undefined;
  readonly agent: AgentReport | undefined;
  readonly processServerHeard: boolean;
  readonly masterTargetHeard: boolean;
  readonly rpoMs: number | null;
  readonly newestAppPointMs: TimeMs | null;
  readonly nowMs: TimeMs;
}

const progressLimitMs = 60 * 60_000;
const skewLimitMs = 10 * 60_000;
/** Without an application-consistent point for this many of the policy's intervals. */
const missedAppIntervals = 2;

/** Errors of replication; empty while nothing replicates. `creationMs` of an error that persists stays. */
export function replicationErrors(facts: ItemFacts): HealthError[] {
  const { item, agent, nowMs } = facts;
  const direction = item.direction === 'forward' ? item.forward : item.reverse;
  if (direction === null || direction.replication !== 'running') return [];
  return [
    ...(agent === undefined || nowMs - agent.lastHeartbeatMs >= heartbeatLimitMs ? [healthError(facts, '78174', item.friendlyName)] : []),
    ...(facts.processServerHeard ? [] : [healthError(facts, '806', direction.processServerId ?? '')]),
    ...(item.direction === 'forward' || facts.masterTargetHeard ? [] : [healthError(facts, '78022', item.reverse?.masterTargetId ?? '')]),
    ...(agent !== undefined && agent.clockMs - agent.lastHeartbeatMs > skewLimitMs
      ? [healthError(facts, '78193', `It is ${Math.round((agent.clockMs - agent.lastHeartbeatMs) / 60_000)} minutes ahead.`)]
      : []),
    ...pairErrors(facts),
    ...pointErrors(facts),
  ];
}

function pairErrors(facts: ItemFacts): HealthError[] {
  const { pairs, nowMs } = facts;
  const names = (list: readonly PairRecord[]): string => list.map((pair) => pair.diskName).join(', ');
  const resync = pairs.filter((pair) => pair.resyncRequired !== null);
  const unreachable = pairs.filter((pair) => pair.report?.error?.code === 'LinkDown' || pair.report?.error?.code === 'PeerUnreachable');
  const blocked = pairs.filter((pair) => pair.report !== null && pair.report.error !== null && !unreachable.includes(pair));
  const still = pairs.filter((pair) => nowMs - pair.progressMs >= progressLimitMs);
  return [
    ...(resync.length > 0 ? [healthError(facts, '78222', names(resync))] : []),
    ...(unreachable.length > 0 ? [healthError(facts, '78186', names(unreachable))] : []),
    ...(blocked.length > 0 ? [healthError(facts, '78028', `${names(blocked)}: ${blocked[0]?.report?.error?.message ?? ''}`)] : []),
    ...(still.length > 0 ? [healthError(facts, '90078', names(still))] : []),
  ];
}

function pointErrors(facts: ItemFacts): HealthError[] {
  const { item, policy, rpoMs, newestAppPointMs, nowMs } = facts;
  if (policy === undefined || item.protectionState !== 'Protected') return [];
  const direction = item.direction === 'forward' ? item.forward : item.reverse;
  const appAgeMs = nowMs - Math.max(newestAppPointMs ?? 0, direction?.startedMs ?? 0);
  return [
    ...(rpoMs !== null && rpoMs > policy.rpoThresholdMs
      ? [healthError(facts, '78026', `RPO ${Math.round(rpoMs / 60_000)} minutes, threshold ${Math.round(policy.rpoThresholdMs / 60_000)}.`)]
      : []),
    ...(policy.appConsistentIntervalMs > 0 && appAgeMs > missedAppIntervals * policy.appConsistentIntervalMs
      ? [healthError(facts, '78144', `None in the last ${Math.round(appAgeMs / 60_000)} minutes.`)]
      : []),
  ];
}

/** Readiness for failover is its own scale (asr-behaviour §5.3). */
export function failoverErrors(facts: ItemFacts): HealthError[] {
  const { item } = facts;
  return item.direction === 'forward' && item.protectionState === 'Protected' && item.testFailover.lastSuccessMs === null
    ? [healthError(facts, '161011', item.friendlyName)]
    : [];
}

export function levelOf(errors: readonly HealthError[]): HealthLevel {
  if (errors.some((error) => error.errorLevel === 'Critical')) return 'Critical';
  return errors.some((error) => error.errorLevel === 'Warning') ? 'Warning' : 'Normal';
}

function healthError(facts: ItemFacts, code: HealthCode, specifics: string): HealthError {
  const entry: HealthEntry = healthCatalogue[code];
  const known = facts.item.healthErrors.find((error) => error.errorCode === code);
  return {
    errorCode: code,
    eventCode: entry.eventCode,
    errorCategory: entry.category,
    errorLevel: entry.level,
    summaryMessage: entry.summary,
    errorMessage: `${entry.summary} ${specifics}`.trim(),
    possibleCauses: entry.causes,
    recommendedAction: entry.action,
    creationMs: known?.creationMs ?? facts.nowMs,
    entityId: facts.item.itemId,
  };
}
