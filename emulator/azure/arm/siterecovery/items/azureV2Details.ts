// Details of an item that replicates to Azure, or runs there since (arm-contract §5.7).
import type { AgentReport } from '../../../../replication/reports.ts';
import type { AzureOptions, ForwardDirection } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { never, optionalArmTime } from '../../protocol/armTime.ts';
import { azureDiskDetails, managedDisks, protectedDisks, resized, resyncProgress, stands } from './disks.ts';
import type { ItemReader } from './itemReader.ts';
import { forwardNics } from './nics.ts';
import { machineState } from './states.ts';

const queues = { source: 'sourceDataInMegaBytes', processServer: 'psDataInMegaBytes', target: 'targetDataInMegaBytes' };
const bytesPerMegabyte = 2 ** 20;

/** @param whole a get rather than a list, which is lighter (arm-contract §1) */
export function azureV2Details(reader: ItemReader, item: ItemView, whole: boolean): unknown {
  const { forward, source } = item;
  return {
    instanceType: 'InMageAzureV2',
    infrastructureVmId: forward.sourceMachineId,
    vCenterInfrastructureId: source.vCenterId,
    vmId: forward.sourceMachineId,
    ...machineStateOf(item),
    ...progressOf(item),
    ...replicationOf(reader, item, whole),
    ...agentOf(reader, item),
    osType: source.osType,
    osVersion: source.osVersion,
    osName: source.osVersion,
    discoveryType: source.platform === 'Physical' ? 'Physical' : 'vCenter',
    datastores: source.datastores,
    firmwareType: source.firmware,
    azureVmGeneration: source.firmware === 'UEFI' ? 'V2' : 'V1',
    replicaId: `${forward.sourceMachineId}_replica_${reader.server(item).containerName}`,
    ...targetOf(reader, item),
    ...optionsOf(forward.target.azure ?? {}),
    ...(whole ? disksOf(reader, item) : listedDisks),
    vmNics: forwardNics(reader, item),
    validationErrors: [],
    switchProviderBlockingErrorDetails: [],
    switchProviderDetails: null,
    supportedOSVersions: [],
    allAvailableOSUpgradeConfigurations: [],
  };
}

function machineStateOf(item: ItemView): object {
  const { word, description } = machineState(item);
  return { vmProtectionState: word, vmProtectionStateDescription: description };
}

function progressOf(item: ItemView): object {
  const { stage, percentage, transferredBytes, completed } = resyncProgress(item.pairs);
  return {
    protectionStage: stage,
    resyncProgressPercentage: percentage,
    isAdditionalStatsAvailable: !completed,
    totalDataTransferred: completed ? -1 : transferredBytes,
    totalProgressHealth: completed ? 'Completed' : stands(item) ? 'NoProgress' : 'InProgress',
  };
}

function replicationOf(reader: ItemReader, item: ItemView, whole: boolean): object {
  const { vault } = reader.scope;
  const churnInMB = Math.round(((vault.churnBps(item.itemId) ?? 0) / bytesPerMegabyte) * 1e6) / 1e6;
  return {
    rpoInSeconds: Math.floor((item.rpoMs ?? 0) / 1000),
    lastRpoCalculatedTime: optionalArmTime(item.lastRpoCalculatedMs),
    lastUpdateReceivedTime: optionalArmTime(reader.server(item).reportedMs),
    lastRecoveryPointReceived: whole ? optionalArmTime(vault.recoveryPoints(item.itemId).at(-1)?.timeMs) : null,
    compressedDataRateInMB: churnInMB,
    uncompressedDataRateInMB: churnInMB,
    processServerId: item.forward.processServerId,
    processServerName: reader.processServer(item)?.name ?? null,
    multiVmGroupId: item.groupId,
    multiVmGroupName: item.groupName,
    multiVmSyncStatus: reader.policy(item)?.multiVmSyncStatus ?? null,
  };
}

function agentOf(reader: ItemReader, item: ItemView): object {
  const agent = reader.agent(item);
  return {
    ipAddress: agent?.ipAddress ?? item.source.ipAddress,
    agentVersion: agent?.version ?? null,
    agentExpiryDate: agent === undefined ? null : never,
    isAgentUpdateRequired: isOlder(agent, reader.server(item).status?.version) ? 'Required' : 'NotRequired',
    isRebootAfterUpdateRequired: reader.home(item)?.rebootPending === true ? 'Required' : 'NotRequired',
    lastHeartbeat: optionalArmTime(agent?.lastHeartbeatMs),
  };
}

/** Versions count part by part. */
export function isOlder(agent: AgentReport | undefined, version: string | undefined): boolean {
  if (agent === undefined || version === undefined) return false;
  const [own, wanted] = [agent.version, version].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const place = wanted.findIndex((part, index) => (own[index] ?? 0) !== part);
  return place >= 0 && (own[place] ?? 0) < (wanted[place] ?? 0);
}

function targetOf(reader: ItemReader, item: ItemView): object {
  const { forward } = item;
  const { target, azureCopy } = forward;
  const { places } = reader;
  const managed = target.managedDisks === true;
  return {
    recoveryAzureVMName: target.azureMachineName,
    recoveryAzureVMSize: target.azureMachineSize,
    recoveryAzureStorageAccount: managed ? null : places.storageAccount(target.storageAccount),
    recoveryAzureLogStorageAccountId: managed || target.logStorageAccount !== target.storageAccount ? places.storageAccount(target.logStorageAccount) : null,
    selectedRecoveryAzureNetworkId: places.network(target.networkName),
    selectedTfoAzureNetworkId: places.network(target.testNetworkName),
    selectedSourceNicId: target.nics?.find(({ selection }) => selection !== 'NotSelected')?.nicId ?? null,
    targetVmId: azureCopy?.resourceId ?? places.machineBeforeFailover(groupIdOf(reader, forward)),
    recoveryAzureResourceGroupId: groupIdOf(reader, forward),
    useManagedDisks: String(managed),
  };
}

function groupIdOf(reader: ItemReader, { target }: ForwardDirection): string {
  return target.azure?.resourceGroupId ?? reader.places.groupId;
}

function optionsOf(options: AzureOptions): object {
  return {
    enableRdpOnTargetOption: options.enableRdpOnTargetOption ?? 'Never',
    recoveryAvailabilitySetId: options.availabilitySetId ?? '',
    targetAvailabilityZone: options.availabilityZone ?? null,
    targetProximityPlacementGroupId: options.proximityPlacementGroupId ?? null,
    licenseType: options.licenseType ?? 'NotSpecified',
    sqlServerLicenseType: options.sqlServerLicenseType ?? 'NotSpecified',
    targetVmTags: options.machineTags ?? {},
    seedManagedDiskTags: options.seedDiskTags ?? {},
    targetManagedDiskTags: options.diskTags ?? {},
    targetNicTags: options.nicTags ?? {},
  };
}

const listedDisks = {
  protectedDisks: [],
  protectedManagedDisks: [],
  azureVMDiskDetails: null,
  diskResized: null,
  masterTargetId: null,
  sourceVmCpuCount: 0,
  sourceVmRamSizeInMB: 0,
  vhdName: null,
  osDiskId: null,
};

function disksOf(reader: ItemReader, item: ItemView): object {
  const pairs = reader.pairs(item);
  const osDisk = pairs.find((pair) => pair.osDisk);
  return {
    protectedDisks: protectedDisks(reader, item, queues).map((disk) => ({ ...disk, secondsToTakeSwitchProvider: null })),
    protectedManagedDisks: managedDisks(reader, item, groupIdOf(reader, item.forward)),
    azureVMDiskDetails: azureDiskDetails(reader, item),
    diskResized: pairs.some((pair) => resized(pair) === 'Resized') ? 'Resized' : 'NotResized',
    // The one that is built into the configuration server; replication to Azure does not pass it in the lab.
    masterTargetId: item.configServerId,
    sourceVmCpuCount: item.source.cpuCount,
    sourceVmRamSizeInMB: Math.floor(item.source.memoryBytes / bytesPerMegabyte),
    vhdName: osDisk?.diskName ?? null,
    osDiskId: osDisk?.diskId ?? null,
  };
}
