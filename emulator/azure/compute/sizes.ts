// Sizes of Azure VMs: what a machine gets, and how many network cards and data disks it may have (Documented; a small part of Azure's list).

export interface MachineSize {
  readonly name: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly maximumNics: number;
  readonly maximumDataDisks: number;
}

const gib = 2 ** 30;
const size = (name: string, cpuCount: number, memoryGiB: number, limits: { nics: number; dataDisks: number }): MachineSize => ({
  name,
  cpuCount,
  memoryBytes: memoryGiB * gib,
  maximumNics: limits.nics,
  maximumDataDisks: limits.dataDisks,
});

/** Ascending, so that the first one that is large enough is the smallest. */
export const machineSizes: readonly MachineSize[] = [
  size('Standard_A1_v2', 1, 2, { nics: 2, dataDisks: 2 }),
  size('Standard_DS1_v2', 1, 3.5, { nics: 2, dataDisks: 4 }),
  size('Standard_F2s_v2', 2, 4, { nics: 2, dataDisks: 4 }),
  size('Standard_A2_v2', 2, 4, { nics: 2, dataDisks: 4 }),
  size('Standard_DS2_v2', 2, 7, { nics: 2, dataDisks: 8 }),
  size('Standard_D2s_v3', 2, 8, { nics: 2, dataDisks: 4 }),
  size('Standard_F4s_v2', 4, 8, { nics: 2, dataDisks: 8 }),
  size('Standard_DS3_v2', 4, 14, { nics: 4, dataDisks: 16 }),
  size('Standard_D4s_v3', 4, 16, { nics: 2, dataDisks: 8 }),
  size('Standard_F8s_v2', 8, 16, { nics: 4, dataDisks: 16 }),
  size('Standard_DS4_v2', 8, 28, { nics: 8, dataDisks: 32 }),
  size('Standard_D8s_v3', 8, 32, { nics: 4, dataDisks: 16 }),
  size('Standard_DS5_v2', 16, 56, { nics: 8, dataDisks: 64 }),
  size('Standard_D16s_v3', 16, 64, { nics: 8, dataDisks: 32 }),
  size('Standard_D32s_v3', 32, 128, { nics: 8, dataDisks: 32 }),
  size('Standard_D64s_v3', 64, 256, { nics: 8, dataDisks: 32 }),
];

export function findSize(name: string): MachineSize | undefined {
  return machineSizes.find((one) => one.name === name);
}

/** The smallest size that has room for a machine; the largest when none has. */
export function sizeFor(machine: { cpuCount: number; memoryBytes: number; dataDisks: number }): MachineSize {
  const fits = machineSizes.find(
    (one) => one.cpuCount >= machine.cpuCount && one.memoryBytes >= machine.memoryBytes && one.maximumDataDisks >= machine.dataDisks,
  );
  return fits ?? (machineSizes.at(-1) as MachineSize);
}
