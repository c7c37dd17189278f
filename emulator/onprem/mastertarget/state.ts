// What a master target keeps of its work: the disks it holds, and the machines it had made.

/** One disk in the hands of the master target. */
export interface HeldDisk {
  readonly pairId: string;
  readonly diskId: string;
  readonly sizeBytes: number;
  /** Base64, 32 bytes. */
  readonly key: string;
  readonly retentionDrive: string;
  readonly vmdkFile: string;
  /** Instance uuid of the machine in vCenter that the disk belongs to. */
  readonly machineId: string;
  /** `returning`: brought back to `snapshotId` (null: left as it is) and given back; takes no more batches. */
  readonly state: 'attached' | 'returning';
  readonly snapshotId: string | null;
}

/** Written before a machine is created in vCenter, so that a kill in between does not make a second one. */
export interface MachineCreation {
  readonly taskId: string;
  readonly name: string;
}
