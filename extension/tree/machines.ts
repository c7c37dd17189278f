// The tree of machines: those that are protected, as they are grouped, and those that could be.
import type { VMwareVirtualMachineDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { JobRecord } from '../../emulator/contract/resources.ts';
import type { ProtectableItem, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { addressOf } from '../documents/addresses.ts';
import { itemFacts, type ItemFacts } from '../model/itemFacts.ts';
import { runsInAzure } from '../operations/lookups.ts';
import { unprotected } from '../model/candidates.ts';
import { nameOf } from '../model/find.ts';
import { protectionStateText } from '../model/protectionStates.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { durationText } from './figures.ts';
import { healthIcon, healthOf, healthText, worst, type Health } from './health.ts';
import { detailRows, groupSize, newestJob, type MachineFacts } from './machineDetails.ts';
import { groupsOf, type MachineGrouping } from './machineGroups.ts';
import type { TreeNode } from './node.ts';
import type { RowCache } from './rowCache.ts';
import { machinesText } from '../counts.ts';

export interface MachineRowsDeps {
  readonly grouping: MachineGrouping;
  readonly allowed: AllowedOperations;
  /** Of one tree: its rows depend on what is allowed there. */
  readonly cache: RowCache;
}

export function machineRows(snapshot: LabSnapshot, deps: MachineRowsDeps): readonly TreeNode[] {
  if (snapshot.state !== 'running') return [];
  const machines = snapshot.vault.items.map(machineFacts).toSorted((one, other) => byName(one.name, other.name));
  const rowOf = itemRow(snapshot, deps);
  const groups = groupsOf(snapshot, machines, deps.grouping);
  const shown =
    groups === undefined
      ? machines.map((machine) => rowOf(machine, ''))
      : groups.map(({ id, label, icon, members, resource }) => ({
          id: `machines:group:${deps.grouping}:${id}`,
          label,
          description: machinesText(members.length),
          icon: { name: icon },
          ...(resource === undefined ? {} : { resource }),
          context: contextOf('machineGroup', deps.grouping),
          spoken: t('{0}, {1}', label, machinesText(members.length)),
          expanded: true,
          // A machine of two plans has a row in each.
          children: members.map((machine) => rowOf(machine, `${id}:`)),
        }));
  return [...shown, ...unprotectedRows(snapshot, deps.allowed)];
}

/** Where nothing replicates there is nothing to be well: readiness for failover alone makes no machine healthy (asr-behaviour §5.3). */
export function itemHealth({ properties }: ReplicationProtectedItem): Health {
  const [replication, failover] = [healthOf(properties?.replicationHealth), healthOf(properties?.failoverHealth)];
  return replication === 'None' && failover === 'Normal' ? 'None' : worst(replication, failover);
}

const knownFacts = new WeakMap<ReplicationProtectedItem, MachineFacts>();

function machineFacts(item: ReplicationProtectedItem): MachineFacts {
  let known = knownFacts.get(item);
  if (known === undefined) {
    known = { item, facts: itemFacts(item), health: itemHealth(item), name: nameOf(item) };
    knownFacts.set(item, known);
  }
  return known;
}

function itemRow(snapshot: LabSnapshot, { allowed, cache }: MachineRowsDeps): (machine: MachineFacts, prefix: string) => TreeNode {
  const { vault, lab, runningJobs } = snapshot;
  const running = new Map([...runningJobs.values()].map((job) => [job.subject, job]));
  const records = new Map((lab?.machines ?? []).flatMap((machine) => (machine.item === null ? [] : [[machine.item.itemId, machine] as const])));
  // What is allowed may depend on any of these; other machines it never depends on.
  const surroundings = [vault.plans, vault.policies, vault.mappings, vault.fabrics, vault.vCenters, vault.virtualMachines, lab?.roles, lab?.links, lab?.faults];
  return (machine, prefix) => {
    const { item, name } = machine;
    const rowId = `machines:item:${prefix}${item.id ?? ''}`;
    const job = running.get(name);
    return cache.row(item, rowId, {
      madeOf: [...surroundings, job, newestJob(snapshot).get(name), groupSize(snapshot, item), records.get(item.properties?.eventCorrelationId ?? '')],
      make: () => madeRow(snapshot, machine, { rowId, job, allowed }),
    });
  };
}

function madeRow(
  snapshot: LabSnapshot,
  machine: MachineFacts,
  { rowId, job, allowed }: { readonly rowId: string; readonly job: JobRecord | undefined; readonly allowed: AllowedOperations },
): TreeNode {
  const { item, facts: known, health, name } = machine;
  const id = item.id ?? '';
  const subject = { kind: 'item', id } as const;
  const words = [
    job === undefined ? stateText(item) : t('{0} in progress', job.friendlyName),
    ...(known.rpoMs === undefined ? [] : [t('RPO {0}', durationText(known.rpoMs))]),
  ];
  return {
    id: rowId,
    label: name,
    description: words.join(' · '),
    tooltip: tooltip(machine),
    icon: job === undefined ? healthIcon(health, machineIcon(item, known)) : { name: 'sync~spin' },
    context: contextOf('item', item.properties?.protectionState, allowed(snapshot, subject)),
    resource: addressOf({ kind: 'item', id, health, state: decorationState(item, known) }),
    spoken: [name, ...words, t('Health: {0}', healthText(health))].join(', '),
    children: detailRows(snapshot, machine, rowId),
    subject,
  };
}

function machineIcon(item: ReplicationProtectedItem, facts: ItemFacts): string {
  if (facts.testFailoverPending) return 'beaker';
  return runsInAzure(item) ? 'cloud' : 'vm';
}

/** Azure's own state, with what a drill makes of it. */
export function stateText({ properties }: ReplicationProtectedItem): string {
  const drill = properties?.testFailoverState ?? '';
  if (!['', 'None', 'MarkedForDeletion'].includes(drill)) return t('Cleanup test failover pending');
  const state = protectionStateText(properties?.protectionStateDescription ?? properties?.protectionState ?? '');
  return properties?.providerSpecificDetails?.instanceType === 'InMage' ? t('{0} (to the site)', state) : state;
}

function decorationState({ properties }: ReplicationProtectedItem, facts: ItemFacts): string {
  if (facts.testFailoverPending) return 'drill';
  if (properties?.activeLocation === 'Recovery') return 'failedOver';
  return facts.disks.some((disk) => disk.stage.startsWith('Resync')) ? 'copying' : 'usual';
}

function tooltip({ item, facts, health, name }: MachineFacts): string {
  const { properties } = item;
  const problems = (properties?.healthErrors ?? []).map((error) => `${error.errorCode ?? ''} ${error.summaryMessage ?? error.errorMessage ?? ''}`.trim());
  return [
    name,
    t('State: {0}', stateText(item)),
    t('Health: {0}', healthText(health)),
    ...(facts.rpoMs === undefined ? [] : [t('Recovery point objective (RPO): {0}', durationText(facts.rpoMs))]),
    ...(properties?.policyFriendlyName === undefined ? [] : [t('Policy: {0}', properties.policyFriendlyName)]),
    ...problems,
  ].join('\n');
}

function unprotectedRows(snapshot: LabSnapshot, allowed: AllowedOperations): readonly TreeNode[] {
  const candidates = unprotected(snapshot).toSorted((one, other) => byName(candidateName(one), candidateName(other)));
  if (candidates.length === 0) return [];
  return [
    {
      id: 'machines:unprotected',
      label: t('Not Protected'),
      description: machinesText(candidates.length),
      icon: { name: 'circle-slash' },
      context: contextOf('unprotected', undefined),
      expanded: snapshot.vault.items.length === 0,
      children: candidates.map((candidate) => candidateRow(snapshot, candidate, allowed)),
    },
  ];
}

function candidateRow(snapshot: LabSnapshot, { name: machineId = '', properties }: ProtectableItem, allowed: AllowedOperations): TreeNode {
  const name = properties?.friendlyName ?? machineId;
  const subject = { kind: 'machine', machineId } as const;
  const obstacles = properties?.protectionReadinessErrors ?? [];
  const details = properties?.customDetails as VMwareVirtualMachineDetails | undefined;
  const words = [osText(details?.osType), details?.ipAddress ?? '', ...(obstacles.length > 0 ? [t('cannot be protected now')] : [])].filter(
    (word) => word !== '',
  );
  return {
    id: `machines:candidate:${machineId}`,
    label: name,
    description: words.join(' · '),
    tooltip: [name, ...words, ...obstacles].join('\n'),
    icon: obstacles.length > 0 ? { name: 'circle-slash' } : { name: 'vm-outline' },
    context: contextOf('machine', obstacles.length > 0 ? 'notSelectable' : 'unprotected', allowed(snapshot, subject)),
    subject,
  };
}

function osText(word: string | undefined): string {
  return word === undefined ? '' : word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function candidateName({ name = '', properties }: ProtectableItem): string {
  return properties?.friendlyName ?? name;
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** WEB2 before WEB10. */
export function byName(one: string, other: string): number {
  return collator.compare(one, other);
}
