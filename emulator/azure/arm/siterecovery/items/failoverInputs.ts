// Reads the bodies of drills, failovers and re-protections in both directions (arm-contract §6.1).
import type { PointChoice } from '../../../../replication/recoveryPoint.ts';
import type { FailoverRequest } from '../../../vault/failover/failover.ts';
import type { ReprotectRequest } from '../../../vault/failover/reprotect.ts';
import type { TestFailoverRequest } from '../../../vault/failover/testFailover.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { badRequest } from '../../protocol/armError.ts';
import type { Body } from '../../protocol/body.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { defined } from './azureOptions.ts';
import { AzurePlaces } from './azurePlaces.ts';
import { pointNamed, policyNamed, providerInput } from './references.ts';

const directions = ['PrimaryToRecovery', 'RecoveryToPrimary'] as const;

/** @throws ArmError BadRequest, 404 for a recovery point that is not there */
export function testFailoverRequest(scope: VaultScope, item: ItemView): TestFailoverRequest {
  const properties = scope.call.body.part('properties');
  return {
    itemId: item.itemId,
    choice: point(scope, item, properties),
    ...defined({ direction: properties.optionalWord('failoverDirection', directions), networkName: drillNetwork(scope, properties) }),
  };
}

/** Undefined: the network that the item's properties name. */
function drillNetwork(scope: VaultScope, properties: Body): string | null | undefined {
  const networkType = properties.optionalWord('networkType', ['VmNetworkAsInput', 'NoNetworkAttachAsInput', 'LogicalNetworkAsInput', 'CreateNetworkAsInput']);
  if (networkType === 'LogicalNetworkAsInput' || networkType === 'CreateNetworkAsInput')
    throw badRequest(
      'InvalidParameter',
      `networkType ${networkType} is for other architectures.`,
      'Use VmNetworkAsInput with a virtual network, or NoNetworkAttachAsInput.',
    );
  if (networkType === 'NoNetworkAttachAsInput') return null;
  const networkId = properties.optionalText('networkId');
  return networkId === undefined || networkId === '' ? undefined : new AzurePlaces(scope).networkNamed(networkId);
}

/** @throws ArmError BadRequest, 404 for a recovery point that is not there */
export function failoverRequest(scope: VaultScope, item: ItemView): FailoverRequest {
  const properties = scope.call.body.part('properties');
  const performShutdown = properties.optionalWord('sourceSiteOperations', ['Required', 'NotRequired']) === 'Required';
  return {
    itemId: item.itemId,
    choice: point(scope, item, properties),
    performShutdown,
    // The service asks nobody whether the source may run on.
    acknowledgeRunningSource: !performShutdown,
    ...defined({ direction: properties.optionalWord('failoverDirection', directions) }),
  };
}

/** An absent point is the latest, which is made first. */
function point(scope: VaultScope, item: ItemView, properties: Body): PointChoice {
  const input = providerInput(properties.part('providerSpecificDetails'), item.instanceType);
  if (item.direction === 'reverse') {
    switch (input.optionalWord('recoveryPointType', ['LatestTime', 'LatestTag', 'Custom'])) {
      case 'LatestTag':
        return 'LatestApplicationConsistent';
      case 'Custom':
        return { recoveryPointId: input.text('recoveryPointId') };
      case 'LatestTime':
      case undefined:
        return 'Latest';
    }
  }
  const recoveryPointId = input.optionalText('recoveryPointId');
  return recoveryPointId === undefined || recoveryPointId === '' ? 'Latest' : { recoveryPointId: pointNamed(scope, item, recoveryPointId) };
}

/** @throws ArmError BadRequest, 404 */
export function chosenPoint(scope: VaultScope, item: ItemView): PointChoice {
  const properties = scope.call.body.part('properties');
  providerInput(properties.part('providerSpecificDetails'), item.instanceType);
  return { recoveryPointId: pointNamed(scope, item, properties.text('recoveryPointId')) };
}

/** The provider of the input is the one that the item is to have. @throws ArmError BadRequest, 404 for a policy that is not there */
export function reprotectRequest(scope: VaultScope, item: ItemView): ReprotectRequest {
  const properties = scope.call.body.part('properties');
  const details = properties.part('providerSpecificDetails');
  const direction = defined({ direction: properties.optionalWord('failoverDirection', directions) });
  const homewards = item.direction === 'forward';
  const input = providerInput(details, homewards ? 'InMage' : 'InMageAzureV2');
  if (!input.present) throw badRequest('InvalidParameter', `properties.providerSpecificDetails of ${homewards ? 'InMage' : 'InMageAzureV2'} is required.`);
  requireAllDisks(scope, item, input);
  return { itemId: item.itemId, ...direction, ...(homewards ? towardsOnPremises(scope, item, input) : towardsAzure(scope, item, input)) };
}

type ReprotectChoice = Omit<ReprotectRequest, 'itemId' | 'direction'>;

function towardsOnPremises(scope: VaultScope, item: ItemView, input: Body): ReprotectChoice {
  return {
    masterTargetId: input.text('masterTargetId'),
    processServerId: input.text('processServerId'),
    retentionDrive: input.text('retentionDrive'),
    policyName: policyNamed(scope, input.text('profileId')),
    // Used only for disks that have to be made (asr-behaviour §7.3): the machine's own, when none is named.
    datastoreName: input.optionalText('datastoreName') ?? item.source.datastores[0] ?? '',
  };
}

function towardsAzure(scope: VaultScope, item: ItemView, input: Body): ReprotectChoice {
  const places = new AzurePlaces(scope);
  const account = (name: string): string | undefined => {
    const id = input.optionalText(name);
    return id === undefined || id === '' ? undefined : places.accountNamed(id);
  };
  const policyId = input.optionalText('policyId');
  return {
    processServerId: input.optionalText('processServerId') ?? item.forward.processServerId ?? '',
    ...defined({
      policyName: policyId === undefined ? undefined : policyNamed(scope, policyId),
      storageAccount: account('storageAccountId'),
      logStorageAccount: account('logStorageAccountId'),
      accountId: input.optionalText('runAsAccountId'),
    }),
  };
}

/** Every replicated disk goes along: the lab has no re-protection of some of them. */
function requireAllDisks(scope: VaultScope, item: ItemView, input: Body): void {
  const named = input.texts('disksToInclude');
  const missing = scope.vault
    .latestPairs(item.itemId)
    .filter((pair) => !named.includes(pair.diskId))
    .map((pair) => pair.diskId);
  if (named.length > 0 && missing.length > 0)
    throw badRequest(
      'InvalidParameter',
      `disksToInclude leaves out ${missing.join(', ')}; a machine is re-protected with all its disks.`,
      'Leave disksToInclude out.',
    );
}
