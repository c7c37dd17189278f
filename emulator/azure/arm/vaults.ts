// What ARM asks of the subscription's vaults when a call is about one of them.
import type { JobView } from '../../kernel/jobRecord.ts';
import type { VaultEntry, VaultPlace } from '../vault/vaults.ts';

export interface VaultDirectory {
  list(): readonly Pick<VaultEntry, 'resource' | 'vault'>[];
  /** Names match in any case. */
  find(place: VaultPlace): Pick<VaultEntry, 'resource' | 'vault'> | undefined;
  /** A job of any vault. @throws LabError JobNotFound */
  job(jobId: string): JobView;
}
