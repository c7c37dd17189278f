// Operations on replicated items, from enabling to failback, and what they are asked with.
import type { ItemRecord, JobRecord, RecoveryPointRecord } from '../resources.ts';
import type { OfMachine, Operation } from './operation.ts';

/** asr-behaviour §5.4; anything else is a recovery point's id. */
export type PointChoice =
  | 'Latest'
  | 'LatestProcessed'
  | 'LatestApplicationConsistent'
  | 'LatestCrashConsistent'
  | 'LatestMultiVm'
  | 'LatestMultiVmApplicationConsistent'
  | { readonly pointId: string };

export interface EnableRequest extends OfMachine {
  readonly policy?: string;
  readonly processServer?: string;
  /** Run-as account for push installation; absent: the one that fits the operating system, if the Mobility service is not there already. */
  readonly account?: string;
  readonly group?: string;
  readonly network?: string;
  readonly subnet?: string;
  readonly azureName?: string;
  readonly azureSize?: string;
  /** Disk numbers, names or ids. */
  readonly disksToExclude?: readonly string[];
}

export interface FailoverRequest {
  readonly point?: PointChoice;
  /** Shut the source down first; fail-over goes on when that fails. */
  readonly shutdown?: boolean;
  /** The source may go on running beside its copy. */
  readonly acknowledgeRunningSource?: boolean;
}

export interface DrillRequest {
  readonly point?: PointChoice;
  readonly network?: string;
}

/** Absent fields are chosen by the lab when there is only one choice. */
export interface ReprotectRequest {
  readonly masterTarget?: string;
  readonly processServer?: string;
  readonly datastore?: string;
  readonly retentionDrive?: string;
  readonly policy?: string;
}

export interface ItemOperations {
  'item.enable': Operation<EnableRequest, JobRecord>;
  'item.disable': Operation<OfMachine, JobRecord>;
  'item.show': Operation<OfMachine, ItemRecord>;
  'item.points': Operation<OfMachine, readonly RecoveryPointRecord[]>;
  'item.resync': Operation<OfMachine, JobRecord>;
  'item.switchProcessServer': Operation<OfMachine & { readonly processServer: string }, JobRecord>;
  'item.testFailover': Operation<OfMachine & DrillRequest, JobRecord>;
  'item.testFailoverCleanup': Operation<OfMachine & { readonly notes?: string }, JobRecord>;
  'item.failover': Operation<OfMachine & FailoverRequest, JobRecord>;
  /** Always refused: planned failover does not exist for VMware and physical machines (asr-behaviour §7.2). */
  'item.plannedFailover': Operation<OfMachine, JobRecord>;
  'item.changePoint': Operation<OfMachine & { readonly point: PointChoice }, JobRecord>;
  'item.commit': Operation<OfMachine, JobRecord>;
  'item.completeMigration': Operation<OfMachine, JobRecord>;
  'item.reprotect': Operation<OfMachine & ReprotectRequest, JobRecord>;
  'item.failback': Operation<OfMachine & FailoverRequest, JobRecord>;
  /** How the machine will look in Azure; until failover. */
  'item.update': Operation<
    OfMachine & {
      readonly azureName?: string;
      readonly azureSize?: string;
      readonly network?: string | null;
      readonly subnet?: string | null;
      readonly ipAddress?: string | null;
    },
    JobRecord
  >;
}
