// What must hold before a master target takes a machine's disks (asr-behaviour §7.3): facts in, all violations out.
import { LabError } from '../../kernel/errors.ts';
import type { RetentionVolumeDefinition } from './retentionVolume.ts';

/** asr-behaviour §7.3, Documented. */
export const attachedDisksLimit = 60;

/** A volume as a master target may use it for retention: separate, not FAT, not empty. @returns the violations */
export function retentionVolumeErrors(volume: RetentionVolumeDefinition | undefined, wanted: string): LabError[] {
  if (volume === undefined) return [new LabError('RetentionDriveMissing', wanted)];
  const errors: LabError[] = [];
  if (/^(ex)?fat(12|16|32)?$/i.test(volume.fileSystem)) errors.push(new LabError('RetentionDriveUnsuitable', `${volume.volumeName} is ${volume.fileSystem}.`));
  if (volume.capacityBytes <= 0) errors.push(new LabError('RetentionDriveUnsuitable', `${volume.volumeName} has no size.`));
  return errors;
}

export interface AttachFacts {
  readonly retentionDrive: string;
  readonly volume: RetentionVolumeDefinition | undefined;
  /** Disks that the master target holds now for others, and how many this machine adds. */
  readonly attachedDisks: number;
  readonly addedDisks: number;
  readonly masterTarget: { readonly osType: 'Windows' | 'Linux'; readonly snapshots: number; readonly scsiTypes: readonly string[] };
  readonly machineOsType: 'Windows' | 'Linux';
  /** Each that holds, or will hold, one of the disks; `undefined` type: vCenter does not know it. */
  readonly datastores: readonly { readonly name: string; readonly type: string | undefined; readonly accessible: boolean }[];
  /** A machine in the way of the one to be created. */
  readonly nameTaken: string | null;
}

/** @returns all violations, in the order of the documentation's table */
export function attachErrors(facts: AttachFacts): LabError[] {
  const { masterTarget } = facts;
  const errors: LabError[] = [];
  if (masterTarget.osType !== facts.machineOsType) errors.push(new LabError('MasterTargetOsMismatch', `${masterTarget.osType} and ${facts.machineOsType}.`));
  const disks = facts.attachedDisks + facts.addedDisks;
  if (disks > attachedDisksLimit)
    errors.push(new LabError('MasterTargetDisksExceeded', `${facts.attachedDisks} are attached, ${facts.addedDisks} more are asked for.`));
  if (masterTarget.snapshots > 0) errors.push(new LabError('MasterTargetHasSnapshots', `${masterTarget.snapshots}.`));
  if (masterTarget.scsiTypes.includes('PVSCSI')) errors.push(new LabError('MasterTargetParavirtual'));
  errors.push(...retentionVolumeErrors(facts.volume, facts.retentionDrive));
  for (const { name, type, accessible } of facts.datastores) {
    if (type === undefined || !accessible) errors.push(new LabError('8061', name));
    else if (type !== 'VMFS' && type !== 'VSAN') errors.push(new LabError('DatastoreNotSupported', `${name} is ${type}.`));
  }
  if (facts.nameTaken !== null) errors.push(new LabError('78052', facts.nameTaken));
  return errors;
}

/** One violation is thrown as itself, several as the first with all as details. */
export function throwAll(errors: readonly LabError[]): void {
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const together = new LabError(first.code, '', { details: errors });
  together.message = errors.map((error) => error.message).join(' ');
  throw together;
}
