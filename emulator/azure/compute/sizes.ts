// Sizes of Azure VMs: what a machine gets, and how many network cards and data disks it may have (Documented; a small part of Azure's list).

export interface MachineSize {
  readonly name: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly maximumNics: number;
  readonly maximumDataDisks: number;
}

const bytesPerGib = 2 ** 30;
const size = (name: string, { cpus, gib, nics, dataDisks }: { cpus: number; gib: number; nics: number; dataDisks: number }): MachineSize => ({
  name,
  cpuCount: cpus,
  memoryBytes: gib * bytesPerGib,
  maximumNics: nics,
  maximumDataDisks: dataDisks,
});

/** Ascending, so that the first one that is large enough is the smallest. */
export const machineSizes: readonly MachineSize[] = [
  size('Standard_A1_v2', { cpus: 1, gib: 2, nics: 2, dataDisks: 2 }),
  size('Standard_DS1_v2', { cpus: 1, gib: 3.5, nics: 2, dataDisks: 4 }),
  size('Standard_F2s_v2', { cpus: 2, gib: 4, nics: 2, dataDisks: 4 }),
  size('Standard_A2_v2', { cpus: 2, gib: 4, nics: 2, dataDisks: 4 }),
  size('Standard_B2s', { cpus: 2, gib: 4, nics: 3, dataDisks: 4 }),
  size('Standard_DS2_v2', { cpus: 2, gib: 7, nics: 2, dataDisks: 8 }),
  size('Standard_D2s_v3', { cpus: 2, gib: 8, nics: 2, dataDisks: 4 }),
  size('Standard_B2ms', { cpus: 2, gib: 8, nics: 3, dataDisks: 4 }),
  size('Standard_F4s_v2', { cpus: 4, gib: 8, nics: 2, dataDisks: 8 }),
  size('Standard_DS3_v2', { cpus: 4, gib: 14, nics: 4, dataDisks: 16 }),
  size('Standard_D4s_v3', { cpus: 4, gib: 16, nics: 2, dataDisks: 8 }),
  size('Standard_B4ms', { cpus: 4, gib: 16, nics: 4, dataDisks: 8 }),
  size('Standard_F8s_v2', { cpus: 8, gib: 16, nics: 4, dataDisks: 16 }),
  size('Standard_DS4_v2', { cpus: 8, gib: 28, nics: 8, dataDisks: 32 }),
  size('Standard_D8s_v3', { cpus: 8, gib: 32, nics: 4, dataDisks: 16 }),
  size('Standard_DS5_v2', { cpus: 16, gib: 56, nics: 8, dataDisks: 64 }),
  size('Standard_D16s_v3', { cpus: 16, gib: 64, nics: 8, dataDisks: 32 }),
  size('Standard_D32s_v3', { cpus: 32, gib: 128, nics: 8, dataDisks: 32 }),
  size('Standard_D64s_v3', { cpus: 64, gib: 256, nics: 8, dataDisks: 32 }),
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
