// Virtual machines that a failover made: looked at, switched and deleted (arm-contract §3.5). They are made by the vault alone.
import type { JobView } from '../../../kernel/jobRecord.ts';
import { machineSizes } from '../../compute/sizes.ts';
import type { AzureMachineRecord } from '../../compute/state.ts';
import { groupOfMachine } from '../../resources/inventory.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ArmError } from '../protocol/armError.ts';
import { noContent, ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';
import { instanceView, machineResource, machineType } from './machineResource.ts';
import { sizeRow } from './sizes.ts';

const machines = 'providers/Microsoft.Compute/virtualMachines';
const machine = `RG/${machines}/{vmName}` as const;

export function virtualMachineOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('VirtualMachines_ListAll', `GET S/${machines}`, list),
    define('VirtualMachines_List', `GET RG/${machines}`, list),
    define('VirtualMachines_Get', `GET ${machine}`, (scope) => ok(machineResource(scope, requireMachine(scope), expands(scope)))),
    define('VirtualMachines_InstanceView', `GET ${machine}/instanceView`, (scope) => ok(instanceView(scope, requireMachine(scope)))),
    define('VirtualMachines_ListAvailableSizes', `GET ${machine}/vmSizes`, (scope) => {
      requireMachine(scope);
      return ok({ value: machineSizes.map(sizeRow) });
    }),
    define('VirtualMachines_Start', `POST ${machine}/start`, (scope) => begin(scope, (machineId) => scope.deps.jobs.startMachine(machineId))),
    define('VirtualMachines_Restart', `POST ${machine}/restart`, (scope) => begin(scope, (machineId) => scope.deps.jobs.restartMachine(machineId))),
    define('VirtualMachines_PowerOff', `POST ${machine}/powerOff`, (scope) => {
      const hard = scope.call.query.get('skipshutdown')?.toLowerCase() === 'true';
      return begin(scope, (machineId) => scope.deps.jobs.stopMachine(machineId, { hard, deallocate: false }));
    }),
    define('VirtualMachines_Deallocate', `POST ${machine}/deallocate`, (scope) =>
      begin(scope, (machineId) => scope.deps.jobs.stopMachine(machineId, { hard: false, deallocate: true })),
    ),
    define('VirtualMachines_Delete', `DELETE ${machine}`, (scope) => {
      if (findMachine(scope) === undefined) return noContent;
      return begin(scope, (machineId) => scope.deps.jobs.deleteMachine(machineId));
    }),
    define('VirtualMachines_CreateOrUpdate', `PUT ${machine}`, (scope) => {
      throw notMade(scope);
    }),
  ];
}

function covered(scope: AzureScope): AzureMachineRecord[] {
  const covers = scope.covers();
  return scope.deps.machines.list().filter((one) => covers({ resourceGroupName: groupOfMachine(one) }));
}

function list(scope: AzureScope): Answer {
  return page(scope.call, covered(scope), (row) => machineResource(scope, row));
}

function findMachine(scope: AzureScope): AzureMachineRecord | undefined {
  return covered(scope).find((one) => sameId(one.order.name, param(scope.call, 'vmName')));
}

/** @throws ArmError 404 ResourceNotFound */
function requireMachine(scope: AzureScope): AzureMachineRecord {
  const found = findMachine(scope);
  if (found === undefined) throw scope.missing(machineType, param(scope.call, 'vmName'));
  return found;
}

function begin(scope: AzureScope, work: (machineId: string) => JobView): Answer {
  const place = `${scope.subscriptionPath}/providers/Microsoft.Compute/locations/${scope.deps.region}`;
  return scope.accepted(work(requireMachine(scope).machineId), {
    outcome: 'done',
    statusPath: `${place}/operations`,
    location: `${place}/operationresults/{operationId}`,
  });
}

function expands({ call }: AzureScope): boolean {
  return call.query.get('$expand')?.toLowerCase().includes('instanceview') ?? false;
}

function notMade({ call }: AzureScope): ArmError {
  return new ArmError(501, 'NotImplemented', `${param(call, 'vmName')} cannot be made or changed here: the lab's virtual machines come of a failover.`);
}
