// Protection containers: one per configuration server (arm-contract §5.4).
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function protectionContainerOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationProtectionContainers_List', 'GET V/replicationProtectionContainers', (scope) =>
      page(scope.call, scope.servers, (server) => containerResource(scope, server)),
    ),
    define('ReplicationProtectionContainers_ListByReplicationFabrics', 'GET F/replicationProtectionContainers', (scope) =>
      page(scope.call, [scope.server], (server) => containerResource(scope, server)),
    ),
    define('ReplicationProtectionContainers_Get', 'GET C', (scope) => ok(containerResource(scope, scope.server))),
    define('ReplicationProtectionContainers_DiscoverProtectableItem', 'POST C/discoverProtectableItem', (scope) => {
      const { server, call, vault } = scope;
      const properties = call.body.part('properties');
      const job = vault.operations.addPhysicalServer({
        configServerId: server.hostId,
        name: properties.text('friendlyName'),
        ipAddress: properties.text('ipAddress'),
        osType: properties.optionalWord('osType', ['Windows', 'Linux']) ?? 'Windows',
      });
      return scope.accepted(job, { resourcePath: scope.actedOn });
    }),
  ];
}

function containerResource({ vault, ids }: VaultScope, server: ConfigServerRecord): unknown {
  const paired = vault.records.mappings.list().some((mapping) => mapping.configServerId === server.hostId);
  return {
    id: ids.container(server),
    name: server.containerName,
    type: resourceTypes.container,
    properties: {
      fabricFriendlyName: server.friendlyName,
      friendlyName: server.friendlyName,
      fabricType: 'VMware',
      protectedItemCount: vault.items().filter((item) => item.configServerId === server.hostId).length,
      pairingStatus: paired ? 'Paired' : 'NotPaired',
      role: paired ? 'Primary' : '',
      fabricSpecificDetails: null,
    },
  };
}
