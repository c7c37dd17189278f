// The way of an item's bytes, station by station, in the direction that it replicates now. Pure.
import type { NetworkPath } from '../../emulator/contract/faults.ts';
import type { RoleStatus } from '../../emulator/contract/resources.ts';
import type { ConnectionWord, HealthWord, HopView } from '../../webview/contract.ts';
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { directionOf, nameOf } from '../model/find.ts';
import { itemFacts } from '../model/itemFacts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { azureDetails, masterTargets, fabricOfId, processServers, siteDetails } from '../operations/lookups.ts';
import { t } from '../texts.ts';
import { healthOf, worst } from '../tree/health.ts';
import { itemHealth } from '../tree/machines.ts';
import { churnOf, type History } from './history.ts';

interface PathWorld {
  readonly snapshot: LabSnapshot;
  readonly history: Pick<History, 'rate'>;
}

const mebibyte = 2 ** 20;

/** Ports: asr-behaviour §1.2. Empty while the machine is failed over and replicates nowhere. */
export function replicationPath(world: PathWorld, item: ReplicationProtectedItem): HopView[] {
  const toAzure = directionOf(item) === 'toAzure';
  if (toAzure && item.properties?.activeLocation === 'Recovery') return [];
  const { snapshot, history } = world;
  const [source, relay, target] = waiting(item);
  const machine: HopView = {
    name: nameOf(item),
    role: t('Mobility service'),
    health: itemHealth(item),
    waitingBytes: source,
    bytesPerSecond: churnOf(item) ?? null,
    port: 'HTTPS 9443',
    connection: connection(snapshot, ['machine-processserver']),
  };
  const { processServerId } = itemFacts(item);
  const server = processServers(snapshot).find(({ id }) => id === processServerId);
  const onward: NetworkPath[] = toAzure ? ['processserver-storage'] : ['processserver-mastertarget', 'site-to-site'];
  const processServer: HopView = {
    name: server?.friendlyName ?? t('Process server'),
    role: t('Process server'),
    health: worst(healthOf(server?.health), roleHealth(snapshot, 'processserver', server?.friendlyName)),
    waitingBytes: relay ?? server?.throughputUploadPendingDataInBytes ?? null,
    bytesPerSecond: history.rate(onward[0] as NetworkPath),
    port: toAzure ? 'HTTPS 443' : 'HTTPS 9443',
    connection: connection(snapshot, onward),
  };
  const last = { bytesPerSecond: null, port: '', connection: 'up' } as const;
  if (!toAzure) return [machine, processServer, { ...masterTarget(snapshot, item), waitingBytes: target, ...last }];
  return [
    machine,
    processServer,
    {
      name: t('Replication logs'),
      role: t('Cache storage account'),
      health: roleHealth(snapshot, 'storage', 'storage-log'),
      waitingBytes: target,
      bytesPerSecond: null,
      port: t('In Azure'),
      connection: 'up',
    },
    { name: t('Replica disks'), role: t('Target storage account'), health: roleHealth(snapshot, 'storage', 'storage'), waitingBytes: null, ...last },
  ];
}

function masterTarget(snapshot: LabSnapshot, item: ReplicationProtectedItem): Pick<HopView, 'name' | 'role' | 'health'> {
  const server = masterTargets(fabricOfId(snapshot, item.id)).find(({ id }) => id === siteDetails(item)?.masterTargetId);
  return { name: server?.name ?? t('Master target'), role: t('Master target'), health: roleHealth(snapshot, 'mastertarget', server?.name) };
}

/** Bytes in front of each station, over all disks; null where one disk's share is not known. */
function waiting(item: ReplicationProtectedItem): [number | null, number | null, number | null] {
  const toAzure = azureDetails(item)?.protectedDisks ?? [];
  const toSite = siteDetails(item)?.protectedDisks ?? [];
  const queues = [
    [...toAzure.map((disk) => disk.sourceDataInMegaBytes), ...toSite.map((disk) => disk.sourceDataInMB)],
    [...toAzure.map((disk) => disk.psDataInMegaBytes), ...toSite.map((disk) => disk.psDataInMB)],
    [...toAzure.map((disk) => disk.targetDataInMegaBytes), ...toSite.map((disk) => disk.targetDataInMB)],
  ];
  return queues.map(sum) as [number | null, number | null, number | null];
}

function sum(mebibytes: readonly (number | null | undefined)[]): number | null {
  const known = mebibytes.filter((value) => typeof value === 'number' && value >= 0) as number[];
  return known.length === 0 || known.length < mebibytes.length ? null : known.reduce((total, value) => total + value, 0) * mebibyte;
}

/** The worst of the paths on the way; without news of them the way is open. */
export function connection({ lab }: LabSnapshot, paths: readonly NetworkPath[]): ConnectionWord {
  const states = paths.map((path) => lab?.links.find((link) => link.path === path)?.state ?? 'up');
  return states.includes('absent') ? 'absent' : states.includes('cut') ? 'cut' : 'up';
}

/** The first of the name, or of the role where no name is known. */
export function roleHealth({ lab }: LabSnapshot, role: string, name: string | undefined): HealthWord {
  const found = lab?.roles.find((one) => one.role === role && (name === undefined || one.name === name));
  return found === undefined ? 'None' : healthOfRole(found);
}

export function healthOfRole({ state, health }: RoleStatus): HealthWord {
  return state === 'running' ? healthOf(health) : 'Critical';
}
