// Managed disks of machines that were failed over to such: each is a page blob, which `beginGetAccess` opens. Snapshots are the vault's own.
import { wallTimeMs } from '../../../kernel/wallTime.ts';
import type { AzureDisk, AzureMachineRecord } from '../../compute/state.ts';
import { groupOfMachine } from '../../resources/inventory.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ArmError } from '../protocol/armError.ts';
import { optionalArmTime } from '../protocol/armTime.ts';
import { ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';
import { machineType } from './machineResource.ts';

export const diskType = 'Microsoft.Compute/disks';
const disks = 'providers/Microsoft.Compute/disks';
const disk = `RG/${disks}/{diskName}` as const;
const snapshots = 'providers/Microsoft.Compute/snapshots';
const bytesPerGib = 2 ** 30;

interface ManagedDisk {
  readonly machine: AzureMachineRecord;
  readonly disk: AzureDisk;
  readonly resourceGroupName: string;
}

export function diskOperations(define: DefineAzureOperation): ArmOperation[] {
  const noSnapshots = (scope: AzureScope): Answer => page(scope.call, [].filter(scope.covers()), () => null);
  return [
    define('Disks_List', `GET S/${disks}`, list),
    define('Disks_ListByResourceGroup', `GET RG/${disks}`, list),
    define('Disks_Get', `GET ${disk}`, (scope) => ok(diskResource(scope, requireDisk(scope)))),
    define('Disks_GrantAccess', `POST ${disk}/beginGetAccess`, grantAccess),
    define('Disks_RevokeAccess', `POST ${disk}/endGetAccess`, (scope) => {
      requireDisk(scope);
      return { status: 200 };
    }),
    define('Disks_Delete', `DELETE ${disk}`, (scope) => {
      const { machine } = requireDisk(scope);
      throw new ArmError(409, 'OperationNotAllowed', `The disk is attached to ${machine.order.name}; it goes when that machine is deleted.`);
    }),
    define('Snapshots_List', `GET S/${snapshots}`, noSnapshots),
    define('Snapshots_ListByResourceGroup', `GET RG/${snapshots}`, noSnapshots),
    define('Snapshots_Get', `GET RG/${snapshots}/{snapshotName}`, (scope) => {
      throw scope.missing('Microsoft.Compute/snapshots', param(scope.call, 'snapshotName'));
    }),
  ];
}

function managedDisks({ deps }: AzureScope): ManagedDisk[] {
  return deps.machines
    .list()
    .filter(({ order }) => order.managedDisks === true)
    .flatMap((machine) => machine.order.disks.map((one) => ({ machine, disk: one, resourceGroupName: groupOfMachine(machine) })));
}

function list(scope: AzureScope): Answer {
  return page(scope.call, managedDisks(scope).filter(scope.covers()), (row) => diskResource(scope, row));
}

/** @throws ArmError 404 ResourceNotFound */
function requireDisk(scope: AzureScope): ManagedDisk {
  const name = param(scope.call, 'diskName');
  const found = managedDisks(scope)
    .filter(scope.covers())
    .find((row) => sameId(row.disk.name, name));
  if (found === undefined) throw scope.missing(diskType, name);
  return found;
}

/** The way to the bytes: the blob's address, with a signature for as long as was asked. */
function grantAccess(scope: AzureScope): Answer {
  const { body } = scope.call;
  const { disk: row } = requireDisk(scope);
  const access = body.optionalWord('access', ['Read', 'Write', 'None']) ?? 'Read';
  const seconds = body.optionalNumber('durationInSeconds') ?? 3600;
  const expiresOn = new Date(wallTimeMs() + Math.max(1, seconds) * 1000);
  return ok({ accessSAS: scope.deps.storage.signedUrlOf(row.url, { write: access === 'Write', expiresOn }) });
}

function diskResource(scope: AzureScope, { machine, disk: row, resourceGroupName }: ManagedDisk): unknown {
  const { deps } = scope;
  const { order } = machine;
  return {
    id: scope.id({ type: diskType, resourceGroupName, name: row.name }),
    name: row.name,
    type: diskType,
    location: deps.region,
    tags: {},
    managedBy: scope.id({ type: machineType, resourceGroupName, name: order.name }),
    sku: { name: 'Standard_LRS', tier: 'Standard' },
    properties: {
      provisioningState: 'Succeeded',
      ...(row.osDisk ? { osType: order.osType, hyperVGeneration: order.firmware === 'UEFI' ? 'V2' : 'V1' } : {}),
      creationData: { createOption: 'Import', sourceUri: deps.storage.urlOf(row.url) },
      diskSizeGB: Math.ceil(row.sizeBytes / bytesPerGib),
      diskSizeBytes: row.sizeBytes,
      diskState: 'Attached',
      uniqueId: row.diskId,
      timeCreated: optionalArmTime(machine.createdMs),
      encryption: { type: 'EncryptionAtRestWithPlatformKey' },
    },
  };
}
