// Protected items: `C/replicationProtectedItems`, made, read, changed and removed (arm-contract §5.6, §6.1).
import type { ItemView } from '../../vault/vault.ts';
import { filtered, type FilterTerms } from '../protocol/filter.ts';
import { ok, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { azureFriendlyName, nameIn, sameId } from './ids.ts';
import { enableRequest } from './items/enableInput.ts';
import { protectedItemResource } from './items/item.ts';
import { ItemReader } from './items/itemReader.ts';
import { providerInput } from './items/references.ts';
import { targetChange } from './items/updateInput.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function protectedItemOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationProtectedItems_List', 'GET V/replicationProtectedItems', (scope) => list(scope, scope.vault.items())),
    define('ReplicationProtectedItems_ListByReplicationProtectionContainers', 'GET C/replicationProtectedItems', (scope) => {
      const { hostId } = scope.server;
      return list(
        scope,
        scope.vault.items().filter((item) => item.configServerId === hostId),
      );
    }),
    define('ReplicationProtectedItems_Get', 'GET I', (scope) => ok(protectedItemResource(new ItemReader(scope), scope.item, 'get'))),
    define('ReplicationProtectedItems_Create', 'PUT I', (scope) => scope.accepted(scope.vault.operations.enableReplication(enableRequest(scope)))),
    define('ReplicationProtectedItems_Update', 'PATCH I', (scope) => {
      const { item } = scope;
      return scope.accepted(scope.vault.operations.updateProperties(item.itemId, targetChange(scope, item)));
    }),
    define('ReplicationProtectedItems_Purge', 'DELETE I', (scope) => scope.accepted(scope.vault.operations.purge(scope.item.itemId), { outcome: 'none' })),
    define('ReplicationProtectedItems_Delete', 'POST I/remove', (scope) => {
      const { item, call } = scope;
      const properties = call.body.part('properties');
      const reason = properties.optionalWord('disableProtectionReason', ['NotSpecified', 'MigrationComplete']);
      // Whether a failback's half-made machine goes or stays: in the lab its disks always go back to their machine.
      providerInput(properties.part('replicationProviderInput'), 'InMage').optionalWord('replicaVmDeletionStatus', ['Delete', 'Retain']);
      return scope.accepted(scope.vault.operations.disableReplication(item.itemId, reason), { outcome: 'none', resourcePath: scope.actedOn });
    }),
  ];
}

function list(scope: VaultScope, items: readonly ItemView[]): Answer {
  const reader = new ItemReader(scope);
  return page(scope.call, filtered(items, scope.call.query.get('$filter'), filterTerms(reader)), (item) => protectedItemResource(reader, item, 'list'));
}

/** Fields of the swagger's `ProtectedItemsQueryParameter`. */
function filterTerms(reader: ItemReader): FilterTerms<ItemView> {
  const { scope } = reader;
  const recoveryFabric = (item: ItemView): string => (item.direction === 'forward' ? azureFriendlyName : reader.server(item).friendlyName);
  return {
    recoveryplanname: (item, name) =>
      scope.vault.records.plans.list().some((plan) => sameId(plan.name, nameIn(name)) && plan.groups.some((group) => group.itemIds.includes(item.itemId))),
    sourcefabricname: (item, name) => isOneOf(name, [reader.server(item).fabricName, reader.server(item).friendlyName]),
    recoveryfabricname: (item, name) => sameId(name, recoveryFabric(item)),
    fabricobjectid: (item, id) => isOneOf(nameIn(id), [item.source.machineId, item.onPremisesMachineId]),
    vcentername: (item, name) => {
      const vCenter = reader.server(item).vCenters.find(({ vCenterId }) => vCenterId === item.source.vCenterId);
      return vCenter !== undefined && isOneOf(name, [vCenter.friendlyName, vCenter.vCenterId]);
    },
    instancetype: (item, word) => sameId(word, item.instanceType),
    processserverid: (item, id) => sameId(id, (item.direction === 'forward' ? item.forward : item.reverse)?.processServerId ?? ''),
    multivmgroupcreateoption: (item, word) => sameId(word, item.groupName === item.groupId ? 'AutoCreated' : 'UserSpecified'),
    friendlyname: (item, name) => sameId(name, item.friendlyName),
  };
}

function isOneOf(name: string, names: readonly string[]): boolean {
  return names.some((one) => sameId(one, name));
}
