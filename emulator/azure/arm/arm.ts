// The front of Azure: every resource provider's operations in one list, on one socket. What the lab's composition root opens.
import type { Express } from 'express';
import type { Store } from '../../kernel/store.ts';
import type { AzureJobs } from '../resources/azureJobs.ts';
import type { AzureServices } from '../resources/inventory.ts';
import { armApp } from './armServer.ts';
import { azureOperations } from './azureOperations.ts';
import { Tokens } from './authority/tokens.ts';
import { LongRunning } from './protocol/longRunning.ts';
import type { ArmOperation } from './protocol/operation.ts';
import { itemOperations } from './siterecovery/itemOperations.ts';
import { vaultOperations } from './siterecovery/vaultOperations.ts';
import { operationsListOperations } from './siterecovery/operationsList.ts';
import { recoveryPlanRunOperations } from './siterecovery/recoveryPlanRuns.ts';
import { recoveryPlanOperations } from './siterecovery/recoveryPlans.ts';
import { defineOperations, type SiteRecoveryDeps } from './siterecovery/siteRecovery.ts';

export interface ArmDeps extends Omit<SiteRecoveryDeps, 'longRunning'> {
  readonly store: Store;
  /** The lab's token: opens everything here, and is the password of every service principal. */
  readonly secret: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly services: AzureServices;
  readonly jobs: AzureJobs;
}

export function openArm(deps: ArmDeps): Express {
  const { kernel, store, directory, secret, tenantId, subscriptionId, services, jobs } = deps;
  const tokens = new Tokens({ secret, tenantId, subscriptionId });
  const longRunning = new LongRunning({ kernel, store, job: (jobId) => (jobs.has(jobId) ? jobs.get(jobId) : directory.job(jobId)) });
  const define = defineOperations({ ...deps, longRunning });
  const operations: ArmOperation[] = [
    ...vaultOperations(define),
    ...itemOperations(define),
    ...recoveryPlanOperations(define),
    ...recoveryPlanRunOperations(define),
  ];
  operations.push(...operationsListOperations(operations));
  operations.push(...azureOperations({ ...services, kernel, tenantId, jobs, longRunning }, () => operations));
  return armApp({ kernel, tokens, longRunning, operations });
}
