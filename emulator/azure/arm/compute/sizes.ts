// Sizes that machines can have: `locations/{location}/vmSizes` and `skus`.
import { machineSizes, type MachineSize } from '../../compute/sizes.ts';
import type { DefineAzureOperation } from '../azureScope.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';

const bytesPerMib = 2 ** 20;
/** Of a generation 1 OS disk: 2 TiB. */
const osDiskMib = 1_047_552;

export function sizeOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('VirtualMachineSizes_List', 'GET S/providers/Microsoft.Compute/locations/{location}/vmSizes', () => ok({ value: machineSizes.map(sizeRow) })),
    define('ResourceSkus_List', 'GET S/providers/Microsoft.Compute/skus', ({ deps }) => ok({ value: machineSizes.map((size) => skuRow(size, deps.region)) })),
  ];
}

export function sizeRow(size: MachineSize): unknown {
  return {
    name: size.name,
    numberOfCores: size.cpuCount,
    osDiskSizeInMB: osDiskMib,
    resourceDiskSizeInMB: 0,
    memoryInMB: size.memoryBytes / bytesPerMib,
    maxDataDiskCount: size.maximumDataDisks,
  };
}

function skuRow(size: MachineSize, region: string): unknown {
  const capability = (name: string, value: number): unknown => ({ name, value: String(value) });
  return {
    resourceType: 'virtualMachines',
    name: size.name,
    size: size.name.replace(/^Standard_/, ''),
    tier: 'Standard',
    locations: [region],
    locationInfo: [{ location: region, zones: [], zoneDetails: [] }],
    capabilities: [
      capability('vCPUs', size.cpuCount),
      capability('MemoryGB', size.memoryBytes / 2 ** 30),
      capability('MaxDataDiskCount', size.maximumDataDisks),
      capability('MaxNetworkInterfaces', size.maximumNics),
    ],
    restrictions: [],
  };
}
