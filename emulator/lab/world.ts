// What the parts of a composition share while the lab is put together.
import type { LabPorts, SeparateRole } from '../contract/labOptions.ts';
import type { Store } from '../kernel/store.ts';
import type { Estate } from './estate.ts';
import type { Guests } from './guests.ts';
import type { Household } from './household.ts';
import type { LabFolder } from './labFolder.ts';
import type { LabKernel } from './openKernel.ts';
import type { Runbooks } from './runbooks/runbooks.ts';

export interface World {
  readonly kernel: LabKernel;
  readonly folder: LabFolder;
  readonly store: Store;
  readonly estate: Estate;
  readonly household: Household;
  readonly guests: Guests;
  /** Scripts that stand for runbooks; they end before the vaults that ask for them. */
  readonly runbooks: Runbooks;
  readonly ports: LabPorts;
  /** Components that run as processes of their own. */
  readonly processes: readonly SeparateRole[];
}
