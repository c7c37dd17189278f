// The site as a whole, for status and for the feed: components, hosts, links, faults, and what is wrong with the servers.
import type { SiteNews } from '../../contract/resources.ts';
import { hasEnded } from '../../kernel/jobRecord.ts';
import type { ControlParts } from '../control.ts';
import { roles } from './roles.ts';

export function siteNews(parts: ControlParts): SiteNews {
  const { world, siteVault, datacenter } = parts;
  const vault = siteVault.entry?.vault;
  const { kernel } = world;
  const problems = vault?.records.configServers.list().flatMap(({ hostId }) => vault.configServerHealth(hostId).problems) ?? [];
  return {
    roles: roles(parts),
    hosts: datacenter.vCenter.hosts().map(({ name, connection }) => ({ name, connection })),
    jobsRunning: (vault?.jobs.list() ?? []).filter((job) => !hasEnded(job)).length,
    links: kernel.network.list(),
    faults: kernel.faults.list().map(({ rule }) => rule),
    healthErrors: problems.map(({ level, code, text, possibleCauses, recommendedAction, sinceMs }) => ({
      code,
      level,
      message: text,
      possibleCauses,
      recommendedAction,
      sinceMs,
    })),
  };
}
