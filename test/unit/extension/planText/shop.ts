// A small vault for stories of plan texts: four protected machines, two of them one replication group, and a server.
import type { Fabric, ReplicationProtectedItem } from '../../../../extension/client/vaultClient.ts';
import type { PlanWorld } from '../../../../extension/planText/planWorld.ts';

export const vaultId = '/subscriptions/0000/resourceGroups/lab/providers/Microsoft.RecoveryServices/vaults/vault';
const fabricId = `${vaultId}/replicationFabrics/fabric-1`;

export function item(name: string, more: { id?: string; fabric?: string; group?: string } = {}): ReplicationProtectedItem {
  const resource = more.id ?? `item-${name}`;
  return {
    id: `${vaultId}/replicationFabrics/${more.fabric ?? 'fabric-1'}/replicationProtectionContainers/cloud/replicationProtectedItems/${resource}`,
    name: resource,
    properties: {
      friendlyName: name,
      ...(more.group === undefined
        ? {}
        : { providerSpecificDetails: { instanceType: 'InMageAzureV2', multiVmGroupId: more.group, multiVmGroupName: more.group } }),
    },
  };
}

export function fabric(name: string, friendlyName: string): Fabric {
  return { id: `${vaultId}/replicationFabrics/${name}`, name, properties: { friendlyName, customDetails: { instanceType: 'VMware' } } };
}

export const shop: PlanWorld = {
  items: [item('WEB01'), item('WEB02'), item('SQL01', { group: 'sql' }), item('SQL02', { group: 'sql' }), item('OTHER', { fabric: 'fabric-2' })],
  unprotected: ['FILE01'],
  fabrics: [fabric('fabric-1', 'CS01'), fabric('fabric-2', 'CS02')],
  plans: [],
  runbooks: ['Send-Mail', 'Switch-Dns'],
};

export { fabricId };
