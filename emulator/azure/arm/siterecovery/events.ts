// Events: `V/replicationEvents` (arm-contract §7.6).
import type { VaultEvent } from '../../vault/health/events.ts';
import { badRequest, resourceMissing } from '../protocol/armError.ts';
import { armTime, timeIn } from '../protocol/armTime.ts';
import { filtered, type FilterTerms } from '../protocol/filter.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { nameIn, resourceTypes, sameId } from './ids.ts';
import { healthError } from './items/healthErrors.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function eventOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationEvents_List', 'GET V/replicationEvents', (scope) => {
      const events = filtered(scope.vault.events().reverse(), scope.call.query.get('$filter'), filterTerms(scope));
      return page(scope.call, events, (event) => eventResource(scope, event));
    }),
    define('ReplicationEvents_Get', 'GET V/replicationEvents/{eventName}', (scope) => {
      const name = param(scope.call, 'eventName');
      const event = scope.vault.events().find((one) => sameId(one.name, name));
      if (event === undefined) throw resourceMissing(name);
      return ok(eventResource(scope, event));
    }),
  ];
}

function filterTerms({ vault }: VaultScope): FilterTerms<VaultEvent> {
  return {
    severity: (event, literal) => sameId(event.severity, literal),
    eventtype: (event, literal) => sameId(eventTypeOf(event), literal),
    eventcode: (event, literal) => sameId(event.eventCode, literal),
    affectedobjectfriendlyname: (event, literal) => sameId(event.affectedObjectFriendlyName, literal),
    fabricname: (event, literal) => sameId(vault.records.configServers.get(event.configServerId)?.fabricName ?? '', nameIn(literal)),
    // "Since" and "until".
    starttime: (event, literal) => event.timeOfOccurrenceMs >= requireTime('StartTime', literal),
    endtime: (event, literal) => event.timeOfOccurrenceMs <= requireTime('EndTime', literal),
  };
}

function requireTime(name: string, text: string): number {
  const timeMs = timeIn(text);
  if (timeMs === undefined) throw badRequest('InvalidParameter', `${name} "${text.slice(0, 100)}" is no time.`);
  return timeMs;
}

/** The service has no type for what a job left behind: it is told of the machine. */
function eventTypeOf({ eventType }: VaultEvent): 'VmHealth' | 'AgentHealth' | 'ServerHealth' {
  return eventType === 'Job' ? 'VmHealth' : eventType;
}

function eventResource({ vault, ids }: VaultScope, event: VaultEvent): unknown {
  const server = vault.records.configServers.get(event.configServerId);
  const item = vault.records.items.get(event.affectedObjectId);
  const eventType = eventTypeOf(event);
  return {
    id: ids.event(event.name),
    name: event.name,
    type: resourceTypes.event,
    properties: {
      eventCode: event.eventCode,
      description: event.description,
      eventType,
      affectedObjectFriendlyName: event.affectedObjectFriendlyName,
      affectedObjectCorrelationId: item?.source.machineId ?? event.affectedObjectId,
      severity: event.severity,
      timeOfOccurrence: armTime(event.timeOfOccurrenceMs),
      fabricId: server === undefined ? null : ids.fabric(server),
      providerSpecificDetails:
        eventType === 'ServerHealth'
          ? null
          : {
              instanceType: 'InMageAzureV2',
              eventType,
              category: event.healthErrors[0]?.errorCategory ?? eventType,
              component: eventType === 'AgentHealth' ? 'MobilityService' : 'VirtualMachine',
              correctiveAction: event.healthErrors[0]?.recommendedAction ?? '',
              details: event.description,
              summary: event.healthErrors[0]?.summaryMessage ?? event.description,
              siteName: server?.friendlyName ?? '',
            },
      eventSpecificDetails: null,
      healthErrors: event.healthErrors.map((error) => healthError(error, item?.source.machineId ?? error.entityId)),
    },
  };
}
