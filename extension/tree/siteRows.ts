// Rows of the servers of one site: its configuration server, process servers, master targets, vCenters with their hosts.
import type { MasterTargetServer, ProcessServer, VMwareDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { SiteNews } from '../../emulator/contract/resources.ts';
import type { Fabric, VCenter } from '../client/vaultClient.ts';
import { fabricOfId, vmware } from '../operations/lookups.ts';
import { sameId } from '../model/find.ts';
import { healthProblem } from '../model/problems.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { clockText, happened, sizeText } from './figures.ts';
import { healthIcon, healthOf, healthText, worst, type Health } from './health.ts';
import type { TreeNode } from './node.ts';
import { daysText, machinesText } from '../counts.ts';

export function fabricRow(snapshot: LabSnapshot, fabric: Fabric, allowed: AllowedOperations): TreeNode {
  const { id = '', name = '' } = fabric;
  const { friendlyName: label = name, health: word } = fabric.properties ?? {};
  const details = vmware(fabric);
  const subject = { kind: 'fabric', id } as const;
  const health = worst(healthOf(word), roleHealth(snapshot, 'configserver', label));
  const words = [t('configuration server'), ...silence(health, details?.lastHeartbeat), ...certificate(details?.sslCertExpiryRemainingDays)];
  return {
    id: `infrastructure:fabric:${id}`,
    label,
    description: words.join(' · '),
    tooltip: [label, ...words, t('Health: {0}', healthText(health)), ...versions(details)].join('\n'),
    icon: healthIcon(health, 'server'),
    context: contextOf('fabric', health, allowed(snapshot, subject)),
    spoken: [label, ...words, t('Health: {0}', healthText(health))].join(', '),
    expanded: true,
    children: [
      ...(details?.processServers ?? []).map((server) => processServerRow(snapshot, server, allowed)),
      ...(details?.masterTargetServers ?? []).map((server) => masterTargetRow(snapshot, server, allowed)),
      ...snapshot.vault.vCenters
        .filter(({ id: vCenterId }) => sameId(fabricOfId(snapshot, vCenterId)?.id, id))
        .map((one) => vCenterRow(snapshot, one, allowed)),
    ],
    subject,
  };
}

/** The lab knows at once what Azure hears with the next report. */
function roleHealth({ lab }: LabSnapshot, role: string, name: string): Health {
  const found = lab?.roles.find((one) => one.role === role && one.name === name);
  return found === undefined ? 'None' : found.state === 'running' ? healthOf(found.health) : 'Critical';
}

/** Of a server that is ill, when it was heard last. A healthy one is heard of all the time, and its row would be painted each time. */
function silence(health: Health, time: Date | undefined): readonly string[] {
  const last = happened(time);
  return health !== 'Critical' || last === undefined ? [] : [t('last heartbeat {0}', clockText(last))];
}

function certificate(days: number | undefined): readonly string[] {
  return days === undefined ? [] : [t('certificate {0}', daysText(days))];
}

function versions(details: VMwareDetails | undefined): readonly string[] {
  return details?.agentVersion === undefined ? [] : [t('Version {0}', details.agentVersion)];
}

function processServerRow(snapshot: LabSnapshot, server: ProcessServer, allowed: AllowedOperations): TreeNode {
  const { id = '', friendlyName = '' } = server;
  const subject = { kind: 'processServer', id } as const;
  const health = worst(healthOf(server.health), roleHealth(snapshot, 'processserver', friendlyName));
  const words = [
    t('process server'),
    ...silence(health, server.lastHeartbeat),
    ...(server.machineCount === undefined ? [] : [machinesText(Number(server.machineCount))]),
  ];
  const rowId = `infrastructure:processServer:${id}`;
  return {
    id: rowId,
    label: friendlyName,
    description: words.join(' · '),
    tooltip: [friendlyName, ...words, t('Health: {0}', healthText(health)), ...(server.healthErrors ?? []).map((error) => error.errorMessage ?? '')].join('\n'),
    icon: healthIcon(health, 'server-process'),
    context: contextOf('processServer', health, allowed(snapshot, subject)),
    spoken: [friendlyName, ...words, t('Health: {0}', healthText(health))].join(', '),
    children: loadRows(server, rowId),
    subject,
  };
}

function loadRows(server: ProcessServer, rowId: string): readonly TreeNode[] {
  const { throughputUploadPendingDataInBytes: waiting, sslCertExpiryRemainingDays: days } = server;
  const loads: readonly { readonly part: string; readonly label: string; readonly value: string | undefined; readonly status?: string | undefined }[] = [
    { part: 'cpu', label: t('Processor'), value: server.cpuLoad, status: server.cpuLoadStatus },
    { part: 'load', label: t('System Load'), value: server.systemLoad, status: server.systemLoadStatus },
    { part: 'memory', label: t('Free Memory'), value: ofWhole(server.availableMemoryInBytes, server.totalMemoryInBytes), status: server.memoryUsageStatus },
    { part: 'cache', label: t('Free Cache Space'), value: ofWhole(server.availableSpaceInBytes, server.totalSpaceInBytes), status: server.spaceUsageStatus },
    { part: 'upload', label: t('Waiting for Upload'), value: waiting === undefined ? undefined : sizeText(waiting), status: server.throughputStatus },
    { part: 'certificate', label: t('Certificate'), value: days === undefined ? undefined : daysText(days) },
  ];
  return loads.flatMap(({ part, label, value, status }) =>
    value === undefined
      ? []
      : [{ id: `${rowId}/${part}`, label, description: value, icon: healthIcon(healthOf(status), 'dashboard'), context: contextOf('load', status) }],
  );
}

function ofWhole(part: number | undefined, whole: number | undefined): string | undefined {
  return part === undefined || whole === undefined ? undefined : t('{0} of {1}', sizeText(part), sizeText(whole));
}

function masterTargetRow(snapshot: LabSnapshot, server: MasterTargetServer, allowed: AllowedOperations): TreeNode {
  const { id = '', name = '' } = server;
  const subject = { kind: 'masterTarget', id } as const;
  const errors = [...(server.validationErrors ?? []), ...(server.healthErrors ?? [])];
  const health = worst(errors.length > 0 ? 'Warning' : 'Normal', roleHealth(snapshot, 'mastertarget', name));
  const words = [t('master target'), server.osType ?? '', ...silence(health, server.lastHeartbeat)].filter((word) => word !== '');
  const rowId = `infrastructure:masterTarget:${id}`;
  return {
    id: rowId,
    label: name,
    description: words.join(' · '),
    tooltip: [name, ...words, t('Health: {0}', healthText(health)), ...errors.map((error) => error.errorMessage ?? error.errorCode ?? '')].join('\n'),
    icon: healthIcon(health, 'server'),
    context: contextOf('masterTarget', health, allowed(snapshot, subject)),
    spoken: [name, ...words, t('Health: {0}', healthText(health))].join(', '),
    children: [
      ...(server.retentionVolumes ?? []).map((volume): TreeNode => ({
        id: `${rowId}/volume/${volume.volumeName ?? ''}`,
        label: t('Retention Drive {0}', volume.volumeName ?? ''),
        ...(ofWhole(volume.freeSpaceInBytes, volume.capacityInBytes) === undefined
          ? {}
          : { description: t('{0} free', ofWhole(volume.freeSpaceInBytes, volume.capacityInBytes) ?? '') }),
        icon: { name: 'archive' },
        context: contextOf('retentionVolume', undefined),
      })),
      ...(server.dataStores ?? []).map((store): TreeNode => ({
        id: `${rowId}/datastore/${store.uuid ?? store.symbolicName ?? ''}`,
        label: t('Datastore {0}', store.symbolicName ?? ''),
        description: [store.type ?? '', store.freeSpace === undefined ? '' : t('{0} GB of {1} GB free', store.freeSpace, store.capacity ?? '')]
          .filter((word) => word !== '')
          .join(' · '),
        icon: { name: 'database' },
        context: contextOf('datastore', undefined),
      })),
    ],
    subject,
  };
}

function vCenterRow(snapshot: LabSnapshot, { id = '', name = '', properties = {} }: VCenter, allowed: AllowedOperations): TreeNode {
  const { friendlyName: label = name, ipAddress = '', discoveryStatus, healthErrors: errors = [], lastHeartbeat } = properties;
  const subject = { kind: 'vCenter', id } as const;
  const health = errors.length > 0 || discoveryStatus === 'Failed' ? 'Critical' : 'Normal';
  const machines = (snapshot.lab?.machines ?? []).filter(({ platform }) => platform === 'VmWare').length;
  const words = [t('vCenter server'), ipAddress, discoveryText(discoveryStatus), machines > 0 ? machinesText(machines) : ''].filter((word) => word !== '');
  const rowId = `infrastructure:vCenter:${id}`;
  return {
    id: rowId,
    label,
    description: words.join(' · '),
    tooltip: [label, ...words, ...silence(health, lastHeartbeat), ...errors.map((error) => healthProblem(error).message)].join('\n'),
    icon: healthIcon(health, 'server-environment'),
    context: contextOf('vCenter', discoveryStatus, allowed(snapshot, subject)),
    children: (snapshot.lab?.hosts ?? []).map((host) => hostRow(host, rowId)),
    subject,
  };
}

function hostRow({ name, connection }: SiteNews['hosts'][number], vCenterRowId: string): TreeNode {
  return {
    id: `${vCenterRowId}/host/${name}`,
    label: name,
    description: [t('host'), connectionText(connection)].join(' · '),
    icon: healthIcon(connection === 'CONNECTED' ? 'Normal' : 'Critical', 'vm-connect'),
    context: contextOf('host', connection),
  };
}

function connectionText(connection: SiteNews['hosts'][number]['connection']): string {
  switch (connection) {
    case 'CONNECTED':
      return t('connected');
    case 'DISCONNECTED':
      return t('disconnected');
    case 'NOT_RESPONDING':
      return t('not responding');
  }
}

function discoveryText(status: string | undefined): string {
  switch (status) {
    case 'Completed':
      return t('discovered');
    case 'Pending':
      return t('discovery in progress');
    case 'Failed':
      return t('discovery failed');
    default:
      return status ?? '';
  }
}
