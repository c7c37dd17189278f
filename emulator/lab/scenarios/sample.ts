// The sample estate: three virtual machines, two of which keep one set of books together, and one physical server.
import { sampleDiskEnd } from '../../machine/workload/sampleDisk.ts';
import type { Estate, EstateMachine } from '../estate.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const hourMs = 3_600_000;
/** Small, because every disk is read and hashed whole several times in a demonstration; the least size the product takes is just below. */
const diskBytes = 1280 * mebibyte;

function machine(name: string, rest: Pick<EstateMachine, 'osType' | 'ipAddress' | 'workloads' | 'group'> & { dataDisks?: number }): EstateMachine {
  const { dataDisks = 0, ...own } = rest;
  return {
    name,
    osVersion: own.osType === 'Windows' ? 'Windows Server 2016' : 'Ubuntu 16.04',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 4 * gibibyte,
    disks: [
      { sizeBytes: diskBytes, contentBytes: 4 * mebibyte },
      ...Array.from({ length: dataDisks }, () => ({ sizeBytes: diskBytes, contentBytes: mebibyte })),
    ],
    ...own,
  };
}

/** A ledger that shares transfers with the ledgers of `peers`. */
function books(name: string, disk: number, peers: readonly string[]): EstateMachine['workloads'][number] {
  return { kind: 'ledger', ledgerId: name, disk, offset: sampleDiskEnd, transfersPerSecond: 0.5, tickMs: 10_000, peers };
}

export const sampleEstate: Estate = {
  name: 'sample',
  profile: '2017',
  vault: { name: 'lab-vault', region: 'westeurope', resourceGroup: 'lab-rg' },
  configServer: { name: 'CS01' },
  processServers: [
    { name: 'CS01', inAzure: false, cacheLimitBytes: 4 * gibibyte },
    { name: 'PS-AZURE', inAzure: true, cacheLimitBytes: 4 * gibibyte },
  ],
  masterTargets: [
    { name: 'MT-WIN', osType: 'Windows', retentionBytes: 16 * gibibyte },
    { name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * gibibyte },
  ],
  vCenter: {
    name: 'vcenter01',
    datacenter: 'DC0',
    hosts: ['esx01', 'esx02'],
    datastores: [
      { name: 'datastore1', type: 'VMFS', capacityBytes: 2048 * gibibyte },
      { name: 'datastore2', type: 'VMFS', capacityBytes: 2048 * gibibyte },
    ],
    network: 'VM Network',
  },
  virtualMachines: [
    machine('WEB01', {
      osType: 'Linux',
      ipAddress: '10.0.0.11',
      group: null,
      workloads: [{ kind: 'logWriter', disk: 0, offset: sampleDiskEnd, sizeBytes: 8 * mebibyte, linesPerSecond: 4, tickMs: 10_000 }],
    }),
    machine('APP01', { osType: 'Windows', ipAddress: '10.0.0.12', group: 'shop', workloads: [books('APP01', 0, ['DB01'])] }),
    machine('DB01', { osType: 'Windows', ipAddress: '10.0.0.13', group: 'shop', dataDisks: 1, workloads: [books('DB01', 1, ['APP01'])] }),
  ],
  physicalServers: [
    machine('PHYS01', {
      osType: 'Linux',
      ipAddress: '10.0.0.21',
      group: null,
      workloads: [{ kind: 'fileChurn', disk: 0, offset: sampleDiskEnd, sizeBytes: 64 * mebibyte, bytesPerSecond: 16 * 1024, tickMs: 10_000 }],
    }),
  ],
  azure: {
    networks: [
      { name: 'vnet-recovery', addressSpace: '10.0.0.0/16', subnets: [{ name: 'default', addressPrefix: '10.0.0.0/24' }] },
      { name: 'vnet-drill', addressSpace: '10.0.0.0/16', subnets: [{ name: 'default', addressPrefix: '10.0.0.0/24' }] },
    ],
  },
  policies: [{ name: 'policy-24h', retentionMs: 24 * hourMs, appConsistentIntervalMs: hourMs, rpoThresholdMs: hourMs / 4 }],
};
