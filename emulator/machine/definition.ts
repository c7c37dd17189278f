// What a machine is made of, as plain data: the hosting role stores it, the running guest is built from it.
import type { GuestConditions } from './guest.ts';

export interface NicDefinition {
  /** The MAC address: the product's `nicId` (asr-behaviour §2.1). */
  readonly nicId: string;
  readonly network: string;
  /** IPv4; null: none assigned, such a machine cannot be protected. */
  readonly ipAddress: string | null;
}

export interface DiskDefinition {
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Holds the boot volume. */
  readonly osDisk: boolean;
  /** A Windows dynamic disk. */
  readonly dynamic: boolean;
  /** Logical sector size the guest sees: 512, or 4096 for a disk the product refuses. */
  readonly sectorBytes: number;
  /** Left out of replication by the user. */
  readonly excluded?: boolean;
}

export interface MachineDefinition {
  /** Where it runs decides what this is: vCenter instance uuid, physical server id, or Azure VM id. */
  readonly machineId: string;
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical' | 'Azure';
  readonly osType: 'Windows' | 'Linux';
  /** As a person would write it: `Windows Server 2016`, `Ubuntu 16.04`. */
  readonly osVersion: string;
  readonly architecture: '64-bit' | '32-bit';
  readonly firmware: 'BIOS' | 'UEFI';
  readonly secureBoot: boolean;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly nics: readonly NicDefinition[];
  readonly disks: readonly DiskDefinition[];
  readonly guest: GuestConditions;
}
