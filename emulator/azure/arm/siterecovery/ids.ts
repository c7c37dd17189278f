// Ids and names of a vault's children as the service writes them, and the fixed ones of the Azure side (arm-contract §1).
import type { ConfigServerRecord } from '../../vault/site/state.ts';

/** Source: the recorded V2A traffic; the same in every vault. */
export const azureFabricName = 'd49858f157601230a6ac5862fbbc6e63bf38d23ecd96cf953767945d457fe9d5';
export const azureFabricGuid = '21a9403c-6ec1-44f2-b744-b4e50b792387';
export const azureContainerGuid = 'd38048d4-b460-4791-8ece-108395ee8478';
export const azureFriendlyName = 'Microsoft Azure';

const provider = 'Microsoft.RecoveryServices/vaults';

/** Types of the children, below `Microsoft.RecoveryServices/vaults`. */
export const resourceTypes = {
  fabric: `${provider}/replicationFabrics`,
  recoveryServicesProvider: `${provider}/replicationFabrics/replicationRecoveryServicesProviders`,
  vCenter: `${provider}/replicationFabrics/replicationvCenters`,
  container: `${provider}/replicationFabrics/replicationProtectionContainers`,
  mapping: `${provider}/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings`,
  protectableItem: `${provider}/replicationFabrics/replicationProtectionContainers/replicationProtectableItems`,
  protectedItem: `${provider}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems`,
  recoveryPoint: `${provider}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/recoveryPoints`,
  targetComputeSize: `${provider}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/targetComputeSizes`,
  policy: `${provider}/replicationPolicies`,
  plan: `${provider}/replicationRecoveryPlans`,
  job: `${provider}/replicationJobs`,
  event: `${provider}/replicationEvents`,
  alertSetting: `${provider}/replicationAlertSettings`,
  vaultHealth: `${provider}/replicationVaultHealth`,
  vaultSetting: `${provider}/replicationVaultSettings`,
  supportedOperatingSystems: `${provider}/replicationSupportedOperatingSystems`,
} as const;

/** Ids below one vault. The service begins them with a capital S, and clients send them back as paths. */
export class VaultIds {
  readonly vault: string;

  constructor(place: { subscriptionId: string; resourceGroupName: string; name: string }) {
    this.vault = `/Subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroupName}/providers/${provider}/${place.name}`;
  }

  fabric(server: Pick<ConfigServerRecord, 'fabricName'>): string {
    return `${this.vault}/replicationFabrics/${server.fabricName}`;
  }

  recoveryServicesProvider(server: ConfigServerRecord): string {
    return `${this.fabric(server)}/replicationRecoveryServicesProviders/${internalIdentifier(server)}`;
  }

  vCenter(server: ConfigServerRecord, name: string): string {
    return `${this.fabric(server)}/replicationvCenters/${name}`;
  }

  container(server: ConfigServerRecord): string {
    return `${this.fabric(server)}/replicationProtectionContainers/${server.containerName}`;
  }

  mapping(server: ConfigServerRecord, name: string): string {
    return `${this.container(server)}/replicationProtectionContainerMappings/${name}`;
  }

  protectableItem(server: ConfigServerRecord, machineId: string): string {
    return `${this.container(server)}/replicationProtectableItems/${machineId}`;
  }

  protectedItem(server: ConfigServerRecord, name: string): string {
    return `${this.container(server)}/replicationProtectedItems/${name}`;
  }

  recoveryPoint(server: ConfigServerRecord, itemName: string, recoveryPointId: string): string {
    return `${this.protectedItem(server, itemName)}/recoveryPoints/${recoveryPointId}`;
  }

  policy(name: string): string {
    return `${this.vault}/replicationPolicies/${name}`;
  }

  plan(name: string): string {
    return `${this.vault}/replicationRecoveryPlans/${name}`;
  }

  job(jobId: string): string {
    return `${this.vault}/replicationJobs/${jobId}`;
  }

  event(name: string): string {
    return `${this.vault}/replicationEvents/${name}`;
  }

  /** The Azure side of a replication to Azure, in the vault like any other container. */
  get azureContainer(): string {
    return `${this.vault}/replicationFabrics/${azureFabricName}/replicationProtectionContainers/${azureContainerGuid}`;
  }
}

/** GUID of the registration: name of the provider, and of the container behind `cloud_`. */
export function internalIdentifier(server: Pick<ConfigServerRecord, 'containerName'>): string {
  return server.containerName.replace(/^cloud_/, '');
}

/** The last segment of an ARM id, which clients send where a name is meant. */
export function nameIn(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** Whether two ids, or names, are the same to ARM. */
export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
