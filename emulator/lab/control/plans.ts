// Control operations on recovery plans.
import type { PlanAction } from '../../contract/resources.ts';
import type { PlanAction as VaultAction } from '../../azure/vault/plans/state.ts';
import type { ControlParts } from '../control.ts';
import { networkName, pointChoice, reprotectChoice } from './choices.ts';
import { configServerId, jobRecord, planRecord, requireItem } from './records.ts';
import type { Handlers } from './server.ts';

type Names =
  | 'plan.list'
  | 'plan.show'
  | 'plan.put'
  | 'plan.remove'
  | 'plan.testFailover'
  | 'plan.testFailoverCleanup'
  | 'plan.failover'
  | 'plan.commit'
  | 'plan.reprotect'
  | 'plan.failback'
  | 'plan.scriptPlaces';

const defaultTimeoutMs = 30 * 60_000;

export function planHandlers(parts: ControlParts): Handlers<Names> {
  const { siteVault } = parts;
  const operations = () => siteVault.vault.operations;
  const run = (plan: string, direction: 'PrimaryToRecovery' | 'RecoveryToPrimary', request: Parameters<Handlers<'plan.failover'>['plan.failover']>[0]) =>
    jobRecord(
      operations().planFailover({
        planName: plan,
        direction,
        choice: pointChoice(request.point),
        performShutdown: request.shutdown ?? false,
        acknowledgeRunningSource: request.acknowledgeRunningSource ?? false,
      }),
    );
  return {
    'plan.list': async () => siteVault.vault.records.plans.list().map((plan) => planRecord(parts, plan)),
    'plan.show': async ({ plan }) => planRecord(parts, siteVault.vault.records.plans.require(plan)),
    'plan.put': async ({ plan, groups }) => {
      const actionsOf = (kind: 'Shutdown' | 'Failover') => {
        const group = groups.find((one) => one.kind === kind);
        return { start: (group?.before ?? []).map(vaultAction), end: (group?.after ?? []).map(vaultAction) };
      };
      const startGroups = groups
        .filter((group) => group.kind === 'Boot')
        .map(({ machines, before, after }) => ({
          itemIds: machines.map((machine) => requireItem(parts, machine).itemId),
          startGroupActions: before.map(vaultAction),
          endGroupActions: after.map(vaultAction),
        }));
      return jobRecord(
        operations().putPlan({
          name: plan,
          configServerId: configServerId(parts),
          startGroups,
          shutdownActions: actionsOf('Shutdown'),
          failoverActions: actionsOf('Failover'),
        }),
      );
    },
    'plan.remove': async ({ plan }) => jobRecord(operations().removePlan(plan)),
    'plan.testFailover': async ({ plan, point, network }) =>
      jobRecord(operations().planTestFailover({ planName: plan, choice: pointChoice(point), networkName: networkName(parts, network, 'drill') })),
    'plan.testFailoverCleanup': async ({ plan, notes }) => jobRecord(operations().planTestFailoverCleanup(plan, notes ?? null)),
    'plan.failover': async (request) => run(request.plan, 'PrimaryToRecovery', request),
    'plan.commit': async ({ plan }) => jobRecord(operations().planCommit(plan)),
    'plan.reprotect': async ({ plan, ...request }) =>
      jobRecord(operations().planReprotect(plan, (item) => reprotectChoice(parts, siteVault.vault.item(item.itemId), request))),
    'plan.failback': async (request) => run(request.plan, 'RecoveryToPrimary', request),
    'plan.scriptPlaces': async ({ plan, type, direction }) =>
      siteVault.vault.scriptPlaces({ planName: plan, kind: type === 'test' ? 'TestFailover' : 'UnplannedFailover', direction }).map((place) => ({
        label: place.label,
        group: place.group,
        when: place.stage === 'pre' ? 'pre' : 'post',
        machines: place.machines,
        context: { ...place.context },
      })),
  };
}

const vaultTypes = { test: 'TestFailover', planned: 'PlannedFailover', unplanned: 'UnplannedFailover' } as const;

function vaultAction(action: PlanAction): VaultAction {
  const common = {
    actionName: action.name,
    failoverTypes: action.failoverTypes.map((type) => vaultTypes[type]),
    failoverDirections: action.failoverDirections,
  };
  if (action.kind === 'manual') return { ...common, kind: 'manual', description: action.instruction ?? '' };
  const timeoutMs = action.timeoutMs ?? defaultTimeoutMs;
  if (action.kind === 'runbook') return { ...common, kind: 'runbook', runbookId: action.runbook ?? '', timeoutMs };
  return { ...common, kind: 'script', path: action.command ?? '', timeoutMs };
}
