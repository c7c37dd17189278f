// What a job is about, in the ids that the service shows: GUIDs of machines, policies and servers, and the places it works between.
import type { JobView } from '../../../../kernel/jobRecord.ts';
import type { ProtectedItem } from '../../../vault/items/state.ts';
import type { ConfigServerRecord } from '../../../vault/site/state.ts';
import { azureContainerGuid, azureFabricGuid, azureFriendlyName, internalIdentifier } from '../ids.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { nameGuid } from './names.ts';

export interface TargetObject {
  readonly targetObjectId: string;
  readonly targetObjectName: string;
  readonly targetInstanceType: string;
}

type JobScope = Pick<VaultScope, 'vault' | 'ids'>;

export function targetObject(scope: JobScope, job: JobView): TargetObject {
  const target = (targetObjectId: string, targetInstanceType = job.targetType): TargetObject => ({
    targetObjectId,
    targetObjectName: job.targetName,
    targetInstanceType,
  });
  switch (job.targetType) {
    case 'ProtectionEntity':
      return target(itemOf(scope, job)?.source.machineId ?? job.targetId);
    case 'ProtectionProfile':
    case 'RecoveryPlan':
      return target(namedGuid(scope, job.targetType, job.targetId));
    case 'ProcessServer':
      return target(job.targetId, 'Server');
    case 'Vault':
      return target(namedGuid(scope, 'Vault', job.targetId));
    case 'Server': {
      const vCenter = vCenterIn(job);
      if (vCenter !== undefined) return { targetObjectId: vCenter.vCenterId, targetObjectName: vCenter.friendlyName, targetInstanceType: 'VCenter' };
      const server = serverOf(scope, job);
      return target(server === undefined ? job.targetId : internalIdentifier(server));
    }
    default:
      return target(job.targetId);
  }
}

/** The id by which the service knows a policy, a plan or the vault inside its jobs. */
export function namedGuid({ ids }: Pick<VaultScope, 'ids'>, kind: string, name: string): string {
  return nameGuid(`${ids.vault.toLowerCase()}/${kind}/${name.toLowerCase()}`);
}

/** Undefined when the item is gone. */
export function itemOf({ vault }: Pick<VaultScope, 'vault'>, job: JobView): ProtectedItem | undefined {
  return job.targetType === 'ProtectionEntity' ? vault.records.items.get(job.targetId) : undefined;
}

/** Places by name; the first letter is a capital in answers of before 2021 (arm-contract §7.3). */
export function affectedObjects(scope: JobScope, job: JobView, apiVersion: string): Record<string, string> {
  const objects = objectsOf(scope, job);
  if (apiVersion < '2021') return objects;
  return Object.fromEntries(Object.entries(objects).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]));
}

function objectsOf(scope: JobScope, job: JobView): Record<string, string> {
  const item = itemOf(scope, job);
  if (item !== undefined) {
    const server = scope.vault.records.configServers.get(item.configServerId);
    const policyName = item.direction === 'forward' ? item.forward.policyName : item.reverse?.policyName;
    return {
      PrimaryVmId: item.source.machineId,
      PrimaryVmName: item.friendlyName,
      RecoveryVmId: '',
      RecoveryVmName: item.friendlyName,
      ProtectionProfileId: namedGuid(scope, 'ProtectionProfile', policyName ?? ''),
      ...(server === undefined ? {} : places(server, item.direction === 'forward')),
    };
  }
  const mapping = job.input as { policyName?: unknown; configServerId?: unknown };
  if (job.targetType === 'ProtectionProfile') {
    const server = typeof mapping.configServerId === 'string' ? scope.vault.records.configServers.get(mapping.configServerId) : undefined;
    return server === undefined ? {} : places(server, scope.vault.records.policies.get(job.targetId)?.instanceType !== 'InMage');
  }
  if (job.targetType !== 'Server') return {};
  const server = serverOf(scope, job);
  return {
    PrimaryVmmId: server === undefined ? job.targetId : internalIdentifier(server),
    PrimaryVmmName: job.targetName,
    PrimaryFabricProviderId: 'VMware',
  };
}

function places(server: ConfigServerRecord, toAzure: boolean): Record<string, string> {
  const own = { cloudId: server.containerName, vmmId: internalIdentifier(server), name: server.friendlyName };
  const recovery = toAzure ? { cloudId: azureContainerGuid, vmmId: azureFabricGuid, name: azureFriendlyName } : own;
  return {
    PrimaryCloudId: own.cloudId,
    PrimaryCloudName: own.name,
    RecoveryCloudId: recovery.cloudId,
    RecoveryCloudName: recovery.name,
    PrimaryVmmId: own.vmmId,
    PrimaryVmmName: own.name,
    RecoveryVmmId: recovery.vmmId,
    RecoveryVmmName: recovery.name,
    PrimaryFabricProviderId: 'VMware',
    RecoveryFabricProviderId: toAzure ? 'Azure' : 'VMware',
  };
}

/** Jobs of the site are about the server by its host id, its removal by the id of its registration. */
function serverOf({ vault }: Pick<VaultScope, 'vault'>, job: JobView): ConfigServerRecord | undefined {
  return vault.records.configServers.list().find((server) => server.hostId === job.targetId || internalIdentifier(server) === job.targetId);
}

function vCenterIn(job: JobView): { vCenterId: string; friendlyName: string } | undefined {
  const { order } = job.input as { order?: { kind: string; vCenterId?: string; vCenter?: { vCenterId: string; friendlyName: string } } };
  if (order?.vCenter !== undefined) return order.vCenter;
  return order?.vCenterId === undefined ? undefined : { vCenterId: order.vCenterId, friendlyName: order.vCenterId };
}
