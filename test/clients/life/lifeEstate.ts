// The site of the life: two virtual machines and a physical server, quiet, so that what a disk holds is what was written to it.
import type { Estate } from '../../../emulator/lab/estate.ts';
import type { Lab } from '../../../emulator/lab.ts';
import { linuxMachine, smallDiskBytes } from '../../support/lab.ts';

const gibibyte = 2 ** 30;
const disk = { sizeBytes: smallDiskBytes, contentBytes: 2 ** 20 };

const server = linuxMachine('PHYS01', { ipAddress: '10.0.0.21', disks: [disk] });

export const lifeEstate: Partial<Estate> = {
  processServers: [
    { name: 'CS01', inAzure: false, cacheLimitBytes: 4 * gibibyte },
    { name: 'PS02', inAzure: false, cacheLimitBytes: 4 * gibibyte },
    { name: 'PS-AZURE', inAzure: true, cacheLimitBytes: 4 * gibibyte },
  ],
  masterTargets: [
    { name: 'MT-WIN', osType: 'Windows', retentionBytes: 16 * gibibyte },
    { name: 'MT-LINUX', osType: 'Linux', retentionBytes: 16 * gibibyte },
  ],
  virtualMachines: [
    linuxMachine('WEB01', { ipAddress: '10.0.0.11', disks: [disk] }),
    linuxMachine('DB01', { osType: 'Windows', osVersion: 'Windows Server 2016', ipAddress: '10.0.0.12', disks: [disk, disk] }),
  ],
  physicalServers: [server],
  policies: [],
};

/** The server is put into the rack and switched on, in an estate without it; nobody has told the product of it. */
export async function rackServer({ datacenter, world }: Lab): Promise<void> {
  const { name, osType, osVersion, firmware, cpuCount, memoryBytes, ipAddress, disks } = server;
  const { machineId } = await datacenter.physical.add({
    name,
    osType,
    osVersion,
    firmware,
    cpuCount,
    memoryBytes,
    disks,
    nics: [{ network: 'site', ipAddress }],
  });
  world.guests.adopt(datacenter.physical.machine(machineId));
  await datacenter.physical.power(machineId, 'on');
}
