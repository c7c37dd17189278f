// Network cards of Azure's machines, with the address that each was given.
import type { AzureMachineRecord } from '../../compute/state.ts';
import { groupOfMachine, nicName } from '../../resources/inventory.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';
import { machineType } from '../compute/machineResource.ts';
import { networkId } from './virtualNetworks.ts';

const nicType = 'Microsoft.Network/networkInterfaces';
const nics = 'providers/Microsoft.Network/networkInterfaces';

interface PlacedNic {
  readonly machine: AzureMachineRecord;
  readonly place: number;
  readonly name: string;
}

export function networkInterfaceOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('NetworkInterfaces_ListAll', `GET S/${nics}`, list),
    define('NetworkInterfaces_List', `GET RG/${nics}`, list),
    define('NetworkInterfaces_Get', `GET RG/${nics}/{networkInterfaceName}`, (scope) => {
      const name = param(scope.call, 'networkInterfaceName');
      const nic = rows(scope).find((one) => sameId(one.name, name));
      if (nic === undefined) throw scope.missing(nicType, name);
      return ok(nicResource(scope, nic));
    }),
  ];
}

function list(scope: AzureScope): Answer {
  return page(scope.call, rows(scope), (nic) => nicResource(scope, nic));
}

function rows(scope: AzureScope): PlacedNic[] {
  const covers = scope.covers();
  return scope.deps.machines
    .list()
    .filter((machine) => covers({ resourceGroupName: groupOfMachine(machine) }))
    .flatMap((machine) => machine.nics.map((_, place) => ({ machine, place, name: nicName(machine.order.name, place) })));
}

function nicResource(scope: AzureScope, { machine, place, name }: PlacedNic): unknown {
  const { deps } = scope;
  const resourceGroupName = groupOfMachine(machine);
  const id = scope.id({ type: nicType, resourceGroupName, name });
  const nic = machine.nics[place];
  const allocation = deps.networks.allocations().find((one) => one.nicId === nic?.nicId);
  const network = deps.networks.list().find((one) => one.name === allocation?.networkName);
  const wanted = place === 0 ? (machine.order.network?.ipAddress ?? null) : null;
  return {
    id,
    name,
    type: nicType,
    location: deps.region,
    tags: {},
    properties: {
      provisioningState: 'Succeeded',
      primary: place === 0,
      macAddress: nic?.nicId.replaceAll(':', '-').toUpperCase() ?? null,
      enableIPForwarding: false,
      ipConfigurations: [
        {
          id: `${id}/ipConfigurations/ipconfig1`,
          name: 'ipconfig1',
          type: `${nicType}/ipConfigurations`,
          properties: {
            provisioningState: 'Succeeded',
            primary: true,
            privateIPAddress: nic?.ipAddress ?? null,
            privateIPAddressVersion: 'IPv4',
            privateIPAllocationMethod: wanted !== null && wanted === nic?.ipAddress ? 'Static' : 'Dynamic',
            ...(network === undefined ? {} : { subnet: { id: `${networkId(scope, network)}/subnets/${allocation?.subnetName ?? ''}` } }),
          },
        },
      ],
      virtualMachine: { id: scope.id({ type: machineType, resourceGroupName, name: machine.order.name }) },
    },
  };
}
