// The site that the tests of the vCenter stand on.
import type { VCenterAccount } from '../../../../emulator/onprem/vcenter/accounts.ts';
import type { SiteSpec } from '../../../../emulator/onprem/vcenter/inventory.ts';
import type { MachineSpec } from '../../../../emulator/onprem/vcenter/vcenter.ts';

export const accounts: readonly VCenterAccount[] = [
  { userName: 'administrator@vsphere.local', password: 'Adm1n!', role: 'administrator' },
  { userName: 'asr@vsphere.local', password: 'Asr1!', role: 'siteRecovery' },
  { userName: 'reader@vsphere.local', password: 'Read1!', role: 'readOnly' },
];

export const diskBytes = 2 * 2 ** 20;

export const siteSpec: SiteSpec = {
  datacenter: 'DC0',
  cluster: 'Cluster0',
  hosts: ['esxi-1', 'esxi-2'],
  networks: ['VM Network'],
  datastores: [
    { name: 'datastore1', type: 'VMFS', capacityBytes: 100 * 2 ** 30 },
    { name: 'nfs1', type: 'NFS', capacityBytes: 10 * 2 ** 30, hosts: ['esxi-2'] },
  ],
};

export function specOf(name: string): MachineSpec {
  return {
    name,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 4 * 2 ** 30,
    datastore: 'datastore1',
    nics: [{ network: 'VM Network', ipAddress: '10.0.0.5' }],
    disks: [{ sizeBytes: diskBytes }],
  };
}
