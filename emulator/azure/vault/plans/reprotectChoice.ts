// The servers, drive and datastore of a re-protection that nobody named: those of which there is only one that will do (asr-behaviour §7.3, §7.5).
import { LabError } from '../../../kernel/errors.ts';
import type { MasterTargetReport } from '../../../replication/reports.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import type { ReprotectRequest } from '../failover/reprotect.ts';
import { serverHealth } from '../health/servers.ts';
import type { ProtectedItem } from '../items/state.ts';

/** Where installations of the master target put the retention volume (asr-behaviour §7.3). */
const standardDrives: readonly string[] = ['R:', '/mnt/retention'];

/** @throws LabError ReprotectChoiceMissing when there is none, or more than one, of something */
export function soleReprotectChoice(context: VaultContext, item: ProtectedItem): Omit<ReprotectRequest, 'itemId'> {
  const toOnPremises = item.direction === 'forward';
  const processServerId = processServerFor(context, item, toOnPremises);
  if (!toOnPremises) return { processServerId };
  const masterTarget = masterTargetFor(context, item);
  return {
    processServerId,
    masterTargetId: masterTarget.hostId,
    retentionDrive: retentionDriveOf(item, masterTarget),
    datastoreName: datastoreFor(item, masterTarget),
  };
}

/** On the side where the machine runs; on premises the one that it had before, if it is still well. */
function processServerFor(context: VaultContext, item: ProtectedItem, inAzure: boolean): string {
  const usable = context.records.configServers
    .require(item.configServerId)
    .processServers.filter((server) => server.inAzure === inAzure && serverHealth(context, server).level !== 'Critical');
  const former = usable.find((server) => server.hostId === item.forward.processServerId);
  return (former ?? sole(item, inAzure ? 'process server in Azure' : 'process server on premises', usable)).hostId;
}

function masterTargetFor(context: VaultContext, item: ProtectedItem): MasterTargetReport {
  const nowMs = context.kernel.clock.now();
  const usable = context.records.configServers
    .require(item.configServerId)
    .masterTargets.filter((target) => target.osType === item.source.osType && nowMs - target.lastHeartbeatMs < heartbeatLimitMs);
  return sole(item, `master target for ${item.source.osType}`, usable);
}

function retentionDriveOf(item: ProtectedItem, { name, retentionVolumes }: MasterTargetReport): string {
  const usable = retentionVolumes.filter((volume) => volume.capacityBytes > 0 && volume.freeBytes > 0 && !/^fat/i.test(volume.fileSystem));
  const standard = usable.find((volume) => standardDrives.includes(volume.volumeName));
  return (
    standard ??
    sole(
      item,
      `retention drive of ${name}`,
      usable.map((volume) => ({ ...volume, name: volume.volumeName })),
    )
  ).volumeName;
}

/** The machine's own, when the master target reaches it. */
function datastoreFor(item: ProtectedItem, { name, dataStores }: MasterTargetReport): string {
  const own = dataStores.find((datastore) => item.source.datastores.includes(datastore.symbolicName));
  return (
    own ??
    sole(
      item,
      `datastore of ${name}`,
      dataStores.map((datastore) => ({ ...datastore, name: datastore.symbolicName })),
    )
  ).symbolicName;
}

function sole<T extends { readonly name: string }>(item: ProtectedItem, what: string, found: readonly T[]): T {
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  throw new LabError(
    'ReprotectChoiceMissing',
    only === undefined
      ? `${item.friendlyName}: there is no ${what} that will do.`
      : `${item.friendlyName}: there is more than one ${what}: ${found.map((one) => one.name).join(', ')}.`,
  );
}
