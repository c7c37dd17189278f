// Fills in what a person left out: the one policy, process server, master target or network that there is to choose.
import type { PointChoice, ReprotectRequest } from '../../contract/control/items.ts';
import { LabError } from '../../kernel/errors.ts';
import type { PointChoice as VaultPointChoice } from '../../replication/recoveryPoint.ts';
import type { ConfigServerRecord } from '../../azure/vault/site/state.ts';
import type { ItemView } from '../../azure/vault/vault.ts';
import type { ControlParts } from '../control.ts';

export function pointChoice(point: PointChoice | undefined): VaultPointChoice {
  if (point === undefined) return 'Latest';
  return typeof point === 'string' ? point : { recoveryPointId: point.pointId };
}

/** What the vault knows of the lab's own site; other configuration servers may have joined it. @throws LabError NotFound */
export function siteOf(parts: ControlParts): ConfigServerRecord {
  const server = parts.siteVault.vault.records.configServers.get(parts.site.configServer.hostId);
  if (server === undefined) throw new LabError('NotFound', 'The configuration server has not registered with the vault.');
  return server;
}

/** The process server of this name, or the first on the wanted side. */
export function processServerId(parts: ControlParts, name: string | undefined, inAzure: boolean): string {
  const { processServers } = siteOf(parts);
  // One that only joined may be gone again tomorrow, and reaches no machine: it is taken when it is asked for by name.
  const own = new Set(parts.site.processServers.map(({ hostId }) => hostId));
  const found =
    name === undefined
      ? processServers.find((server) => server.inAzure === inAzure && own.has(server.hostId))
      : processServers.find((server) => server.name === name || server.hostId === name);
  if (found !== undefined) return found.hostId;
  if (name !== undefined) throw new LabError('NotFound', `Process server ${name}`);
  throw new LabError(inAzure ? 'AzureProcessServerMissing' : 'NotFound', inAzure ? '' : 'A process server at the site');
}

/** The only forward policy, or the one of this name. */
export function policyName(parts: ControlParts, name: string | undefined): string {
  if (name !== undefined) return name;
  const policies = parts.siteVault.vault.records.policies.list().filter((policy) => policy.instanceType === 'InMageAzureV2');
  if (policies.length === 1 && policies[0] !== undefined) return policies[0].name;
  throw new LabError('InvalidArgument', `There are ${policies.length} policies, name one: ${policies.map((policy) => policy.name).join(', ')}.`);
}

/** The network for drills keeps them away from production: one that is named for it, else the last. */
export function networkName(parts: ControlParts, name: string | undefined, use: 'recovery' | 'drill'): string | null {
  if (name !== undefined) return name;
  const networks = parts.cloud.networks.list();
  const named = networks.find((network) => network.name.includes(use));
  return (named ?? (use === 'drill' ? networks.at(-1) : networks[0]))?.name ?? null;
}

export interface ReprotectChoice {
  readonly processServerId: string;
  readonly masterTargetId?: string;
  readonly retentionDrive?: string;
  readonly datastoreName?: string;
  readonly policyName?: string;
}

/** Towards the site a master target of the machine's kind is needed, with a retention drive and a datastore. */
export function reprotectChoice(parts: ControlParts, item: ItemView, request: ReprotectRequest): ReprotectChoice {
  const policy = request.policy === undefined ? {} : { policyName: request.policy };
  if (item.activeSite === 'OnPrem') return { processServerId: processServerId(parts, request.processServer, false), ...policy };
  const { masterTargets } = siteOf(parts);
  const own = new Set(parts.site.masterTargets.map(({ hostId }) => hostId));
  const target =
    request.masterTarget === undefined
      ? masterTargets.find((one) => one.osType === item.source.osType && own.has(one.hostId))
      : masterTargets.find((one) => one.name === request.masterTarget || one.hostId === request.masterTarget);
  if (target === undefined)
    throw new LabError(
      'NotFound',
      request.masterTarget === undefined ? `No master target for ${item.source.osType} has registered.` : `Master target ${request.masterTarget}.`,
    );
  const retentionDrive = request.retentionDrive ?? target.retentionVolumes[0]?.volumeName;
  const datastoreName = request.datastore ?? item.source.datastores[0] ?? target.dataStores[0]?.symbolicName;
  return {
    processServerId: processServerId(parts, request.processServer, true),
    masterTargetId: target.hostId,
    ...(retentionDrive === undefined ? {} : { retentionDrive }),
    ...(datastoreName === undefined ? {} : { datastoreName }),
    ...policy,
  };
}
