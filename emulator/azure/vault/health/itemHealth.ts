// What ails a protected item: a pure look at its records that gives the service's health errors (asr-behaviour §5.3, §10.2).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { HealthLevel } from '../../../replication/health.ts';
import { withSpecifics } from '../../../kernel/specifics.ts';
import type { AgentReport, DiscoveredMachine } from '../../../replication/reports.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { HealthError, PairRecord, ProtectedItem } from '../items/state.ts';
import type { PolicyRecord } from '../policies/state.ts';
import type { Profile } from '../profiles.ts';
import { healthCatalogue, type HealthCode, type HealthEntry } from './catalogue.ts';

export interface ItemFacts {
  readonly item: ProtectedItem;
  readonly pairs: readonly PairRecord[];
  readonly policy: PolicyRecord | undefined;
  readonly agent: AgentReport | undefined;
  readonly processServerHeard: boolean;
  readonly masterTargetHeard: boolean;
  /** As people know them; empty: nobody does any more. */
  readonly processServerName: string;
  readonly masterTargetName: string;
  readonly rpoMs: number | null;
  readonly newestAppPointMs: TimeMs | null;
  /** Mean change of each pair in bytes per second; null: not known. */
  readonly churnBps: ReadonlyMap<string, number | null>;
  /** What discovery sees of the machine at home; undefined: it does not. */
  readonly discovered: DiscoveredMachine | undefined;
  readonly configServerVersion: string | undefined;
  /** The target has no network, or one that is not there. */
  readonly networkMissing: boolean;
  readonly profile: Pick<Profile, 'churnPerDiskBps' | 'churnPerMachineBps' | 'versionsBehind'>;
  readonly nowMs: TimeMs;
}

const progressLimitMs = 60 * 60_000;
/** The progress of a first copy is looked at each 30 minutes (asr-behaviour §4.4). */
const copyProgressLimitMs = 30 * 60_000;
const skewLimitMs = 10 * 60_000;
/** Without an application-consistent point for this many of the policy's intervals. */
const missedAppIntervals = 2;

/** Errors of replication; empty while nothing replicates. `creationMs` of an error that persists stays. */
export function replicationErrors(facts: ItemFacts): HealthError[] {
  const { item } = facts;
  const direction = item.direction === 'forward' ? item.forward : item.reverse;
  if (item.protectionState === 'UnplannedFailoverFailed') return [healthError(facts, '78037')];
  if (direction === null || direction.replication !== 'running') return [];
  return [
    ...agentErrors(facts),
    ...(facts.processServerHeard ? [] : [healthError(facts, '806', facts.processServerName)]),
    ...(item.direction === 'forward' || facts.masterTargetHeard ? [] : [healthError(facts, '78022', facts.masterTargetName)]),
    ...pairErrors(facts),
    ...(item.direction === 'forward' ? sourceErrors(facts) : []),
    ...pointErrors(facts),
  ];
}

function agentErrors(facts: ItemFacts): HealthError[] {
  const { item, agent, nowMs } = facts;
  if (agent === undefined) return [healthError(facts, '78174', item.friendlyName)];
  const aheadMs = agent.clockMs - agent.lastHeartbeatMs;
  return [
    ...(nowMs - agent.lastHeartbeatMs >= heartbeatLimitMs ? [healthError(facts, '78174', item.friendlyName)] : []),
    ...(aheadMs > skewLimitMs ? [healthError(facts, '78193', `It is ${Math.round(aheadMs / 60_000)} minutes ahead.`)] : []),
    ...(isUnsupported(agent.version, facts)
      ? [healthError(facts, 'AgentVersionUnsupported', `It is ${agent.version}, the configuration server ${facts.configServerVersion ?? ''}.`)]
      : []),
  ];
}

/** N-4: versions of one major number count by their minor one (asr-behaviour §1.4). */
function isUnsupported(version: string, { configServerVersion, profile }: ItemFacts): boolean {
  const [major, minor] = version.split('.').map(Number);
  const [serverMajor, serverMinor] = (configServerVersion ?? version).split('.').map(Number);
  if (major === undefined || minor === undefined || serverMajor === undefined || serverMinor === undefined) return false;
  return major < serverMajor || (major === serverMajor && serverMinor - minor > profile.versionsBehind.value);
}

/** What the machine at home does that replication to Azure does not take. */
function sourceErrors(facts: ItemFacts): HealthError[] {
  const { item, pairs, churnBps, profile, discovered } = facts;
  const rates = pairs.map((pair) => ({ name: pair.diskName, bps: churnBps.get(pair.pairId) ?? 0 }));
  const total = rates.reduce((sum, { bps }) => sum + bps, 0);
  const over = [
    ...rates.filter(({ bps }) => bps > profile.churnPerDiskBps.value).map(({ name, bps }) => `${name} ${megabytes(bps)}`),
    ...(total > profile.churnPerMachineBps.value ? [`all disks ${megabytes(total)}`] : []),
  ];
  const added = (discovered?.disks ?? []).filter(
    ({ diskId }) => !pairs.some((pair) => pair.diskId === diskId) && !item.forward.excludedDiskIds.includes(diskId),
  );
  return [
    ...(over.length > 0
      ? [
          healthError(
            facts,
            '78188',
            `${over.join(', ')}; at most ${megabytes(profile.churnPerDiskBps.value)} per disk and ${megabytes(profile.churnPerMachineBps.value)} in all.`,
          ),
        ]
      : []),
    ...(added.length > 0 && pairs.length > 0 ? [healthError(facts, 'DiskNotReplicated', added.map(({ name }) => name).join(', '))] : []),
  ];
}

function megabytes(bps: number): string {
  return `${(bps / 1e6).toFixed(1)} MB/s`;
}

function pairErrors(facts: ItemFacts): HealthError[] {
  const { pairs, nowMs } = facts;
  const names = (list: readonly PairRecord[]): string => list.map((pair) => pair.diskName).join(', ');
  const resync = pairs.filter((pair) => pair.resyncRequired !== null);
  const unreachable = pairs.filter((pair) => pair.report?.error?.code === 'LinkDown' || pair.report?.error?.code === 'PeerUnreachable');
  const blocked = pairs.filter(
    (pair) => pair.report !== null && pair.report.error !== null && pair.report.error.code !== 'DiskResized' && !unreachable.includes(pair),
  );
  const copyStands = pairs.filter((pair) => isFirstCopy(facts, pair) && nowMs - pair.progressMs >= copyProgressLimitMs);
  const still = pairs.filter((pair) => nowMs - pair.progressMs >= progressLimitMs);
  return [
    ...(resync.length > 0 ? [healthError(facts, '78222', names(resync))] : []),
    ...(unreachable.length > 0 ? [healthError(facts, '78186', names(unreachable))] : []),
    ...(blocked.length > 0 ? [healthError(facts, '78028', `${names(blocked)}: ${blocked[0]?.report?.error?.message ?? ''}`)] : []),
    ...(copyStands.length > 0 ? [healthError(facts, '78169', names(copyStands))] : []),
    ...(still.length > 0 ? [healthError(facts, '90078', names(still))] : []),
  ];
}

function isFirstCopy({ item }: ItemFacts, pair: PairRecord): boolean {
  return item.protectionState === 'InitialReplicationInProgress' && (pair.report === null || pair.report.stage === 'ResyncStepI');
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

/**
 * Readiness for failover is its own scale (asr-behaviour §5.3).
 * DEVIATION: the product's configuration validator looks every 12 hours, the lab each minute.
 */
export function failoverErrors(facts: ItemFacts): HealthError[] {
  const { item } = facts;
  if (item.direction !== 'forward' || item.protectionState !== 'Protected') return [];
  return [
    ...(item.testFailover.lastSuccessMs === null ? [healthError(facts, '161011')] : []),
    ...(facts.networkMissing ? [healthError(facts, 'TargetNetworkMissing', item.forward.target.networkName ?? '')] : []),
  ];
}

export function levelOf(errors: readonly HealthError[]): HealthLevel {
  if (errors.some((error) => error.errorLevel === 'Critical')) return 'Critical';
  return errors.some((error) => error.errorLevel === 'Warning') ? 'Warning' : 'Normal';
}

function healthError(facts: ItemFacts, code: HealthCode, specifics = ''): HealthError {
  const entry: HealthEntry = healthCatalogue[code];
  const known = facts.item.healthErrors.find((error) => error.errorCode === code);
  return {
    errorCode: code,
    eventCode: entry.eventCode,
    errorCategory: entry.category,
    errorLevel: entry.level,
    summaryMessage: entry.summary,
    errorMessage: withSpecifics(entry.summary, specifics),
    possibleCauses: entry.causes,
    recommendedAction: entry.action,
    creationMs: known?.creationMs ?? facts.nowMs,
    entityId: facts.item.itemId,
  };
}
