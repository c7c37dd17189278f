// A protected item: one logical machine with a record for each direction of its replication (asr-behaviour §6.2).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { HealthLevel } from '../../../replication/health.ts';
import type { PairReport } from '../../../replication/reports.ts';
import type { Consistency, Mark } from '../../../replication/stations.ts';
import type { ProtectionState } from './protectionState.ts';

export type Direction = 'forward' | 'reverse';

/** One network card of the source and its place in Azure. */
export interface NicSettings {
  /** MAC address at the source. */
  readonly nicId: string;
  readonly sourceNetwork: string;
  readonly sourceIpAddress: string | null;
  readonly selection: 'SelectedByUser' | 'SelectedByUserOverride' | 'NotSelected';
  /** Null: the first subnet of the network. */
  readonly subnetName: string | null;
  /** Null: any free address. */
  readonly ipAddress: string | null;
  /** For drills; null: as in a failover when the drill's network has it (asr-behaviour §7.1). */
  readonly testSubnetName: string | null;
  readonly testIpAddress: string | null;
  readonly targetNicName: string | null;
  readonly options?: NicOptions;
}

/** Wishes for a card that the vault keeps and shows; the lab's networks have no use for them. Absent: none. */
export interface NicOptions {
  readonly recovery?: NicPlaceOptions;
  readonly test?: NicPlaceOptions;
}

/** Of a card in failovers, or in drills. */
export interface NicPlaceOptions {
  readonly networkSecurityGroupId?: string | null;
  readonly acceleratedNetworking?: boolean;
  readonly nicName?: string | null;
  readonly nicResourceGroupName?: string | null;
  readonly reuseExistingNic?: boolean;
  readonly publicIPAddressId?: string | null;
  readonly backendAddressPoolIds?: readonly string[];
}

/** What a caller wants of a target disk. Replicas are page blobs in every mode (asr-behaviour §11.3). */
export interface DiskSettings {
  readonly diskId: string;
  readonly diskType: string | null;
  readonly diskEncryptionSetId: string | null;
  readonly targetDiskName: string | null;
}

/** Wishes that the vault keeps and shows; the lab's Azure has no use for them but the resource group and the machine's tags. */
export interface AzureOptions {
  readonly resourceGroupId?: string | null;
  readonly availabilitySetId?: string | null;
  readonly availabilityZone?: string | null;
  readonly proximityPlacementGroupId?: string | null;
  readonly enableRdpOnTargetOption?: string;
  readonly licenseType?: string;
  readonly sqlServerLicenseType?: string;
  readonly machineTags?: Readonly<Record<string, string>>;
  readonly seedDiskTags?: Readonly<Record<string, string>>;
  readonly diskTags?: Readonly<Record<string, string>>;
  readonly nicTags?: Readonly<Record<string, string>>;
}

/** How the machine will look in Azure; may be changed until failover. */
export interface TargetSettings {
  readonly azureMachineName: string;
  readonly azureMachineSize: string;
  readonly networkName: string | null;
  /** Of the primary network card, as in `nics`. */
  readonly subnetName: string | null;
  /** Null: any free address. */
  readonly ipAddress: string | null;
  /** Where drills go that name no network; null or absent: nowhere. */
  readonly testNetworkName?: string | null;
  /** The primary one first; absent: one card that stands for all. */
  readonly nics?: readonly NicSettings[];
  readonly storageAccount: string;
  readonly logStorageAccount: string;
  /** Shown as managed disks rather than blobs of the customer's account. */
  readonly managedDisks?: boolean;
  readonly disks?: readonly DiskSettings[];
  readonly azure?: AzureOptions;
}

/** A copy that runs (or stands ready) in Azure. */
export interface AzureCopy {
  readonly machineId: string;
  readonly resourceId: string;
  readonly name: string;
  readonly ipAddress: string | null;
  readonly networkName: string | null;
  readonly recoveryPointId: string;
  readonly recoveryPointTimeMs: TimeMs;
}

interface DirectionBase {
  readonly policyName: string;
  /** The machine that sends: a vCenter or physical machine forward, the Azure VM in reverse. */
  readonly sourceMachineId: string;
  /** Null until the Mobility service is known. */
  readonly agentHostId: string | null;
  /** Null while it is being changed. */
  readonly processServerId: string | null;
  /** `stopped` before a failover; it never starts again in this record. */
  readonly replication: 'notStarted' | 'running' | 'stopped';
  readonly startedMs: TimeMs;
}

/** `InMageAzureV2` */
export interface ForwardDirection extends DirectionBase {
  readonly target: TargetSettings;
  readonly excludedDiskIds: readonly string[];
  readonly accountId: string | null;
  readonly azureCopy: AzureCopy | null;
}

/** `InMage` */
export interface ReverseDirection extends DirectionBase {
  readonly masterTargetId: string;
  readonly retentionDrive: string;
  readonly datastoreName: string;
  /** The machine in vCenter that takes the disks; null until the master target has attached them. */
  readonly targetMachineId: string | null;
  /** Original location: differences travel. Alternate location: a new machine, everything travels (asr-behaviour §7.6). */
  readonly location: 'original' | 'alternate';
  readonly recoveredPointMs: TimeMs | null;
}

export interface SourceMachine {
  readonly machineId: string;
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical';
  readonly vCenterId: string | null;
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion: string;
  readonly firmware: 'BIOS' | 'UEFI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly ipAddress: string | null;
  readonly datastores: readonly string[];
}

export interface TestFailover {
  /** asr-behaviour §6.1; `WaitingForCompletion` is a drill that waits for its cleanup, after which it stays `MarkedForDeletion` (arm-contract §7.2). */
  readonly state: 'None' | 'InProgress' | 'WaitingForCompletion' | 'MarkedForDeletion';
  readonly copy: AzureCopy | null;
  /** Of a drill that succeeded and was cleaned up. */
  readonly lastSuccessMs: TimeMs | null;
  readonly lastRunSucceeded: boolean;
  /** Since when the drill waits for its cleanup; null or absent: it does not. */
  readonly openSinceMs?: TimeMs | null;
  /** The drill's job, until its cleanup. */
  readonly job?: { readonly jobId: string; readonly startMs: TimeMs } | null;
  readonly comments: string | null;
}

export interface HealthError {
  readonly errorCode: string;
  readonly eventCode: string | null;
  readonly errorCategory: string;
  readonly errorLevel: 'Information' | 'Warning' | 'Critical';
  readonly summaryMessage: string;
  readonly errorMessage: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly creationMs: TimeMs;
  readonly entityId: string;
}

export interface ProtectedItem {
  readonly itemId: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly configServerId: string;
  readonly source: SourceMachine;
  /** Where the machine's home on premises is now; another machine after a failback to an alternate location. */
  readonly onPremisesMachineId: string;
  readonly groupId: string;
  /** Equals the id when the machine is in no named group (asr-behaviour §6.4). */
  readonly groupName: string;
  readonly protectionState: ProtectionState;
  readonly direction: Direction;
  readonly forward: ForwardDirection;
  readonly reverse: ReverseDirection | null;
  readonly testFailover: TestFailover;
  /** The job that owns the item now. */
  readonly activeJob: { readonly jobId: string; readonly kind: string; readonly startMs: TimeMs } | null;
  /** Where a failover that is refused or a change that fails goes back to. */
  readonly stateBefore: ProtectionState | null;
  readonly markRequest: { readonly requestId: string; readonly consistency: Consistency } | null;
  readonly replicationHealth: HealthLevel;
  readonly failoverHealth: HealthLevel;
  readonly healthErrors: readonly HealthError[];
  readonly rpoMs: number | null;
  readonly lastRpoCalculatedMs: TimeMs | null;
  /** When the last failover that succeeded was begun. */
  readonly failedOverMs: TimeMs | null;
}

/** One disk in one direction, as the vault keeps it. */
export interface PairRecord {
  readonly pairId: string;
  readonly itemId: string;
  readonly direction: Direction;
  readonly diskId: string;
  readonly diskName: string;
  readonly osDisk: boolean;
  readonly sizeBytes: number;
  /** Base64, 32 bytes. */
  readonly key: string;
  readonly initial: 'copy' | 'checksum';
  readonly resyncId: string | null;
  /** When the source was first seen to work on `resyncId`; marks before it are not trusted. */
  readonly resyncAdoptedMs: TimeMs | null;
  /** When the last copy or comparison of the whole disk was done; absent: none was. */
  readonly resyncEndedMs?: TimeMs;
  readonly resyncRequired: { readonly reason: string; readonly sinceMs: TimeMs } | null;
  /** Forward: address of the replica. Reverse: null, the master target knows. */
  readonly replica: string | null;
  /** Storage account of the replica; absent: that of the item's target. */
  readonly storageAccount?: string;
  readonly uploadedThrough: number;
  /** Newest mark whose batch is in the log. */
  readonly newestMark: Mark | null;
  readonly report: PairReport | null;
  /** When bytes or positions last moved, for 90078. */
  readonly progressMs: TimeMs;
  /** Whether batches of this pair are still processed. `outgrown`: its disk has another size now, the replica stays for the points that use it. */
  readonly state: 'active' | 'retired' | 'outgrown';
}

export function isGrouped(item: ProtectedItem): boolean {
  return item.groupName !== item.groupId;
}

export function activeDirection(item: ProtectedItem): ForwardDirection | ReverseDirection {
  if (item.direction === 'forward') return item.forward;
  if (item.reverse === null) throw new Error(`${item.itemId} has no reverse direction.`);
  return item.reverse;
}

/** @throws Error when the item never ran in Azure: the caller checks the state first */
export function reverseOf(item: ProtectedItem): ReverseDirection {
  if (item.reverse === null) throw new Error(`${item.itemId} has no reverse direction.`);
  return item.reverse;
}

export function withActive(item: ProtectedItem, change: Partial<DirectionBase>): ProtectedItem {
  if (item.direction === 'forward') return { ...item, forward: { ...item.forward, ...change } };
  return { ...item, reverse: { ...reverseOf(item), ...change } };
}

/** It is relative to the present direction (asr-behaviour §6.2). */
export function activeLocation(item: ProtectedItem): 'Primary' | 'Recovery' {
  switch (item.protectionState) {
    case 'UnplannedFailoverCommitPendingStatesBegin':
    case 'UnplannedFailoverCommitted':
    case 'ChangeRecoveryPointInitiated':
    case 'ChangeRecoveryPointFailed':
    case 'CommitFailoverInProgressOnRecovery':
    case 'CommitFailoverFailedOnRecovery':
    case 'ReprotectInitiated':
    case 'ReprotectFailed':
    case 'MigrationCompleted':
      return 'Recovery';
    case 'EnablingProtection':
    case 'EnablingFailed':
    case 'InitialReplicationInProgress':
    case 'InitialReplicationCompletedOnPrimary':
    case 'Protected':
    case 'UnplannedFailoverInitiated':
    case 'UnplannedFailoverFailed':
    case 'DisablingProtection':
    case 'DisablingFailed':
      return 'Primary';
  }
}

/** Which side holds the machine that users work with. */
export function activeSite(item: ProtectedItem): 'OnPrem' | 'Azure' {
  return (activeLocation(item) === 'Primary') === (item.direction === 'forward') ? 'OnPrem' : 'Azure';
}
