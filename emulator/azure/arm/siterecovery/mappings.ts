// Protection container mappings: policies on a configuration server, to Azure and back (arm-contract §5.4, §6.5).
import { mappingName, type MappingRecord } from '../../vault/policies/state.ts';
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { azureContainerGuid, azureFriendlyName, nameIn, resourceTypes, sameId, type VaultIds } from './ids.ts';
import { nameOf } from './names.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const mappingPath = 'C/replicationProtectionContainerMappings/{mappingName}';

export function mappingOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationProtectionContainerMappings_List', 'GET V/replicationProtectionContainerMappings', (scope) =>
      page(
        scope.call,
        scope.servers.flatMap((server) => mappingsOf(scope, server).map((mapping) => ({ mapping, server }))),
        ({ mapping, server }) => mappingResource(scope.ids, mapping, server),
      ),
    ),
    define('ReplicationProtectionContainerMappings_ListByReplicationProtectionContainers', 'GET C/replicationProtectionContainerMappings', (scope) => {
      const { server } = scope;
      return page(scope.call, mappingsOf(scope, server), (mapping) => mappingResource(scope.ids, mapping, server));
    }),
    define('ReplicationProtectionContainerMappings_Get', `GET ${mappingPath}`, (scope) => ok(mappingResource(scope.ids, requireMapping(scope), scope.server))),
    define('ReplicationProtectionContainerMappings_Create', `PUT ${mappingPath}`, (scope) => {
      const { server, call, vault } = scope;
      const properties = call.body.part('properties');
      return scope.accepted(
        vault.operations.putMapping({
          name: nameOf(param(call, 'mappingName')),
          policyName: policyNamed(scope, properties.text('policyId')),
          configServerId: server.hostId,
          target: targetOf(scope, server, properties.text('targetProtectionContainerId')),
        }),
      );
    }),
    define('ReplicationProtectionContainerMappings_Update', `PATCH ${mappingPath}`, (scope) => {
      requireMapping(scope);
      const input = scope.call.body.part('properties').part('providerSpecificInput');
      const instanceType = input.optionalText('instanceType') ?? '';
      // Agent upgrades of other architectures are all that can be changed of a mapping.
      if (['a2a', 'inmagercm'].includes(instanceType.toLowerCase()))
        throw badRequest('InvalidParameter', `A mapping of the classic architecture has no settings of ${instanceType}.`);
      return scope.accepted(null);
    }),
    define('ReplicationProtectionContainerMappings_Delete', `POST ${mappingPath}/remove`, (scope) => {
      const { policyName, configServerId } = requireMapping(scope);
      return scope.accepted(scope.vault.operations.dissociatePolicy(policyName, configServerId), { outcome: 'none', resourcePath: scope.actedOn });
    }),
    define('ReplicationProtectionContainerMappings_Purge', `DELETE ${mappingPath}`, (scope) => {
      const { policyName, configServerId } = requireMapping(scope);
      return scope.accepted(scope.vault.operations.purgeMapping(policyName, configServerId), { outcome: 'none' });
    }),
  ];
}

function mappingsOf({ vault }: VaultScope, server: ConfigServerRecord): MappingRecord[] {
  return vault.records.mappings.list().filter((mapping) => mapping.configServerId === server.hostId);
}

function requireMapping(scope: VaultScope): MappingRecord {
  const name = param(scope.call, 'mappingName');
  const mapping = mappingsOf(scope, scope.server).find((one) => sameId(mappingName(one), name));
  if (mapping === undefined) throw resourceMissing(name);
  return mapping;
}

function policyNamed({ vault }: VaultScope, policyId: string): string {
  const policy = vault.records.policies.list().find((one) => sameId(one.name, nameIn(policyId)));
  if (policy === undefined) throw resourceMissing(nameIn(policyId));
  return policy.name;
}

/** Clients name Azure by its friendly name or by the container of the recordings. @throws ArmError for a container that is neither */
function targetOf({ ids }: VaultScope, server: ConfigServerRecord, containerId: string): 'Azure' | 'OwnContainer' {
  if (sameId(containerId, azureFriendlyName) || sameId(nameIn(containerId), azureContainerGuid)) return 'Azure';
  if (sameId(containerId, ids.container(server)) || sameId(containerId, server.containerName)) return 'OwnContainer';
  throw badRequest(
    'InvalidParameter',
    `targetProtectionContainerId "${containerId}" is neither ${azureFriendlyName} nor the container itself.`,
    `Map to "${azureFriendlyName}" with an InMageAzureV2 policy, or to ${ids.container(server)} with an InMage policy.`,
  );
}

export function mappingResource(ids: VaultIds, mapping: MappingRecord, server: ConfigServerRecord): unknown {
  const name = mappingName(mapping);
  const reverse = mapping.targetContainer === server.containerName;
  const target = reverse ? server.friendlyName : azureFriendlyName;
  return {
    id: ids.mapping(server, name),
    name,
    type: resourceTypes.mapping,
    properties: {
      targetProtectionContainerId: reverse ? ids.container(server) : azureFriendlyName,
      targetProtectionContainerFriendlyName: target,
      providerSpecificDetails: null,
      health: 'Normal',
      healthErrorDetails: [],
      policyId: ids.policy(mapping.policyName),
      state: 'Paired',
      sourceProtectionContainerFriendlyName: server.friendlyName,
      sourceFabricFriendlyName: server.friendlyName,
      targetFabricFriendlyName: target,
      policyFriendlyName: mapping.policyName,
    },
  };
}
