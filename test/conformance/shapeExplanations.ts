// Why the lab's answers are not in everything of the shape that was recorded, row by row; a row that explains nothing any more is an error too.
import type { ShapeDifference } from './shapes.ts';

export interface ShapeExplanation {
  readonly at: RegExp;
  readonly kind: ShapeDifference['kind'];
  readonly path: RegExp;
  readonly because: string;
}

const fabric = /^replicationFabrics(\/\*)?$/;
const item = /\/replicationProtectedItems(\/\*)?$/;
const job = /^replicationJobs\/\*$/;

export const shapeExplanations: readonly ShapeExplanation[] = [
  // Missing: what the recorded service was and the lab is not.
  {
    at: /^vaults\/\*$/,
    kind: 'missing',
    path: /^properties\.(backupStorageVersion|securitySettings\.)/,
    because: 'A matter of Azure Backup, which shares the vault.',
  },
  {
    at: /^replicationSupportedOperatingSystems$/,
    kind: 'missing',
    path: /<A2A>/,
    because: 'Machines of Azure are another architecture.',
  },
  { at: fabric, kind: 'missing', path: /customDetails<(Azure|HyperVSite|VMM)>/, because: 'Sites of other architectures in the recorded vault.' },
  { at: fabric, kind: 'missing', path: /encryptionDetails\.kekCert/, because: 'Certificates of the VMM sites in the recorded vault.' },
  {
    at: fabric,
    kind: 'missing',
    path: /customDetails<VMware>\.(webLoad|databaseServerLoad|psTemplateVersion)/,
    because: "The lab's configuration server has no web server, no MySQL and no appliance template whose load or version it could tell.",
  },
  {
    at: fabric,
    kind: 'missing',
    path: /masterTargetServers\[\]\.(marsAgentExpiryDate|dataStores\[\]\.uuid)/,
    because: "There is no MARS agent on the lab's master targets, and vSphere's REST interface, by which they see datastores, has no UUID of them.",
  },
  {
    at: /\/replicationProtectedItems$/,
    kind: 'missing',
    path: /<InMage>\.vCenterInfrastructureId/,
    because: 'Null for one of the two recorded items on their way home.',
  },
  { at: /\/replicationProtectableItems$/, kind: 'missing', path: /^nextLink:/, because: 'The recorded site has more machines than a page holds.' },
  { at: item, kind: 'missing', path: /protectedDisks\[\]\.healthErrorCode/, because: 'The recorded disk waits for resynchronisation.' },
  { at: item, kind: 'missing', path: /vmNics\[\]\.replicaNicStaticIPAddress/, because: 'The recorded item had a static address before it was changed again.' },
  { at: job, kind: 'missing', path: /^error\.(code|message)/, because: 'The recorded drill fails for want of quota; the one here finds room.' },

  // Extra: what the lab knows or does beyond the recording.
  { at: job, kind: 'extra', path: /protectedItemDetails\[\]\.testVm/, because: 'The recorded drill failed before its machine had a name.' },
  { at: job, kind: 'extra', path: /<FailoverJobDetails>\.protectedItemDetails\[\]\.friendlyName/, because: 'Null in the recording; the machine has a name.' },
  {
    at: /^replicationSupportedOperatingSystems$/,
    kind: 'extra',
    path: /<InMage(AzureV2)?>/,
    because: 'The recorded vault told of the one architecture that was asked for by default then; this one tells of its own.',
  },
  {
    at: fabric,
    kind: 'extra',
    path: /\.(agentExpiryDate|agentVersionDetails\.\w+|health|psStatsRefreshTime|throughput\w+):/,
    because: 'Fields of 2021 and later (arm-contract §5.1-5.3), which clients of before pass over.',
  },
  { at: fabric, kind: 'extra', path: /retentionVolumes\[\]\.thresholdPercentage/, because: 'Null in the recording; the lab has a threshold.' },
  {
    at: /\/replicationRecoveryServicesProviders$/,
    kind: 'extra',
    path: /\.(providerVersionExpiryDate|providerVersionDetails\.\w+|machineId|machineName):/,
    because: 'Fields of 2021 and later (arm-contract §5.4).',
  },
  {
    at: item,
    kind: 'extra',
    path: /properties\.(healthErrors\[\]\.\w+|eventCorrelationId|failoverHealthErrors\[\]\.(errorCategory|errorId|customerResolvability)):/,
    because: 'The names of 2018 and later stand beside the old ones (arm-contract §8).',
  },
  {
    at: item,
    kind: 'extra',
    path: /\.(enableRdpOnTargetOption|sourceVmCpuCount|sourceVmRamSizeInMB|ipConfigs\[\]\.\w+):/,
    because: 'The names of 2018 and later stand beside the old ones (arm-contract §8).',
  },
  {
    at: item,
    kind: 'extra',
    path: /\.(isAdditionalStatsAvailable|totalDataTransferred|totalProgressHealth|lastRecoveryPointReceived|processServerName|agentExpiryDate|osName|firmwareType|azureVmGeneration|sqlServerLicenseType):/,
    because: 'Fields of 2018 and later (arm-contract §5.7).',
  },
  {
    at: item,
    kind: 'extra',
    path: /protectedDisks\[\]\.(resyncProcessedBytes|resyncTotalTransferredBytes|resyncLastDataTransferTimeUTC|resyncStartTime|progressHealth|progressStatus):/,
    because: 'Fields of 2023-06-01 (arm-contract §5.7).',
  },
  {
    at: item,
    kind: 'extra',
    path: /vmNics\[\]\.(enableAcceleratedNetworkingOn\w+|reuseExistingNic|tfoReuseExistingNic|replicaNicStaticIPAddress):/,
    because: 'Fields of 2021 and later, and an address that the recorded item had none of (arm-contract §5.9).',
  },
  {
    at: item,
    kind: 'extra',
    path: /\.(failoverRecoveryPointId|primaryFabricProvider|selectedSourceNicId|recoveryAvailabilitySetId|recoveryAzureLogStorageAccountId|lastSuccessful(Test)?FailoverTime):/,
    because: 'Present in some recordings and null in others; here they have a value, or the empty text that stands for none (arm-contract §5.6, §5.7).',
  },
];

export function explains(explanation: ShapeExplanation, difference: ShapeDifference): boolean {
  return explanation.kind === difference.kind && explanation.at.test(difference.at) && explanation.path.test(difference.path);
}
