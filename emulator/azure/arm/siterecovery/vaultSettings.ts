// Settings of the vault as a whole: `V/replicationVaultSettings` (arm-contract §5.10). Written at once, without a job.
import type { ProviderSetting } from '../../vault/settings.ts';
import { resourceMissing } from '../protocol/armError.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes, sameId, type VaultIds } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

/** The only one that a vault has. */
const settingName = 'default';

export function vaultSettingOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationVaultSetting_List', 'GET V/replicationVaultSettings', (scope) =>
      page(scope.call, [scope.vault.vaultSettings.provider], (setting) => vaultSettingResource(scope.ids, setting)),
    ),
    define('ReplicationVaultSetting_Get', 'GET V/replicationVaultSettings/{vaultSettingName}', (scope) => {
      requireName(scope);
      return ok(vaultSettingResource(scope.ids, scope.vault.vaultSettings.provider));
    }),
    define('ReplicationVaultSetting_Create', 'PUT V/replicationVaultSettings/{vaultSettingName}', (scope) => {
      requireName(scope);
      const { provider } = scope.vault.vaultSettings;
      const properties = scope.call.body.part('properties');
      const setting = scope.vault.vaultSettings.setProvider({
        migrationSolutionId: properties.optionalText('migrationSolutionId') ?? provider.migrationSolutionId,
        vmwareToAzureProviderType: properties.optionalText('vmwareToAzureProviderType') ?? provider.vmwareToAzureProviderType,
      });
      return ok(vaultSettingResource(scope.ids, setting));
    }),
  ];
}

function requireName({ call }: VaultScope): void {
  const name = param(call, 'vaultSettingName');
  if (!sameId(name, settingName)) throw resourceMissing(name);
}

function vaultSettingResource(ids: VaultIds, setting: ProviderSetting): unknown {
  return {
    id: `${ids.vault}/replicationVaultSettings/${settingName}`,
    name: settingName,
    type: resourceTypes.vaultSetting,
    properties: { ...setting },
  };
}
