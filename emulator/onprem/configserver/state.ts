// What the configuration server keeps in its database: records, and the pure rules on them.
import type { KeyAndCertificate } from '../../http/certificates.ts';
import type { TimeMs } from '../../kernel/clock.ts';
import type { Credentials, PhysicalServerOrder, SiteSettings, VCenterOrder } from '../../replication/orders.ts';
import type { DiscoveredMachine, HostReport, VCenterReport } from '../../replication/reports.ts';
import type { HostRole } from '../../registration/hostRole.ts';

const dayMs = 86_400_000;
/** Three years, and two months of warning before (asr-behaviour §1.4). */
export const certificateLifetimeMs = 3 * 365 * dayMs;
export const certificateWarningMs = 60 * dayMs;
/** How far the server's clock may be off when it registers with the vault (asr-behaviour §1.4). */
export const clockSkewLimitMs = 15 * 60_000;
/** A component without heartbeat for so long is given no work that another can do (asr-behaviour §9.5). */
export const silenceLimitMs = 15 * 60_000;
export const heartbeatMs = 60_000;

/** Made at set-up, once. */
export interface SetupRecord {
  readonly hostId: string;
  readonly passphrase: string;
  readonly authority: KeyAndCertificate;
  /** End of the SSL certificate, and of all that are issued under it. */
  readonly certificateExpiryMs: TimeMs;
}

/** The vault that the server belongs to. */
export interface VaultRegistration {
  readonly url: string;
  readonly vaultName: string;
  readonly region: string;
  readonly token: string;
}

export interface AccountRecord extends Credentials {
  readonly accountId: string;
  readonly accountName: string;
}

/** A registered component with the newest of what it said. */
export interface HostRecord {
  readonly hostId: string;
  readonly role: HostRole;
  readonly name: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly registeredMs: TimeMs;
  readonly lastHeartbeatMs: TimeMs;
  /** Until when its newest certificate is good. */
  readonly certificateExpiryMs: TimeMs;
  /** `removed`: the vault had it unregistered; its certificate is no longer accepted. */
  readonly state: 'registered' | 'removed';
  readonly part: Pick<HostReport, 'agent' | 'processServer' | 'masterTarget'>;
}

/** `machineId` null until the discovery has found the server. */
export interface PhysicalServerRecord extends PhysicalServerOrder {
  readonly machineId: string | null;
}

/** Which process servers a pair was ever assigned to: each may still hold batches of it. */
export interface PairHistory {
  readonly pairId: string;
  readonly processServerIds: readonly string[];
}

/** What the newest discovery found. */
export interface DiscoveryRecord {
  readonly machines: readonly DiscoveredMachine[];
  readonly vCenters: readonly VCenterReport[];
}

/** Everything that the settings of the hosts are made of. */
export interface SiteState {
  readonly nowMs: TimeMs;
  /** Name of the configuration server's own machine. */
  readonly name: string;
  readonly settings: SiteSettings;
  readonly hosts: readonly HostRecord[];
  readonly accounts: readonly AccountRecord[];
  readonly vCenters: readonly VCenterOrder[];
  readonly physicalServers: readonly PhysicalServerRecord[];
  readonly discovery: DiscoveryRecord;
  readonly histories: readonly PairHistory[];
  /** Ids of tasks whose result is known. */
  readonly finished: ReadonlySet<string>;
}

export const noSettings: SiteSettings = { revision: 0, machines: [], tasks: [] };
export const noDiscovery: DiscoveryRecord = { machines: [], vCenters: [] };

/** `Warning` from two months before the end. */
export function certificateHealth(expiryMs: TimeMs, nowMs: TimeMs): 'Normal' | 'Warning' | 'Expired' {
  if (nowMs > expiryMs) return 'Expired';
  return expiryMs - nowMs <= certificateWarningMs ? 'Warning' : 'Normal';
}

/** The process server on premises that discovers for the whole site: the first registered one that is alive, or the first at all. */
export function discovererOf(hosts: readonly HostRecord[], nowMs: TimeMs): HostRecord | undefined {
  const candidates = hosts.filter((host) => host.role === 'processserver' && host.state === 'registered' && host.details['inAzure'] !== true);
  return candidates.find((host) => nowMs - host.lastHeartbeatMs <= silenceLimitMs) ?? candidates[0];
}

/** Adds the present assignments to the histories. @returns only the histories that changed */
export function assignPairs(settings: SiteSettings, histories: readonly PairHistory[]): PairHistory[] {
  const known = new Map(histories.map((history) => [history.pairId, history.processServerIds]));
  const changed: PairHistory[] = [];
  for (const machine of settings.machines) {
    const processServerId = machine.processServer?.hostId;
    if (processServerId === undefined) continue;
    for (const { pairId } of machine.pairs) {
      const before = known.get(pairId) ?? [];
      if (!before.includes(processServerId)) changed.push({ pairId, processServerIds: [...before, processServerId] });
    }
  }
  return changed;
}
