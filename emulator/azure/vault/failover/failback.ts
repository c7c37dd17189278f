// The part of a failover that is special to the way back: what must be connected, and how the disks return to VMware (asr-behaviour §7.4).
import type { TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import { changeItem } from '../items/itemJobs.ts';
import { reverseOf, type ProtectedItem } from '../items/state.ts';
import { taskError } from '../site/siteLink.ts';

export function failbackViolations(context: VaultContext, item: ProtectedItem): LabError[] {
  const server = context.records.configServers.require(item.configServerId);
  const reverse = reverseOf(item);
  const violations: LabError[] = [];
  if (!context.site.isConnected(server)) violations.push(new LabError('ConfigurationServerDisconnected', server.friendlyName));
  // Disks are taken from the master target and given to the machine by vCenter.
  if (!server.vCenters.some((vCenter) => vCenter.connected)) violations.push(new LabError('VCenterDisconnected'));
  const masterTarget = server.masterTargets.find((candidate) => candidate.hostId === reverse.masterTargetId);
  if (masterTarget === undefined || context.kernel.clock.now() - masterTarget.lastHeartbeatMs >= heartbeatLimitMs)
    violations.push(new LabError('MasterTargetUnsuitable', `${masterTarget?.name ?? reverse.masterTargetId} is not heard of.`));
  return violations;
}

/** Stops the Azure VM for good and lets the master target bring the disks to the point. @returns undefined when they are there */
export async function failBack(
  context: VaultContext,
  task: TaskContext<unknown>,
  { item, point }: { item: ProtectedItem; point: RecoveryPoint },
): Promise<TaskOutcome | undefined> {
  const reverse = reverseOf(item);
  // Never two running copies: the machine in Azure is off before its disks go home.
  if (context.deps.compute.state(reverse.sourceMachineId) === 'running') await context.deps.compute.stop(reverse.sourceMachineId, 'hard');
  const result = await context.site.ask(task, item.configServerId, {
    kind: 'detachDisks',
    masterTargetId: reverse.masterTargetId,
    machineId: reverse.targetMachineId ?? item.onPremisesMachineId,
    disks: point.disks.map(({ pairId, snapshotId }) => ({ pairId, snapshotId })),
  });
  if (result === undefined) return { wait: 'The master target brings the disks to the recovery point.' };
  if (result.state === 'failed') return { failed: taskError(result) };
  changeItem(context, item.itemId, (present) => ({
    ...present,
    onPremisesMachineId: reverse.targetMachineId ?? present.onPremisesMachineId,
    reverse: { ...reverseOf(present), recoveredPointMs: point.timeMs },
  }));
  return undefined;
}

export async function startOnPremises(context: VaultContext, task: TaskContext<unknown>, item: ProtectedItem): Promise<TaskOutcome | undefined> {
  const result = await context.site.ask(task, item.configServerId, { kind: 'powerOn', machineId: item.onPremisesMachineId });
  if (result === undefined) return { wait: 'The machine is being started on premises.' };
  return result.state === 'failed' ? { failed: taskError(result) } : undefined;
}
