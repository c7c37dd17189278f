// Resource providers: registered all of them, with the types that the lab has operations for.
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ArmError } from '../protocol/armError.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';

/** What clients were seen to send (arm-contract §0), newest first; any other is taken too. */
const apiVersions: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.RecoveryServices': ['2024-04-01', '2023-06-01', '2023-02-01', '2022-10-01', '2022-08-01', '2016-08-10'],
  'Microsoft.Compute': ['2026-03-01', '2025-01-02', '2022-11-01', '2021-07-01'],
  'Microsoft.Network': ['2025-05-01', '2022-07-01'],
  'Microsoft.Storage': ['2025-08-01', '2022-09-01'],
  'Microsoft.Resources': ['2025-04-01', '2021-04-01', '2019-11-01'],
};

/** @param operations all that the lab has: their paths name the types */
export function resourceProviderOperations(define: DefineAzureOperation, operations: () => readonly ArmOperation[]): ArmOperation[] {
  const show = (scope: AzureScope, namespace: string): unknown => ({
    id: `${scope.subscriptionPath}/providers/${namespace}`,
    namespace,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: typesOf(namespace, operations()).map((resourceType) => ({
      resourceType,
      locations: [scope.deps.region],
      apiVersions: apiVersions[namespace] ?? [],
      capabilities: 'None',
    })),
  });
  const find = (scope: AzureScope): string => {
    const wanted = param(scope.call, 'resourceProviderNamespace');
    const namespace = Object.keys(apiVersions).find((one) => sameId(one, wanted));
    if (namespace === undefined) throw new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${wanted.slice(0, 100)}' is invalid.`);
    return namespace;
  };
  return [
    define('Providers_List', 'GET S/providers', (scope) => page(scope.call, Object.keys(apiVersions), (namespace) => show(scope, namespace))),
    define('Providers_Get', 'GET S/providers/{resourceProviderNamespace}', (scope) => ok(show(scope, find(scope)))),
    define('Providers_Register', 'POST S/providers/{resourceProviderNamespace}/register', (scope) => ok(show(scope, find(scope)))),
  ];
}

function typesOf(namespace: string, operations: readonly ArmOperation[]): string[] {
  const types = new Set<string>();
  for (const { path } of operations) {
    const [, below] = path.split(`/providers/${namespace}/`);
    const segments = below?.split('/') ?? [];
    // type/{name}/type/{name}: the segments that are followed by a name.
    const names = segments.filter((segment, place) => !segment.startsWith('{') && segments[place + 1]?.startsWith('{') === true);
    if (names.length > 0) types.add(names.join('/'));
  }
  if (namespace === 'Microsoft.Resources') for (const type of ['resourceGroups', 'subscriptions', 'providers']) types.add(type);
  return [...types];
}
