// A small estate for the property test: disks just above the least size the product takes, next to nothing on them, and two process servers.
import type { Estate, EstateMachine } from '../../../emulator/lab/estate.ts';

const gibibyte = 2 ** 30;
const hourMs = 3_600_000;
export const diskBytes = gibibyte + 2 ** 20;

export interface WorldMachine {
  readonly name: string;
  readonly disks: number;
  readonly physical?: true;
  readonly group?: string;
}

export const siteProcessServers = ['CS01', 'PS02'] as const;

export function worldEstate(machines: readonly WorldMachine[]): Partial<Estate> {
  const definitions = machines.map(({ name, disks, group }, number): EstateMachine => ({
    name,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    firmware: 'BIOS',
    cpuCount: 1,
    memoryBytes: gibibyte,
    ipAddress: `10.0.0.${11 + number}`,
    disks: Array.from({ length: disks }, () => ({ sizeBytes: diskBytes, contentBytes: 0 })),
    workloads: [],
    group: group ?? null,
  }));
  const physical = new Set(machines.filter((one) => one.physical === true).map((one) => one.name));
  return {
    virtualMachines: definitions.filter((one) => !physical.has(one.name)),
    physicalServers: definitions.filter((one) => physical.has(one.name)),
    processServers: [
      ...siteProcessServers.map((name) => ({ name, inAzure: false, cacheLimitBytes: gibibyte / 4 })),
      { name: 'PS-AZURE', inAzure: true, cacheLimitBytes: gibibyte / 4 },
    ],
    masterTargets: [{ name: 'MT01', osType: 'Linux', retentionBytes: 4 * gibibyte }],
    policies: [{ name: 'policy', retentionMs: 24 * hourMs, appConsistentIntervalMs: hourMs, rpoThresholdMs: hourMs / 4 }],
  };
}
