// What every program in a guest looks like: it writes real bytes at a set pace and can be brought to rest.
import type { BlockDevice } from '../../disk/blockDevice.ts';

/** The part of a machine that a program sees. */
export interface WorkloadHost {
  readonly name: string;
  /** @throws LabError NotFound when the machine has no such disk */
  disk(diskId: string): BlockDevice;
}

export interface WorkloadStatus {
  readonly kind: string;
  readonly diskId: string;
  readonly running: boolean;
  /** Bytes given to the disk since the process began. */
  readonly writtenBytes: number;
  /** Set when the program found its own records damaged and stopped writing. */
  readonly problem: string | null;
}

/** Bound to one disk by its id; it survives power cycles and finds its place again from what is on the disk. */
export interface Workload {
  readonly name: string;
  /** Opens or formats its region and begins to write. */
  start(host: WorkloadHost): Promise<void>;
  /** `graceful` leaves clean records, `killed` ends after the write under way and leaves the rest as it is. */
  stop(how: 'graceful' | 'killed'): Promise<void>;
  /** Reaches a state that needs no recovery, and stays there until `resume` (the part of a VSS writer). */
  quiesce(): Promise<void>;
  resume(): Promise<void>;
  describe(): WorkloadStatus;
}
