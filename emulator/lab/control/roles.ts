// The components as status shows them: those that this lab runs, then those that joined its vault or its site from elsewhere.
import type { Health, RoleStatus } from '../../contract/resources.ts';
import { heartbeatLimitMs } from '../../azure/vault/constants.ts';
import type { ConfigServerRecord } from '../../azure/vault/site/state.ts';
import type { MasterTargetReport, ProcessServerReport } from '../../replication/reports.ts';
import type { ControlParts } from '../control.ts';
import type { SiteRole } from '../site.ts';

/** A component that the lab does not run shows its last report only, so silence is all there is to see of its end. */
export function roles(parts: ControlParts): RoleStatus[] {
  const { world, siteVault, cloud, site, datacenter } = parts;
  const { entry } = siteVault;
  const { target, log } = cloud.storage.processes;
  const base = { state: 'running', health: 'Normal', lastHeartbeatMs: null } as const;
  const servers = entry?.vault.records.configServers.list() ?? [];
  const own = servers.find(({ hostId }) => hostId === site.configServer.hostId);
  const ownHosts = new Set([...site.processServers, ...site.masterTargets].map(({ hostId }) => hostId));
  return [
    { role: 'vault', name: entry?.resource.name ?? '', url: null, ...base },
    { role: 'storage', name: 'storage', url: target.url, pid: target.pid, ...base },
    { role: 'storage', name: 'storage-log', url: log.url, pid: log.pid, ...base },
    { role: 'vcenter', name: world.estate.vCenter.name, url: datacenter.vCenter.url, ...base },
    {
      role: 'configserver',
      name: world.estate.configServer.name,
      url: site.configServer.url,
      state: 'running',
      health: own === undefined || entry === undefined ? 'Critical' : entry.vault.configServerHealth(own.hostId).level,
      lastHeartbeatMs: own?.reportedMs ?? null,
    },
    ...site.processServers.map((server) => processServerStatus(parts, server, own)),
    ...site.masterTargets.map((server) => masterTargetStatus(parts, server, own)),
    ...servers.flatMap((server) => [
      ...(server === own ? [] : [foreignConfigServer(parts, server)]),
      ...server.processServers.filter(({ hostId }) => !ownHosts.has(hostId)).map((report) => foreign(parts, report, 'processserver')),
      ...server.masterTargets.filter(({ hostId }) => !ownHosts.has(hostId)).map((report) => foreign(parts, report, 'mastertarget')),
    ]),
  ];
}

function processServerStatus({ siteVault }: ControlParts, running: SiteRole, server: ConfigServerRecord | undefined): RoleStatus {
  const known = server?.processServers.find(({ hostId }) => hostId === running.hostId);
  return {
    role: 'processserver',
    ...ofOwn(running),
    health: known === undefined ? 'Critical' : siteVault.vault.processServerHealth(known.hostId).level,
    lastHeartbeatMs: known?.lastHeartbeatMs ?? null,
  };
}

function masterTargetStatus(parts: ControlParts, running: SiteRole, server: ConfigServerRecord | undefined): RoleStatus {
  const known = server?.masterTargets.find(({ hostId }) => hostId === running.hostId);
  return {
    role: 'mastertarget',
    ...ofOwn(running),
    health: known === undefined ? 'Critical' : masterTargetHealth(parts, known),
    lastHeartbeatMs: known?.lastHeartbeatMs ?? null,
  };
}

function ofOwn({ name, url, pid }: SiteRole): Pick<RoleStatus, 'name' | 'url' | 'pid' | 'state'> {
  return { name, url, ...(pid === undefined ? {} : { pid }), state: 'running' };
}

function foreignConfigServer(parts: ControlParts, { hostId, friendlyName, reportedMs }: ConfigServerRecord): RoleStatus {
  const { level } = parts.siteVault.vault.configServerHealth(hostId);
  return { role: 'configserver', name: friendlyName, url: null, state: stateAfter(parts, reportedMs), health: level, lastHeartbeatMs: reportedMs };
}

function foreign(parts: ControlParts, report: ProcessServerReport | MasterTargetReport, role: 'processserver' | 'mastertarget'): RoleStatus {
  const { hostId, name, url, lastHeartbeatMs } = report;
  const health = 'validationErrors' in report ? masterTargetHealth(parts, report) : parts.siteVault.vault.processServerHealth(hostId).level;
  return { role, name, url, state: stateAfter(parts, lastHeartbeatMs), health, lastHeartbeatMs };
}

function masterTargetHealth(parts: ControlParts, { lastHeartbeatMs, validationErrors }: MasterTargetReport): Health {
  if (stateAfter(parts, lastHeartbeatMs) === 'stopped') return 'Critical';
  return validationErrors.length > 0 ? 'Warning' : 'Normal';
}

function stateAfter({ world }: ControlParts, lastHeartbeatMs: number | null): RoleStatus['state'] {
  return lastHeartbeatMs !== null && world.kernel.clock.now() - lastHeartbeatMs < heartbeatLimitMs ? 'running' : 'stopped';
}
