// What the vault's operations share: records, jobs, the link to the sites, pair targets, points and events.
import type { JobRunner } from '../../kernel/jobs.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { VaultDeps } from './deps.ts';
import type { EventLog } from './health/events.ts';
import type { PairTargets } from './items/pairTargets.ts';
import type { RecoveryPoints } from './items/recoveryPoints.ts';
import { documentedDurations, type DurationName, type Profile } from './profiles.ts';
import type { Records } from './records.ts';
import type { SiteLink } from './site/siteLink.ts';

export interface VaultContext {
  readonly kernel: Kernel;
  readonly deps: VaultDeps;
  readonly profile: Profile;
  readonly records: Records;
  readonly jobs: JobRunner;
  readonly events: EventLog;
  readonly site: SiteLink;
  readonly pairTargets: PairTargets;
  readonly points: RecoveryPoints;
}

export function durationMs(context: VaultContext, name: DurationName): number {
  return context.deps.durations === 'none' ? 0 : documentedDurations[name].value;
}
