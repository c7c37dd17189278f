// From a plan of the vault to its text: what says nothing new is left out, and what is written reads back to the same plan.
import type {
  RecoveryPlanAction,
  RecoveryPlanAutomationRunbookActionDetails,
  RecoveryPlanManualActionDetails,
  RecoveryPlanScriptActionDetails,
} from '@azure/arm-recoveryservices-siterecovery';
import { Document, type CreateNodeOptions, type DocumentOptions } from 'yaml';
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { sameId } from '../model/find.ts';
import { defaultFabricLocation, defaultFailoverDirections, defaultFailoverTypes } from './planText.ts';
import { fabricReference, referenceTo, type PlanWorld } from './planWorld.ts';
import { impliedFabricId, typeOfOperation } from './planGroups.ts';

const format = { lineWidth: 0 } as const;
const plain: DocumentOptions & CreateNodeOptions = { aliasDuplicateObjects: false };

type Names = Pick<PlanWorld, 'items' | 'fabrics'>;

/** @param plan with its groups, as it is read by its id */
export function writePlan(plan: RecoveryPlan, names: Names): string {
  const { primaryFabricId, groups = [] } = plan.properties ?? {};
  const members = groups.flatMap(({ replicationProtectedItems = [] }) => replicationProtectedItems.map(({ id = '' }) => id));
  // What the machines tell already is not said again.
  const isImplied = primaryFabricId === undefined || primaryFabricId === '' || sameId(impliedFabricId(members, names), primaryFabricId);
  const content = {
    name: plan.name ?? '',
    ...(isImplied ? {} : { source: fabricReference(names.fabrics, primaryFabricId) }),
    groups: groups.flatMap((group) => {
      const { groupType, replicationProtectedItems: items = [], startGroupActions: before = [], endGroupActions: after = [] } = group;
      // The groups for shutdown and failover are always there; without actions there is nothing to say of them.
      if (groupType !== 'Boot' && before.length === 0 && after.length === 0) return [];
      return [
        {
          ...(groupType === 'Boot' ? { machines: items.map(({ id = '' }) => referenceTo(names.items, id)) } : { kind: groupType }),
          ...(before.length === 0 ? {} : { before: before.map(actionContent) }),
          ...(after.length === 0 ? {} : { after: after.map(actionContent) }),
        },
      ];
    }),
  };
  return new Document(content, plain).toString(format);
}

function actionContent(action: RecoveryPlanAction): object {
  const types = (action.failoverTypes ?? []).flatMap((operation) => typeOfOperation(operation) ?? []);
  const directions = action.failoverDirections ?? [];
  return {
    name: action.actionName,
    ...workContent(action.customDetails),
    ...(sameWords(types, defaultFailoverTypes) ? {} : { failoverTypes: types }),
    ...(sameWords(directions, defaultFailoverDirections) ? {} : { failoverDirections: directions }),
  };
}

function workContent(details: RecoveryPlanAction['customDetails']): object {
  switch (details.instanceType) {
    case 'ManualActionDetails':
      return { kind: 'manual', instruction: (details as RecoveryPlanManualActionDetails).description ?? '' };
    case 'ScriptActionDetails': {
      const script = details as RecoveryPlanScriptActionDetails;
      return { kind: 'script', command: script.path, ...limits(script) };
    }
    case 'AutomationRunbookActionDetails': {
      const runbook = details as RecoveryPlanAutomationRunbookActionDetails;
      return { kind: 'runbook', runbook: runbook.runbookId ?? '', ...limits(runbook) };
    }
  }
}

function limits({ timeout, fabricLocation }: { readonly timeout?: string | null; readonly fabricLocation?: string }): object {
  return {
    ...(timeout === undefined || timeout === null || timeout === '' ? {} : { timeout }),
    ...(fabricLocation === undefined || fabricLocation === defaultFabricLocation ? {} : { fabricLocation }),
  };
}

function sameWords(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((word, place) => word === others[place]);
}
