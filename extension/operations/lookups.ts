// What an operation is about, found in a snapshot: servers of a fabric, accounts, policies, machines, links, faults.
import type {
  InMageReplicationDetails,
  InMageAzureV2ReplicationDetails,
  MasterTargetServer,
  ProcessServer,
  VMwareDetails,
} from '@azure/arm-recoveryservices-siterecovery';
import type { FaultRule } from '../../emulator/contract/faults.ts';
import type { LinkState, MachineRecord } from '../../emulator/contract/resources.ts';
import type { Fabric, Job, Policy, ProtectableItem, ReplicationProtectedItem, VaultPlace, VCenter } from '../client/vaultClient.ts';
import { byId, directionOf, itemOf, sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';

/** The last segment of an ARM id. */
export function lastName(id: string | undefined): string {
  return id?.split('/').at(-1) ?? '';
}

/** ARM id of the vault, from any of its children. */
export function vaultIdIn(id: string): string {
  return /^.*?\/vaults\/[^/]+/i.exec(id)?.[0] ?? '';
}

export function vaultIdOf({ subscriptionId, resourceGroupName, vaultName }: VaultPlace): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.RecoveryServices/vaults/${vaultName}`;
}

export function azureDetails(item: ReplicationProtectedItem | undefined): InMageAzureV2ReplicationDetails | undefined {
  const details = item?.properties?.providerSpecificDetails;
  return details?.instanceType === 'InMageAzureV2' ? (details as InMageAzureV2ReplicationDetails) : undefined;
}

export function siteDetails(item: ReplicationProtectedItem | undefined): InMageReplicationDetails | undefined {
  const details = item?.properties?.providerSpecificDetails;
  return details?.instanceType === 'InMage' ? (details as InMageReplicationDetails) : undefined;
}

/** The active location is relative to the direction: after a failback the recovery side is the site. */
export function runsInAzure(item: ReplicationProtectedItem): boolean {
  return (item.properties?.activeLocation === 'Recovery') === (directionOf(item) === 'toAzure');
}

export function vmware(fabric: Fabric | undefined): VMwareDetails | undefined {
  const details = fabric?.properties?.customDetails;
  return details?.instanceType === 'VMware' ? (details as VMwareDetails) : undefined;
}

/** The fabric that an ARM id lies in. */
export function fabricOfId({ vault }: LabSnapshot, id: string | undefined): Fabric | undefined {
  const fabricId = /^.*?\/replicationFabrics\/[^/]+/i.exec(id ?? '')?.[0];
  return byId(vault.fabrics, fabricId);
}

/** The fabric of a row, or the only one. */
export function fabricOf(snapshot: LabSnapshot, subject: Subject | undefined): Fabric | undefined {
  const [only, ...others] = snapshot.vault.fabrics;
  switch (subject?.kind) {
    case 'fabric':
    case 'item':
    case 'vCenter':
      return fabricOfId(snapshot, subject.id);
    case 'processServer':
      return snapshot.vault.fabrics.find((fabric) => vmware(fabric)?.processServers?.some((server) => sameId(server.id, subject.id)));
    default:
      return others.length === 0 ? only : undefined;
  }
}

/** ARM id of the only protection container of a VMware fabric (arm-contract §1). */
export function containerId(fabric: Fabric): string {
  return `${fabric.id ?? ''}/replicationProtectionContainers/cloud_${fabric.properties?.internalIdentifier ?? ''}`;
}

export function processServers(snapshot: LabSnapshot): readonly ProcessServer[] {
  return snapshot.vault.fabrics.flatMap((fabric) => vmware(fabric)?.processServers ?? []);
}

export function processServerOf(snapshot: LabSnapshot, subject: Subject | undefined): ProcessServer | undefined {
  return subject?.kind === 'processServer' ? processServers(snapshot).find((server) => sameId(server.id, subject.id)) : undefined;
}

export function masterTargets(fabric: Fabric | undefined): readonly MasterTargetServer[] {
  return vmware(fabric)?.masterTargetServers ?? [];
}

export function policyOf({ vault }: LabSnapshot, subject: Subject | undefined): Policy | undefined {
  return subject?.kind === 'policy' ? byId(vault.policies, subject.id) : undefined;
}

export function vCenterOf({ vault }: LabSnapshot, subject: Subject | undefined): VCenter | undefined {
  return subject?.kind === 'vCenter' ? byId(vault.vCenters, subject.id) : undefined;
}

export function jobOf({ vault }: LabSnapshot, subject: Subject | undefined): Job | undefined {
  return subject?.kind === 'job' ? vault.jobs.find((job) => sameId(job.name, subject.name)) : undefined;
}

export function linkOf({ lab }: LabSnapshot, subject: Subject | undefined): LinkState | undefined {
  return subject?.kind === 'link' ? lab?.links.find((link) => link.path === subject.path) : undefined;
}

export function faultOf({ lab }: LabSnapshot, subject: Subject | undefined): FaultRule | undefined {
  return subject?.kind === 'fault' ? lab?.faults.find((fault) => fault.id === subject.id) : undefined;
}

/** A machine that the site knows, by the row of one that is not protected. */
export function protectableOf({ vault }: LabSnapshot, subject: Subject | undefined): ProtectableItem | undefined {
  if (subject?.kind !== 'machine') return undefined;
  return vault.protectableItems.find((item) => sameId(item.name, subject.machineId) || sameId(item.id, subject.machineId));
}

/** The machine itself, at the site or in Azure, as the lab's own interface knows it. */
export function labMachineOf(snapshot: LabSnapshot, subject: Subject | undefined): MachineRecord | undefined {
  const machines = snapshot.lab?.machines ?? [];
  switch (subject?.kind) {
    case 'machine':
      return machines.find((machine) => sameId(machine.machineId, lastName(subject.machineId)));
    case 'virtualMachine':
      return machines.find((machine) => machine.platform === 'Azure' && sameId(machine.name, lastName(subject.id)));
    case 'item': {
      const item = itemOf(snapshot, subject);
      const names = [azureDetails(item)?.infrastructureVmId, siteDetails(item)?.infrastructureVmId, lastName(item?.properties?.protectableItemId)];
      return (
        machines.find((machine) => names.some((name) => sameId(machine.machineId, name))) ??
        machines.find((machine) => machine.name === item?.properties?.friendlyName)
      );
    }
    default:
      return undefined;
  }
}
