// The provider on a configuration server: the vault's agent there, one per fabric (arm-contract §5.4).
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { never, optionalArmTime } from '../protocol/armTime.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { serverErrorResource } from './fabric/serverErrors.ts';
import { internalIdentifier, resourceTypes, sameId } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const providerPath = 'F/replicationRecoveryServicesProviders/{providerName}';

export function recoveryServicesProviderOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationRecoveryServicesProviders_List', 'GET V/replicationRecoveryServicesProviders', (scope) =>
      page(scope.call, scope.servers, (server) => providerResource(scope, server)),
    ),
    define('ReplicationRecoveryServicesProviders_ListByReplicationFabrics', 'GET F/replicationRecoveryServicesProviders', (scope) =>
      page(scope.call, [scope.server], (server) => providerResource(scope, server)),
    ),
    define('ReplicationRecoveryServicesProviders_Get', `GET ${providerPath}`, (scope) => ok(providerResource(scope, requireProvider(scope)))),
    define('ReplicationRecoveryServicesProviders_Create', `PUT ${providerPath}`, (scope) => {
      const { server } = scope;
      if (!sameId(internalIdentifier(server), param(scope.call, 'providerName')))
        throw badRequest(
          'InvalidParameter',
          'A provider of a VMware fabric cannot be made by this call: it comes with its configuration server.',
          'Register the configuration server with the vault credentials file of this vault.',
        );
      return scope.accepted(null);
    }),
    define('ReplicationRecoveryServicesProviders_RefreshProvider', `POST ${providerPath}/refreshProvider`, (scope) =>
      scope.accepted(scope.vault.operations.refresh(requireProvider(scope).hostId), { resourcePath: scope.actedOn }),
    ),
    define('ReplicationRecoveryServicesProviders_Delete', `POST ${providerPath}/remove`, (scope) =>
      scope.accepted(scope.vault.operations.removeConfigServer(requireProvider(scope).hostId), { outcome: 'none', resourcePath: scope.actedOn }),
    ),
    define('ReplicationRecoveryServicesProviders_Purge', `DELETE ${providerPath}`, (scope) =>
      scope.accepted(scope.vault.operations.purgeConfigServer(requireProvider(scope).hostId), { outcome: 'none' }),
    ),
  ];
}

function requireProvider({ server, call }: VaultScope): ConfigServerRecord {
  const name = param(call, 'providerName');
  if (!sameId(internalIdentifier(server), name)) throw resourceMissing(name);
  return server;
}

function providerResource({ vault, ids }: VaultScope, server: ConfigServerRecord): unknown {
  const { problems } = vault.configServerHealth(server.hostId);
  const version = server.status?.version ?? null;
  return {
    id: ids.recoveryServicesProvider(server),
    name: internalIdentifier(server),
    type: resourceTypes.recoveryServicesProvider,
    properties: {
      fabricType: 'VMware',
      friendlyName: server.friendlyName,
      providerVersion: version,
      serverVersion: version,
      providerVersionState: 'Latest',
      providerVersionExpiryDate: never,
      providerVersionDetails: version === null ? null : { version, expiryDate: never, status: 'Supported' },
      fabricFriendlyName: server.friendlyName,
      lastHeartBeat: optionalArmTime(server.reportedMs),
      connectionStatus: problems.some((problem) => problem.code === 'NoConnectivity') ? 'NotConnected' : 'Connected',
      protectedItemCount: vault.items().filter((item) => item.configServerId === server.hostId).length,
      allowedScenarios: ['Refresh'],
      healthErrorDetails: problems
        .filter((problem) => problem.subject === server.friendlyName)
        .map(({ code, text, subject, ...problem }) => serverErrorResource({ ...problem, errorCode: code, message: text, entityId: subject })),
      draIdentifier: internalIdentifier(server),
      machineId: server.hostId,
      machineName: server.friendlyName,
      biosId: null,
      authenticationIdentityDetails: null,
      resourceAccessIdentityDetails: null,
      dataPlaneAuthenticationIdentityDetails: null,
    },
  };
}
