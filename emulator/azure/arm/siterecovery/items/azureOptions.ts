// Wishes for the machine in Azure that creating and updating an item have in common (arm-contract §6.1, §6.2).
import type { AzureOptions } from '../../../vault/items/state.ts';
import type { Body } from '../../protocol/body.ts';

const licenseTypes = ['NotSpecified', 'NoLicenseType', 'WindowsServer'] as const;
const sqlServerLicenseTypes = ['NotSpecified', 'NoLicenseType', 'PAYG', 'AHUB'] as const;

/** Where the field of each wish is called otherwise in the two calls. */
export interface OptionNames {
  readonly resourceGroupId: string;
  readonly availabilitySetId: string;
}

/** Only what is there: an update leaves the rest. @param bodies in which each field may stand. An empty text clears it. */
export function azureOptions(bodies: readonly Body[], names: OptionNames): AzureOptions {
  const holder = (name: string): Body | undefined => bodies.find((body) => body.has(name));
  const text = (name: string): string | null | undefined => {
    const value = holder(name)?.optionalText(name);
    return value === '' ? null : value;
  };
  return defined({
    resourceGroupId: text(names.resourceGroupId),
    availabilitySetId: text(names.availabilitySetId),
    availabilityZone: text('targetAvailabilityZone'),
    proximityPlacementGroupId: text('targetProximityPlacementGroupId'),
    enableRdpOnTargetOption: text('enableRdpOnTargetOption') ?? undefined,
    licenseType: holder('licenseType')?.optionalWord('licenseType', licenseTypes),
    sqlServerLicenseType: holder('sqlServerLicenseType')?.optionalWord('sqlServerLicenseType', sqlServerLicenseTypes),
    machineTags: holder('targetVmTags')?.optionalTexts('targetVmTags'),
    seedDiskTags: holder('seedManagedDiskTags')?.optionalTexts('seedManagedDiskTags'),
    diskTags: holder('targetManagedDiskTags')?.optionalTexts('targetManagedDiskTags'),
    nicTags: holder('targetNicTags')?.optionalTexts('targetNicTags'),
  });
}

/** Without the fields that are undefined. */
export function defined<T extends object>(record: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}
