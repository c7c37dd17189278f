// Protectable items: machines that discovery found, physical servers that somebody typed in, and failed-over machines that came to register
// from Azure (arm-contract §5.4).
import type { AgentReport, DiscoveredMachine } from '../../../replication/reports.ts';
import type { ProtectedItem } from '../../vault/items/state.ts';
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { resourceMissing } from '../protocol/armError.ts';
import { filtered, type FilterTerms } from '../protocol/filter.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes, sameId } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

/** One machine, whichever way it became known. */
interface ProtectableItem {
  readonly machineId: string;
  readonly name: string;
  readonly server: ConfigServerRecord;
  /** Undefined for a machine in Azure: only its Mobility service is known. */
  readonly machine: DiscoveredMachine | undefined;
  readonly agent: AgentReport | undefined;
  readonly item: ProtectedItem | undefined;
}

export function protectableItemOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationProtectableItems_ListByReplicationProtectionContainers', 'GET C/replicationProtectableItems', (scope) =>
      page(scope.call, filtered(protectableItems(scope), scope.call.query.get('$filter'), filterTerms), (row) => protectableItemResource(scope, row)),
    ),
    define('ReplicationProtectableItems_Get', 'GET C/replicationProtectableItems/{protectableItemName}', (scope) => {
      const name = param(scope.call, 'protectableItemName');
      const row = protectableItems(scope).find((one) => sameId(one.machineId, name));
      if (row === undefined) throw resourceMissing(name);
      return ok(protectableItemResource(scope, row));
    }),
  ];
}

const filterTerms: FilterTerms<ProtectableItem> = {
  friendlyname: (row, literal) => sameId(row.name, literal),
  protectionstatus: (row, literal) => sameId(statusOf(row), literal),
  state: (row, literal) => sameId(statusOf(row), literal),
  vcenterinfrastructureid: (row, literal) => sameId(row.machine?.vCenterId ?? '', literal),
};

function protectableItems({ vault, server }: VaultScope): ProtectableItem[] {
  const items = vault.records.items.list().filter((item) => item.configServerId === server.hostId);
  const agents = new Map(server.agents.map((agent) => [agent.machineId, agent]));
  const byMachine = new Map(items.flatMap((item) => [item.source.machineId, item.onPremisesMachineId].map((machineId) => [machineId, item] as const)));
  const found = server.machines.map((machine): ProtectableItem => ({
    machineId: machine.machineId,
    name: machine.name,
    server,
    machine,
    agent: agents.get(machine.machineId),
    item: byMachine.get(machine.machineId),
  }));
  const inAzure = server.agents
    .filter((agent) => agent.platform === 'Azure')
    .map((agent): ProtectableItem => ({
      machineId: agent.machineId,
      name: agent.name,
      server,
      machine: undefined,
      agent,
      item: items.find((item) => item.reverse?.sourceMachineId === agent.machineId || item.forward.azureCopy?.machineId === agent.machineId),
    }));
  return [...found, ...inAzure];
}

function statusOf({ item }: ProtectableItem): 'Protected' | 'Unprotected' {
  return item === undefined ? 'Unprotected' : 'Protected';
}

function protectableItemResource({ ids }: VaultScope, row: ProtectableItem): unknown {
  const { server, machine, item } = row;
  return {
    id: ids.protectableItem(server, row.machineId),
    name: row.machineId,
    type: resourceTypes.protectableItem,
    properties: {
      friendlyName: row.name,
      protectionStatus: statusOf(row),
      replicationProtectedItemId: item === undefined ? null : ids.protectedItem(server, item.name),
      recoveryServicesProviderId: ids.recoveryServicesProvider(server),
      protectionReadinessErrors: machine?.notSelectable ?? [],
      supportedReplicationProviders: item === undefined ? ['InMage', 'InMageAzureV2'] : ['InMageAzureV2'],
      customDetails: { instanceType: 'VMwareVirtualMachine', ...agentDetails(row), ...machineDetails(row), validationErrors: [] },
    },
  };
}

function agentDetails({ agent }: ProtectableItem): Record<string, unknown> {
  if (agent === undefined) return { agentGeneratedId: null, agentInstalled: 'NotInstalled', agentVersion: null };
  return { agentGeneratedId: agent.hostId, agentInstalled: 'Installed', agentVersion: agent.version };
}

function machineDetails({ machine, agent }: ProtectableItem): Record<string, unknown> {
  if (machine === undefined)
    return {
      osType: (agent?.osType ?? 'Other').toUpperCase(),
      ipAddress: agent?.ipAddress ?? '',
      poweredOn: 'On',
      vCenterInfrastructureId: null,
      discoveryType: 'Physical',
      diskDetails: [],
    };
  return {
    osType: machine.osType.toUpperCase(),
    ipAddress: machine.ipAddresses[0] ?? agent?.ipAddress ?? '',
    poweredOn: machine.poweredOn ? 'On' : 'Off',
    vCenterInfrastructureId: machine.vCenterId,
    discoveryType: machine.platform === 'VmWare' ? 'vCenter' : 'Physical',
    // Disks are what the Mobility service sees.
    diskDetails: agent === undefined ? [] : machine.disks.map(diskResource),
  };
}

function diskResource(disk: DiscoveredMachine['disks'][number], place: number): unknown {
  return {
    diskId: disk.diskId,
    diskName: disk.name === '' ? `Disk${place}` : disk.name,
    diskSizeInMB: String(Math.floor(disk.sizeBytes / 2 ** 20)),
    diskType: disk.osDisk ? 'OperatingSystem' : 'Data',
    diskConfiguration: disk.dynamic ? 'Dynamic' : 'Basic',
    volumeList: [],
  };
}
