// A protected item as a resource: what both directions have in common (arm-contract §5.6).
import { activeDirection } from '../../../vault/items/state.ts';
import type { ItemView } from '../../../vault/vault.ts';
import { armTime, optionalArmTime, unsetScenarioTime } from '../../protocol/armTime.ts';
import { azureFriendlyName, resourceTypes } from '../ids.ts';
import { scenarioOf } from '../jobs/names.ts';
import { azureV2Details } from './azureV2Details.ts';
import { healthErrors } from './healthErrors.ts';
import { inMageDetails } from './inMageDetails.ts';
import type { ItemReader } from './itemReader.ts';
import { protectionState, replicationHealth, testFailoverState } from './states.ts';

/** @param form a list's rows are lighter than what a get gives (arm-contract §1) */
export function protectedItemResource(reader: ItemReader, item: ItemView, form: 'get' | 'list'): unknown {
  const { ids } = reader.scope;
  const server = reader.server(item);
  const direction = activeDirection(item);
  const state = protectionState(item);
  const drill = testFailoverState(item);
  return {
    id: ids.protectedItem(server, item.name),
    name: item.name,
    type: resourceTypes.protectedItem,
    properties: {
      friendlyName: item.friendlyName,
      protectedItemType: '',
      protectableItemId: ids.protectableItem(server, direction.sourceMachineId),
      recoveryServicesProviderId: ids.recoveryServicesProvider(server),
      primaryFabricFriendlyName: server.friendlyName,
      primaryFabricProvider: 'InMageFabric',
      ...recoverySide(reader, item),
      primaryProtectionContainerFriendlyName: server.friendlyName,
      protectionState: state.word,
      protectionStateDescription: state.description,
      activeLocation: item.activeLocation,
      testFailoverState: drill.word,
      testFailoverStateDescription: drill.description,
      switchProviderState: null,
      switchProviderStateDescription: null,
      allowedOperations: item.allowedOperations,
      replicationHealth: replicationHealth(item),
      failoverHealth: item.failoverHealth,
      healthErrors: healthErrors(item),
      policyId: ids.policy(direction.policyName),
      policyFriendlyName: direction.policyName,
      lastSuccessfulFailoverTime: optionalArmTime(item.failedOverMs),
      lastSuccessfulTestFailoverTime: optionalArmTime(item.testFailover.lastSuccessMs),
      currentScenario: currentScenario(reader, item),
      failoverRecoveryPointId: failoverPointId(reader, item),
      providerSpecificDetails: item.direction === 'forward' ? azureV2Details(reader, item, form === 'get') : inMageDetails(reader, item, form === 'get'),
      eventCorrelationId: item.itemId,
    },
  };
}

/** An item that replicates homewards has its own configuration server on both sides. */
function recoverySide(reader: ItemReader, item: ItemView): object {
  const { ids } = reader.scope;
  const server = reader.server(item);
  const toAzure = item.direction === 'forward';
  return {
    recoveryFabricFriendlyName: toAzure ? azureFriendlyName : server.friendlyName,
    recoveryFabricId: toAzure ? azureFriendlyName : ids.fabric(server),
    recoveryContainerId: toAzure ? ids.azureContainer : ids.container(server),
    recoveryProtectionContainerFriendlyName: toAzure ? azureFriendlyName : server.friendlyName,
  };
}

/** A drill that waits for its cleanup counts as going on (arm-contract §7.1). */
function currentScenario(reader: ItemReader, item: ItemView): unknown {
  const { ids, vault } = reader.scope;
  const { activeJob, testFailover } = item;
  if (activeJob !== null)
    return { scenarioName: scenarioOf(vault.jobs.get(activeJob.jobId)).scenarioName, jobId: ids.job(activeJob.jobId), startTime: armTime(activeJob.startMs) };
  if (testFailover.copy !== null && testFailover.job !== null && testFailover.job !== undefined)
    return { scenarioName: 'TestFailover', jobId: ids.job(testFailover.job.jobId), startTime: armTime(testFailover.job.startMs) };
  return { scenarioName: 'None', jobId: ids.job('None'), startTime: unsetScenarioTime };
}

function failoverPointId(reader: ItemReader, item: ItemView): string {
  const point = item.direction === 'forward' ? item.forward.azureCopy?.recoveryPointId : undefined;
  return point === undefined ? '' : reader.scope.ids.recoveryPoint(reader.server(item), item.name, point);
}
