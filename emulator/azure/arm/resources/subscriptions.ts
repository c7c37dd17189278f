// The one subscription and tenant of the lab, with its regions: `/subscriptions`, `/tenants`, `/subscriptions/{s}/locations`.
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';

export function subscriptionOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('Subscriptions_List', 'GET /subscriptions', (scope) => ok({ value: [subscription(scope)], count: { type: 'Total', value: 1 } })),
    define('Subscriptions_Get', 'GET S', (scope) => ok(subscription(scope))),
    define('Tenants_List', 'GET /tenants', ({ deps }) =>
      ok({
        value: [
          { id: `/tenants/${deps.tenantId}`, tenantId: deps.tenantId, displayName: 'Site Recovery Lab', defaultDomain: 'lab.invalid', tenantCategory: 'Home' },
        ],
      }),
    ),
    define('Subscriptions_ListLocations', 'GET S/locations', (scope) => {
      const { region } = scope.deps;
      return ok({
        value: [
          {
            id: `${scope.subscriptionPath}/locations/${region}`,
            name: region,
            type: 'Region',
            displayName: region,
            regionalDisplayName: region,
            metadata: { regionType: 'Physical', regionCategory: 'Recommended', pairedRegion: [] },
          },
        ],
      });
    }),
  ];
}

function subscription({ deps, subscriptionPath }: AzureScope): unknown {
  return {
    id: subscriptionPath,
    subscriptionId: deps.subscriptionId,
    tenantId: deps.tenantId,
    displayName: 'Site Recovery Lab',
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    tags: {},
  };
}
