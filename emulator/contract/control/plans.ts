// Operations on recovery plans and on the runbooks that they call.
import type { JobRecord, PlanGroup, PlanRecord, RunbookRecord, ScriptPlaceRecord } from '../resources.ts';
import type { DrillRequest, FailoverRequest, ReprotectRequest } from './items.ts';
import type { Nothing, Operation } from './operation.ts';

interface OfPlan {
  readonly plan: string;
}

type PlanDirection = 'PrimaryToRecovery' | 'RecoveryToPrimary';

export interface PlanOperations {
  'plan.list': Operation<Nothing, readonly PlanRecord[]>;
  'plan.show': Operation<OfPlan, PlanRecord>;
  /** Creates the plan or replaces the one of this name. */
  'plan.put': Operation<OfPlan & { readonly groups: readonly PlanGroup[] }, JobRecord>;
  'plan.remove': Operation<OfPlan, JobRecord>;
  'plan.testFailover': Operation<OfPlan & DrillRequest, JobRecord>;
  'plan.testFailoverCleanup': Operation<OfPlan & { readonly notes?: string }, JobRecord>;
  'plan.failover': Operation<OfPlan & FailoverRequest, JobRecord>;
  'plan.commit': Operation<OfPlan, JobRecord>;
  'plan.reprotect': Operation<OfPlan & ReprotectRequest, JobRecord>;
  'plan.failback': Operation<OfPlan & FailoverRequest, JobRecord>;
  /** Every place where a script may stand in such a run; nothing is run. Copies that do not exist have the names that they would get. */
  'plan.scriptPlaces': Operation<OfPlan & { readonly type: 'test' | 'unplanned'; readonly direction: PlanDirection }, readonly ScriptPlaceRecord[]>;
  'runbook.list': Operation<Nothing, readonly RunbookRecord[]>;
  /** Adds it, or replaces the one of this name. The path is one of the lab's computer. */
  'runbook.add': Operation<RunbookRecord, RunbookRecord>;
  'runbook.remove': Operation<{ readonly name: string }, Nothing>;
}
