// The key of a vault, which PowerShell signs its requests with: `V/extendedInformation/vaultExtendedInfo` (arm-contract §3.4).
import type { VaultResource } from '../../vault/vaults.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ok, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { vaultPath, vaultType } from './vaultResource.ts';
import { requireVault, vaultPlace } from './vaultScope.ts';

const path = 'RG/providers/Microsoft.RecoveryServices/vaults/{vaultName}/extendedInformation/vaultExtendedInfo';

export function extendedInformationOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('VaultExtendedInfo_Get', `GET ${path}`, (scope) => ok(extendedInformation(requireVault(scope)))),
    define('VaultExtendedInfo_CreateOrUpdate', `PUT ${path}`, write),
    define('VaultExtendedInfo_Update', `PATCH ${path}`, write),
  ];
}

/** A client may bring a key of its own. */
function write(scope: AzureScope): Answer {
  requireVault(scope);
  const integrityKey = scope.call.body.part('properties').optionalText('integrityKey');
  if (integrityKey !== undefined && integrityKey !== '') scope.deps.vaults.setIntegrityKey(vaultPlace(scope), integrityKey);
  return ok(extendedInformation(requireVault(scope)));
}

function extendedInformation(vault: VaultResource): unknown {
  return {
    id: `${vaultPath(vault)}/extendedInformation/vaultExtendedInfo`,
    name: 'vaultExtendedInfo',
    type: `${vaultType}/extendedInformation`,
    properties: { integrityKey: vault.integrityKey, algorithm: 'None' },
  };
}
