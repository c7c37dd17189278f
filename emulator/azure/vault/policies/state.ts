// Replication policies and their associations with configuration servers: records and rules (asr-behaviour §3).
import type { TimeMs } from '../../../kernel/clock.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { Profile } from '../profiles.ts';

/** Forward and failback provider. */
export type PolicyInstanceType = 'InMageAzureV2' | 'InMage';

export interface PolicyRecord {
  readonly name: string;
  readonly instanceType: PolicyInstanceType;
  readonly rpoThresholdMs: number;
  readonly retentionMs: number;
  /** 0: off. */
  readonly appConsistentIntervalMs: number;
  readonly crashConsistentIntervalMs: number;
  readonly multiVmSyncStatus: 'Enabled' | 'Disabled';
  /** Made beside a forward policy; its values are fixed. */
  readonly automatic: boolean;
}

/** A policy on a configuration server: a protection container mapping. */
export interface MappingRecord {
  /** `<policy>@<configuration server>`. */
  readonly mappingId: string;
  /** What its maker calls it, unique on its configuration server; absent: made beside a policy, and called as that. */
  readonly name?: string;
  readonly policyName: string;
  readonly configServerId: string;
  /** Forward: `Microsoft Azure`; failback: the configuration server's own container. */
  readonly targetContainer: string;
  readonly associatedMs: TimeMs;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Not editable (asr-behaviour §3.1). */
export const crashConsistentIntervalMs = 5 * minuteMs;
const rpoThresholdBoundsMs = { least: 5 * minuteMs, most: 24 * hourMs };
/** The portal's list ends at 12 hours; whoever calls the service itself is bound by the retention alone (15 hours were recorded). */
const appConsistentMs = { least: 15 * minuteMs, most: { portal: 12 * hourMs, service: Infinity } };

/** Two ways to a policy: the portal makes a pair with fixed failback values, a caller of the service makes each by itself (asr-behaviour §3.2). */
export type PolicyMaker = 'portal' | 'service';

export interface PolicyRequest {
  readonly name: string;
  /** Default: `InMageAzureV2`, or what the policy is already. */
  readonly instanceType?: PolicyInstanceType;
  readonly rpoThresholdMs?: number;
  readonly retentionMs?: number;
  readonly appConsistentIntervalMs?: number;
  readonly multiVmSync?: boolean;
}

/** Fills in the product's defaults. @throws LabError PolicyInvalid with every violation */
export function policyOf(request: PolicyRequest, rules: { profile: Profile; maker: PolicyMaker }): PolicyRecord {
  const policy: PolicyRecord = {
    name: request.name,
    instanceType: request.instanceType ?? 'InMageAzureV2',
    rpoThresholdMs: request.rpoThresholdMs ?? 15 * minuteMs,
    retentionMs: request.retentionMs ?? 24 * hourMs,
    appConsistentIntervalMs: request.appConsistentIntervalMs ?? hourMs,
    crashConsistentIntervalMs,
    multiVmSyncStatus: request.multiVmSync === false ? 'Disabled' : 'Enabled',
    automatic: false,
  };
  const violations = policyViolations(policy, rules);
  if (violations.length > 0)
    throw new LabError('PolicyInvalid', `${request.name}: ${violations.join(' ')}`, {
      details: violations.map((violation) => new LabError('InvalidArgument', violation)),
    });
  return policy;
}

/** What the portal makes beside `policy`: fixed values (asr-behaviour §3.2). */
export function failbackPolicyOf(policy: PolicyRecord): PolicyRecord {
  return {
    name: failbackName(policy.name),
    instanceType: 'InMage',
    rpoThresholdMs: 15 * minuteMs,
    retentionMs: 24 * hourMs,
    appConsistentIntervalMs: hourMs,
    crashConsistentIntervalMs,
    multiVmSyncStatus: policy.multiVmSyncStatus,
    automatic: true,
  };
}

/** As a request that makes it again. */
export function requestOf(policy: PolicyRecord): Required<PolicyRequest> {
  const { name, instanceType, rpoThresholdMs, retentionMs, appConsistentIntervalMs } = policy;
  return { name, instanceType, rpoThresholdMs, retentionMs, appConsistentIntervalMs, multiVmSync: policy.multiVmSyncStatus === 'Enabled' };
}

/** Whether both say the same of replication; who made them is no setting. */
export function sameSettings(one: PolicyRecord, other: PolicyRecord): boolean {
  return JSON.stringify(requestOf(one)) === JSON.stringify(requestOf(other));
}

export function mappingName(mapping: MappingRecord): string {
  return mapping.name ?? mapping.policyName;
}

export function failbackName(policyName: string): string {
  return `${policyName}-failback`;
}

export function mappingIdOf(policyName: string, configServerId: string): string {
  return `${policyName}@${configServerId}`;
}

function policyViolations(policy: PolicyRecord, { profile, maker }: { profile: Profile; maker: PolicyMaker }): string[] {
  const violations: string[] = [];
  const within = (ms: number, bounds: { least: number; most: number }): boolean => Number.isFinite(ms) && ms >= bounds.least && ms <= bounds.most;
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(policy.name))
    violations.push('The name has 1 to 63 letters, digits and hyphens and begins with a letter or digit.');
  if (!within(policy.rpoThresholdMs, rpoThresholdBoundsMs)) violations.push('The RPO threshold lies between 5 minutes and 24 hours.');
  if (!within(policy.retentionMs, { least: 0, most: profile.retentionMs.value }))
    violations.push(`Recovery points are kept for at most ${profile.retentionMs.value / hourMs} hours.`);
  const app = policy.appConsistentIntervalMs;
  if (app !== 0 && !within(app, { least: appConsistentMs.least, most: appConsistentMs.most[maker] }))
    violations.push(`Application-consistent points are made every 15 minutes${maker === 'portal' ? ' to 12 hours' : ' or less often'}, or not at all.`);
  if (app !== 0 && app >= policy.retentionMs && policy.retentionMs !== 0)
    violations.push('The interval of application-consistent points is shorter than the retention.');
  return violations;
}
