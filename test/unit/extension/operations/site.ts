// A small vault for stories of operations: items in every state that Azure names, a fabric with its servers, a plan.
import type { VMwareDetails } from '@azure/arm-recoveryservices-siterecovery';
import type {
  Fabric,
  Policy,
  ProtectableItem,
  RecoveryPlan,
  RecoveryPoint,
  ReplicationProtectedItem,
  VaultClient,
} from '../../../../extension/client/vaultClient.ts';
import { emptySnapshot, emptyVault, type LabSnapshot, type VaultSnapshot } from '../../../../extension/model/snapshot.ts';
import type { OperationContext } from '../../../../extension/operations/operation.ts';
import type { Subject } from '../../../../extension/tree/node.ts';

export const vaultId = '/subscriptions/0000/resourceGroups/lab-rg/providers/Microsoft.RecoveryServices/vaults/lab-vault';
export const fabricId = `${vaultId}/replicationFabrics/f00d`;
export const containerId = `${fabricId}/replicationProtectionContainers/cloud_1234`;

export function itemId(name: string): string {
  return `${containerId}/replicationProtectedItems/${name}`;
}

export function subject(name: string): Subject {
  return { kind: 'item', id: itemId(name) };
}

type Properties = NonNullable<ReplicationProtectedItem['properties']>;

/** @param direction where it replicates to */
export function item(name: string, properties: Partial<Properties> = {}, direction: 'toAzure' | 'toSite' = 'toAzure'): ReplicationProtectedItem {
  return {
    id: itemId(name),
    name,
    properties: {
      friendlyName: name,
      protectionState: 'Protected',
      activeLocation: 'Primary',
      testFailoverState: 'None',
      allowedOperations: ['UnplannedFailover', 'DisableProtection', 'TestFailover'],
      currentScenario: { scenarioName: 'None' },
      policyFriendlyName: 'gold',
      providerSpecificDetails:
        direction === 'toAzure'
          ? {
              instanceType: 'InMageAzureV2',
              rpoInSeconds: 250,
              osType: 'Windows',
              vmId: `${name}-id`,
              infrastructureVmId: `${name}-id`,
              processServerId: 'ps1',
            }
          : { instanceType: 'InMage', rpoInSeconds: 90, vmId: `${name}-id`, infrastructureVmId: `${name}-id`, processServerId: 'ps1' },
      ...properties,
    },
  };
}

const vmware: VMwareDetails = {
  instanceType: 'VMware',
  processServers: [
    { id: 'ps1', friendlyName: 'CS01', ipAddress: '10.0.0.2', machineCount: '1' },
    { id: 'ps2', friendlyName: 'PS-AZURE', ipAddress: '10.9.0.4', machineCount: '0' },
  ],
  masterTargetServers: [
    {
      id: 'mt1',
      name: 'MT-WIN',
      osType: 'Windows',
      retentionVolumes: [{ volumeName: 'R', capacityInBytes: 2 ** 34, freeSpaceInBytes: 2 ** 33 }],
      dataStores: [{ symbolicName: 'datastore1', type: 'VMFS', freeSpace: '100' }],
    },
    { id: 'mt2', name: 'MT-LINUX', osType: 'Linux' },
  ],
  runAsAccounts: [
    { accountId: '1', accountName: 'Windows' },
    { accountId: '2', accountName: 'Linux' },
  ],
};

export const fabric: Fabric = { id: fabricId, name: 'f00d', properties: { friendlyName: 'CS01', internalIdentifier: '1234', customDetails: vmware } };

export function policy(name: string, instanceType: 'InMageAzureV2' | 'InMage' = 'InMageAzureV2'): Policy {
  return { id: `${vaultId}/replicationPolicies/${name}`, name, properties: { friendlyName: name, providerSpecificDetails: { instanceType } } };
}

export function protectable(name: string, osType: 'WINDOWS' | 'LINUX' = 'WINDOWS'): ProtectableItem {
  return {
    id: `${containerId}/replicationProtectableItems/${name}-id`,
    name: `${name}-id`,
    properties: {
      friendlyName: name,
      protectionStatus: 'Unprotected',
      protectionReadinessErrors: [],
      customDetails: {
        instanceType: 'VMwareVirtualMachine',
        osType,
        agentInstalled: 'NotInstalled',
        diskDetails: [
          { diskId: 'os', diskName: 'Disk0', diskSizeInMB: '20480', diskType: 'OperatingSystem' },
          { diskId: 'data', diskName: 'Disk1', diskSizeInMB: '40960', diskType: 'Data' },
        ],
      },
    },
  };
}

export function plan(name: string, properties: Partial<NonNullable<RecoveryPlan['properties']>> = {}): RecoveryPlan {
  return {
    id: `${vaultId}/replicationRecoveryPlans/${name}`,
    name,
    properties: { friendlyName: name, replicationProviders: ['InMageAzureV2'], allowedOperations: [], groups: [], ...properties },
  };
}

export function snapshotOf(vault: Partial<VaultSnapshot>, rest: Partial<LabSnapshot> = {}): LabSnapshot {
  return { ...emptySnapshot('lab'), state: 'running', vault: { ...emptyVault, fabrics: [fabric], ...vault }, ...rest };
}

/** @param id of the point; `time` is when its disks were so */
export function point(name: string, id: string, { time, type = 'CrashConsistent' }: { time: string; type?: string }): RecoveryPoint {
  return { id: `${itemId(name)}/recoveryPoints/${id}`, name: id, properties: { recoveryPointTime: new Date(time), recoveryPointType: type } };
}

/** A vault that answers what the story says. */
export function contextOf(snapshot: LabSnapshot, vault: Partial<VaultClient> = {}): OperationContext {
  const place = {
    endpoint: 'https://localhost:1',
    subscriptionId: '0000',
    resourceGroupName: 'lab-rg',
    vaultName: 'lab-vault',
    token: async () => ({ token: '', expiresOnTimestamp: 0 }),
  };
  const networks = [
    { id: '/networks/vnet-recovery', name: 'vnet-recovery', location: 'westeurope', subnets: [{ name: 'default', addressPrefix: '10.0.0.0/24' }] },
    { id: '/networks/vnet-drill', name: 'vnet-drill', location: 'westeurope', subnets: [] },
  ];
  const client = {
    place,
    virtualNetworks: async () => networks,
    storageAccounts: async () => [{ id: '/accounts/logs', name: 'logs' }],
    machineSizes: async () => [{ name: 'Standard_A2', numberOfCores: 2, memoryInMB: 3584, maxDataDiskCount: 4 }],
    protectedItem: async (id: string) => snapshot.vault.items.find((one) => one.id === id),
    recoveryPlan: async (id: string) => snapshot.vault.plans.find((one) => one.id === id),
    recoveryPoints: async () => [],
    ...vault,
  } as unknown as VaultClient;
  return { snapshot, lab: { vault: client, control: undefined as never } };
}
