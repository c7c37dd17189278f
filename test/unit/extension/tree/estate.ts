// A small vault for stories of the trees: machines as Azure's client gives them, with what each story is about.
import type { Job, RecoveryPlan, ReplicationProtectedItem } from '../../../../extension/client/vaultClient.ts';
import { emptySnapshot, emptyVault, type LabSnapshot, type VaultSnapshot } from '../../../../extension/model/snapshot.ts';

export const vaultId = '/subscriptions/0000/resourceGroups/lab/providers/Microsoft.RecoveryServices/vaults/vault';

export function itemId(name: string): string {
  return `${vaultId}/replicationFabrics/fabric/replicationProtectionContainers/cloud/replicationProtectedItems/${name}`;
}

interface ItemStory {
  readonly health?: string;
  readonly failoverHealth?: string;
  readonly rpoInSeconds?: number;
  readonly group?: string;
  readonly osType?: string;
  readonly state?: string;
  readonly testFailoverState?: string;
  readonly disks?: number;
}

export function item(name: string, story: ItemStory = {}): ReplicationProtectedItem {
  return {
    id: itemId(name),
    name,
    properties: {
      friendlyName: name,
      protectionState: story.state ?? 'Protected',
      protectionStateDescription: story.state ?? 'Protected',
      replicationHealth: story.health ?? 'Normal',
      failoverHealth: story.failoverHealth ?? 'Normal',
      testFailoverState: story.testFailoverState ?? 'None',
      activeLocation: 'Primary',
      allowedOperations: ['UnplannedFailover', 'DisableProtection', 'TestFailover'],
      providerSpecificDetails: {
        instanceType: 'InMageAzureV2',
        osType: story.osType ?? 'Windows',
        rpoInSeconds: story.rpoInSeconds ?? 240,
        multiVmGroupId: story.group === undefined ? name : `group-${story.group}`,
        multiVmGroupName: story.group ?? name,
        recoveryAzureVMName: name,
        recoveryAzureVMSize: 'Standard_D2s_v3',
        protectedDisks: Array.from({ length: story.disks ?? 1 }, (_nothing, place) => ({
          diskId: `${name}-${place}`,
          diskName: `Disk${place}`,
          diskCapacityInBytes: 2 ** 30,
          protectionStage: 'DifferentialSync',
        })),
      },
    },
  };
}

export function job(name: string, target: string, properties: Partial<NonNullable<Job['properties']>> = {}): Job {
  return {
    id: `${vaultId}/replicationJobs/${name}`,
    name,
    properties: {
      friendlyName: 'Test failover',
      scenarioName: 'TestFailover',
      targetObjectName: target,
      state: 'Succeeded',
      startTime: new Date('2026-03-02T09:00:00Z'),
      endTime: new Date('2026-03-02T09:02:30Z'),
      ...properties,
    },
  };
}

export function plan(name: string, groups: readonly (readonly string[])[]): RecoveryPlan {
  const action = (actionName: string) => ({
    actionName,
    failoverTypes: ['TestFailover'],
    failoverDirections: ['PrimaryToRecovery'],
    customDetails: { instanceType: 'ManualActionDetails' as const, description: actionName },
  });
  return {
    id: `${vaultId}/replicationRecoveryPlans/${name}`,
    name,
    properties: {
      friendlyName: name,
      groups: [
        { groupType: 'Shutdown', replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] },
        { groupType: 'Failover', replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] },
        ...groups.map((members, place) => ({
          groupType: 'Boot',
          replicationProtectedItems: members.map((member) => ({ id: itemId(member), virtualMachineId: member })),
          startGroupActions: [action(`before ${place + 1}`)],
          endGroupActions: [action(`after ${place + 1}`)],
        })),
      ],
    },
  };
}

export function snapshot(vault: Partial<VaultSnapshot>, more: Partial<LabSnapshot> = {}): LabSnapshot {
  return {
    ...emptySnapshot('/lab'),
    state: 'running',
    clock: { timeMs: Date.UTC(2026, 2, 2, 9, 41, 10), speed: 1 },
    vault: { ...emptyVault, ...vault },
    ...more,
  };
}
