// Sizes that the machine in Azure may have: `I/targetComputeSizes`, each with the reasons why it would not do (arm-contract §5.10).
import { machineSizes, type MachineSize } from '../../compute/sizes.ts';
import { selectedNics } from '../../vault/items/nics.ts';
import type { ItemView } from '../../vault/vault.ts';
import type { ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const bytesPerGib = 2 ** 30;

export function targetComputeSizeOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('TargetComputeSizes_ListByReplicationProtectedItems', 'GET I/targetComputeSizes', (scope) => {
      const { item } = scope;
      return page(scope.call, machineSizes, (size) => targetComputeSizeResource(scope, item, size));
    }),
  ];
}

function targetComputeSizeResource(scope: VaultScope, item: ItemView, size: MachineSize): unknown {
  return {
    id: `${scope.ids.protectedItem(scope.serverOf(item), item.name)}/targetComputeSizes/${size.name}`,
    name: size.name,
    type: resourceTypes.targetComputeSize,
    properties: {
      name: size.name,
      friendlyName: size.name,
      cpuCoresCount: size.cpuCount,
      vCPUsAvailable: size.cpuCount,
      memoryInGB: size.memoryBytes / bytesPerGib,
      maxDataDiskCount: size.maximumDataDisks,
      maxNicsCount: size.maximumNics,
      errors: misfits(scope, item, size),
      // An "s" stands for premium storage in Azure's names of sizes.
      highIopsSupported: /^Standard_(DS|[A-Z]+\d+[a-z]*s)/.test(size.name) ? 'Supported' : 'NotSupported',
      hyperVGenerations: size.name.startsWith('Standard_A') ? ['V1'] : ['V1', 'V2'],
    },
  };
}

/** Disks and generation are limits; cores, memory and network cards that are fewer than the source's are only said. */
function misfits({ vault }: VaultScope, item: ItemView, size: MachineSize): { message: string; severity: 'Error' | 'Warning' }[] {
  const dataDisks = vault.latestPairs(item.itemId).filter((pair) => !pair.osDisk).length;
  const nics = selectedNics(item.forward.target.nics ?? []).length;
  const { cpuCount, memoryBytes } = item.source;
  const all = [
    {
      holds: dataDisks <= size.maximumDataDisks,
      severity: 'Error',
      message: `The machine has ${dataDisks} data disks; ${size.name} takes ${size.maximumDataDisks}.`,
    },
    { holds: nics <= size.maximumNics, severity: 'Warning', message: `The machine has ${nics} network cards; ${size.name} takes ${size.maximumNics}.` },
    { holds: cpuCount <= size.cpuCount, severity: 'Warning', message: `The machine has ${cpuCount} cores; ${size.name} has ${size.cpuCount}.` },
    {
      holds: memoryBytes <= size.memoryBytes,
      severity: 'Warning',
      message: `The machine has ${memoryBytes / bytesPerGib} GiB of memory; ${size.name} has ${size.memoryBytes / bytesPerGib}.`,
    },
  ] as const;
  return all.filter(({ holds }) => !holds).map(({ message, severity }) => ({ message, severity }));
}
