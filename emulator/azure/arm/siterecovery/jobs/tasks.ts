// Tasks of a job as the service shows them: skipped ones, groups of a plan's machines, actions of plans (arm-contract §7.3, §7.4).
import type { JobView } from '../../../../kernel/jobRecord.ts';
import { machinesAt, outputKey, planStepOf, type PlanRun, type PlanStep } from '../../../vault/plans/steps.ts';
import { armTime, unsetTaskTime } from '../../protocol/armTime.ts';
import { nameIn } from '../ids.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { jobErrorResources } from './errors.ts';
import { scenarioOf, taskNames } from './names.ts';
import { targetObject } from './target.ts';

type Task = JobView['tasks'][number];
type JobScope = Pick<VaultScope, 'vault' | 'ids'>;

/** A person's task ends by the resumption of the job; the others go by themselves. */
export function taskResource(scope: JobScope, job: JobView, task: Task): unknown {
  const { taskId, name } = taskNames(job, task.name);
  const step = planStepOf(job, task.name);
  const children = childJobs(scope, job, { task, step });
  const group = children.length > 0 || (step !== undefined && step.action === null && step.groupType !== null);
  return {
    taskId,
    name,
    startTime: task.startMs === null ? unsetTaskTime : armTime(task.startMs),
    endTime: task.endMs === null ? unsetTaskTime : armTime(task.endMs),
    allowedActions: task.state === 'Suspended' ? ['Resume'] : [],
    friendlyName: task.friendlyName,
    state: task.state,
    stateDescription: task.stateDescription,
    taskType: group ? 'GroupTaskDetails' : (actionType(step) ?? 'TaskDetails'),
    customDetails: actionDetails(job, step) ?? { instanceType: 'TaskDetails' },
    groupTaskCustomDetails: group
      ? groupDetails(
          step,
          children.map((child) => childTask(scope, child)),
        )
      : null,
    errors: taskErrors(job, task),
  };
}

export function taskErrors(job: JobView, task: Task): unknown[] {
  if (task.error === null) return [];
  const { taskId } = taskNames(job, task.name);
  return jobErrorResources(task.error, { taskId, timeMs: task.endMs ?? task.startMs ?? job.createdMs, activityId: activityIdOf(job) });
}

export function activityIdOf({ jobId }: Pick<JobView, 'jobId'>): string {
  return `${jobId} ActivityId: ${jobId}`;
}

/** Jobs that the task began, and those of the machines that a start group waits for. */
function childJobs({ vault }: JobScope, job: JobView, { task, step }: { task: Task; step: PlanStep | undefined }): JobView[] {
  const begun = Object.values(task.children);
  const members = (job.memory['memberJobs'] ?? {}) as Readonly<Record<string, string>>;
  const awaited =
    step?.action === null && (step.groupType === 'Boot' || step.groupType === 'Failover')
      ? machinesAt(job.input as PlanRun, step).flatMap((itemId) => members[itemId] ?? [])
      : [];
  return [...new Set([...begun, ...awaited])].map((jobId) => vault.jobs.get(jobId));
}

function childTask(scope: JobScope, child: JobView): unknown {
  const { scenarioName, friendlyName } = scenarioOf(child);
  const errors = child.tasks.flatMap((task) => taskErrors(child, task));
  return {
    taskId: child.jobId,
    name: scenarioName,
    startTime: child.startMs === null ? unsetTaskTime : armTime(child.startMs),
    endTime: child.endMs === null ? unsetTaskTime : armTime(child.endMs),
    allowedActions: [],
    friendlyName: child.targetName,
    state: child.state,
    stateDescription: child.stateDescription,
    taskType: 'JobTaskDetails',
    customDetails: {
      instanceType: 'JobTaskDetails',
      jobTask: { jobId: child.jobId, jobFriendlyName: friendlyName, ...targetObject(scope, child), jobScenarioName: scenarioName },
    },
    groupTaskCustomDetails: null,
    errors,
  };
}

function groupDetails(step: PlanStep | undefined, childTasks: readonly unknown[]): unknown {
  if (step === undefined || step.groupType === null) return { instanceType: 'GroupTaskDetails', childTasks };
  return {
    instanceType: step.groupType === 'Shutdown' ? 'RecoveryPlanShutdownGroupTaskDetails' : 'RecoveryPlanGroupTaskDetails',
    childTasks,
    name: step.friendlyName,
    groupId: step.group === null ? step.groupType : String(step.group),
    rpGroupType: step.groupType,
  };
}

function actionType(step: PlanStep | undefined): string | undefined {
  if (step?.action === undefined || step.action === null) return undefined;
  return { manual: 'ManualActionTaskDetails', script: 'ScriptActionTaskDetails', runbook: 'AutomationRunbookTaskDetails' }[step.action.kind];
}

function actionDetails(job: JobView, step: PlanStep | undefined): unknown {
  const action = step?.action;
  if (action === undefined || action === null) return undefined;
  const instanceType = actionType(step);
  if (action.kind === 'manual') return { instanceType, name: action.actionName, instructions: action.description, observation: job.comment };
  const output = (job.memory[outputKey(action)] as string | undefined) ?? null;
  const isPrimarySideScript = action.fabricLocation === 'Primary';
  if (action.kind === 'script') return { instanceType, name: action.actionName, path: action.path, output, isPrimarySideScript };
  const [, subscriptionId = null, accountName = null] = /^\/subscriptions\/([^/]+)\/.*\/automationAccounts\/([^/]+)\//i.exec(action.runbookId) ?? [];
  return {
    instanceType,
    name: action.actionName,
    cloudServiceName: null,
    subscriptionId,
    accountName,
    runbookId: action.runbookId,
    runbookName: nameIn(action.runbookId),
    jobId: job.jobId,
    jobOutput: output,
    isPrimarySideScript,
  };
}
