// Reads the body of "enable protection": `InMageAzureV2EnableProtectionInput` (arm-contract §6.2).
import type { EnableRequest } from '../../../vault/items/enable.ts';
import type { DiskSettings } from '../../../vault/items/state.ts';
import { badRequest } from '../../protocol/armError.ts';
import type { Body } from '../../protocol/body.ts';
import { param } from '../../protocol/operation.ts';
import { nameOf } from '../names.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { azureOptions, defined } from './azureOptions.ts';
import { AzurePlaces } from './azurePlaces.ts';
import { machineNamed, policyNamed, providerInput } from './references.ts';

const optionNames = { resourceGroupId: 'targetAzureV2ResourceGroupId', availabilitySetId: 'targetAvailabilitySetId' };
const diskTypes = ['Standard_LRS', 'Premium_LRS', 'StandardSSD_LRS'] as const;

/** @throws ArmError BadRequest, 404 for a policy or machine that is not there */
export function enableRequest(scope: VaultScope): EnableRequest {
  const { call, server } = scope;
  const properties = call.body.part('properties');
  const input = providerInput(properties.part('providerSpecificDetails'), 'InMageAzureV2');
  if (!input.present) throw badRequest('InvalidParameter', 'properties.providerSpecificDetails of InMageAzureV2 is required.');
  const networkId = input.optionalText('targetAzureNetworkId');
  return {
    configServerId: server.hostId,
    itemName: nameOf(param(call, 'replicatedProtectedItemName')),
    machineId: machineNamed(scope, properties.text('protectableItemId')),
    policyName: policyNamed(scope, properties.text('policyId')),
    processServerId: processServer(scope, input),
    accountId: input.optionalText('runAsAccountId') ?? null,
    ...storage(scope, input),
    networkName: networkId === undefined ? null : new AzurePlaces(scope).networkNamed(networkId),
    subnetName: input.optionalText('targetAzureSubnetId') ?? null,
    ...defined({
      azureMachineName: input.optionalText('targetAzureVmName'),
      azureMachineSize: input.optionalText('targetVmSize'),
      groupName: input.optionalText('multiVmGroupName') ?? input.optionalText('multiVmGroupId'),
    }),
    azure: azureOptions([input], optionNames),
  };
}

/** The only one at the site, when the caller names none. */
function processServer({ server }: VaultScope, input: Body): string {
  const named = input.optionalText('processServerId');
  if (named !== undefined && named !== '') return named;
  const [only, ...others] = server.processServers.filter(({ inAzure }) => !inAzure);
  if (only !== undefined && others.length === 0) return only.hostId;
  throw badRequest(
    'InvalidParameter',
    'properties.providerSpecificDetails.processServerId is required.',
    'Name one of the process servers that the fabric lists.',
  );
}

type StorageRequest = Pick<EnableRequest, 'storageAccount' | 'logStorageAccount' | 'managedDisks' | 'disks' | 'disksToInclude'>;

/** With an account for the replicas they are its blobs; without one they are managed disks, and only the log has an account. */
function storage(scope: VaultScope, input: Body): StorageRequest {
  const places = new AzurePlaces(scope);
  const disks = input.parts('disksToInclude').map((disk) => ({ disk, settings: diskSettings(disk, input) }));
  const storageAccountId = input.optionalText('storageAccountId');
  const logs = new Set(
    [input, ...disks.map(({ disk }) => disk)].flatMap((one) => one.optionalText('logStorageAccountId') ?? []).map((id) => places.accountNamed(id)),
  );
  if (logs.size > 1) throw badRequest('InvalidParameter', `The disks of a machine have one log account, not ${[...logs].join(' and ')}.`);
  const [logStorageAccount] = logs;
  if (storageAccountId === undefined && logStorageAccount === undefined)
    throw badRequest(
      'InvalidParameter',
      'Neither storageAccountId nor logStorageAccountId is given.',
      'Give the account that takes the replicas, or the one that takes the log.',
    );
  return {
    storageAccount: storageAccountId === undefined ? places.managedDiskAccount : places.accountNamed(storageAccountId),
    managedDisks: storageAccountId === undefined,
    disks: disks.map(({ settings }) => settings),
    ...(logStorageAccount === undefined ? {} : { logStorageAccount }),
    ...(disks.length === 0 ? {} : { disksToInclude: disks.map(({ settings }) => settings.diskId) }),
  };
}

function diskSettings(disk: Body, input: Body): DiskSettings {
  return {
    diskId: disk.text('diskId'),
    diskType: disk.optionalWord('diskType', diskTypes) ?? input.optionalWord('diskType', diskTypes) ?? null,
    diskEncryptionSetId: disk.optionalText('diskEncryptionSetId') ?? input.optionalText('diskEncryptionSetId') ?? null,
    targetDiskName: null,
  };
}
