// What the vault provider answers about names, features of a region and private links (arm-contract §4.2).
import { isVaultName } from '../../vault/vaults.ts';
import type { DefineAzureOperation } from '../azureScope.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { sameId } from '../siterecovery/ids.ts';
import { requireVault } from './vaultScope.ts';

const provider = 'providers/Microsoft.RecoveryServices';

export function locationOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('RecoveryServices_CheckNameAvailability', `POST RG/${provider}/locations/{location}/checkNameAvailability`, ({ call, deps, group }) => {
      const name = call.body.text('name');
      if (!isVaultName(name)) return ok({ nameAvailable: false, reason: 'Invalid', message: 'Resource name is not valid.' });
      const taken = deps.vaults.resource({ resourceGroupName: group.name, name }) !== undefined;
      return ok(taken ? { nameAvailable: false, reason: 'AlreadyExists', message: 'Resource already exists with the same name.' } : { nameAvailable: true });
    }),
    // Private links do not exist in the lab, so no zone is needed for them.
    define('RecoveryServices_Capabilities', `POST S/${provider}/locations/{location}/capabilities`, ({ call }) => {
      const zones = call.body.part('properties').parts('dnsZones');
      return ok({
        type: call.body.optionalText('type') ?? 'Microsoft.RecoveryServices/Vaults',
        properties: { dnsZones: zones.map((zone) => ({ subResource: zone.optionalText('subResource') ?? null, requiredZoneNames: [] })) },
      });
    }),
    define('PrivateLinkResources_List', `GET RG/${provider}/vaults/{vaultName}/privateLinkResources`, (scope) => {
      requireVault(scope);
      return ok({ value: [], nextLink: null });
    }),
    define('PrivateLinkResources_Get', `GET RG/${provider}/vaults/{vaultName}/privateLinkResources/{privateLinkResourceName}`, (scope) => {
      requireVault(scope);
      throw scope.missing('Microsoft.RecoveryServices/vaults/privateLinkResources', param(scope.call, 'privateLinkResourceName'));
    }),
  ];
}

/** The provider's list of what can be done, made of the operations that the lab has. */
export function providerOperations(define: DefineAzureOperation, operations: () => readonly ArmOperation[]): ArmOperation[] {
  return [
    define('Operations_List', `GET /${provider}/operations`, () => {
      const rows = operations().flatMap((operation) => providerRow(operation) ?? []);
      return ok({ value: rows.filter((row, place) => rows.findIndex((other) => sameId(other.name, row.name)) === place), nextLink: null });
    }),
  ];
}

const actionWords = { GET: 'read', HEAD: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete', POST: 'action' } as const;

function providerRow({ verb, path }: ArmOperation): { name: string; isDataAction: boolean; display: Record<string, string>; origin: string } | undefined {
  const [, below] = path.split('/providers/Microsoft.RecoveryServices/');
  if (below === undefined || below === 'operations') return undefined;
  const segments = below.split('/').filter((segment) => !segment.startsWith('{'));
  const resource = (verb === 'POST' ? segments.slice(0, -1) : segments).join('/');
  const name = `Microsoft.RecoveryServices/${segments.join('/')}/${actionWords[verb]}`;
  return {
    name,
    isDataAction: false,
    display: { provider: 'Microsoft Recovery Services', resource, operation: `${actionWords[verb]} ${segments.at(-1) ?? ''}`, description: name },
    origin: 'user',
  };
}
