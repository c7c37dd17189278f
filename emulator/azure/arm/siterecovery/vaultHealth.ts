// Health of the vault in numbers, and a refresh of it: `V/replicationVaultHealth` (arm-contract §5.10).
import type { ItemView } from '../../vault/vault.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';
import { resourceTypes } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function vaultHealthOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationVaultHealth_Get', 'GET V/replicationVaultHealth', (scope) => ok(vaultHealthResource(scope))),
    define('ReplicationVaultHealth_Refresh', 'POST V/replicationVaultHealth/default/refresh', (scope) =>
      scope.accepted(scope.vault.operations.refreshHealth(), { resourcePath: `${scope.ids.vault}/replicationVaultHealth` }),
    ),
  ];
}

interface Issue {
  readonly code: string;
  readonly category: string;
  readonly level: 'Information' | 'Warning' | 'Critical';
  readonly message: string;
  readonly resourceId: string;
}

function vaultHealthResource(scope: VaultScope): unknown {
  const { vault, ids, servers } = scope;
  const items = vault.items();
  const serverIssues = servers.flatMap((server) =>
    vault
      .configServerHealth(server.hostId)
      .problems.map(({ code, level, text }) => ({ code, category: 'FabricInfrastructure', level, message: text, resourceId: server.fabricName })),
  );
  return {
    id: `${ids.vault}/replicationVaultHealth/Default`,
    name: 'Default',
    type: resourceTypes.vaultHealth,
    properties: {
      vaultErrors: [],
      protectedItemsHealth: {
        resourceCount: items.length,
        issues: summaries(items.flatMap(itemIssues), 'ProtectedItem'),
        categorizedResourceCounts: itemCounts(items),
      },
      fabricsHealth: { resourceCount: servers.length, issues: summaries(serverIssues, 'Fabric'), categorizedResourceCounts: null },
      containersHealth: { resourceCount: servers.length, issues: [], categorizedResourceCounts: null },
    },
  };
}

/** Categories of the swagger; the engine's others concern replication. */
const categories: ReadonlySet<string> = new Set(['Replication', 'TestFailover', 'Configuration']);

function itemIssues(item: ItemView): Issue[] {
  return item.healthErrors.map((error) => ({
    code: error.errorCode,
    category: categories.has(error.errorCategory) ? error.errorCategory : 'Replication',
    level: error.errorLevel,
    message: error.summaryMessage,
    resourceId: item.source.machineId,
  }));
}

const severities = { Information: 'Info', Warning: 'Warning', Critical: 'Error' } as const;

/** One row for each kind of issue, with all that have it. */
function summaries(issues: readonly Issue[], affectedResourceType: string): unknown[] {
  return [...Map.groupBy(issues, ({ code, level }) => `${code}/${level}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    return {
      summaryCode: first.code,
      category: first.category,
      severity: severities[first.level],
      summaryMessage: first.message,
      affectedResourceType,
      affectedResourceSubtype: 'InMageAzureV2',
      affectedResourceCorrelationIds: [...new Set(alike.map(({ resourceId }) => resourceId))],
    };
  });
}

function itemCounts(items: readonly ItemView[]): Record<string, number> {
  const count = (holds: (item: ItemView) => boolean): number => items.filter(holds).length;
  const hasError = (category: string, level: string) => (item: ItemView) =>
    item.healthErrors.some((error) => error.errorCategory === category && error.errorLevel === level);
  return {
    testFailoverApplicableProtectedItemsCount: count((item) => item.allowedOperations.includes('TestFailover')),
    testFailoverInProgressProtectedItemsCount: count((item) => item.testFailover.state === 'InProgress'),
    testFailoverWaitingProtectedItemsCount: count((item) => item.testFailover.state === 'WaitingForCompletion'),
    protectedItemsCriticalCount: count((item) => item.replicationHealth === 'Critical'),
    protectedItemsWarningCount: count((item) => item.replicationHealth === 'Warning'),
    protectedItemsNeutralCount: count((item) => item.protectionState !== 'Protected' && item.replicationHealth === 'Normal'),
    protectedItemsTestFailoverCriticalCount: count(hasError('TestFailover', 'Critical')),
    protectedItemsTestFailoverWarningCount: count(hasError('TestFailover', 'Warning')),
    protectedItemsConfigurationCriticalCount: count(hasError('Configuration', 'Critical')),
    protectedItemsConfigurationWarningCount: count(hasError('Configuration', 'Warning')),
    protectedItemsFailoverHealthCriticalCount: count((item) => item.failoverHealth === 'Critical'),
    protectedItemsFailoverHealthWarningCount: count((item) => item.failoverHealth === 'Warning'),
  };
}
