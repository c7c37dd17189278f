// What the extension asks of Azure Resource Manager: the shapes are those of Azure's own client. Its implementation is loaded when a lab runs.
import type {
  ASRTask,
  Event as VaultEvent,
  Fabric,
  Job,
  Policy,
  ProtectableItem,
  ProtectionContainerMapping,
  RecoveryPlan,
  RecoveryPoint,
  ReplicationProtectedItem,
  SiteRecoveryManagementClient,
  TargetComputeSize,
  VCenter,
} from '@azure/arm-recoveryservices-siterecovery';

export type {
  ASRTask,
  Fabric,
  Job,
  Policy,
  ProtectableItem,
  ProtectionContainerMapping,
  RecoveryPlan,
  RecoveryPoint,
  ReplicationProtectedItem,
  TargetComputeSize,
  VaultEvent,
  VCenter,
};

/** Where a vault is, and how to get in. The same against the lab and against Azure. */
export interface VaultPlace {
  /** ARM endpoint, without a path. */
  readonly endpoint: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly vaultName: string;
  /** PEM of the authority to trust; absent: the system's. */
  readonly ca?: string;
  readonly token: () => Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
}

/** An Azure VM that exists because of a failover or a drill. */
export interface AzureVirtualMachine {
  readonly id: string;
  readonly name: string;
  readonly size: string;
  readonly powerState: string;
}

/** A network that failed-over machines are attached to. */
export interface VirtualNetwork {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly subnets: readonly { readonly name: string; readonly addressPrefix: string }[];
}

export interface StorageAccount {
  readonly id: string;
  readonly name: string;
}

export interface MachineSize {
  readonly name: string;
  readonly numberOfCores: number;
  readonly memoryInMB: number;
  readonly maxDataDiskCount: number;
}

/** Azure's client with the vault filled in. Lists are whole: paging is done. */
export interface VaultClient {
  readonly place: VaultPlace;
  /** Azure's own client, for operations: `(vault, resourceGroup, …)`. */
  readonly siteRecovery: SiteRecoveryManagementClient;
  fabrics(): Promise<Fabric[]>;
  vCenters(): Promise<VCenter[]>;
  policies(): Promise<Policy[]>;
  mappings(): Promise<ProtectionContainerMapping[]>;
  protectedItems(): Promise<ReplicationProtectedItem[]>;
  /** @param id ARM id of the item */
  protectedItem(id: string): Promise<ReplicationProtectedItem>;
  protectableItems(): Promise<ProtectableItem[]>;
  /** Newest first. @param id ARM id of the item */
  recoveryPoints(id: string): Promise<RecoveryPoint[]>;
  recoveryPlans(): Promise<RecoveryPlan[]>;
  /** Newest first, without tasks. */
  jobs(): Promise<Job[]>;
  job(name: string): Promise<Job>;
  events(): Promise<VaultEvent[]>;
  virtualMachines(): Promise<AzureVirtualMachine[]>;
  virtualNetworks(): Promise<VirtualNetwork[]>;
  storageAccounts(): Promise<StorageAccount[]>;
  /** Sizes of machines in a region. */
  machineSizes(location: string): Promise<MachineSize[]>;
  /** Sizes for one item, with what speaks against each. @param id ARM id of the item */
  targetSizes(id: string): Promise<TargetComputeSize[]>;
  /** With its groups, which the list leaves out. @param id ARM id of the plan */
  recoveryPlan(id: string): Promise<RecoveryPlan>;
}
