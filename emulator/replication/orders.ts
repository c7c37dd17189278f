// What is wanted of a site: by the vault of the site, and by the configuration server of each component. Whole documents, never deltas.
// A component that was dead reads the newest document and acts; doing an order twice does no harm. Tasks are told apart by their id.
import type { Consistency } from './stations.ts';

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
