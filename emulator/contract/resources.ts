// What a lab shows of itself: the records that the control API answers with, one per noun of the product.
// Types only. Times are milliseconds since 1970-01-01 UTC on the lab's clock; sizes are bytes.
import type { ErrorBody } from './errors.ts';
import type { FaultRule, NetworkPath } from './faults.ts';

/** `paused` moves only when told, `max` runs due work back to back, a number is lab seconds per wall second. */
export type ClockSpeed = 'paused' | 'max' | number;

export interface ClockState {
  readonly timeMs: number;
  readonly speed: ClockSpeed;
}

/** asr-behaviour §6.1: `Normal | Warning | Critical` in the API; an item that is failed over has none. */
export type Health = 'Normal' | 'Warning' | 'Critical' | 'NotApplicable';

/** An error of the health catalogue (asr-behaviour §10.2). */
export interface HealthError {
  readonly code: string;
  readonly level: 'Information' | 'Warning' | 'Critical';
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly sinceMs: number;
}

export interface RoleStatus {
  /** `vault`, `storage`, `configserver`, `processserver`, `mastertarget`, `vcenter`. */
  readonly role: string;
  readonly name: string;
  readonly url: string | null;
  /** Absent: it runs inside the lab's own process. */
  readonly pid?: number;
  readonly state: 'running' | 'restarting' | 'stopped';
  readonly health: Health;
  readonly lastHeartbeatMs: number | null;
}

/** The site as a whole; machines and items are told apart. */
export interface SiteNews {
  readonly roles: readonly RoleStatus[];
  /** ESXi hosts of the vCenter. */
  readonly hosts: readonly { readonly name: string; readonly connection: 'CONNECTED' | 'DISCONNECTED' | 'NOT_RESPONDING' }[];
  readonly jobsRunning: number;
  readonly links: readonly LinkState[];
  readonly faults: readonly FaultRule[];
  /** Of the vault and its components; those of a machine are in its item. */
  readonly healthErrors: readonly HealthError[];
}

export interface LabStatus extends SiteNews {
  readonly dir: string;
  readonly pid: number;
  readonly scenario: string;
  readonly seed: string;
  readonly vault: string;
  readonly clock: ClockState;
  readonly machines: readonly MachineRecord[];
}

export interface DiskRecord {
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly osDisk: boolean;
}

/** A machine wherever it stands: in vCenter, on its own, or in Azure. */
export interface MachineRecord {
  readonly machineId: string;
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical' | 'Azure';
  readonly osType: 'Windows' | 'Linux' | 'Other';
  readonly poweredOn: boolean;
  readonly ipAddresses: readonly string[];
  readonly disks: readonly DiskRecord[];
  readonly workloads: readonly string[];
  /** The replication group that the scenario has in mind for it; null: alone. */
  readonly intendedGroup: string | null;
  /** Why it cannot be protected now; empty: it can, or is already. */
  readonly notSelectable: readonly string[];
  /** Its protection; null: not protected. */
  readonly item: ItemRecord | null;
}

/** One logical machine's protection, in its present direction (asr-behaviour §6.2, §6.3). */
export interface ItemRecord {
  readonly itemId: string;
  /** At the site: the machine that is protected, or the one that failback writes to. */
  readonly machineId: string;
  readonly machineName: string;
  readonly direction: 'forward' | 'reverse';
  readonly protectionState: string;
  readonly protectionStateDescription: string;
  readonly activeLocation: 'Primary' | 'Recovery';
  readonly allowedOperations: readonly string[];
  readonly testFailoverState: string;
  readonly replicationHealth: Health;
  readonly failoverHealth: Health;
  readonly healthErrors: readonly HealthError[];
  readonly policy: string;
  readonly processServer: string;
  /** Replication group; null: alone. */
  readonly group: string | null;
  readonly rpoMs: number | null;
  readonly recoveryPoints: number;
  readonly newestPointMs: number | null;
  readonly resyncRequired: boolean;
  readonly disks: readonly ReplicatedDisk[];
  /** Names of the Azure VMs that exist because of this item. */
  readonly azureMachine: string | null;
  readonly testMachine: string | null;
}

export interface ReplicatedDisk {
  readonly diskId: string;
  readonly name: string;
  readonly stage: 'ResyncStepI' | 'ResyncStepII' | 'DifferentialSync';
  readonly mode: 'data' | 'bitmap';
  /** Of the copy or resynchronisation under way. */
  readonly totalBytes: number;
  readonly processedBytes: number;
  readonly transferredBytes: number;
  /** Captured and not yet uploaded. */
  readonly pendingBytes: number;
}

export interface RecoveryPointRecord {
  readonly pointId: string;
  /** The mark it came of; the points of all members of a replication group at one moment share it. */
  readonly markId: string;
  readonly timeMs: number;
  readonly consistency: 'CrashConsistent' | 'ApplicationConsistent';
  readonly multiVm: boolean;
  readonly latest: boolean;
}

/** asr-behaviour §4.3. */
export interface JobRecord {
  readonly jobId: string;
  /** `EnableDr`, `UnplannedFailover` … */
  readonly kind: string;
  /** What the portal shows: "Enable replication", "Failover" … */
  readonly friendlyName: string;
  readonly subject: string;
  readonly state: 'NotStarted' | 'InProgress' | 'Succeeded' | 'CompletedWithInformation' | 'Other' | 'Failed' | 'Cancelled' | 'Suspended';
  readonly stateDescription: string;
  readonly allowedActions: readonly ('Cancel' | 'Restart' | 'Resume')[];
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly tasks: readonly JobTaskRecord[];
  readonly errors: readonly ErrorBody[];
}

export interface JobTaskRecord {
  readonly name: string;
  readonly friendlyName: string;
  readonly state: JobRecord['state'];
  readonly stateDescription: string;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** Of a group task. */
  readonly childJobIds: readonly string[];
  /** What the person is asked to do, while a manual action waits. */
  readonly instruction?: string;
}

export interface PolicyRecord {
  readonly name: string;
  readonly direction: 'forward' | 'reverse';
  readonly rpoThresholdMs: number;
  readonly retentionMs: number;
  readonly appConsistentIntervalMs: number;
  readonly crashConsistentIntervalMs: number;
  readonly multiVmSync: boolean;
  readonly configurationServers: readonly string[];
}

export interface PlanAction {
  readonly name: string;
  readonly kind: 'manual' | 'script' | 'runbook';
  /** Manual: what to do. */
  readonly instruction?: string;
  /** Script: a file that ends in .ps1, .py, .sh, .js or .mjs, or a command line; it receives the RecoveryPlanContext (asr-behaviour §8). */
  readonly command?: string;
  /** Runbook: its id or name; a script is registered under the last part of it. */
  readonly runbook?: string;
  readonly timeoutMs?: number;
  /** `planned` is kept for whoever wrote it: these machines have no planned failover. */
  readonly failoverTypes: readonly ('test' | 'planned' | 'unplanned')[];
  readonly failoverDirections: readonly ('PrimaryToRecovery' | 'RecoveryToPrimary')[];
}

export interface PlanGroup {
  readonly kind: 'Shutdown' | 'Failover' | 'Boot';
  /** Machine names; only in `Boot` groups. */
  readonly machines: readonly string[];
  readonly before: readonly PlanAction[];
  readonly after: readonly PlanAction[];
}

export interface PlanRecord {
  readonly name: string;
  readonly groups: readonly PlanGroup[];
  readonly allowedOperations: readonly string[];
}

/** A script of this computer that stands for a runbook of an Automation account. */
export interface RunbookRecord {
  readonly name: string;
  /** Of the file, from the root. */
  readonly path: string;
}

/** A place in a run of a plan where a script may stand, and what it is told there. */
export interface ScriptPlaceRecord {
  /** As the portal has it: `All groups failover`, `Group 1`. */
  readonly label: string;
  /** Number of the start group; null: all machines. */
  readonly group: number | null;
  readonly when: 'pre' | 'post';
  readonly machines: readonly string[];
  /** The RecoveryPlanContext, as the script gets it. */
  readonly context: Readonly<Record<string, unknown>>;
}

export interface LinkState {
  readonly path: NetworkPath;
  readonly state: 'up' | 'cut' | 'absent';
  /** Bits per second; 0 is unlimited. */
  readonly bandwidthBps: number;
  readonly latencyMs: number;
  readonly carriedBytes: number;
}

export interface FaultState {
  readonly rule: FaultRule;
  /** How often the point was passed, and how often the rule worked. */
  readonly seen: number;
  readonly worked: number;
}

export interface SnapshotRecord {
  readonly snapshotId: string;
  readonly name: string;
  readonly machine: string;
  readonly createdMs: number;
}

/** A lab folder put aside, with its disks and replicas. */
export interface SavedLab {
  readonly name: string;
  readonly scenario: string;
  readonly savedAtMs: number;
  readonly sizeBytes: number;
}

export interface VaultEvent {
  readonly timeMs: number;
  readonly severity: 'OK' | 'Warning' | 'Critical';
  readonly code: string;
  readonly subject: string;
  readonly message: string;
}

/** One rule that the lab imitates, and how sure we are of it (design §9). */
export interface FidelityRule {
  readonly id: string;
  readonly rule: string;
  readonly mark: 'Observed' | 'Documented' | 'Inferred' | 'Unverified';
  readonly source: string;
  /** Of the source, as it states it. */
  readonly date: string;
  /** Where the lab knowingly differs, and why. */
  readonly deviation?: string;
}
