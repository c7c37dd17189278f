// Every kind of job that the vault knows, made known to the runner.
import type { JobDefinition } from '../../kernel/jobDefinition.ts';
import type { VaultContext } from './context.ts';
import { changePointJob } from './failover/changePoint.ts';
import { commitJob, completeMigrationJob, finalizeFailbackJob } from './failover/commit.ts';
import { failoverJob } from './failover/failover.ts';
import { reprotectJob } from './failover/reprotect.ts';
import { testFailoverCleanupJob, testFailoverJob } from './failover/testFailover.ts';
import { enableJob } from './items/enable.ts';
import { resolveHealthJob } from './health/resolve.ts';
import { initialReplicationJobs } from './items/initialReplication.ts';
import { purgeJob } from './items/purge.ts';
import { maintenanceJobs } from './items/maintenance.ts';
import { exportJob } from './jobs/exportJobs.ts';
import { restartJob } from './jobs/restartJob.ts';
import { parallelPlanJobs } from './plans/parallelRuns.ts';
import { planRunJobs } from './plans/run.ts';
import { planRecordJobs } from './plans/service.ts';
import { mappingJobs } from './policies/mappings.ts';
import { policyJobs } from './policies/service.ts';
import { infrastructureJobs } from './site/infrastructure.ts';
import { removalJobs } from './site/removal.ts';

export function defineJobs(context: VaultContext): void {
  const definitions = [
    ...policyJobs(context),
    ...mappingJobs(context),
    ...infrastructureJobs(context),
    ...removalJobs(context),
    enableJob(context),
    ...initialReplicationJobs(context),
    ...maintenanceJobs(context),
    purgeJob(context),
    resolveHealthJob(context),
    testFailoverJob(context),
    testFailoverCleanupJob(context),
    failoverJob(context),
    changePointJob(context),
    commitJob(context),
    finalizeFailbackJob(context),
    completeMigrationJob(context),
    reprotectJob(context),
    ...planRecordJobs(context),
    ...planRunJobs(context),
    ...parallelPlanJobs(context),
    restartJob(context),
    exportJob(context),
  ] as readonly JobDefinition<never>[];
  for (const definition of definitions) context.jobs.define(definition);
}
