// A lab as the model knows it: two machines that replicate, one plan, one process server, as Azure's client gives them.
import type { Job, RecoveryPlan, RecoveryPoint, ReplicationProtectedItem } from '../../../../extension/client/vaultClient.ts';
import { emptySnapshot, emptyVault, type LabSnapshot } from '../../../../extension/model/snapshot.ts';
import type { LinkState, RoleStatus } from '../../../../emulator/contract/resources.ts';
import { networkPaths } from '../../../../emulator/contract/faults.ts';

export const startMs = Date.UTC(2026, 2, 2, 9);
export const minuteMs = 60_000;
const vaultId = '/subscriptions/0/resourceGroups/lab/providers/Microsoft.RecoveryServices/vaults/lab';
const fabricId = `${vaultId}/replicationFabrics/cs`;
export const itemId = (name: string): string => `${fabricId}/replicationProtectionContainers/cloud/replicationProtectedItems/${name}`;
export const planId = `${vaultId}/replicationRecoveryPlans/shop`;

export function item(name: string, details: Record<string, unknown> = {}, properties: ReplicationProtectedItem['properties'] = {}): ReplicationProtectedItem {
  return {
    id: itemId(name),
    name,
    properties: {
      friendlyName: name,
      protectionState: 'Protected',
      protectionStateDescription: 'Protected',
      activeLocation: 'Primary',
      replicationHealth: 'Normal',
      failoverHealth: 'Normal',
      policyId: `${vaultId}/replicationPolicies/daily`,
      policyFriendlyName: 'daily',
      allowedOperations: ['UnplannedFailover', 'DisableProtection', 'TestFailover'],
      providerSpecificDetails: {
        instanceType: 'InMageAzureV2',
        rpoInSeconds: 240,
        uncompressedDataRateInMB: 2,
        processServerId: 'ps-1',
        recoveryAzureVMName: name,
        recoveryAzureVMSize: 'Standard_A2',
        protectedDisks: [
          {
            diskId: '{1}',
            diskName: 'Disk0',
            diskCapacityInBytes: 2 ** 30,
            protectionStage: 'ResyncStepI',
            resyncProgressPercentage: 40,
            resyncRequired: 'NotRequired',
            sourceDataInMegaBytes: 3,
            targetDataInMegaBytes: 0,
          },
        ],
        ...details,
      },
      ...properties,
    },
  };
}

const role = (kind: string, name: string): RoleStatus => ({ role: kind, name, url: null, state: 'running', health: 'Normal', lastHeartbeatMs: null });

export function links(changes: Partial<Record<LinkState['path'], Partial<LinkState>>> = {}): LinkState[] {
  return networkPaths.map((path) => ({
    path,
    state: path === 'site-to-site' ? 'absent' : 'up',
    bandwidthBps: 0,
    latencyMs: 0,
    carriedBytes: 0,
    ...changes[path],
  }));
}

export const plan: RecoveryPlan = {
  id: planId,
  name: 'shop',
  properties: {
    friendlyName: 'shop',
    primaryFabricFriendlyName: 'CS01',
    recoveryFabricFriendlyName: 'Microsoft Azure',
    allowedOperations: ['TestFailover', 'UnplannedFailover'],
    groups: [
      { groupType: 'Shutdown', replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] },
      { groupType: 'Failover', replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] },
      { groupType: 'Boot', replicationProtectedItems: [{ id: itemId('DB01') }], startGroupActions: [], endGroupActions: [] },
      {
        groupType: 'Boot',
        replicationProtectedItems: [{ id: itemId('WEB01') }],
        startGroupActions: [
          {
            actionName: 'Point DNS to Azure',
            failoverTypes: ['TestFailover'],
            failoverDirections: ['PrimaryToRecovery'],
            customDetails: { instanceType: 'ManualActionDetails', description: 'Change the A record.' },
          },
        ],
        endGroupActions: [],
      },
    ],
  },
};

export function job(name: string, properties: Job['properties']): Job {
  return {
    name,
    properties: { targetInstanceType: 'RecoveryPlan', targetObjectName: 'shop', scenarioName: 'TestFailover', friendlyName: 'Test failover', ...properties },
  };
}

export function point(name: string, timeMs: number, type = 'CrashConsistent'): RecoveryPoint {
  return {
    id: `${itemId('WEB01')}/recoveryPoints/${name}`,
    name,
    properties: {
      recoveryPointTime: new Date(timeMs),
      recoveryPointType: type,
      providerSpecificDetails: { instanceType: 'InMageAzureV2', isMultiVmSyncPoint: 'True' },
    },
  };
}

export function snapshot(
  changes: { timeMs?: number; vault?: Partial<LabSnapshot['vault']>; lab?: Partial<NonNullable<LabSnapshot['lab']>> } = {},
): LabSnapshot {
  const timeMs = changes.timeMs ?? startMs;
  const clock = { timeMs, speed: 1 };
  return {
    ...emptySnapshot('/lab'),
    state: 'running',
    clock,
    lab: {
      dir: '/lab',
      pid: 1,
      scenario: 'sample',
      seed: '1',
      vault: 'lab-vault',
      clock,
      roles: [
        role('vault', 'lab-vault'),
        role('storage', 'storage'),
        role('storage', 'storage-log'),
        role('vcenter', 'vcenter.lab.test'),
        role('configserver', 'CS01'),
        role('processserver', 'PS01'),
        role('mastertarget', 'MT01'),
      ],
      machines: [],
      hosts: [],
      jobsRunning: 0,
      links: links(),
      faults: [],
      healthErrors: [],
      ...changes.lab,
    },
    vault: {
      ...emptyVault,
      items: [item('WEB01'), item('DB01')],
      plans: [plan],
      policies: [
        {
          id: `${vaultId}/replicationPolicies/daily`,
          name: 'daily',
          properties: { providerSpecificDetails: { instanceType: 'InMageAzureV2', recoveryPointThresholdInMinutes: 15 } },
        },
      ],
      fabrics: [
        {
          id: fabricId,
          name: 'cs',
          properties: {
            friendlyName: 'CS01',
            customDetails: {
              instanceType: 'VMware',
              processServers: [{ id: 'ps-1', friendlyName: 'PS01', health: 'Normal' }],
              masterTargetServers: [{ id: 'mt-1', name: 'MT01' }],
            },
          },
        },
      ],
      ...changes.vault,
    },
  };
}
