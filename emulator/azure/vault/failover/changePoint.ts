// "Change recovery point": the Azure VM is made again from another point, until the commit ends the choice (asr-behaviour §7.2).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { PointChoice, RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { changeItem, moveItem, releaseItem, resyncRequired, retakeItem, startItemJob } from '../items/itemJobs.ts';
import { requireOperation } from '../items/protectionState.ts';
import { createAzureCopy, hydrationMs, targetNetwork } from './azureCopies.ts';
import { requireChoice, resolvePoint } from './points.ts';

export interface ChangePointInput {
  readonly itemId: string;
  readonly choice: PointChoice;
}

/** @throws LabError RecoveryPointMissing, OperationNotAllowed, ItemBusy */
export function startChangePoint(context: VaultContext, input: ChangePointInput): JobView {
  const item = context.records.items.require(input.itemId);
  requireChoice(input.choice, item.direction, 'machine');
  requireOperation(item, 'ChangePit', resyncRequired(context, item));
  resolvePoint(context, item, { choice: input.choice, gate: null });
  return startItemJob(context, { itemId: input.itemId, kind: 'ChangePit', operation: 'ChangePit', event: 'changePointStarted', input });
}

/** DEVIATION: the product's task list is not known; these names follow those of the failover job. */
export function changePointJob(context: VaultContext): JobDefinition<ChangePointInput> {
  return {
    kind: 'ChangePit',
    friendlyName: 'Change the recovery point',
    tasks: () => [
      {
        name: 'ApplyRecoveryPointPrerequisitesCheck',
        friendlyName: 'Prerequisites check for changing the recovery point',
        run: (task) => check(context, task),
      },
      { name: 'ApplyRecoveryPoint', friendlyName: 'Changing the recovery point', run: (task) => apply(context, task) },
      { name: 'VmFoStartVmOnSecondary', friendlyName: 'Start the replica virtual machine', run: (task) => boot(context, task) },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId, event: job.state === 'Succeeded' ? undefined : 'changePointFailed' }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId, operation: 'ChangePit', event: 'changePointStarted' }),
  };
}

function check(context: VaultContext, task: TaskContext<ChangePointInput>): TaskOutcome {
  const item = context.records.items.require(task.input.itemId);
  task.remember('point', resolvePoint(context, item, { choice: task.input.choice, gate: null }));
  return 'done';
}

async function apply(context: VaultContext, task: TaskContext<ChangePointInput>): Promise<TaskOutcome> {
  const item = context.records.items.require(task.input.itemId);
  const point = task.recall<RecoveryPoint>('point') as RecoveryPoint;
  if (task.recall('made') === undefined) {
    if (item.forward.azureCopy !== null) await context.deps.compute.delete(item.forward.azureCopy.machineId);
    changeItem(context, item.itemId, (present) => ({ ...present, forward: { ...present.forward, azureCopy: null } }));
    const copy = await createAzureCopy(context, item, {
      point,
      name: item.forward.target.azureMachineName,
      drill: false,
      network: targetNetwork(context, item),
    });
    changeItem(context, item.itemId, (present) => ({ ...present, forward: { ...present.forward, azureCopy: copy } }));
    task.remember('made', true);
  }
  return task.notBefore(durationMs(context, 'failoverMs') + hydrationMs(context, item)) ?? 'done';
}

async function boot(context: VaultContext, task: TaskContext<ChangePointInput>): Promise<TaskOutcome> {
  const item = context.records.items.require(task.input.itemId);
  if (item.forward.azureCopy === null) throw new Error('The machine was made by the task before.');
  await context.deps.compute.start(item.forward.azureCopy.machineId);
  moveItem(context, item.itemId, 'changePointCompleted');
  return 'done';
}
