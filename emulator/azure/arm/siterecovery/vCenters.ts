// vCenter servers of a fabric (arm-contract §5.4, §6.5).
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import type { VCenterView } from '../../vault/site/vCenters.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { optionalArmTime } from '../protocol/armTime.ts';
import type { Body } from '../protocol/body.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { reportedErrorResource } from './fabric/serverErrors.ts';
import { resourceTypes, sameId, type VaultIds } from './ids.ts';
import { nameOf } from './names.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const vCenterPath = 'F/replicationvCenters/{vcenterName}';
const httpsPort = '443';

export function vCenterOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationvCenters_List', 'GET V/replicationvCenters', (scope) => {
      const rows = scope.servers.flatMap((server) => scope.vault.vCenters(server.hostId).map((vCenter) => ({ server, vCenter })));
      return page(scope.call, rows, ({ server, vCenter }) => vCenterResource(scope.ids, server, vCenter));
    }),
    define('ReplicationvCenters_ListByReplicationFabrics', 'GET F/replicationvCenters', (scope) => {
      const { server } = scope;
      return page(scope.call, scope.vault.vCenters(server.hostId), (vCenter) => vCenterResource(scope.ids, server, vCenter));
    }),
    define('ReplicationvCenters_Get', `GET ${vCenterPath}`, (scope) => ok(vCenterResource(scope.ids, scope.server, requireVCenter(scope)))),
    define('ReplicationvCenters_Create', `PUT ${vCenterPath}`, (scope) => {
      const { server, call, vault } = scope;
      const properties = call.body.part('properties');
      const name = nameOf(param(call, 'vcenterName'));
      const processServerId = properties.optionalText('processServerId');
      return scope.accepted(
        vault.operations.addVCenter({
          configServerId: server.hostId,
          name,
          friendlyName: properties.optionalText('friendlyName') ?? name,
          url: urlOf(properties.text('ipAddress'), properties.optionalText('port') ?? httpsPort),
          accountId: properties.text('runAsAccountId'),
          ...(processServerId === undefined ? {} : { processServerId }),
        }),
      );
    }),
    define('ReplicationvCenters_Update', `PATCH ${vCenterPath}`, (scope) => {
      const vCenter = requireVCenter(scope);
      const { configServerId, vCenterId } = vCenter;
      return scope.accepted(scope.vault.operations.updateVCenter({ configServerId, vCenterId }, changeOf(vCenter, scope.call.body.part('properties'))));
    }),
    define('ReplicationvCenters_Delete', `DELETE ${vCenterPath}`, (scope) => {
      const { configServerId, vCenterId } = requireVCenter(scope);
      return scope.accepted(scope.vault.operations.removeVCenter(configServerId, vCenterId), { outcome: 'none' });
    }),
  ];
}

function requireVCenter({ vault, server, call }: VaultScope): VCenterView {
  const name = param(call, 'vcenterName');
  const vCenter = vault.vCenters(server.hostId).find((one) => sameId(one.name, name));
  if (vCenter === undefined) throw resourceMissing(name);
  return vCenter;
}

/** Only what the body names. */
function changeOf(vCenter: VCenterView, properties: Body): Partial<Record<'friendlyName' | 'url' | 'accountId' | 'processServerId', string>> {
  const present = new URL(vCenter.url);
  const [friendlyName, ipAddress, port, accountId, processServerId] = ['friendlyName', 'ipAddress', 'port', 'runAsAccountId', 'processServerId'].map((name) =>
    properties.optionalText(name),
  );
  return {
    ...(friendlyName === undefined ? {} : { friendlyName }),
    ...(ipAddress === undefined && port === undefined ? {} : { url: urlOf(ipAddress ?? present.hostname, port ?? portIn(vCenter.url)) }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(processServerId === undefined ? {} : { processServerId }),
  };
}

/** @param address name or IPv4 address, as the user knows the server */
function urlOf(address: string, port: string): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(address))
    throw badRequest('InvalidParameter', `ipAddress "${address.slice(0, 200)}" is neither a name nor an IPv4 address.`);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw badRequest('InvalidParameter', `port "${port.slice(0, 20)}" is no port.`);
  return new URL(`https://${address}:${port}`).origin;
}

function portIn(url: string): string {
  return new URL(url).port || httpsPort;
}

function vCenterResource(ids: VaultIds, server: ConfigServerRecord, vCenter: VCenterView): unknown {
  const { report } = vCenter;
  const discoverer = vCenter.processServerId ?? server.processServers.find((one) => !one.inAzure)?.hostId ?? null;
  return {
    id: ids.vCenter(server, vCenter.name),
    name: vCenter.name,
    type: resourceTypes.vCenter,
    properties: {
      friendlyName: vCenter.friendlyName,
      internalId: vCenter.vCenterId,
      lastHeartbeat: optionalArmTime(report?.lastDiscoveryMs),
      discoveryStatus: vCenter.discovery,
      processServerId: discoverer,
      ipAddress: new URL(vCenter.url).hostname,
      infrastructureId: vCenter.vCenterId,
      port: portIn(vCenter.url),
      runAsAccountId: vCenter.accountId,
      fabricArmResourceName: server.fabricName,
      healthErrors:
        report?.error === null || report === undefined
          ? []
          : [reportedErrorResource(report.error, { sinceMs: report.lastDiscoveryMs ?? server.reportedMs ?? 0, entityId: vCenter.vCenterId })],
    },
  };
}
