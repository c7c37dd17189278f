// What the vault wants of a site and what the site reports back: whole documents, never deltas.
// A component that was dead reads the newest document and acts; doing an order twice does no harm. Tasks are told apart by their id.
import type { ErrorBody } from '../kernel/errors.ts';
import type { TimeMs } from '../kernel/clock.ts';
import type { Consistency, Mark, Stage } from './stations.ts';

/** Where a pair's batches go after the process server. */
export type PairTarget =
  | {
      readonly kind: 'azure';
      /** Blob container for the log, with a shared key that opens it; the vault's service endpoint for notices and checksums. */
      readonly logContainerUrl: string;
      readonly accountName: string;
      readonly accountKey: string;
      readonly vaultUrl: string;
      readonly vaultToken: string;
    }
  | { readonly kind: 'mastertarget'; readonly masterTargetId: string; readonly masterTargetUrl: string };

/** One disk's replication in one direction. A pair is made at enable or re-protect and never changes direction. */
export interface PairOrder {
  readonly pairId: string;
  readonly diskId: string;
  readonly sizeBytes: number;
  readonly direction: 'forward' | 'reverse';
  /** `copy`: the target is empty, send all that is not zero. `checksum`: compare blocks, send differences. */
  readonly initial: 'copy' | 'checksum';
  /** A value not seen before starts a resynchronisation by checksum. */
  readonly resyncId: string | null;
  /** Base64 of the 32-byte key of this pair. */
  readonly key: string;
  readonly target: PairTarget;
}

/** What one Mobility service has to do. `processServer` null: wait, its process server is being changed. */
export interface MachineOrder {
  readonly hostId: string;
  readonly processServer: { readonly hostId: string; readonly url: string } | null;
  readonly pairs: readonly PairOrder[];
  readonly crashConsistentIntervalMs: number;
  /** 0: off. */
  readonly appConsistentIntervalMs: number;
  /** Members of the replication group, this machine among them; the first running one coordinates. Null: alone. */
  readonly group: {
    readonly groupId: string;
    readonly members: readonly { readonly hostId: string; readonly address: string; readonly port: number }[];
  } | null;
  /** A requestId not seen before asks for a mark now. */
  readonly markRequest: { readonly requestId: string; readonly consistency: Consistency } | null;
}

/** Work that the site does once per `taskId`, by the role that the product gives it to. */
export type SiteTask = { readonly taskId: string } & (
  | { readonly kind: 'addVCenter'; readonly vCenter: VCenterOrder }
  /** Another address, name or account of one that is there; kept only when discovery gets through with it. */
  | { readonly kind: 'updateVCenter'; readonly vCenter: VCenterOrder }
  | { readonly kind: 'removeVCenter'; readonly vCenterId: string }
  /** RenewCerts on the configuration server (asr-behaviour §1.4). */
  | { readonly kind: 'renewCertificates' }
  | { readonly kind: 'refresh' }
  /** Nobody discovers physical servers: name, address and system are typed in (asr-behaviour §2.3). Output: `{machineId}`. */
  | { readonly kind: 'addPhysicalServer'; readonly name: string; readonly ipAddress: string; readonly osType: 'Windows' | 'Linux' }
  | { readonly kind: 'removePhysicalServer'; readonly machineId: string }
  | { readonly kind: 'pushInstall'; readonly processServerId: string; readonly machineId: string; readonly accountId: string }
  | { readonly kind: 'updateMobilityService'; readonly hostId: string; readonly accountId: string }
  /** Shut the guest down (`graceful`: the Mobility service sends its last changes first), through vCenter or, for a physical server, its management board. */
  | { readonly kind: 'powerOff'; readonly machineId: string; readonly graceful: boolean }
  | { readonly kind: 'powerOn'; readonly machineId: string }
  /** Prepare a reverse pair: original location attaches the machine's VMDKs, alternate location makes a new VM on the master target's host first. */
  | {
      readonly kind: 'attachDisks';
      readonly masterTargetId: string;
      readonly retentionDrive: string;
      readonly datastore: string;
      readonly machineId: string;
      readonly newMachine: NewMachineOrder | null;
      readonly disks: readonly { readonly pairId: string; readonly diskId: string; readonly sizeBytes: number; readonly key: string }[];
    }
  /** End of a failback: bring each disk to the chosen snapshot and give the VMDKs back to the machine. `snapshotId` null: leave the disk as it is (protection was disabled). */
  | {
      readonly kind: 'detachDisks';
      readonly masterTargetId: string;
      readonly machineId: string;
      readonly disks: readonly { readonly pairId: string; readonly snapshotId: string | null }[];
    }
  | { readonly kind: 'unregisterAgent'; readonly hostId: string }
);

export interface NewMachineOrder {
  readonly name: string;
  readonly osType: 'Windows' | 'Linux';
  readonly firmware: 'BIOS' | 'UEFI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

export interface VCenterOrder {
  readonly vCenterId: string;
  readonly friendlyName: string;
  readonly url: string;
  readonly accountId: string;
}

/** The whole will of the vault for one configuration server. */
export interface SiteSettings {
  readonly revision: number;
  readonly machines: readonly MachineOrder[];
  /** Tasks whose result the vault has not taken yet. */
  readonly tasks: readonly SiteTask[];
}

export interface TaskResult {
  readonly taskId: string;
  /** `warning`: done, with a remark (VSS provider failed, reboot recommended). */
  readonly state: 'done' | 'warning' | 'failed';
  readonly error?: ErrorBody;
  /** attachDisks: the machine id in vCenter that holds the disks. addVCenter: machines found. */
  readonly output?: Readonly<Record<string, unknown>>;
}

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

/** A run-as account's secret; travels over mutual TLS only and is in no report. */
export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** How to reach a vCenter. */
export interface VCenterConnection extends Credentials {
  readonly vCenterId: string;
  readonly friendlyName: string;
  readonly url: string;
}

/** What the configuration server wants of one Mobility service. `order` null: there is nothing to replicate, stop and forget. */
export interface AgentSettings {
  readonly revision: number;
  readonly order: MachineOrder | null;
}

/** A pair as its process server needs it. */
export interface RelayedPair {
  readonly pairId: string;
  /** Host id of the agent that may send it. */
  readonly hostId: string;
  /** Base64 of the 32-byte key. */
  readonly key: string;
  readonly target: PairTarget;
  /** `drain`: the machine has another process server now; upload what was accepted, take nothing more. */
  readonly mode: 'relay' | 'drain';
}

/** One push installation or update of the Mobility service. */
export interface InstallOrder {
  readonly taskId: string;
  readonly kind: 'pushInstall' | 'updateMobilityService';
  readonly machineId: string;
  readonly credentials: Credentials;
}

/** A physical server that somebody typed in. */
export interface PhysicalServerOrder {
  /** The task that added it. */
  readonly taskId: string;
  readonly name: string;
  readonly ipAddress: string;
  readonly osType: 'Windows' | 'Linux';
}

/** What the configuration server wants of one process server. A pair that is not listed any more is forgotten with its batches. */
export interface ProcessServerSettings {
  readonly revision: number;
  readonly pairs: readonly RelayedPair[];
  readonly installs: readonly InstallOrder[];
  /** Null: another process server discovers. */
  readonly discovery: {
    readonly vCenters: readonly VCenterConnection[];
    readonly physicalServers: readonly PhysicalServerOrder[];
    /** Names of the site's own machines, which cannot be protected (asr-behaviour §2.1). */
    readonly componentNames: readonly string[];
    /** Tasks that ask for a run now; the vCenter or physical server that each is about, null for a refresh of everything. */
    readonly requests: readonly { readonly taskId: string; readonly vCenterId: string | null; readonly physicalServer: boolean }[];
  } | null;
}

/** What the configuration server wants of one master target. */
export interface MasterTargetSettings {
  readonly revision: number;
  /** The vCenter that holds the master target, for its list of datastores; null when none is known yet. */
  readonly vCenter: VCenterConnection | null;
  /** With the vCenter that holds the machine (alternate location: that holds the master target); null when no vCenter is known. */
  readonly tasks: readonly { readonly task: MasterTargetTask; readonly vCenter: VCenterConnection | null }[];
  /** Reverse pairs whose batches end here. A pair that is not listed any more, and whose detachDisks was done, is forgotten. */
  readonly pairs: readonly { readonly pairId: string; readonly diskId: string; readonly sizeBytes: number; readonly key: string }[];
}

export type MasterTargetTask = Extract<SiteTask, { kind: 'attachDisks' | 'detachDisks' }>;

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
