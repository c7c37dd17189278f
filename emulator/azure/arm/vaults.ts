// The vaults of the subscription as ARM knows them: a resource in a resource group, with the engine that does its work.
import type { TimeMs } from '../../kernel/clock.ts';
import type { JobView } from '../../kernel/jobRecord.ts';
import type { Vault } from '../vault/vault.ts';

/** What ARM keeps of a vault beside its engine (arm-contract §4.2). */
export interface VaultResource {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly skuName: 'Standard' | 'RS0';
  readonly publicNetworkAccess: 'Enabled' | 'Disabled';
  /** As the client gave it; the service only keeps it. */
  readonly monitoringSettings: unknown;
  readonly changedMs: TimeMs;
}

export interface VaultEntry {
  readonly resource: VaultResource;
  readonly vault: Vault;
}

export interface VaultDirectory {
  list(): readonly VaultEntry[];
  /** Names match in any case. */
  find(place: { resourceGroupName: string; name: string }): VaultEntry | undefined;
  /** A job of any vault. @throws LabError JobNotFound */
  job(jobId: string): JobView;
}
