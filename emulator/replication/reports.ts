// What a site reports: each component to its configuration server, that one to the vault. Whole documents, never deltas: a list is whole or absent.
import type { ErrorBody } from '../kernel/errors.ts';
import type { TimeMs } from '../kernel/clock.ts';
import type { Mark, Stage } from './stations.ts';

/** Replication of one disk, as its source sees it. */
export interface PairReport {
  readonly pairId: string;
  readonly stage: Stage;
  /** `data`: every write is in the change log. `bitmap`: only dirty regions are known, no recovery point can be made. */
  readonly mode: 'data' | 'bitmap';
  /** Bytes that the present copy or resynchronisation covers; those looked at; those sent. */
  readonly totalBytes: number;
  readonly processedBytes: number;
  readonly transferredBytes: number;
  /** Captured, not yet accepted by the process server. */
  readonly pendingBytes: number;
  /** Recorded in the change log since it began; what it grows by is the churn (78188). */
  readonly capturedBytes?: number;
  readonly resyncId: string | null;
  /** Why the pair stands still, if it does. */
  readonly error: ErrorBody | null;
}

export interface AgentReport {
  readonly hostId: string;
  /** The machine's id where it runs: vCenter instance uuid, physical server id, or Azure VM id. */
  readonly machineId: string;
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical' | 'Azure';
  readonly osType: 'Windows' | 'Linux';
  readonly ipAddress: string;
  readonly version: string;
  readonly lastHeartbeatMs: TimeMs;
  /** The guest's own clock, for the skew check (78193). */
  readonly clockMs: TimeMs;
  /** When this run of it began: another one tells of a reboot (90081). */
  readonly startedMs?: TimeMs;
  readonly pairs: readonly PairReport[];
  /** The newest mark, and failures of marks since the last success (90074, 90075). */
  readonly lastMarkMs: TimeMs | null;
  /** Id of that mark: two marks may share their millisecond. */
  readonly lastMarkId?: string | null;
  readonly crashFailures: number;
  readonly appFailures: number;
  readonly lastAppMarkMs: TimeMs | null;
  /** Where members of a replication group reach it; absent: TCP 20004 (asr-behaviour §12). */
  readonly multiVmPort?: number;
}

export interface ProcessServerReport {
  readonly hostId: string;
  readonly name: string;
  readonly url: string;
  readonly inAzure: boolean;
  readonly version: string;
  readonly lastHeartbeatMs: TimeMs;
  readonly cpuPercent: number;
  readonly memoryTotalBytes: number;
  readonly memoryFreeBytes: number;
  readonly cacheTotalBytes: number;
  readonly cacheFreeBytes: number;
  readonly throttled: boolean;
  /** Accepted, not uploaded; and how long the oldest of it has waited. */
  readonly pendingUploadBytes: number;
  readonly oldestPendingMs: number;
  readonly throughputBps: number;
  readonly services: readonly { readonly name: string; readonly running: boolean }[];
}

export interface MasterTargetReport {
  readonly hostId: string;
  readonly name: string;
  readonly url: string;
  readonly osType: 'Windows' | 'Linux';
  readonly version: string;
  readonly lastHeartbeatMs: TimeMs;
  readonly retentionVolumes: readonly {
    readonly volumeName: string;
    readonly capacityBytes: number;
    readonly freeBytes: number;
    readonly thresholdPercentage: number;
    readonly fileSystem: string;
  }[];
  readonly dataStores: readonly { readonly symbolicName: string; readonly capacityBytes: number; readonly freeBytes: number; readonly type: string }[];
  readonly attachedDisks: number;
  /** Reverse pairs: where their replicas are and which points they hold. */
  readonly pairs: readonly {
    readonly pairId: string;
    readonly sequence: number;
    readonly snapshots: readonly { readonly id: string; readonly mark: Mark }[];
  }[];
  readonly validationErrors: readonly ErrorBody[];
}

export interface VCenterReport {
  readonly vCenterId: string;
  readonly friendlyName: string;
  readonly url: string;
  /** Run-as account; absent in what a process server says of it. */
  readonly accountId?: string;
  readonly connected: boolean;
  readonly lastDiscoveryMs: TimeMs | null;
  readonly error: ErrorBody | null;
}

/** A machine that discovery found, or a physical server that somebody typed in. */
export interface DiscoveredMachine {
  readonly machineId: string;
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical';
  readonly vCenterId: string | null;
  readonly poweredOn: boolean;
  readonly osType: 'Windows' | 'Linux' | 'Other';
  readonly osVersion: string;
  readonly architecture: '64-bit' | '32-bit';
  readonly firmware: 'BIOS' | 'UEFI';
  readonly secureBoot: boolean;
  /** A volume is encrypted inside the guest; absent: nobody could look. */
  readonly bitLocker?: boolean;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly toolsRunning: boolean;
  readonly rebootPending: boolean;
  readonly hostConnected: boolean;
  readonly ipAddresses: readonly string[];
  readonly nics: readonly { readonly nicId: string; readonly network: string; readonly ipAddress: string | null }[];
  readonly datastores: readonly string[];
  readonly disks: readonly {
    readonly diskId: string;
    readonly name: string;
    readonly sizeBytes: number;
    readonly osDisk: boolean;
    readonly dynamic: boolean;
    readonly sectorBytes: number;
  }[];
  /** Why it cannot be protected now (asr-behaviour §2.1), in words; empty: it can. */
  readonly notSelectable: readonly string[];
}

export interface TaskResult {
  readonly taskId: string;
  /** `warning`: done, with a remark (VSS provider failed, reboot recommended). */
  readonly state: 'done' | 'warning' | 'failed';
  readonly error?: ErrorBody;
  /** attachDisks: the machine id in vCenter that holds the disks. addVCenter: machines found. */
  readonly output?: Readonly<Record<string, unknown>>;
}

/** Sent by the configuration server when something changed, and with each heartbeat. Each list is whole; an absent one is unchanged. */
export interface SiteReport {
  readonly configServer: {
    readonly hostId: string;
    readonly name: string;
    readonly version: string;
    readonly ipAddress: string;
    readonly lastHeartbeatMs: TimeMs;
    readonly sslCertExpiryMs: TimeMs;
    readonly accounts: readonly { readonly accountId: string; readonly accountName: string }[];
  };
  readonly agents?: readonly AgentReport[];
  readonly processServers?: readonly ProcessServerReport[];
  readonly masterTargets?: readonly MasterTargetReport[];
  readonly vCenters?: readonly VCenterReport[];
  readonly machines?: readonly DiscoveredMachine[];
  readonly taskResults?: readonly TaskResult[];
}

/** What a component tells its configuration server: its own part, whole; absent lists are unchanged. */
export interface HostReport {
  readonly agent?: AgentReport;
  readonly processServer?: ProcessServerReport;
  readonly masterTarget?: MasterTargetReport;
  /** Of the process server that discovers. */
  readonly vCenters?: readonly VCenterReport[];
  readonly machines?: readonly DiscoveredMachine[];
  readonly taskResults?: readonly TaskResult[];
}
