// The retention drive of a master target, named as its operating system names drives (asr-behaviour §7.3).
import type { RetentionVolumeDefinition } from '../onprem/mastertarget/retentionVolume.ts';

export function retentionVolume(drive: { osType: 'Windows' | 'Linux'; folder: string; capacityBytes: number }): RetentionVolumeDefinition {
  const { osType, folder, capacityBytes } = drive;
  const windows = osType === 'Windows';
  return { volumeName: windows ? 'R:' : '/mnt/retention', folder, capacityBytes, fileSystem: windows ? 'NTFS' : 'ext4' };
}
