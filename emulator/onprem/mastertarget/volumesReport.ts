// The part of a master target's report that is about its retention drives and what is wrong with it.
import type { LabError } from '../../kernel/errors.ts';
import type { MasterTargetReport } from '../../replication/reports.ts';
import { retentionVolumeErrors } from './prerequisites.ts';
import type { RetentionVolume } from './retentionVolume.ts';

/** The product shows a share of the drive below which it warns; the figure is its default. */
const thresholdPercentage = 25;

/** @param problems of disks, besides those of the drives themselves */
export function volumesReport(
  volumes: readonly RetentionVolume[],
  problems: readonly LabError[],
): Pick<MasterTargetReport, 'retentionVolumes' | 'validationErrors'> {
  return {
    retentionVolumes: volumes.map(({ definition: { volumeName, capacityBytes, fileSystem }, freeBytes }) => ({
      volumeName,
      capacityBytes,
      freeBytes,
      thresholdPercentage,
      fileSystem,
    })),
    validationErrors: [...volumes.flatMap(({ definition }) => retentionVolumeErrors(definition, definition.volumeName)), ...problems].map((problem) =>
      problem.toBody(),
    ),
  };
}
