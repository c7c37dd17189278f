// Counts of what is in a vault: `V/usages`, `V/replicationUsages` (arm-contract §4.2).
import { hasEnded } from '../../../kernel/jobRecord.ts';
import type { Vault } from '../../vault/vault.ts';
import type { DefineAzureOperation } from '../azureScope.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';
import { requireEngine } from './vaultScope.ts';

const vault = 'RG/providers/Microsoft.RecoveryServices/vaults/{vaultName}';
/** The service counts failed jobs of a day. */
const failedJobsMs = 24 * 3_600_000;

export function usageOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('Usages_ListByVaults', `GET ${vault}/usages`, (scope) => ok({ value: usages(requireEngine(scope).vault) })),
    define('ReplicationUsages_List', `GET ${vault}/replicationUsages`, (scope) =>
      ok({ value: [replicationUsage(requireEngine(scope).vault, scope.deps.kernel.clock.now())] }),
    ),
  ];
}

function usages({ records }: Vault): unknown[] {
  const count = (value: string, localizedValue: string, currentValue: number): unknown => ({
    unit: 'Count',
    currentValue,
    limit: -1,
    name: { value, localizedValue },
  });
  return [
    // The lab backs up nothing.
    count('MABContainersCount', 'Backup management servers', 0),
    count('ProtectedItemCount', 'Backup items/Azure virtual machine backup', 0),
    count('RegisteredServersCount', 'Site Recovery servers', records.configServers.list().length),
  ];
}

function replicationUsage(engine: Vault, nowMs: number): unknown {
  const { records, jobs } = engine;
  const items = engine.items();
  const servers = records.configServers.list();
  const unhealthy = servers.filter((server) => engine.configServerHealth(server.hostId).level !== 'Normal');
  const all = jobs.list();
  return {
    monitoringSummary: {
      unHealthyVmCount: items.filter((item) => item.replicationHealth !== 'Normal').length,
      unHealthyProviderCount: unhealthy.length,
      eventsCount: engine.events().length,
      deprecatedProviderCount: 0,
      supportedProviderCount: servers.length,
      unsupportedProviderCount: 0,
    },
    jobsSummary: {
      failedJobs: all.filter((job) => job.state === 'Failed' && (job.endMs ?? 0) > nowMs - failedJobsMs).length,
      suspendedJobs: all.filter((job) => job.state === 'Suspended').length,
      inProgressJobs: all.filter((job) => !hasEnded(job) && job.state !== 'Suspended').length,
    },
    protectedItemCount: items.length,
    recoveryPlanCount: records.plans.list().length,
    registeredServersCount: servers.length,
    recoveryServicesProviderAuthType: 1,
  };
}
