// The vault that a call to the vault provider is about.
import type { VaultEntry, VaultPlace, VaultResource } from '../../vault/vaults.ts';
import type { AzureScope } from '../azureScope.ts';
import { param } from '../protocol/operation.ts';
import { vaultType } from './vaultResource.ts';

export function vaultPlace({ call }: AzureScope): VaultPlace {
  return { resourceGroupName: param(call, 'resourceGroupName'), name: param(call, 'vaultName') };
}

/** Also one that is being made or deleted. @throws ArmError 404 ResourceNotFound */
export function requireVault(scope: AzureScope): VaultResource {
  const place = vaultPlace(scope);
  const vault = scope.deps.vaults.resource(place);
  if (vault === undefined) throw scope.missing(vaultType, place.name);
  return vault;
}

/** With its engine. @throws ArmError 404 ResourceNotFound */
export function requireEngine(scope: AzureScope): VaultEntry {
  const place = vaultPlace(scope);
  const entry = scope.deps.vaults.find(place);
  if (entry === undefined) throw scope.missing(vaultType, place.name);
  return entry;
}
