// "Refresh vault health": health is looked at now instead of at the next minute (arm-contract §7.4).
import type { JobDefinition } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';
import type { HealthWatch } from './healthWatch.ts';

export function startRefreshHealth(context: VaultContext): JobView {
  return context.jobs.start('RefreshVaultHealth', {}, { target: { targetId: context.deps.name, targetName: '', targetType: 'Vault' } });
}

export function refreshHealthJob(health: HealthWatch): JobDefinition<unknown> {
  return {
    kind: 'RefreshVaultHealth',
    friendlyName: 'Refresh vault health',
    tasks: () => [
      {
        name: 'RefreshFailoverHealthTask',
        friendlyName: 'Refreshing failover health',
        run: () => {
          health.tick();
          return 'done';
        },
      },
    ],
  };
}
