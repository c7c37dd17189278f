// Details of an item that replicates from Azure back to VMware, or was failed back (arm-contract §5.8).
import type { RecoveryPoint } from '../../../../replication/recoveryPoint.ts';
import { reverseOf } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { armTime, never, optionalArmTime } from '../../protocol/armTime.ts';
import { isOlder } from './azureV2Details.ts';
import { protectedDisks, resized, resyncProgress, stands } from './disks.ts';
import type { ItemReader } from './itemReader.ts';
import { reverseNics } from './nics.ts';
import { machineState } from './states.ts';

const queues = { source: 'sourceDataInMB', processServer: 'psDataInMB', target: 'targetDataInMB' };
const bytesPerMegabyte = 2 ** 20;

/** @param whole a get rather than a list, which is lighter (arm-contract §1) */
export function inMageDetails(reader: ItemReader, item: ItemView, whole: boolean): unknown {
  const reverse = reverseOf(item);
  const { word, description } = machineState(item);
  const churnInMB = Math.round(((reader.scope.vault.churnBps(item.itemId) ?? 0) / bytesPerMegabyte) * 1e6) / 1e6;
  return {
    instanceType: 'InMage',
    activeSiteType: item.activeSite,
    // The machine in Azure was registered like a physical one: the service knows little of it.
    sourceVmCpuCount: 0,
    sourceVmRamSizeInMB: 0,
    osVersion: null,
    discoveryType: 'Physical',
    vCenterInfrastructureId: null,
    datastores: [],
    vmId: reverse.sourceMachineId,
    infrastructureVmId: reverse.sourceMachineId,
    replicaId: item.onPremisesMachineId,
    vmProtectionState: word,
    vmProtectionStateDescription: description,
    ...progressOf(item),
    compressedDataRateInMB: churnInMB,
    uncompressedDataRateInMB: churnInMB,
    rpoInSeconds: Math.floor((item.rpoMs ?? 0) / 1000),
    lastRpoCalculatedTime: optionalArmTime(item.lastRpoCalculatedMs),
    lastUpdateReceivedTime: optionalArmTime(reader.server(item).reportedMs),
    ...agentOf(reader, item),
    processServerId: reverse.processServerId,
    rebootAfterUpdateStatus: null,
    multiVmGroupId: item.groupId,
    multiVmGroupName: item.groupName,
    multiVmSyncStatus: reader.policy(item)?.multiVmSyncStatus ?? null,
    azureStorageAccountId: reader.places.storageAccount(item.forward.target.storageAccount),
    vmNics: reverseNics(reader, item),
    validationErrors: [],
    ...(whole ? disksOf(reader, item) : listedDisks),
  };
}

function progressOf(item: ItemView): object {
  const { stage, percentage, transferredBytes, completed } = resyncProgress(item.pairs);
  return {
    protectionStage: stage,
    resyncDetails: { initialReplicationType: 'InitialReplication', initialReplicationProgressPercentage: String(percentage) },
    isAdditionalStatsAvailable: !completed,
    totalDataTransferred: completed ? -1 : transferredBytes,
    totalProgressHealth: completed ? 'Completed' : stands(item) ? 'NoProgress' : 'InProgress',
  };
}

function agentOf(reader: ItemReader, item: ItemView): object {
  const agent = reader.agent(item);
  return {
    ipAddress: agent?.ipAddress ?? item.forward.azureCopy?.ipAddress ?? null,
    lastHeartbeat: optionalArmTime(agent?.lastHeartbeatMs),
    agentDetails: {
      agentVersion: agent?.version ?? null,
      agentUpdateStatus: isOlder(agent, reader.server(item).status?.version) ? 'Required' : 'NotRequired',
      postUpdateRebootStatus: 'NotRequired',
      agentExpiryDate: agent === undefined ? null : never,
    },
  };
}

const listedDisks = {
  protectedDisks: [],
  osDetails: null,
  masterTargetId: null,
  consistencyPoints: null,
  retentionWindowStart: null,
  retentionWindowEnd: null,
  diskResized: null,
};

function disksOf(reader: ItemReader, item: ItemView): object {
  const points = reader.scope.vault.recoveryPoints(item.itemId);
  const pairs = reader.pairs(item);
  const osDisk = pairs.find((pair) => pair.osDisk);
  return {
    protectedDisks: protectedDisks(reader, item, queues),
    osDetails: { osVhdId: osDisk?.diskId ?? null, osType: item.source.osType, vhdName: osDisk?.diskName ?? null },
    masterTargetId: reverseOf(item).masterTargetId,
    consistencyPoints: points.length === 0 ? null : Object.fromEntries(points.map((point) => [tagOf(point), armTime(point.timeMs)])),
    retentionWindowStart: optionalArmTime(points[0]?.timeMs),
    retentionWindowEnd: optionalArmTime(points.at(-1)?.timeMs),
    diskResized: pairs.some((pair) => resized(pair) === 'Resized') ? 'Resized' : 'NotResized',
  };
}

/** A prefix for the kind of mark and its second in hex, as recorded (`fileSystem606c46c6`). */
function tagOf({ consistency, timeMs }: RecoveryPoint): string {
  return `${consistency === 'ApplicationConsistent' ? 'fileSystem' : 'systemLevelTag'}${Math.floor(timeMs / 1000).toString(16)}`;
}
