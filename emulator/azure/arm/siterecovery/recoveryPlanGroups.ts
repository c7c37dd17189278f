// Groups of a recovery plan with their machines and actions, read and shown (arm-contract §5.11).
import { timeoutMs } from '../../../contract/timeout.ts';
import type { ProtectedItem } from '../../vault/items/state.ts';
import type { PlanGroupRequest, PlanRequest } from '../../vault/plans/service.ts';
import type { PlanAction, PlanGroup } from '../../vault/plans/state.ts';
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import { badRequest } from '../protocol/armError.ts';
import type { Body } from '../protocol/body.ts';
import { nameIn, sameId, type VaultIds } from './ids.ts';
import type { VaultScope } from './siteRecovery.ts';

const groupTypes = ['Shutdown', 'Failover', 'Boot'] as const;
const failoverTypes = ['PlannedFailover', 'TestFailover', 'UnplannedFailover'] as const;
const directions = ['PrimaryToRecovery', 'RecoveryToPrimary'] as const;
/** The service's own is not documented. */
const defaultTimeoutMs = 30 * 60_000;

type GroupsRequest = Pick<PlanRequest, 'startGroups' | 'shutdownActions' | 'failoverActions'>;

/** Start groups in their order; the groups for shutdown and failover may be left out. @throws ArmError BadRequest */
export function groupsRequest(scope: VaultScope, groups: readonly Body[]): GroupsRequest {
  const read = groups.map((group) => {
    const type = group.optionalWord('groupType', groupTypes);
    if (type === undefined) throw badRequest('InvalidParameter', 'Each group needs a groupType: Shutdown, Failover or Boot.');
    return { type, ...groupRequest(scope, group) };
  });
  const special = (type: 'Shutdown' | 'Failover'): { start: readonly PlanAction[]; end: readonly PlanAction[] } => {
    const [group, second] = read.filter((one) => one.type === type);
    if (second !== undefined) throw badRequest('InvalidParameter', `There is more than one ${type} group.`);
    if (group !== undefined && group.itemIds.length > 0) throw badRequest('InvalidParameter', `Machines belong into Boot groups, not into the ${type} group.`);
    return { start: group?.startGroupActions ?? [], end: group?.endGroupActions ?? [] };
  };
  return { startGroups: read.filter(({ type }) => type === 'Boot'), shutdownActions: special('Shutdown'), failoverActions: special('Failover') };
}

function groupRequest(scope: VaultScope, group: Body): Required<PlanGroupRequest> {
  return {
    itemIds: group.parts('replicationProtectedItems').map((item) => itemIdOf(scope, item.text('id'))),
    startGroupActions: group.parts('startGroupActions').map(actionRequest),
    endGroupActions: group.parts('endGroupActions').map(actionRequest),
  };
}

function itemIdOf({ ids, vault, servers }: VaultScope, id: string): string {
  const server = servers.find((one) => sameId(ids.protectedItem(one, nameIn(id)), id));
  const item = server === undefined ? undefined : vault.itemNamed(server.hostId, nameIn(id));
  if (item === undefined) throw badRequest('ArmResourceDoesNotExist', `The plan names a protected item that this vault does not have: ${id.slice(0, 500)}.`);
  return item.itemId;
}

function actionRequest(action: Body): PlanAction {
  const common = {
    actionName: action.text('actionName'),
    failoverTypes: wordsOf(action, 'failoverTypes', failoverTypes),
    failoverDirections: wordsOf(action, 'failoverDirections', directions),
  };
  const details = action.part('customDetails');
  const kind = details.optionalWord('instanceType', ['ManualActionDetails', 'ScriptActionDetails', 'AutomationRunbookActionDetails']);
  switch (kind) {
    case undefined:
      throw badRequest('InvalidParameter', `Action ${common.actionName} needs customDetails with an instanceType.`);
    case 'ManualActionDetails':
      return { ...common, kind: 'manual', description: details.optionalText('description') ?? '' };
    case 'ScriptActionDetails':
      return { ...common, ...programRequest(details), kind: 'script', path: details.text('path') };
    case 'AutomationRunbookActionDetails':
      return { ...common, ...programRequest(details), kind: 'runbook', runbookId: details.text('runbookId') };
  }
}

function programRequest(details: Body): { timeoutMs: number; timeoutText: string | null; fabricLocation: 'Primary' | 'Recovery' } {
  const timeoutText = details.optionalText('timeout') ?? null;
  return {
    timeoutMs: timeoutText === null || timeoutText === '' ? defaultTimeoutMs : timeoutMsOf(timeoutText),
    timeoutText,
    fabricLocation: details.optionalWord('fabricLocation', ['Primary', 'Recovery']) ?? 'Recovery',
  };
}

/** The type of the field says no more than that it is a text. */
function timeoutMsOf(text: string): number {
  const milliseconds = timeoutMs(text);
  if (milliseconds === undefined) throw badRequest('InvalidParameter', `The time-out "${text.slice(0, 100)}" cannot be read; write it as PT30M or 00:30:00.`);
  return milliseconds;
}

function wordsOf<Word extends string>(action: Body, name: string, words: readonly Word[]): Word[] {
  return action.texts(name).map((text) => {
    const word = words.find((one) => sameId(one, text));
    if (word === undefined) throw badRequest('InvalidParameter', `${name} of an action are ${words.join(', ')}, not "${text.slice(0, 100)}".`);
    return word;
  });
}

interface GroupFacts {
  readonly group: PlanGroup;
  readonly members: readonly ProtectedItem[];
  readonly server: ConfigServerRecord | undefined;
}

export function groupResource(ids: VaultIds, { group, members, server }: GroupFacts): unknown {
  return {
    groupType: group.groupType,
    replicationProtectedItems: members
      .filter((item) => server !== undefined && group.itemIds.includes(item.itemId))
      .map((item) => ({ id: server === undefined ? null : ids.protectedItem(server, item.name), virtualMachineId: item.source.machineId })),
    startGroupActions: group.startGroupActions.map(actionResource),
    endGroupActions: group.endGroupActions.map(actionResource),
  };
}

function actionResource(action: PlanAction): unknown {
  const { actionName, failoverTypes: types, failoverDirections } = action;
  return { actionName, failoverTypes: types, failoverDirections, customDetails: actionDetails(action) };
}

function actionDetails(action: PlanAction): unknown {
  switch (action.kind) {
    case 'manual':
      return { instanceType: 'ManualActionDetails', description: action.description };
    case 'script':
      return {
        instanceType: 'ScriptActionDetails',
        path: action.path,
        timeout: action.timeoutText ?? null,
        fabricLocation: action.fabricLocation ?? 'Recovery',
      };
    case 'runbook':
      return {
        instanceType: 'AutomationRunbookActionDetails',
        runbookId: action.runbookId,
        timeout: action.timeoutText ?? null,
        fabricLocation: action.fabricLocation ?? 'Recovery',
      };
  }
}
