// Everything the views show, as one value with a revision: a view is a function of the last one, so a missed message costs nothing.
import type { ClockState, JobRecord, LabStatus } from '../../emulator/contract/resources.ts';
import type {
  AzureVirtualMachine,
  Fabric,
  Job,
  Policy,
  ProtectableItem,
  ProtectionContainerMapping,
  RecoveryPlan,
  ReplicationProtectedItem,
  VaultEvent,
  VCenter,
} from '../client/vaultClient.ts';

/** `lost`: it ended although nobody asked it to. */
export type LabState = 'stopped' | 'starting' | 'running' | 'lost';

/** What Azure's interface says. */
export interface VaultSnapshot {
  readonly items: readonly ReplicationProtectedItem[];
  readonly protectableItems: readonly ProtectableItem[];
  readonly plans: readonly RecoveryPlan[];
  readonly policies: readonly Policy[];
  readonly mappings: readonly ProtectionContainerMapping[];
  readonly fabrics: readonly Fabric[];
  readonly vCenters: readonly VCenter[];
  /** Newest first; those that run, and those that were opened, with their tasks. */
  readonly jobs: readonly Job[];
  /** Newest first. */
  readonly events: readonly VaultEvent[];
  readonly virtualMachines: readonly AzureVirtualMachine[];
}

/** Parts of the vault that are read as one. */
export type VaultPart = keyof VaultSnapshot;

export interface LabSnapshot {
  readonly revision: number;
  readonly state: LabState;
  /** Folder of the lab. */
  readonly dir: string;
  readonly clock: ClockState | undefined;
  /** What only the lab's own interface knows: roles, links, faults, machines wherever they stand. */
  readonly lab: LabStatus | undefined;
  readonly vault: VaultSnapshot;
  /** The lab's own record of running jobs by id: it comes with the feed, before Azure's is read. */
  readonly runningJobs: ReadonlyMap<string, JobRecord>;
  /** Why nothing can be shown, if so. */
  readonly problem: string | undefined;
}

export const emptyVault: VaultSnapshot = {
  items: [],
  protectableItems: [],
  plans: [],
  policies: [],
  mappings: [],
  fabrics: [],
  vCenters: [],
  jobs: [],
  events: [],
  virtualMachines: [],
};

export function emptySnapshot(dir: string): LabSnapshot {
  return { revision: 0, state: 'stopped', dir, clock: undefined, lab: undefined, vault: emptyVault, runningJobs: new Map(), problem: undefined };
}
