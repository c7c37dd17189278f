// What the topology view shows, from a snapshot and the history of bytes: who talks to whom (asr-behaviour §1.2). Pure.
import type { TopologyEdge, TopologyNode, TopologyState } from '../../webview/contract.ts';
import type { NetworkPath } from '../../emulator/contract/faults.ts';
import type { LabStatus, MachineRecord, RoleStatus } from '../../emulator/contract/resources.ts';
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { componentNames } from '../model/candidates.ts';
import { directionOf, nameOf } from '../model/find.ts';
import { itemFacts } from '../model/itemFacts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { processServers, runsInAzure } from '../operations/lookups.ts';
import { t } from '../texts.ts';
import { clockText, durationText, rateText, sizeText } from '../tree/figures.ts';
import { itemHealth, stateText } from '../tree/machines.ts';
import { churnOf, type History } from './history.ts';
import type { Offer, Painted } from './offers.ts';
import { connection, healthOfRole } from './replicationPath.ts';
import { machinesText, moreMachinesText, replicatedItemsText } from '../counts.ts';

export interface TopologyWorld {
  readonly snapshot: LabSnapshot;
  readonly history: Pick<History, 'rate'>;
}

type Place = Pick<TopologyNode, 'lane' | 'column'>;

const places = {
  source: { lane: 'onPremises', column: 0 },
  site: { lane: 'onPremises', column: 1 },
  wan: { lane: 'wan', column: 0 },
  service: { lane: 'azure', column: 0 },
  target: { lane: 'azure', column: 1 },
} as const satisfies Readonly<Record<string, Place>>;

/** Of the machines that are in one place; the others are counted. */
const mostMachines = 6;
const control = 'HTTPS 443';
const replication = 'HTTPS 9443';

export function topologyState(world: TopologyWorld): Painted<TopologyState> | undefined {
  const { snapshot } = world;
  const { lab, clock, vault } = snapshot;
  if (lab === undefined || clock === undefined) return undefined;
  const offers = new Map<string, Offer>();
  const estate = { world, lab, ...machinesIn(vault.items), roles: rolesIn(lab) };
  const nodes = [...itemNodes(estate, offers), ...siteNodes(estate), ...wanNodes(estate), ...azureNodes(estate)];
  const known = new Set(nodes.map(({ id }) => id));
  return { state: { nowMs: clock.timeMs, nodes, edges: edgesOf(estate).filter(({ from, to }) => known.has(from) && known.has(to)) }, offers };
}

interface Roles {
  readonly configServers: readonly RoleStatus[];
  readonly processServers: readonly RoleStatus[];
  readonly masterTargets: readonly RoleStatus[];
  readonly vCenters: readonly RoleStatus[];
  readonly storage: readonly RoleStatus[];
}

interface Estate {
  readonly world: TopologyWorld;
  readonly lab: LabStatus;
  readonly roles: Roles;
  /** Shown one by one. */
  readonly atSite: readonly ReplicationProtectedItem[];
  readonly inAzure: readonly ReplicationProtectedItem[];
  readonly uncounted: number;
}

function rolesIn({ roles }: LabStatus): Roles {
  const of = (role: string): RoleStatus[] => roles.filter((one) => one.role === role);
  return {
    configServers: of('configserver'),
    processServers: of('processserver'),
    masterTargets: of('mastertarget'),
    vCenters: of('vcenter'),
    storage: of('storage'),
  };
}

/** The least healthy first: they are what one looks for. */
function machinesIn(items: readonly ReplicationProtectedItem[]): Pick<Estate, 'atSite' | 'inAzure' | 'uncounted'> {
  const levels = ['Critical', 'Warning', 'Normal', 'None'];
  const sorted = [...items].sort(
    (one, other) => levels.indexOf(itemHealth(one)) - levels.indexOf(itemHealth(other)) || nameOf(one).localeCompare(nameOf(other)),
  );
  const atSite = sorted.filter((item) => !runsInAzure(item));
  const inAzure = sorted.filter(runsInAzure);
  const shown = [atSite, inAzure].map((list) => list.slice(0, mostMachines));
  return { atSite: shown[0] ?? [], inAzure: shown[1] ?? [], uncounted: sorted.length - shown.flat().length };
}

function nodeOfItem(item: ReplicationProtectedItem, place: Place, offers: Map<string, Offer>): TopologyNode {
  const id = item.id ?? '';
  const { rpoMs } = itemFacts(item);
  const state = stateText(item);
  offers.set(id, { command: 'siteRecoveryLab.openMachine', arguments: () => [{ kind: 'item', id }] });
  return {
    id,
    ...place,
    name: nameOf(item),
    role: place.lane === 'azure' ? t('Azure VM') : t('Machine'),
    health: itemHealth(item),
    detail: rpoMs === undefined ? state : t('{0}, RPO {1}', state, durationText(rpoMs)),
    action: id,
  };
}

function itemNodes({ atSite, inAzure, uncounted, lab, world }: Estate, offers: Map<string, Offer>): TopologyNode[] {
  const components = componentNames(world.snapshot);
  const isCandidate = ({ platform, item, name }: MachineRecord): boolean => platform !== 'Azure' && item === null && !components.has(name.toLowerCase());
  const unprotected = lab.machines.filter(isCandidate).length;
  const more = (id: string, name: string, role: string): TopologyNode => ({ id, ...places.source, name, role, health: 'None', detail: '' });
  return [
    ...atSite.map((item) => nodeOfItem(item, places.source, offers)),
    ...(uncounted > 0 ? [more('more', moreMachinesText(uncounted), t('Replicated'))] : []),
    ...(unprotected > 0 ? [more('unprotected', machinesText(unprotected), t('Not replicated'))] : []),
    ...inAzure.map((item) => nodeOfItem(item, places.target, offers)),
  ];
}

function roleNode(status: RoleStatus, place: Place, { role, detail = '' }: { role: string; detail?: string }): TopologyNode {
  const heartbeat = status.lastHeartbeatMs === null ? '' : t('Heartbeat {0}', clockText(status.lastHeartbeatMs));
  const state = { running: '', restarting: t('Restarting'), stopped: t('Stopped') }[status.state];
  return {
    id: idOf(status),
    ...place,
    name: status.name,
    role,
    health: healthOfRole(status),
    detail: [state, detail, heartbeat].find((text) => text !== '') ?? t('Running'),
  };
}

function idOf({ role, name }: RoleStatus): string {
  return `${role}:${name}`;
}

function siteNodes({ roles, world }: Estate): TopologyNode[] {
  return [
    ...roles.vCenters.map((status) => roleNode(status, places.site, { role: t('vCenter server') })),
    ...roles.configServers.map((status) => roleNode(status, places.site, { role: t('Configuration server') })),
    ...roles.processServers.filter((status) => !standsInAzure(world.snapshot, status)).map((status) => processServerNode(world.snapshot, status, places.site)),
    ...roles.masterTargets.map((status) => roleNode(status, places.site, { role: t('Master target') })),
  ];
}

function processServerNode(snapshot: LabSnapshot, status: RoleStatus, place: Place): TopologyNode {
  const pendingBytes = processServers(snapshot).find(({ friendlyName }) => friendlyName === status.name)?.throughputUploadPendingDataInBytes ?? 0;
  return roleNode(status, place, { role: t('Process server'), detail: pendingBytes > 0 ? t('{0} to upload', sizeText(pendingBytes)) : '' });
}

/** The one that machines which replicate to the site use, while it is no one's way to Azure. */
function standsInAzure(snapshot: LabSnapshot, { name }: RoleStatus): boolean {
  const { vault } = snapshot;
  const id = processServerIdNamed(snapshot, name);
  const users = vault.items.filter((item) => itemFacts(item).processServerId === id);
  return users.length > 0 && users.every((item) => directionOf(item) === 'toSite');
}

/** Empty: Azure does not know it yet. */
function processServerIdNamed(snapshot: LabSnapshot, name: string): string {
  return processServers(snapshot).find(({ friendlyName }) => friendlyName === name)?.id ?? '';
}

function wanNodes({ lab, world }: Estate): TopologyNode[] {
  const speed = (path: NetworkPath): string => {
    const link = lab.links.find((one) => one.path === path);
    return link === undefined || link.bandwidthBps === 0 ? t('Not limited') : rateText(link.bandwidthBps);
  };
  const siteToSite = connection(world.snapshot, ['site-to-site']);
  return [
    { id: 'internet', ...places.wan, name: t('Internet'), role: t('Public endpoints'), health: 'None', detail: speed('processserver-storage') },
    {
      id: 'private',
      ...places.wan,
      name: t('VPN or ExpressRoute'),
      role: t('Private connection'),
      health: siteToSite === 'cut' ? 'Critical' : siteToSite === 'up' ? 'Normal' : 'None',
      detail: siteToSite === 'up' ? speed('site-to-site') : siteToSite === 'cut' ? t('Cut') : t('Not connected'),
    },
  ];
}

function azureNodes({ lab, roles, world }: Estate): TopologyNode[] {
  const [log, target] = [roles.storage.find(({ name }) => name === 'storage-log'), roles.storage.find(({ name }) => name === 'storage')];
  const { items, virtualMachines } = world.snapshot.vault;
  const shown = new Set(items.filter(runsInAzure).map(nameOf));
  const others = virtualMachines.filter(({ name }) => !shown.has(name)).slice(0, mostMachines);
  const vaultHealth = lab.healthErrors.some(({ level }) => level === 'Critical') ? 'Critical' : lab.healthErrors.length > 0 ? 'Warning' : 'Normal';
  return [
    { id: 'vault', ...places.service, name: lab.vault, role: t('Recovery Services vault'), health: vaultHealth, detail: replicatedItemsText(items.length) },
    ...(log === undefined ? [] : [{ ...roleNode(log, places.service, { role: t('Cache storage account') }), id: 'log', name: t('Replication logs') }]),
    ...roles.processServers
      .filter((status) => standsInAzure(world.snapshot, status))
      .map((status) => processServerNode(world.snapshot, status, places.service)),
    ...(target === undefined ? [] : [{ ...roleNode(target, places.target, { role: t('Target storage account') }), id: 'replica', name: t('Replica disks') }]),
    ...others.map(({ id, name, powerState }): TopologyNode => ({ id, ...places.target, name, role: t('Azure VM'), health: 'None', detail: powerState })),
  ];
}

function edgesOf({ world, roles, atSite, inAzure }: Estate): TopologyEdge[] {
  const { snapshot, history } = world;
  const edge = ([from, to]: readonly [string, string], port: string, path: NetworkPath): TopologyEdge => ({
    from,
    to,
    port,
    connection: connection(snapshot, [path]),
    bytesPerSecond: history.rate(path),
  });
  // Of one machine among many its own churn is known, of the path only the sum.
  const ofMachine = (item: ReplicationProtectedItem): TopologyEdge => ({
    ...edge([item.id ?? '', serverOf(item)], replication, 'machine-processserver'),
    bytesPerSecond: churnOf(item) ?? null,
  });
  const inside = (from: string, to: string): TopologyEdge => ({ from, to, port: t('In Azure'), connection: 'up', bytesPerSecond: null });
  const servers = roles.processServers.map((status) => ({
    status,
    id: idOf(status),
    azureId: processServerIdNamed(snapshot, status.name),
    away: standsInAzure(snapshot, status),
  }));
  const serverOf = (item: ReplicationProtectedItem): string =>
    servers.find(({ azureId }) => azureId !== '' && azureId === itemFacts(item).processServerId)?.id ?? '';
  const [configServer] = roles.configServers.map(idOf);
  return [
    ...atSite.map(ofMachine),
    ...atSite.slice(0, 1).map((item) => edge([item.id ?? '', configServer ?? ''], control, 'machine-configserver')),
    ...roles.vCenters.map((status) => edge([configServer ?? '', idOf(status)], control, 'processserver-vcenter')),
    ...servers
      .filter(({ away }) => !away)
      .flatMap(({ id }) => [edge([id, configServer ?? ''], control, 'processserver-configserver'), edge([id, 'internet'], control, 'processserver-storage')]),
    edge([configServer ?? '', 'internet'], control, 'configserver-vault'),
    edge(['internet', 'vault'], control, 'configserver-vault'),
    edge(['internet', 'log'], control, 'processserver-storage'),
    inside('log', 'replica'),
    ...inAzure.filter((item) => directionOf(item) === 'toSite').map(ofMachine),
    ...servers.filter(({ away }) => away).map(({ id }) => edge([id, 'private'], replication, 'site-to-site')),
    ...roles.masterTargets.map((status) => edge(['private', idOf(status)], replication, 'site-to-site')),
  ];
}
