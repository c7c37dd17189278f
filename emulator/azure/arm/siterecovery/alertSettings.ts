// Who is told of critical operations: `V/replicationAlertSettings` (arm-contract §5.10). Written at once, without a job.
import type { AlertSetting } from '../../vault/settings.ts';
import { resourceMissing } from '../protocol/armError.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes, sameId, type VaultIds } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

/** The only one that a vault has. */
const settingName = 'defaultAlertSetting';

export function alertSettingOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationAlertSettings_List', 'GET V/replicationAlertSettings', (scope) =>
      page(scope.call, [scope.vault.vaultSettings.alert], (setting) => alertSettingResource(scope.ids, setting)),
    ),
    define('ReplicationAlertSettings_Get', 'GET V/replicationAlertSettings/{alertSettingName}', (scope) => {
      requireName(scope);
      return ok(alertSettingResource(scope.ids, scope.vault.vaultSettings.alert));
    }),
    define('ReplicationAlertSettings_Create', 'PUT V/replicationAlertSettings/{alertSettingName}', (scope) => {
      requireName(scope);
      const { alert } = scope.vault.vaultSettings;
      const properties = scope.call.body.part('properties');
      const send = properties.optionalWord('sendToOwners', ['Send', 'DoNotSend']);
      const setting = scope.vault.vaultSettings.setAlert({
        sendToOwners: send === undefined ? alert.sendToOwners : send === 'Send',
        customEmailAddresses: properties.has('customEmailAddresses') ? properties.texts('customEmailAddresses') : alert.customEmailAddresses,
        locale: properties.optionalText('locale') ?? alert.locale,
      });
      return ok(alertSettingResource(scope.ids, setting));
    }),
  ];
}

function requireName({ call }: VaultScope): void {
  const name = param(call, 'alertSettingName');
  if (!sameId(name, settingName)) throw resourceMissing(name);
}

function alertSettingResource(ids: VaultIds, setting: AlertSetting): unknown {
  return {
    id: `${ids.vault}/replicationAlertSettings/${settingName}`,
    name: settingName,
    type: resourceTypes.alertSetting,
    properties: {
      sendToOwners: setting.sendToOwners ? 'Send' : 'DoNotSend',
      customEmailAddresses: setting.customEmailAddresses,
      locale: setting.locale,
    },
  };
}
