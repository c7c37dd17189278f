// Cuts the vault's will for the site into one settings document per host; pure, so that a document can always be made anew.
import type {
  AgentSettings,
  Credentials,
  InstallOrder,
  MasterTargetSettings,
  PairOrder,
  ProcessServerSettings,
  RelayedPair,
  SiteTask,
  VCenterConnection,
  VCenterOrder,
} from '../../replication/orders.ts';
import { discovererOf, type HostRecord, type SiteState } from './state.ts';

export type HostDocument = Omit<AgentSettings, 'revision'> | Omit<ProcessServerSettings, 'revision'> | Omit<MasterTargetSettings, 'revision'>;

/** What this host has to do, without the revision that the doorbell gives it. */
export function documentFor(host: HostRecord, site: SiteState): HostDocument {
  switch (host.role) {
    case 'agent':
      return { order: site.settings.machines.find((machine) => machine.hostId === host.hostId) ?? null };
    case 'processserver':
      return {
        pairs: relayedPairs(host, site),
        installs: installs(host, site),
        discovery: discovererOf(site.hosts, site.nowMs)?.hostId === host.hostId ? discovery(site) : null,
      };
    case 'mastertarget':
      return { vCenter: vCenterOf(host, site), tasks: masterTargetTasks(host, site), pairs: masterTargetPairs(host, site) };
  }
}

/** How to log on to a vCenter; undefined when its account is gone. */
export function connectionOf(vCenter: VCenterOrder, site: Pick<SiteState, 'accounts'>): VCenterConnection | undefined {
  const credentials = credentialsOf(vCenter.accountId, site);
  return credentials === undefined ? undefined : { vCenterId: vCenter.vCenterId, friendlyName: vCenter.friendlyName, url: vCenter.url, ...credentials };
}

/** The vCenter whose inventory holds a machine, found by id or by name. */
function vCenterHolding(
  site: Pick<SiteState, 'accounts' | 'vCenters' | 'discovery'>,
  machine: { machineId?: string; name?: string },
): VCenterConnection | undefined {
  const found = site.discovery.machines.find(({ machineId, name }) => machineId === machine.machineId || name === machine.name);
  const vCenter = site.vCenters.find(({ vCenterId }) => vCenterId === found?.vCenterId);
  return vCenter === undefined ? undefined : connectionOf(vCenter, site);
}

function credentialsOf(accountId: string, site: Pick<SiteState, 'accounts'>): Credentials | undefined {
  const account = site.accounts.find((candidate) => candidate.accountId === accountId);
  return account === undefined ? undefined : { userName: account.userName, password: account.password };
}

function openTasks(site: SiteState): SiteTask[] {
  return site.settings.tasks.filter((task) => !site.finished.has(task.taskId));
}

/** Pairs of its machines, and those that it had before and may still hold batches of. */
function relayedPairs(host: HostRecord, site: SiteState): RelayedPair[] {
  const had = new Set(site.histories.filter((history) => history.processServerIds.includes(host.hostId)).map((history) => history.pairId));
  return site.settings.machines.flatMap((machine) => {
    const mine = machine.processServer?.hostId === host.hostId;
    return machine.pairs
      .filter((pair) => mine || had.has(pair.pairId))
      .map(({ pairId, key, target }) => ({ pairId, hostId: machine.hostId, key, target, mode: mine ? ('relay' as const) : ('drain' as const) }));
  });
}

function installs(host: HostRecord, site: SiteState): InstallOrder[] {
  return openTasks(site).flatMap((task): InstallOrder[] => {
    if (task.kind !== 'pushInstall' && task.kind !== 'updateMobilityService') return [];
    const credentials = credentialsOf(task.accountId, site);
    if (credentials === undefined) return [];
    if (task.kind === 'pushInstall')
      return task.processServerId === host.hostId ? [{ taskId: task.taskId, kind: task.kind, machineId: task.machineId, credentials }] : [];
    const agent = site.hosts.find((candidate) => candidate.hostId === task.hostId)?.part.agent;
    const assigned =
      site.settings.machines.find((machine) => machine.hostId === task.hostId)?.processServer?.hostId ?? discovererOf(site.hosts, site.nowMs)?.hostId;
    return agent !== undefined && assigned === host.hostId ? [{ taskId: task.taskId, kind: task.kind, machineId: agent.machineId, credentials }] : [];
  });
}

type DiscoveryOrder = NonNullable<ProcessServerSettings['discovery']>;

function discovery(site: SiteState): DiscoveryOrder {
  return {
    vCenters: site.vCenters.flatMap((vCenter) => connectionOf(vCenter, site) ?? []),
    physicalServers: site.physicalServers,
    componentNames: [site.name, ...site.hosts.filter((host) => host.role !== 'agent').map((host) => host.name)],
    requests: openTasks(site).flatMap((task): DiscoveryOrder['requests'] => {
      if (task.kind === 'addVCenter' || task.kind === 'updateVCenter')
        return [{ taskId: task.taskId, vCenterId: task.vCenter.vCenterId, physicalServer: false }];
      if (task.kind === 'addPhysicalServer') return [{ taskId: task.taskId, vCenterId: null, physicalServer: true }];
      return task.kind === 'refresh' ? [{ taskId: task.taskId, vCenterId: null, physicalServer: false }] : [];
    }),
  };
}

/** A master target is a machine of some vCenter; until discovery has seen it, of the first. */
function vCenterOf(host: HostRecord, site: SiteState): VCenterConnection | null {
  return vCenterHolding(site, { name: host.name }) ?? site.vCenters.flatMap((order) => connectionOf(order, site) ?? [])[0] ?? null;
}

function masterTargetTasks(host: HostRecord, site: SiteState): MasterTargetSettings['tasks'] {
  return openTasks(site).flatMap((task) => {
    if ((task.kind !== 'attachDisks' && task.kind !== 'detachDisks') || task.masterTargetId !== host.hostId) return [];
    return [{ task, vCenter: vCenterHolding(site, { machineId: task.machineId }) ?? vCenterOf(host, site) }];
  });
}

function masterTargetPairs(host: HostRecord, site: SiteState): MasterTargetSettings['pairs'] {
  const mine = (pair: PairOrder): boolean => pair.target.kind === 'mastertarget' && pair.target.masterTargetId === host.hostId;
  return site.settings.machines.flatMap((machine) =>
    machine.pairs.filter(mine).map(({ pairId, diskId, sizeBytes, key }) => ({ pairId, diskId, sizeBytes, key })),
  );
}
