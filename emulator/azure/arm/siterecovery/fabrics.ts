// Fabrics: configuration servers with everything that is at their site (arm-contract §5.1).
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { armTime, optionalArmTime } from '../protocol/armTime.ts';
import { badRequest } from '../protocol/armError.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { certificateEnd, loads } from './fabric/loads.ts';
import { serverErrorResource } from './fabric/serverErrors.ts';
import { masterTargetResource, processServerResource, version, type FabricFacts } from './fabric/siteServers.ts';
import { internalIdentifier, nameIn, resourceTypes, sameId } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function fabricOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationFabrics_List', 'GET V/replicationFabrics', (scope) => page(scope.call, scope.servers, (server) => fabricResource(scope, server))),
    define('ReplicationFabrics_Get', 'GET F', (scope) => ok(fabricResource(scope, scope.server))),
    define('ReplicationFabrics_Create', 'PUT F', (scope) => {
      const name = param(scope.call, 'fabricName');
      if (!scope.servers.some((server) => sameId(server.fabricName, name)))
        throw badRequest(
          'InvalidParameter',
          `The fabric "${name.slice(0, 100)}" cannot be made by this call: a VMware fabric comes into being when its configuration server registers.`,
          'Register the configuration server with the vault credentials file of this vault.',
        );
      return scope.accepted(null);
    }),
    define('ReplicationFabrics_CheckConsistency', 'POST F/checkConsistency', (scope) =>
      scope.accepted(scope.vault.operations.refresh(scope.server.hostId), { resourcePath: scope.actedOn }),
    ),
    // Its identity is the lab's own: there is nothing to migrate.
    define('ReplicationFabrics_MigrateToAad', 'POST F/migratetoaad', (scope) => {
      scope.server satisfies ConfigServerRecord;
      return scope.accepted(null, { outcome: 'none', resourcePath: scope.actedOn });
    }),
    define('ReplicationFabrics_ReassociateGateway', 'POST F/reassociateGateway', (scope) =>
      scope.accepted(reassociateGateway(scope), { resourcePath: scope.actedOn }),
    ),
    define('ReplicationFabrics_RenewCertificate', 'POST F/renewCertificate', (scope) =>
      scope.accepted(scope.vault.operations.renewCertificate(scope.server.hostId), { resourcePath: scope.actedOn }),
    ),
    define('ReplicationFabrics_Delete', 'POST F/remove', (scope) =>
      scope.accepted(scope.vault.operations.removeConfigServer(scope.server.hostId), { outcome: 'none', resourcePath: scope.actedOn }),
    ),
    define('ReplicationFabrics_Purge', 'DELETE F', (scope) =>
      scope.accepted(scope.vault.operations.purgeConfigServer(scope.server.hostId), { outcome: 'none' }),
    ),
  ];
}

/** "Switch" all machines of a process server, or "load balance" some (arm-contract §6.5). Machines are named by any of their ids. */
function reassociateGateway(scope: VaultScope): ReturnType<typeof scope.vault.operations.changeProcessServer> {
  const { server, call, vault } = scope;
  const properties = call.body.part('properties');
  const sourceId = processServerNamed(server, properties.text('sourceProcessServerId'));
  const targetId = processServerNamed(server, properties.text('targetProcessServerId'));
  const all = properties.optionalWord('updateType', ['SystemLevel', 'ServerLevel']) !== 'ServerLevel';
  const names = properties.texts('vmsToMigrate');
  if (all && names.length === 0) return vault.operations.switchProcessServer(sourceId, targetId);
  const items = vault.items().filter((item) => item.configServerId === server.hostId);
  const itemIds = names.map((name) => {
    const item = items.find((one) => [one.itemId, one.name, one.source.machineId, one.onPremisesMachineId].some((id) => sameId(id, nameIn(name))));
    if (item === undefined) throw badRequest('InvalidParameter', `vmsToMigrate: "${name.slice(0, 200)}" is no protected machine of this fabric.`);
    return item.itemId;
  });
  if (itemIds.length === 0) throw badRequest('InvalidParameter', 'vmsToMigrate names the machines of a change of ServerLevel.');
  return vault.operations.changeProcessServer(itemIds, targetId);
}

function processServerNamed(server: ConfigServerRecord, id: string): string {
  const processServer = server.processServers.find((one) => sameId(one.hostId, id));
  if (processServer === undefined) throw badRequest('InvalidParameter', `${server.friendlyName} has no process server "${id.slice(0, 100)}".`);
  return processServer.hostId;
}

const noEncryption = { kekState: 'None', kekCertThumbprint: null };

export function fabricResource(scope: Pick<VaultScope, 'ids' | 'vault' | 'deps'>, server: ConfigServerRecord): unknown {
  const { vault, ids } = scope;
  const { level, problems } = vault.configServerHealth(server.hostId);
  const items = vault.items().filter((item) => item.configServerId === server.hostId);
  return {
    id: ids.fabric(server),
    name: server.fabricName,
    type: resourceTypes.fabric,
    properties: {
      friendlyName: server.friendlyName,
      encryptionDetails: noEncryption,
      rolloverEncryptionDetails: noEncryption,
      internalIdentifier: internalIdentifier(server),
      bcdrState: 'Valid',
      customDetails: vmwareDetails({ vault, server, items, problems, nowMs: scope.deps.kernel.clock.now() }),
      healthErrorDetails: problems.map(({ code, text, subject, ...problem }) =>
        serverErrorResource({ ...problem, errorCode: code, message: text, entityId: subject }),
      ),
      health: level === 'Critical' ? 'Error' : 'Normal',
    },
  };
}

function vmwareDetails(facts: FabricFacts): unknown {
  const { server, items, problems, nowMs } = facts;
  const { status, processServers, masterTargets, agents } = server;
  // The configuration server's machine is that of its own process server.
  const own = processServers.find((one) => !one.inAzure);
  return {
    instanceType: 'VMware',
    processServers: processServers.map((report) => processServerResource(facts, report)),
    masterTargetServers: masterTargets.map((report) => masterTargetResource(facts, report)),
    runAsAccounts: (status?.accounts ?? []).map(({ accountId, accountName }) => ({ accountId, accountName })),
    replicationPairCount: String(items.reduce((count, item) => count + item.pairs.length, 0)),
    processServerCount: String(processServers.length),
    agentCount: String(agents.length),
    protectedServers: String(items.length),
    ...(own === undefined ? {} : loads(own)),
    webLoad: null,
    webLoadStatus: null,
    databaseServerLoad: null,
    databaseServerLoadStatus: null,
    csServiceStatus: problems.some((problem) => problem.code === 'NoConnectivity') ? 'Stopped' : 'Running',
    ipAddress: status?.ipAddress ?? null,
    ...version(status?.version ?? '', server),
    hostName: server.friendlyName,
    lastHeartbeat: status === null ? optionalArmTime(server.reportedMs) : armTime(status.lastHeartbeatMs),
    ...certificateEnd(status?.sslCertExpiryMs, nowMs),
    psTemplateVersion: null,
    switchProviderBlockingErrorDetails: [],
  };
}
