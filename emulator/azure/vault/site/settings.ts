// Composes the machine orders of one configuration server from the vault's records: the desired state, made anew at each question.
import type { MachineOrder, PairOrder, PairTarget } from '../../../replication/orders.ts';
import type { LogTarget } from '../deps.ts';
import { activeDirection, isGrouped, reverseOf, type PairRecord, type ProtectedItem } from '../items/state.ts';
import type { Records } from '../records.ts';
import type { ConfigServerRecord } from './state.ts';

/** asr-behaviour §12. */
const multiVmPort = 20_004;

export interface SettingsDeps {
  readonly records: Records;
  readonly server: ConfigServerRecord;
  readonly vaultUrl: string;
  readonly logTarget: (logStorageAccount: string) => Promise<LogTarget>;
}

export async function machineOrders(deps: SettingsDeps): Promise<MachineOrder[]> {
  const running = deps.records.items
    .list()
    .filter(
      (item) => item.configServerId === deps.server.hostId && activeDirection(item).replication === 'running' && activeDirection(item).agentHostId !== null,
    );
  return Promise.all(running.map((item) => machineOrder(deps, item, running)));
}

async function machineOrder(deps: SettingsDeps, item: ProtectedItem, running: readonly ProtectedItem[]): Promise<MachineOrder> {
  const { records, server } = deps;
  const direction = activeDirection(item);
  const policy = records.policies.require(direction.policyName);
  const processServer = server.processServers.find((candidate) => candidate.hostId === direction.processServerId);
  const target = await targetOf(deps, item);
  const pairs = records.activePairs(item);
  return {
    hostId: direction.agentHostId as string,
    processServer: processServer === undefined ? null : { hostId: processServer.hostId, url: processServer.url },
    pairs: target === undefined ? [] : pairs.map((pair) => pairOrder(pair, target)),
    crashConsistentIntervalMs: policy.crashConsistentIntervalMs,
    appConsistentIntervalMs: policy.appConsistentIntervalMs,
    group: policy.multiVmSyncStatus === 'Enabled' ? groupOf(deps, item, running) : null,
    markRequest: item.markRequest,
  };
}

/** Undefined while the master target is unknown to the site: its pairs wait. */
async function targetOf(deps: SettingsDeps, item: ProtectedItem): Promise<PairTarget | undefined> {
  const { server } = deps;
  if (item.direction === 'forward') {
    const log = await deps.logTarget(item.forward.target.logStorageAccount);
    return { kind: 'azure', ...log, vaultUrl: deps.vaultUrl, vaultToken: server.token };
  }
  const { masterTargetId } = reverseOf(item);
  const masterTarget = server.masterTargets.find((candidate) => candidate.hostId === masterTargetId);
  return masterTarget === undefined ? undefined : { kind: 'mastertarget', masterTargetId, masterTargetUrl: masterTarget.url };
}

function pairOrder(pair: PairRecord, target: PairTarget): PairOrder {
  return {
    pairId: pair.pairId,
    diskId: pair.diskId,
    sizeBytes: pair.sizeBytes,
    direction: pair.direction,
    initial: pair.initial,
    resyncId: pair.resyncId,
    key: pair.key,
    target,
  };
}

/** Members that replicate in the same direction; a member that is failed over alone does not hold up the others (asr-behaviour §12). */
function groupOf(deps: SettingsDeps, item: ProtectedItem, running: readonly ProtectedItem[]): MachineOrder['group'] {
  if (!isGrouped(item)) return null;
  const members = running
    .filter((other) => other.groupId === item.groupId && other.direction === item.direction)
    .map((other) => deps.server.agents.find((agent) => agent.hostId === activeDirection(other).agentHostId))
    .filter((agent) => agent !== undefined)
    .map((agent) => ({ hostId: agent.hostId, address: agent.ipAddress, port: agent.multiVmPort ?? multiVmPort }))
    .sort((a, b) => a.hostId.localeCompare(b.hostId));
  return members.length < 2 ? null : { groupId: item.groupId, members };
}
