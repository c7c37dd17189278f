// Ids in request bodies: what they name in this vault, and the provider part that a body carries.
import type { ItemView } from '../../../vault/vault.ts';
import { badRequest, resourceMissing } from '../../protocol/armError.ts';
import type { Body } from '../../protocol/body.ts';
import { nameIn, sameId } from '../ids.ts';
import { requirePoint } from '../recoveryPoints.ts';
import type { VaultScope } from '../siteRecovery.ts';

/** The name of a policy of this vault. @param policyId its id, or its name alone. @throws ArmError 404 */
export function policyNamed(scope: VaultScope, policyId: string): string {
  const name = nameIn(policyId);
  const policy = scope.vault.records.policies.list().find((one) => sameId(one.name, name));
  if (policy === undefined || !isOf(policyId, scope.ids.policy(policy.name))) throw resourceMissing(name);
  return policy.name;
}

/** The machine behind a protectable item of the container. @throws ArmError 404 */
export function machineNamed(scope: VaultScope, protectableItemId: string): string {
  const { server } = scope;
  const name = nameIn(protectableItemId);
  const machine = server.machines.find((one) => sameId(one.machineId, name));
  if (machine === undefined || !isOf(protectableItemId, scope.ids.protectableItem(server, machine.machineId))) throw resourceMissing(name);
  return machine.machineId;
}

/** @throws ArmError 404 for a point that the item does not have */
export function pointNamed(scope: VaultScope, item: ItemView, recoveryPointId: string): string {
  const point = requirePoint(scope, item, nameIn(recoveryPointId));
  if (!isOf(recoveryPointId, scope.ids.recoveryPoint(scope.serverOf(item), item.name, point.recoveryPointId))) throw resourceMissing(nameIn(recoveryPointId));
  return point.recoveryPointId;
}

/** A name alone is as good as the id. */
function isOf(reference: string, id: string): boolean {
  return !reference.includes('/') || sameId(reference, id);
}

export type ClassicProvider = 'InMageAzureV2' | 'InMage';

/** Discriminators of the swagger that belong to other architectures (arm-contract §6.6). */
const otherProviders = /^(A2A|A2ACrossClusterMigration|HyperVReplica\w*|InMageRcm|InMageRcmFailback|VMwareCbt)$/i;

/**
 * Old clients send base-class names or nothing, which say nothing (arm-contract §3.4).
 * @returns the input when it is of the wanted kind; an empty one when it is of none
 * @throws ArmError BadRequest when it is of another provider
 */
export function providerInput(input: Body, wanted: ClassicProvider): Body {
  const instanceType = input.optionalText('instanceType') ?? '';
  if (instanceType.toLowerCase() === wanted.toLowerCase()) return input;
  if (/^(InMageAzureV2|InMage)$/i.test(instanceType) || otherProviders.test(instanceType))
    throw badRequest(
      'InvalidProviderSpecificInput',
      `The provider specific input is of ${instanceType}; the machine replicates by ${wanted} now.`,
      `Send input of ${wanted}.`,
    );
  return input.part('nothing of it');
}
