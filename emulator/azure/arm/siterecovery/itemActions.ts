// What is done to a protected item: drills, failovers, commits, re-protections, repairs (arm-contract §4.1, §6.1).
import type { JobView } from '../../../kernel/jobRecord.ts';
import { activeDirection } from '../../vault/items/state.ts';
import type { ItemView } from '../../vault/vault.ts';
import { ArmError, badRequest } from '../protocol/armError.ts';
import type { ArmOperation } from '../protocol/operation.ts';
import { chosenPoint, failoverRequest, reprotectRequest, testFailoverRequest } from './items/failoverInputs.ts';
import { codeOfErrorId } from './items/healthErrors.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

type Action = (scope: VaultScope, item: ItemView) => JobView;

export function itemActionOperations(define: DefineOperation): ArmOperation[] {
  const action = (id: string, segment: string, act: Action): ArmOperation =>
    define(`ReplicationProtectedItems_${id}`, `POST I/${segment}`, (scope) => scope.accepted(act(scope, scope.item), { resourcePath: scope.actedOn }));
  return [
    action('TestFailover', 'testFailover', (scope, item) => scope.vault.operations.testFailover(testFailoverRequest(scope, item))),
    action('TestFailoverCleanup', 'testFailoverCleanup', ({ vault, call }, { itemId }) =>
      vault.operations.testFailoverCleanup(itemId, call.body.part('properties').optionalText('comments') ?? null),
    ),
    action('UnplannedFailover', 'unplannedFailover', (scope, item) => scope.vault.operations.unplannedFailover(failoverRequest(scope, item))),
    action('ApplyRecoveryPoint', 'applyRecoveryPoint', (scope, item) =>
      scope.vault.operations.applyRecoveryPoint({ itemId: item.itemId, choice: chosenPoint(scope, item) }),
    ),
    action('FailoverCommit', 'failoverCommit', ({ vault }, { itemId }) => vault.operations.commit(itemId)),
    define('ReplicationProtectedItems_FailoverCancel', 'POST I/failoverCancel', (scope) =>
      scope.accepted(scope.vault.operations.cancelFailover(scope.item.itemId), { resourcePath: scope.actedOn, until: 'cancelled' }),
    ),
    action('Reprotect', 'reProtect', (scope, item) => scope.vault.operations.reprotect(reprotectRequest(scope, item))),
    action('RepairReplication', 'repairReplication', ({ vault }, { itemId }) => vault.operations.resynchronize(itemId, { force: true })),
    action('ResolveHealthErrors', 'resolveHealthErrors', ({ vault, call }, { itemId }) =>
      vault.operations.resolveHealthErrors(
        itemId,
        call.body
          .part('properties')
          .parts('healthErrors')
          .map((error) => codeOfErrorId(error.text('healthErrorId'))),
      ),
    ),
    action('UpdateMobilityService', 'updateMobilityService', updateMobilityService),
    action('PlannedFailover', 'plannedFailover', ({ vault }, { itemId }) => vault.operations.plannedFailover(itemId)),
    action('SwitchProvider', 'switchProvider', switchProvider),
    action('AddDisks', 'addDisks', refuseDisks),
    action('RemoveDisks', 'removeDisks', refuseDisks),
    action('UpdateAppliance', 'updateAppliance', () => {
      throw new ArmError(501, 'NotImplemented', 'Appliances belong to the modernised architecture, which this lab does not have.');
    }),
  ];
}

function updateMobilityService({ vault, call }: VaultScope, item: ItemView): JobView {
  const { agentHostId } = activeDirection(item);
  const accountId = call.body.part('properties').optionalText('runAsAccountId') ?? item.forward.accountId;
  if (accountId === null || accountId === '') throw badRequest('InvalidParameter', 'properties.runAsAccountId is required.');
  if (agentHostId === null) throw badRequest('AgentNotRegistered', `${item.friendlyName} has no Mobility service yet.`, 'Wait until it has registered.');
  return vault.operations.updateMobilityService({ configServerId: item.configServerId, hostId: agentHostId, accountId });
}

function switchProvider({ vault, call }: VaultScope, { itemId }: ItemView): JobView {
  const properties = call.body.part('properties');
  properties.optionalWord('targetInstanceType', ['InMageRcm']);
  const input = properties.part('providerSpecificDetails');
  for (const name of ['targetVaultID', 'targetFabricID', 'targetApplianceID']) input.text(name);
  return vault.operations.switchProvider(itemId);
}

/** The swagger has this for Azure-to-Azure alone. */
function refuseDisks(_scope: VaultScope, item: ItemView): JobView {
  throw badRequest(
    'OperationNotSupported',
    `Disks cannot be added to or removed from the replication of ${item.friendlyName}: ${item.instanceType} does not have this.`,
    'Disable replication and enable it again with the disks that you want.',
  );
}
