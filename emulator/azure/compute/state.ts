// Azure VMs of a lab: records and the rules they are made by (asr-behaviour §11.1).
import type { NicDefinition } from '../../machine/definition.ts';
import type { GuestConditions } from '../../machine/guest.ts';
import { LabError } from '../../kernel/errors.ts';
import { findSize, type MachineSize } from './sizes.ts';

export interface AzureDisk {
  readonly diskId: string;
  readonly name: string;
  /** Of the page blob, a fixed VHD. */
  readonly url: string;
  readonly sizeBytes: number;
  readonly osDisk: boolean;
}

export interface MachineOrder {
  readonly name: string;
  readonly size: string;
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion?: string;
  readonly firmware: 'BIOS' | 'UEFI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly disks: readonly AzureDisk[];
  /** Null: no network card. `subnetName` not in the network: the first alphabetically. `ipAddress` null: any; a taken one is an error unless `fallBack`. */
  readonly network: {
    readonly networkName: string;
    readonly subnetName: string | null;
    readonly ipAddress: string | null;
    readonly fallBack: boolean;
    /** Cards beside the primary one, in the same network. */
    readonly otherNics?: readonly { readonly subnetName: string | null; readonly ipAddress: string | null }[];
  } | null;
  /** How many network cards the machine should have; the size limits how many it keeps (asr-behaviour §11.1). Default: those of `network`. */
  readonly nicCount?: number;
  /** The machine it is a copy of; null for nothing. */
  readonly copyOf: { readonly machineId: string; readonly drill: boolean } | null;
  /** The inside of the guest; default: one that everything works on. */
  readonly guest?: GuestConditions;
  /** `/subscriptions/…/resourceGroups/…`; null or absent: that of the lab. */
  readonly resourceGroupId?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether its disks are shown as managed disks rather than as blobs of the customer's account. */
  readonly managedDisks?: boolean;
}

export interface AzureMachineRecord {
  readonly machineId: string;
  readonly resourceId: string;
  readonly order: MachineOrder;
  readonly nics: readonly NicDefinition[];
  /** Kept over restarts of the process: `resume` powers on what was on. */
  readonly poweredOn: boolean;
  /** Off and without a host; absent: false. */
  readonly deallocated?: boolean;
  /** Lab time; absent in records of before it was kept. */
  readonly createdMs?: number;
}

/** Limits of the subscription and region. */
export interface ComputeQuota {
  readonly machines: number;
  readonly nics: number;
}

const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** All that is wrong with an order, whatever else exists. @throws LabError AzureMachineInvalid with each violation in its details */
export function validateOrder(order: MachineOrder): MachineSize {
  const size = findSize(order.size);
  const dataDisks = order.disks.filter((disk) => !disk.osDisk).length;
  const violations: string[] = [];
  if (!namePattern.test(order.name))
    violations.push(`The name "${order.name}" must have 1 to 63 letters, digits and hyphens, and begin and end with a letter or digit.`);
  if (size === undefined) violations.push(`The size ${order.size} is not offered.`);
  if (order.disks.length - dataDisks !== 1) violations.push(`Exactly one OS disk is needed, ${order.disks.length - dataDisks} were given.`);
  if (size !== undefined && dataDisks > size.maximumDataDisks)
    violations.push(`${order.size} takes ${size.maximumDataDisks} data disks, ${dataDisks} were given.`);
  if (size === undefined || violations.length > 0)
    throw new LabError('AzureMachineInvalid', violations.join(' '), { details: violations.map((violation) => new LabError('AzureMachineInvalid', violation)) });
  return size;
}

/** How many network cards the machine gets. */
export function nicsToKeep(order: MachineOrder, size: MachineSize): number {
  return order.network === null ? 0 : Math.min(order.nicCount ?? 1 + (order.network.otherNics?.length ?? 0), size.maximumNics);
}

/** @throws LabError 28031, 28092 (asr-behaviour §7.2) */
export function requireQuota(quota: ComputeQuota, existing: readonly AzureMachineRecord[], wantedNics: number): void {
  if (existing.length + 1 > quota.machines) throw new LabError('28031', `${existing.length} of ${quota.machines} are used.`);
  const nics = existing.reduce((sum, machine) => sum + machine.nics.length, 0);
  if (nics + wantedNics > quota.nics) throw new LabError('28092', `${nics} of ${quota.nics} are used.`);
}
