// Rows of the servers of one site: its configuration server, process servers, master targets, vCenters with their hosts.
import type { MasterTargetServer, ProcessServer, VMwareDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { Fabric, VCenter } from '../client/vaultClient.ts';
import { fabricOfId, vmware } from '../operations/lookups.ts';
import { sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { clockText, sizeText } from './figures.ts';
import { healthIcon, healthOf, healthText, worst, type Health } from './health.ts';
import type { TreeNode } from './node.ts';

export function fabricRow(snapshot: LabSnapshot, fabric: Fabric, allowed: AllowedOperations): TreeNode {
  const { id = '', properties } = fabric;
  const details = vmware(fabric);
  const subject = { kind: 'fabric', id } as const;
  const health = worst(healthOf(properties?.health), roleHealth(snapshot, 'configserver', properties?.friendlyName ?? ''));
  const words = [t('configuration server'), ...heartbeat(details?.lastHeartbeat), ...certificate(details?.sslCertExpiryRemainingDays)];
  return {
    id: `infrastructure:fabric:${id}`,
    label: properties?.friendlyName ?? fabric.name ?? '',
    description: words.join(' · '),
    tooltip: [properties?.friendlyName ?? '', ...words, t('Health: {0}', healthText(health)), ...versions(details)].join('\n'),
    icon: healthIcon(health, 'server'),
    context: contextOf('fabric', health, allowed(snapshot, subject)),
    spoken: [properties?.friendlyName ?? '', ...words, t('Health: {0}', healthText(health))].join(', '),
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

function heartbeat(time: Date | undefined): readonly string[] {
  return time === undefined ? [] : [t('heartbeat {0}', clockText(time))];
}

function certificate(days: number | undefined): readonly string[] {
  return days === undefined ? [] : [t('certificate {0} days', days)];
}

function versions(details: VMwareDetails | undefined): readonly string[] {
  return details?.agentVersion === undefined ? [] : [t('Version {0}', details.agentVersion)];
}

function processServerRow(snapshot: LabSnapshot, server: ProcessServer, allowed: AllowedOperations): TreeNode {
  const { id = '', friendlyName = '' } = server;
  const subject = { kind: 'processServer', id } as const;
  const health = worst(healthOf(server.health), roleHealth(snapshot, 'processserver', friendlyName));
  const free = server.availableSpaceInBytes;
  const words = [
    t('process server'),
    ...heartbeat(server.lastHeartbeat),
    ...(server.machineCount === undefined ? [] : [t('{0} machines', server.machineCount)]),
  ];
  const rowId = `infrastructure:processServer:${id}`;
  const detail = (part: string, label: string, value: string | undefined, status: string | undefined): readonly TreeNode[] =>
    value === undefined
      ? []
      : [{ id: `${rowId}/${part}`, label, description: value, icon: healthIcon(healthOf(status), 'dashboard'), context: contextOf('load', status) }];
  return {
    id: rowId,
    label: friendlyName,
    description: words.join(' · '),
    tooltip: [friendlyName, ...words, t('Health: {0}', healthText(health)), ...(server.healthErrors ?? []).map((error) => error.errorMessage ?? '')].join('\n'),
    icon: healthIcon(health, 'server-process'),
    context: contextOf('processServer', health, allowed(snapshot, subject)),
    spoken: [friendlyName, ...words, t('Health: {0}', healthText(health))].join(', '),
    children: [
      ...detail('cpu', t('Processor'), server.cpuLoad, server.cpuLoadStatus),
      ...detail('load', t('System Load'), server.systemLoad, server.systemLoadStatus),
      ...detail('memory', t('Free Memory'), ofWhole(server.availableMemoryInBytes, server.totalMemoryInBytes), server.memoryUsageStatus),
      ...detail('cache', t('Free Cache Space'), ofWhole(free, server.totalSpaceInBytes), server.spaceUsageStatus),
      ...detail(
        'upload',
        t('Waiting for Upload'),
        server.throughputUploadPendingDataInBytes === undefined ? undefined : sizeText(server.throughputUploadPendingDataInBytes),
        server.throughputStatus,
      ),
      ...detail(
        'certificate',
        t('Certificate'),
        server.sslCertExpiryRemainingDays === undefined ? undefined : t('{0} days', server.sslCertExpiryRemainingDays),
        undefined,
      ),
    ],
    subject,
  };
}

function ofWhole(part: number | undefined, whole: number | undefined): string | undefined {
  return part === undefined || whole === undefined ? undefined : t('{0} of {1}', sizeText(part), sizeText(whole));
}

function masterTargetRow(snapshot: LabSnapshot, server: MasterTargetServer, allowed: AllowedOperations): TreeNode {
  const { id = '', name = '' } = server;
  const subject = { kind: 'masterTarget', id } as const;
  const errors = [...(server.validationErrors ?? []), ...(server.healthErrors ?? [])];
  const health = worst(errors.length > 0 ? 'Warning' : 'Normal', roleHealth(snapshot, 'mastertarget', name));
  const words = [t('master target'), server.osType ?? '', ...heartbeat(server.lastHeartbeat)].filter((word) => word !== '');
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

function vCenterRow(snapshot: LabSnapshot, { id = '', name = '', properties }: VCenter, allowed: AllowedOperations): TreeNode {
  const subject = { kind: 'vCenter', id } as const;
  const label = properties?.friendlyName ?? name;
  const errors = properties?.healthErrors ?? [];
  const health = errors.length > 0 || properties?.discoveryStatus === 'Failed' ? 'Critical' : 'Normal';
  const words = [t('vCenter server'), properties?.ipAddress ?? '', discoveryText(properties?.discoveryStatus)].filter((word) => word !== '');
  const machines = (snapshot.lab?.machines ?? []).filter(({ platform }) => platform === 'VmWare').length;
  return {
    id: `infrastructure:vCenter:${id}`,
    label,
    description: [...words, ...(machines > 0 ? [t('{0} machines', machines)] : [])].join(' · '),
    tooltip: [label, ...words, ...heartbeat(properties?.lastHeartbeat), ...errors.map((error) => error.errorMessage ?? error.errorCode ?? '')].join('\n'),
    icon: healthIcon(health, 'server-environment'),
    context: contextOf('vCenter', properties?.discoveryStatus, allowed(snapshot, subject)),
    children: (snapshot.lab?.hosts ?? []).map(({ name: host, connection }): TreeNode => ({
      id: `infrastructure:vCenter:${id}/host/${host}`,
      label: host,
      description: [t('host'), connection === 'CONNECTED' ? t('connected') : connection === 'DISCONNECTED' ? t('disconnected') : t('not responding')].join(
        ' · ',
      ),
      icon: healthIcon(connection === 'CONNECTED' ? 'Normal' : 'Critical', 'vm-connect'),
      context: contextOf('host', connection),
    })),
    subject,
  };
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
