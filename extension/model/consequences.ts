// Which parts of the vault may look different after a piece of news: only these are read again. Pure.
import type { ControlEvent } from '../../emulator/contract/control.ts';
import type { JobRecord, MachineRecord, SiteNews } from '../../emulator/contract/resources.ts';
import type { LabSnapshot, VaultPart } from './snapshot.ts';

/** @param before the snapshot without the news */
export function partsAfter({ lab }: LabSnapshot, event: ControlEvent): readonly VaultPart[] {
  switch (event.kind) {
    case 'site':
      return lab === undefined ? ['fabrics', 'vCenters', 'events'] : partsOfSite(lab, event.site);
    case 'machine':
      return partsOfMachine(machineIn(lab, event.machine.machineId), event.machine);
    case 'machineGone':
      return machineIn(lab, event.machineId)?.platform === 'Azure' ? ['virtualMachines'] : ['protectableItems'];
    case 'item': {
      const before = lab?.machines.find(({ item }) => item?.itemId === event.item.itemId)?.item;
      const told = ({ healthErrors, protectionState, testFailoverState }: Partial<typeof event.item>): unknown[] => [
        healthErrors?.map(({ code }) => code),
        protectionState,
        testFailoverState,
      ];
      return before !== undefined && before !== null && same(told(before), told(event.item)) ? [] : ['events'];
    }
    case 'job':
      return [...(partsOfJob[event.job.kind] ?? []), ...(event.job.endedMs === null ? [] : partsOfEnd(event.job))];
    case 'hello':
    case 'clock':
    case 'progress':
    case 'trace':
      return [];
  }
}

/** Whether a server was heard of: the figures that it reports may be others. */
export function wasHeard({ lab }: LabSnapshot, event: ControlEvent): boolean {
  const heartbeats = ({ roles }: SiteNews): unknown => roles.map(({ lastHeartbeatMs }) => lastHeartbeatMs);
  return event.kind === 'site' && lab !== undefined && !same(heartbeats(lab), heartbeats(event.site));
}

function partsOfSite(before: SiteNews, after: SiteNews): readonly VaultPart[] {
  const servers = ({ roles, healthErrors }: SiteNews): unknown => [roles.map(({ lastHeartbeatMs: _heard, ...role }) => role), healthErrors];
  if (!same(servers(before), servers(after))) return ['fabrics', 'vCenters', 'events'];
  return same(before.hosts, after.hosts) ? [] : ['vCenters', 'events'];
}

/** What its programs write, and its protection, stands in none of Azure's lists of machines. */
function partsOfMachine(before: MachineRecord | undefined, after: MachineRecord): readonly VaultPart[] {
  const inAzure = after.platform === 'Azure';
  const listed = ({ item: _item, workloads: _workloads, poweredOn, ...own }: MachineRecord): unknown => [own, inAzure && poweredOn];
  if (before !== undefined && same(listed(before), listed(after))) return [];
  return inAzure ? ['virtualMachines'] : ['protectableItems'];
}

function machineIn(lab: LabSnapshot['lab'], machineId: string): MachineRecord | undefined {
  return lab?.machines.find((machine) => machine.machineId === machineId);
}

/** What a job of this kind changes as it begins and as it ends; the item of its subject is read besides. */
const partsOfJob: Readonly<Record<string, readonly VaultPart[]>> = {
  EnableDr: ['items'],
  DisableDr: ['items'],
  PurgeVm: ['items'],
  SwitchReplicationGroupProtection: ['items'],
  AddProtectionProfile: ['policies', 'mappings'],
  ModifyProtectionProfile: ['policies'],
  RemoveProtectionProfile: ['policies', 'mappings'],
  AssociateProtectionProfile: ['mappings', 'fabrics'],
  DissociateProtectionProfile: ['mappings', 'fabrics'],
  SaveRecoveryPlan: ['plans'],
  UpdateRecoveryPlan: ['plans'],
  DeleteRecoveryPlan: ['plans'],
  DiscoverVCenter: ['vCenters'],
  UpdateVCenter: ['vCenters'],
  RemoveVCenter: ['vCenters'],
};

/** Kinds that leave machines as they are, at the site and in Azure, and so what plans allow. */
const leavesMachines: ReadonlySet<string> = new Set([
  'AddProtectionProfile',
  'AssociateProtectionProfile',
  'DeleteRecoveryPlan',
  'DissociateProtectionProfile',
  'ExportJobs',
  'ModifyProtectionProfile',
  'RefreshVaultHealth',
  'RemoveProtectionProfile',
  'RenewCertificate',
  'ResolveHealthErrors',
  'SaveRecoveryPlan',
  'UpdateRecoveryPlan',
  'UpdateVmProperties',
]);

function partsOfEnd({ kind }: JobRecord): readonly VaultPart[] {
  return leavesMachines.has(kind) ? ['events'] : ['virtualMachines', 'protectableItems', 'events', 'plans'];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
