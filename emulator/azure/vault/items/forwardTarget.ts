// "Installing Mobility Service and preparing target" towards Azure: the agent on the machine, a replica for each disk.
import type { TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { taskError } from '../site/siteLink.ts';
import { changeItem } from './itemJobs.ts';
import { deletePair, ensurePairs } from './pairs.ts';
import type { PairRecord, ProtectedItem } from './state.ts';

export async function createForwardTarget(context: VaultContext, task: TaskContext<{ readonly itemId: string }>, item: ProtectedItem): Promise<TaskOutcome> {
  const { site } = context;
  const { forward } = item;
  const agent = site.agentOn(item.configServerId, forward.sourceMachineId);
  if (!site.agentIsAlive(agent)) return installAgent(context, task, item);
  const machine = site.machine(item.configServerId, forward.sourceMachineId);
  if (machine === undefined) return { wait: `${item.friendlyName} is not discovered.` };
  changeItem(context, item.itemId, (present) => ({ ...present, forward: { ...present.forward, agentHostId: agent.hostId } }));
  const former = new Map((await formerReplicas(context, item)).map((pair) => [pair.diskId, pair]));
  const disks = machine.disks
    .filter((disk) => !forward.excludedDiskIds.includes(disk.diskId))
    .map(({ diskId, name, sizeBytes, osDisk }) => ({
      diskId,
      name,
      sizeBytes,
      osDisk,
      initial: former.get(diskId)?.sizeBytes === sizeBytes ? ('checksum' as const) : ('copy' as const),
    }));
  const pairs = ensurePairs(context, item, disks);
  for (const pair of pairs) if (pair.replica === null) await giveReplica(context, item, { pair, former: former.get(pair.diskId) });
  const remark = task.recall<ReturnType<LabError['toBody']>>('installRemark');
  return remark === undefined ? 'done' : { information: LabError.fromBody(remark) };
}

/** Replicas of an earlier time in Azure: comparing with them spares most of the copy (asr-behaviour §7.5). */
async function formerReplicas(context: VaultContext, item: ProtectedItem): Promise<PairRecord[]> {
  const { storageAccount } = item.forward.target;
  const former = context.records.pairs
    .list()
    .filter((pair) => pair.itemId === item.itemId && pair.direction === 'forward' && pair.state === 'retired' && pair.replica !== null);
  // The way to Azure may lead to another account this time.
  const elsewhere = former.filter((pair) => (pair.storageAccount ?? storageAccount) !== storageAccount);
  for (const pair of elsewhere) await deletePair(context, pair);
  return former.filter((pair) => !elsewhere.includes(pair));
}

async function giveReplica(context: VaultContext, item: ProtectedItem, { pair, former }: { pair: PairRecord; former: PairRecord | undefined }): Promise<void> {
  const { records, deps } = context;
  if (pair.initial === 'copy' || former === undefined || former.replica === null) {
    const replica = await deps.storage.createReplica({
      pairId: pair.pairId,
      itemName: item.name,
      diskId: pair.diskId,
      sizeBytes: pair.sizeBytes,
      storageAccount: item.forward.target.storageAccount,
    });
    records.pairs.put({ ...pair, initial: 'copy', replica, storageAccount: item.forward.target.storageAccount });
    return;
  }
  const reference = former.replica;
  const replica = await deps.storage.openReplica(reference, pair.sizeBytes);
  try {
    // Snapshots of the former pair that never were part of a point would be met again, as the new pair's.
    for (const { id } of await replica.snapshots()) await replica.removeSnapshot(id);
    // Sequences of the new pair begin at 1.
    await replica.advance(0);
  } finally {
    await replica[Symbol.asyncDispose]();
  }
  records.transaction(() => {
    records.pairs.put({ ...pair, replica: reference, storageAccount: item.forward.target.storageAccount });
    records.pairs.put({ ...former, replica: null });
  });
}

async function installAgent(context: VaultContext, task: TaskContext<{ readonly itemId: string }>, item: ProtectedItem): Promise<TaskOutcome> {
  const { accountId, processServerId, sourceMachineId } = item.forward;
  // After a failback the agent is on the machine and only has to register again (asr-behaviour §7.5).
  if (item.reverse !== null) return { wait: 'The Mobility service has not registered again.' };
  if (accountId === null || processServerId === null)
    return { failed: new LabError('AgentNotRegistered', `${item.friendlyName}, and no account was named for its installation.`) };
  const result = await context.site.ask(task, item.configServerId, { kind: 'pushInstall', processServerId, machineId: sourceMachineId, accountId });
  if (result === undefined) return { wait: 'The Mobility service is being installed.' };
  if (result.state === 'failed') return { failed: taskError(result) };
  if (result.state === 'warning' && result.error !== undefined && task.recall('installRemark') === undefined) task.remember('installRemark', result.error);
  return { wait: 'The Mobility service has not registered with the configuration server.' };
}
