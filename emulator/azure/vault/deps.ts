// What the vault needs of its surroundings: storage, compute, network and scripts, as narrow as its calls.
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import type { BatchLog, Replica } from '../../replication/stations.ts';
import type { Profile, ProfileName } from './profiles.ts';
import type { RecoveryPlanContext } from './plans/context.ts';
import type { PlanProgramAction } from './plans/state.ts';

/** Where process servers put the log of this vault. */
export interface LogTarget {
  readonly logContainerUrl: string;
  readonly accountName: string;
  readonly accountKey: string;
}

export interface PublishedDocument {
  readonly container: string;
  readonly name: string;
  readonly contentType: string;
  readonly content: string;
}

export interface VaultStorage {
  /** @throws LabError NotFound when there is no such account */
  logTarget(logStorageAccount: string): Promise<LogTarget>;
  /** The log of one pair, in the account where its process server puts it; closing it is not needed. */
  openLog(pairId: string, logStorageAccount: string): Promise<BatchLog>;
  /** Makes an empty replica, or finds the one of this pair. @returns a reference that stays valid over restarts (its address) */
  createReplica(order: { pairId: string; itemName: string; diskId: string; sizeBytes: number; storageAccount: string }): Promise<string>;
  openReplica(reference: string, sizeBytes: number): Promise<Replica>;
  /** With its snapshots; what is gone already is no error. */
  deleteReplica(reference: string): Promise<void>;
  /** The state of a snapshot as an independent disk of its own; a disk of this name that is there already is replaced. @returns its address */
  copySnapshotToDisk(reference: string, snapshotId: string, name: string): Promise<string>;
  /** A document as a blob beside the logs, with a token that lets anybody read it. @returns address without the token, and the token alone */
  publish(document: PublishedDocument): Promise<{ readonly url: string; readonly sasToken: string }>;
}

export interface AzureDisk {
  readonly diskId: string;
  readonly name: string;
  readonly url: string;
  readonly sizeBytes: number;
  readonly osDisk: boolean;
}

export interface AzureMachineOrder {
  readonly name: string;
  readonly size: string;
  readonly osType: 'Windows' | 'Linux';
  readonly firmware: 'BIOS' | 'UEFI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly disks: readonly AzureDisk[];
  /** Null: no network card. `ipAddress` null: any; a taken address is an error unless `fallBack`. */
  readonly network: {
    readonly networkName: string;
    readonly subnetName: string;
    readonly ipAddress: string | null;
    readonly fallBack: boolean;
    /** Cards beside the primary one; the size limits how many the machine gets. */
    readonly otherNics?: readonly { readonly subnetName: string | null; readonly ipAddress: string | null }[];
  } | null;
  /** The machine it is a copy of; null for nothing. A drill's copy does not register with the configuration server. */
  readonly copyOf: { readonly machineId: string; readonly drill: boolean };
  /** Null or absent: the resource group of the lab. */
  readonly resourceGroupId?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether its disks are shown as managed ones. */
  readonly managedDisks?: boolean;
}

export interface AzureMachine {
  readonly machineId: string;
  readonly resourceId: string;
  readonly name: string;
  readonly ipAddress: string | null;
}

export interface VaultCompute {
  /** Idempotent by name: a machine of this name that is a copy of the same machine is returned as it is. It is not started. */
  createMachine(order: AzureMachineOrder): Promise<AzureMachine>;
  start(machineId: string): Promise<void>;
  /** `graceful`: the guest shuts down, its Mobility service sends its last changes. What is off already is no error. */
  stop(machineId: string, how: 'graceful' | 'hard'): Promise<void>;
  /** With its disks; what is gone already is no error. */
  delete(machineId: string): Promise<void>;
  state(machineId: string): 'running' | 'stopped' | 'absent';
}

export interface VaultNetwork {
  /** Subnet names of a virtual network in the vault's region, or undefined. */
  subnets(networkName: string): readonly string[] | undefined;
  /** How Azure reaches the site's private network: what failback needs (asr-behaviour §1.3). */
  privateConnection(): 'none' | 'siteToSiteVpn' | 'expressRoutePrivatePeering';
}

/**
 * A script or runbook of a recovery plan, with the context of asr-behaviour §8.
 * @throws LabError ScriptFailed, ScriptTimedOut, ScriptNotFound, InterpreterMissing, RunbookNotFound
 */
export type RunScript = (action: PlanProgramAction, context: RecoveryPlanContext) => Promise<{ output: string }>;

export interface VaultDeps {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly name: string;
  readonly region: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly profile: ProfileName;
  /** Limits that this lab has otherwise, such as a smaller least disk. */
  readonly profileChanges?: Partial<Profile>;
  /** `none` leaves out the durations that the product is documented to take; work is then as fast as the machine. */
  readonly durations: 'documented' | 'none';
  /** PEM of the key that signs credentials files. */
  readonly signingKey: string;
  /** Where components reach the vault's service endpoint; asked when it is needed, because the server may listen later. */
  readonly url: () => string;
  readonly storage: VaultStorage;
  readonly compute: VaultCompute;
  readonly network: VaultNetwork;
  readonly runScript: RunScript;
}
