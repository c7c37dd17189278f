// The lab's storage accounts, with the keys and the address that open their blobs.
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ArmError } from '../protocol/armError.ts';
import { ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';

const accountType = 'Microsoft.Storage/storageAccounts';
const accounts = 'providers/Microsoft.Storage/storageAccounts';
const account = `RG/${accounts}/{accountName}` as const;

export function storageAccountOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('StorageAccounts_List', `GET S/${accounts}`, list),
    define('StorageAccounts_ListByResourceGroup', `GET RG/${accounts}`, list),
    define('StorageAccounts_GetProperties', `GET ${account}`, (scope) => ok(accountResource(scope, requireAccount(scope)))),
    define('StorageAccounts_Create', `PUT ${account}`, (scope) => {
      const known = findAccount(scope);
      if (known !== undefined) return ok(accountResource(scope, known));
      throw new ArmError(501, 'NotImplemented', `${param(scope.call, 'accountName')} cannot be made: the lab has ${scope.deps.storage.names().join(' and ')}.`);
    }),
    define('StorageAccounts_ListKeys', `POST ${account}/listKeys`, (scope) => {
      const { accountKey } = scope.deps.storage.account(requireAccount(scope)).address;
      return ok({ keys: [{ keyName: 'key1', value: accountKey, permissions: 'FULL' }] });
    }),
    define('StorageAccounts_CheckNameAvailability', 'POST S/providers/Microsoft.Storage/checkNameAvailability', ({ call, deps }) => {
      const name = call.body.text('name');
      if (!/^[a-z0-9]{3,24}$/.test(name))
        return ok({
          nameAvailable: false,
          reason: 'AccountNameInvalid',
          message: `${name.slice(0, 100)} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
        });
      return ok(
        deps.storage.names().includes(name)
          ? { nameAvailable: false, reason: 'AlreadyExists', message: `The storage account named ${name} is already taken.` }
          : { nameAvailable: true },
      );
    }),
  ];
}

function list(scope: AzureScope): Answer {
  const { storage, groups } = scope.deps;
  const covers = scope.covers();
  return page(scope.call, covers({ resourceGroupName: groups.homeName }) ? storage.names() : [], (name) => accountResource(scope, name));
}

function findAccount(scope: AzureScope): string | undefined {
  const { storage, groups } = scope.deps;
  if (!sameId(scope.group.name, groups.homeName)) return undefined;
  return storage.names().find((name) => sameId(name, param(scope.call, 'accountName')));
}

function requireAccount(scope: AzureScope): string {
  const name = findAccount(scope);
  if (name === undefined) throw scope.missing(accountType, param(scope.call, 'accountName'));
  return name;
}

/** Only blobs: the lab has no files, queues and tables. */
function accountResource(scope: AzureScope, name: string): unknown {
  const { deps } = scope;
  return {
    id: scope.id({ type: accountType, resourceGroupName: deps.groups.homeName, name }),
    name,
    type: accountType,
    location: deps.region,
    tags: {},
    kind: 'Storage',
    sku: { name: 'Standard_LRS', tier: 'Standard' },
    properties: {
      provisioningState: 'Succeeded',
      primaryEndpoints: { blob: `${deps.storage.account(name).address.url}/` },
      primaryLocation: deps.region,
      statusOfPrimary: 'available',
      supportsHttpsTrafficOnly: false,
    },
  };
}
