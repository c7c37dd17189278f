// Operations on machines: power, programs, marks, snapshots, and making new ones.
import type { JobRecord, MachineRecord, RecoveryPointRecord, SnapshotRecord } from '../resources.ts';
import type { Nothing, OfMachine, Operation } from './operation.ts';

/** A new machine; its disks are empty until something is written or imported. */
export interface NewMachine {
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical';
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion?: string;
  readonly firmware?: 'BIOS' | 'UEFI';
  readonly ipAddress?: string;
  readonly cpuCount?: number;
  readonly memoryBytes?: number;
  /** The first is the OS disk. */
  readonly diskBytes: readonly number[];
  readonly datastore?: string;
}

export interface MachineOperations {
  'machine.list': Operation<Nothing, readonly MachineRecord[]>;
  'machine.power': Operation<OfMachine & { readonly to: 'on' | 'off' | 'shutdown' }, MachineRecord>;
  /** Stops or starts the machine's own writers while the guest keeps running; holds for its copies on the other side too, until told otherwise. */
  'machine.workload': Operation<OfMachine & { readonly to: 'running' | 'stopped' }, MachineRecord>;
  /** A recovery point of what the disks hold now; ends when it can be used. */
  'machine.mark': Operation<OfMachine & { readonly consistency: RecoveryPointRecord['consistency'] }, RecoveryPointRecord>;
  'snapshot.list': Operation<OfMachine, readonly SnapshotRecord[]>;
  'snapshot.create': Operation<OfMachine & { readonly name: string }, SnapshotRecord>;
  'snapshot.remove': Operation<OfMachine & { readonly snapshotId: string }, Nothing>;
  'machine.add': Operation<NewMachine, MachineRecord>;
  /** Off and not protected; with its disks. */
  'machine.remove': Operation<OfMachine, Nothing>;
  /** Changes what a push installation, a discovery or a VSS snapshot finds inside (`wmi`, `ssh`, `freeBytes`, `vssWorks`, `rebootPending`, `clockSkewMs` …). */
  'machine.guest': Operation<OfMachine & { readonly change: Readonly<Record<string, boolean | number | string>> }, Readonly<Record<string, unknown>>>;
  /** By hand, as an administrator of the guest. */
  'machine.installMobility': Operation<OfMachine, MachineRecord>;
  'machine.updateMobility': Operation<OfMachine, JobRecord>;
}
