// Limits and documented durations by year of the product: data with source and evidence mark, never constants in the rules.

export type ProfileName = '2017' | '2019' | '2023';
export type EvidenceMark = 'Observed' | 'Documented' | 'Inferred' | 'Unverified';

export interface Limit {
  readonly value: number;
  /** Section of the behavioural reference. */
  readonly source: string;
  readonly mark: EvidenceMark;
}

const limit = (value: number, source: string, mark: EvidenceMark): Limit => ({ value, source, mark });
const gibibyte = 2 ** 30;
const hourMs = 3_600_000;

export interface Profile {
  readonly osDiskBytes: Limit;
  /** Machines with UEFI become generation 2. */
  readonly osDiskGeneration2Bytes: Limit;
  readonly dataDiskBytes: Limit;
  readonly dataDisks: Limit;
  readonly minimumDiskBytes: Limit;
  readonly retentionMs: Limit;
  readonly groupMembers: Limit;
  readonly planGroups: Limit;
  readonly planMembers: Limit;
  readonly masterTargetDisks: Limit;
  readonly azureNameLength: Limit;
  /** Mean bytes per second that one disk may change on a standard target, and all disks of a machine together. */
  readonly churnPerDiskBps: Limit;
  readonly churnPerMachineBps: Limit;
  /** A component may be this many versions behind the configuration server. */
  readonly versionsBehind: Limit;
  /** A drill that nobody cleans up is ended after so long; absent: never. */
  readonly openDrillMs?: Limit;
  /** Whether machines with UEFI firmware are protected at all, and may fail back. */
  readonly uefi: { readonly protect: boolean; readonly failback: boolean; readonly source: string; readonly mark: EvidenceMark };
  /** Replicas are page blobs of a storage account, or managed disks (asr-behaviour §11.3). */
  readonly replicas: 'storageAccount' | 'managedDisk';
}

const common = {
  dataDisks: limit(64, '§11.1', 'Documented'),
  minimumDiskBytes: limit(gibibyte, '§11.1', 'Documented'),
  groupMembers: limit(16, '§12', 'Unverified'),
  planGroups: limit(7, '§8', 'Documented'),
  planMembers: limit(100, '§8', 'Documented'),
  masterTargetDisks: limit(60, '§7.3', 'Documented'),
  azureNameLength: limit(63, '§11.1', 'Documented'),
  churnPerDiskBps: limit(2e6, '§4.7', 'Documented'),
  churnPerMachineBps: limit(54e6, '§4.7', 'Documented'),
  versionsBehind: limit(4, '§1.4', 'Documented'),
} as const;

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '2017': {
    ...common,
    osDiskBytes: limit(2048 * gibibyte, '§11.1', 'Documented'),
    osDiskGeneration2Bytes: limit(300 * gibibyte, '§11.1', 'Documented'),
    dataDiskBytes: limit(4095 * gibibyte, '§11.1', 'Documented'),
    retentionMs: limit(72 * hourMs, '§3.1', 'Documented'),
    openDrillMs: limit(14 * 24 * hourMs, '§7.1', 'Documented'),
    uefi: { protect: true, failback: false, source: '§11.2', mark: 'Documented' },
    replicas: 'storageAccount',
  },
  '2019': {
    ...common,
    osDiskBytes: limit(2048 * gibibyte, '§11.1', 'Documented'),
    osDiskGeneration2Bytes: limit(2048 * gibibyte, '§11.1', 'Documented'),
    dataDiskBytes: limit(8192 * gibibyte, '§11.1', 'Documented'),
    retentionMs: limit(72 * hourMs, '§3.1', 'Documented'),
    uefi: { protect: true, failback: false, source: '§11.2', mark: 'Documented' },
    replicas: 'managedDisk',
  },
  '2023': {
    ...common,
    osDiskBytes: limit(2048 * gibibyte, '§11.1', 'Documented'),
    osDiskGeneration2Bytes: limit(4095 * gibibyte, '§11.1', 'Documented'),
    dataDiskBytes: limit(32_767 * gibibyte, '§11.1', 'Documented'),
    retentionMs: limit(15 * 24 * hourMs, '§3.1', 'Documented'),
    uefi: { protect: true, failback: true, source: '§11.2', mark: 'Documented' },
    replicas: 'managedDisk',
  },
};

/** How long steps were seen or are said to take, in milliseconds of lab time. */
export const documentedDurations = {
  associatePolicyMs: limit(11_000, '§3.2', 'Observed'),
  enablePrerequisitesMs: limit(2400, '§4.2', 'Observed'),
  failoverMs: limit(98_000, '§7.2', 'Observed'),
  failbackPrerequisitesMs: limit(58_000, '§7.4', 'Observed'),
  failbackMs: limit(140_000, '§7.4', 'Observed'),
  failbackCommitMs: limit(110_000, '§7.4', 'Observed'),
  hydrationMs: limit(9 * 60_000, '§7.2', 'Documented'),
  processServerChangeMs: limit(4000, '§4.2', 'Observed'),
  testCleanupMs: limit(60_000, '§7.1', 'Inferred'),
} as const satisfies Record<string, Limit>;

export type DurationName = keyof typeof documentedDurations;
