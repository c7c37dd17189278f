// Recovery points of an item that replicates to Azure: `I/recoveryPoints` (arm-contract §5.10). On the way home they are the item's `consistencyPoints`.
import type { RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import type { ItemView } from '../../vault/vault.ts';
import { resourceMissing } from '../protocol/armError.ts';
import { armTime } from '../protocol/armTime.ts';
import { ok, param, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { resourceTypes, sameId } from './ids.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

export function recoveryPointOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('RecoveryPoints_ListByReplicationProtectedItems', 'GET I/recoveryPoints', (scope) => {
      const { item } = scope;
      return page(scope.call, pointsOf(scope, item), (point) => recoveryPointResource(scope, item, point));
    }),
    define('RecoveryPoints_Get', 'GET I/recoveryPoints/{recoveryPointName}', (scope) => {
      const { item } = scope;
      return ok(recoveryPointResource(scope, item, requirePoint(scope, item, param(scope.call, 'recoveryPointName'))));
    }),
  ];
}

/** @throws ArmError 404 */
export function requirePoint(scope: VaultScope, item: ItemView, name: string): RecoveryPoint {
  const point = pointsOf(scope, item).find(({ recoveryPointId }) => sameId(recoveryPointId, name));
  if (point === undefined) throw resourceMissing(name);
  return point;
}

/** Newest first. */
function pointsOf({ vault }: VaultScope, item: ItemView): RecoveryPoint[] {
  return item.direction === 'forward' ? vault.recoveryPoints(item.itemId).toReversed() : [];
}

function recoveryPointResource(scope: VaultScope, item: ItemView, point: RecoveryPoint): unknown {
  return {
    id: scope.ids.recoveryPoint(scope.serverOf(item), item.name, point.recoveryPointId),
    name: point.recoveryPointId,
    type: resourceTypes.recoveryPoint,
    properties: {
      recoveryPointTime: armTime(point.timeMs),
      recoveryPointType: point.consistency,
      providerSpecificDetails: { instanceType: 'InMageAzureV2', isMultiVmSyncPoint: String(point.multiVmSyncPoint) },
    },
  };
}
