// What a lab consists of at its beginning, as plain data: a scenario is one of these, and a user's own file too.
import type { GuestConditions } from '../machine/guest.ts';
import type { WorkloadSettings } from '../machine/workload/makeWorkload.ts';

/** A program with the number of the disk it writes to, instead of the disk's id. */
export type EstateWorkload = { [Kind in WorkloadSettings as Kind['kind']]: Omit<Kind, 'diskId'> & { readonly disk: number } }[WorkloadSettings['kind']];

export interface EstateMachine {
  readonly name: string;
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion: string;
  readonly firmware: 'BIOS' | 'UEFI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly ipAddress: string;
  /** The first is the OS disk; `contentBytes` of recognisable files are written to each at the start. */
  readonly disks: readonly { readonly sizeBytes: number; readonly contentBytes: number }[];
  readonly workloads: readonly EstateWorkload[];
  /** Replication group it is meant for; null: alone. */
  readonly group: string | null;
  readonly guest?: Partial<GuestConditions>;
}

export interface Estate {
  readonly name: string;
  readonly profile: '2017' | '2019' | '2023';
  readonly vault: { readonly name: string; readonly region: string; readonly resourceGroup: string };
  readonly configServer: { readonly name: string };
  readonly processServers: readonly { readonly name: string; readonly inAzure: boolean; readonly cacheLimitBytes: number }[];
  readonly masterTargets: readonly { readonly name: string; readonly osType: 'Windows' | 'Linux'; readonly retentionBytes: number }[];
  /** One datacenter with one cluster; every host sees every datastore. */
  readonly vCenter: {
    readonly name: string;
    readonly datacenter: string;
    readonly hosts: readonly string[];
    readonly datastores: readonly { readonly name: string; readonly type: 'VMFS' | 'NFS' | 'vSAN'; readonly capacityBytes: number }[];
    readonly network: string;
  };
  readonly virtualMachines: readonly EstateMachine[];
  readonly physicalServers: readonly EstateMachine[];
  readonly azure: {
    readonly networks: readonly {
      readonly name: string;
      readonly addressSpace: string;
      readonly subnets: readonly { readonly name: string; readonly addressPrefix: string }[];
    }[];
  };
  readonly policies: readonly {
    readonly name: string;
    readonly retentionMs: number;
    readonly appConsistentIntervalMs: number;
    readonly rpoThresholdMs: number;
  }[];
}
