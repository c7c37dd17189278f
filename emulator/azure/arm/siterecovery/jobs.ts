// Jobs: `V/replicationJobs` (arm-contract §7.3).
import { allowedActions, hasEnded, type JobView } from '../../../kernel/jobRecord.ts';
import type { ExportRequest } from '../../vault/jobs/exportJobs.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { armTime, timeIn } from '../protocol/armTime.ts';
import { filtered, type FilterTerms } from '../protocol/filter.ts';
import { isGenerationA, operationWords } from '../protocol/longRunning.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { nameIn, resourceTypes, sameId } from './ids.ts';
import { jobCustomDetails } from './jobs/customDetails.ts';
import { scenarioOf } from './jobs/names.ts';
import { targetObject } from './jobs/target.ts';
import { activityIdOf, taskErrors, taskResource } from './jobs/tasks.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const minuteMs = 60_000;

export function jobOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationJobs_List', 'GET V/replicationJobs', (scope) => {
      const jobs = filtered(scope.vault.jobs.list().reverse(), scope.call.query.get('$filter'), filterTerms);
      return page(scope.call, jobs, (job) => answered(scope, job, 'list'));
    }),
    define('ReplicationJobs_Get', 'GET V/replicationJobs/{jobName}', (scope) => ok(answered(scope, requireJob(scope), 'get'))),
    define('ReplicationJobs_Cancel', 'POST V/replicationJobs/{jobName}/cancel', (scope) =>
      scope.accepted(scope.vault.jobs.cancel(requireJob(scope).jobId), { until: 'cancelled', resourcePath: scope.actedOn }),
    ),
    define('ReplicationJobs_Restart', 'POST V/replicationJobs/{jobName}/restart', (scope) =>
      scope.accepted(scope.vault.operations.restartJob(requireJob(scope).jobId), { resourcePath: scope.actedOn }),
    ),
    define('ReplicationJobs_Resume', 'POST V/replicationJobs/{jobName}/resume', (scope) => {
      const comments = scope.call.body.part('properties').optionalText('comments');
      return scope.accepted(scope.vault.jobs.resumeSuspended(requireJob(scope).jobId, comments), { until: 'resumed', resourcePath: scope.actedOn });
    }),
    define('ReplicationJobs_Export', 'POST V/replicationJobs/export', (scope) => {
      const job = scope.vault.operations.exportJobs(exportRequest(scope));
      // A client polls under the job's own id (arm-contract §2.1).
      return scope.accepted(job, { resourcePath: `${scope.ids.vault}/replicationJobs/${job.jobId}` });
    }),
  ];
}

/** Lists tell errors in neither place. */
function answered(scope: VaultScope, job: JobView, form: 'list' | 'get'): unknown {
  const resource = jobResource(scope, job, form);
  if (!isGenerationA(scope.call.apiVersion)) return resource;
  return { ...resource, ...operationWords(job), ...(form === 'list' ? { error: null } : {}) };
}

function requireJob({ vault, call }: VaultScope): JobView {
  const name = param(call, 'jobName').toLowerCase();
  if (!vault.jobs.has(name)) throw resourceMissing(param(call, 'jobName'));
  return vault.jobs.get(name);
}

const filterTerms: FilterTerms<JobView> = {
  jobstatus: (job, literal) => sameId(stateOf(job), literal),
  affectedobjecttype: (job, literal) => sameId(job.targetType, literal),
  jobname: (job, literal) => [job.kind, ...Object.values(scenarioOf(job))].some((name) => sameId(name, literal)),
  // Both bounds are about the beginning: jobs of a time that still run are among them.
  starttime: (job, literal) => (job.startMs ?? job.createdMs) >= requireTime('StartTime', literal),
  endtime: (job, literal) => (job.startMs ?? job.createdMs) <= requireTime('EndTime', literal),
};

function requireTime(name: string, text: string): number {
  const timeMs = timeIn(text);
  if (timeMs === undefined) throw badRequest('InvalidParameter', `${name} "${text.slice(0, 100)}" is no time.`);
  return timeMs;
}

/** The body has no `properties` around it. Lists are texts with commas. */
function exportRequest({ call, servers }: VaultScope): ExportRequest {
  const { body } = call;
  const words = (name: string): string[] =>
    (body.optionalText(name) ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  const time = (name: string): number | null => {
    const text = body.optionalText(name);
    return text === undefined || text === '' ? null : requireTime(name, text);
  };
  const fabric = body.optionalText('fabricId');
  if (fabric !== undefined && fabric !== '' && !servers.some((server) => sameId(server.fabricName, nameIn(fabric)))) throw resourceMissing(nameIn(fabric));
  return {
    fromMs: time('startTime'),
    toMs: time('endTime'),
    states: words('jobStatus'),
    targetTypes: words('affectedObjectTypes'),
    names: words('jobName'),
    format: body.optionalWord('jobOutputType', ['Json', 'Xml', 'Excel']) ?? 'Json',
    timeOffsetMs: (body.optionalNumber('timezoneOffset') ?? 0) * minuteMs,
  };
}

/** A cancelled job passes through `Cancelling` until its work has come to a pause. */
function stateOf(job: JobView): string {
  return job.cancelRequested && !hasEnded(job) ? 'Cancelling' : job.state;
}

function jobResource(scope: VaultScope, job: JobView, how: 'list' | 'get'): Record<string, unknown> {
  const { call, ids } = scope;
  const state = stateOf(job);
  const whole = how === 'get';
  return {
    id: ids.job(job.jobId),
    name: job.jobId,
    ...(isGenerationA(call.apiVersion) ? {} : { type: resourceTypes.job }),
    properties: {
      activityId: whole ? activityIdOf(job) : null,
      ...scenarioOf(job),
      state,
      stateDescription: state === 'Cancelling' ? state : job.stateDescription,
      tasks: whole ? job.tasks.map((task) => taskResource(scope, job, task)) : [],
      errors: whole ? job.tasks.flatMap((task) => taskErrors(job, task)) : [],
      startTime: armTime(job.startMs ?? job.createdMs),
      // Absent until then; whole seconds, as recorded.
      ...(job.endMs === null ? {} : { endTime: `${armTime(job.endMs).slice(0, 19)}Z` }),
      allowedActions: allowedActions(job).toSorted(),
      ...targetObject(scope, job),
      customDetails: whole ? jobCustomDetails(scope, job, call.apiVersion) : null,
    },
  };
}
