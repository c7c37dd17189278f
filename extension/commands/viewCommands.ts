// Commands of the views themselves: grouping, reading on, moving rows of plans, documents, the lab's menu, terminal and surroundings.
import { commands, window, type Disposable as VsDisposable, type LogOutputChannel } from 'vscode';
import type { RecoveryPlanGroup } from '@azure/arm-recoveryservices-siterecovery';
import type { DocumentAddress } from '../documents/addresses.ts';
import type { LabDocuments } from '../documents/labDocuments.ts';
import { ExtensionError } from '../lab/labError.ts';
import { planOf } from '../model/find.ts';
import type { LabModel } from '../model/labModel.ts';
import type { Session } from '../lab/session.ts';
import { showLabMenu } from '../status/labMenu.ts';
import { openLabTerminal, type LabTerminalDeps } from '../terminal/labTerminal.ts';
import { t } from '../texts.ts';
import { groupingText, machineGroupings } from '../tree/machineGroups.ts';
import type { Subject } from '../tree/node.ts';
import { isPlanRow } from '../tree/planDragAndDrop.ts';
import type { PlanMover } from '../tree/planMover.ts';
import { movedBy, movedTo, rowAfter, type PlanRow } from '../tree/planMoves.ts';
import { groupText } from '../tree/plans.ts';
import type { Trees } from '../tree/trees.ts';
import { reportingErrors } from './reportingErrors.ts';

export interface ViewCommandsDeps {
  readonly session: Session;
  readonly model: LabModel;
  readonly trees: Trees;
  readonly mover: PlanMover;
  readonly documents: LabDocuments;
  readonly terminal: LabTerminalDeps;
  readonly log: LogOutputChannel;
  /** Shows the emulator's own log file. */
  readonly showEmulatorLog: () => Promise<void>;
}

export function viewCommands(deps: ViewCommandsDeps): VsDisposable[] {
  const { trees, mover, documents, log } = deps;
  const register = (id: string, run: (...args: unknown[]) => Promise<unknown>): VsDisposable =>
    commands.registerCommand(`siteRecoveryLab.${id}`, reportingErrors(log, run));
  // Keys know no row: it is the one that is chosen.
  const planRow = (id: unknown): PlanRow => requirePlanRow(trees.subjects.of(id) ?? trees.selected('plans')[0]);
  const move = async (row: PlanRow, change: (groups: readonly RecoveryPlanGroup[]) => readonly RecoveryPlanGroup[] | undefined): Promise<void> => {
    let place: PlanRow | undefined;
    await mover.move(row.planId, (groups) => {
      const moved = change(groups);
      place = moved === undefined ? undefined : rowAfter(row, groups, moved);
      return moved;
    });
    if (place !== undefined) await trees.choosePlanRow(place);
  };
  return [
    register('groupMachines', () => askGrouping(trees)),
    register('showMoreRecoveryPoints', async (rowId) => trees.showMorePoints(String(rowId))),
    register('showDocument', (address) => documents.open(addressOf(trees, address))),
    register('movePlanRowUp', async (id) => {
      const row = planRow(id);
      await move(row, (groups) => movedBy(groups, row, -1));
    }),
    register('movePlanRowDown', async (id) => {
      const row = planRow(id);
      await move(row, (groups) => movedBy(groups, row, 1));
    }),
    register('movePlanRowToGroup', async (id) => {
      const row = planRow(id);
      const target = await askGroup(deps.model, row);
      if (target !== undefined) await move(row, (groups) => movedTo(groups, row, target));
    }),
    register('showLabMenu', () => showLabMenu(deps)),
    register('openLabTerminal', () => openLabTerminal(deps.terminal)),
    register('checkSurroundings', () => documents.open({ kind: 'doctor' })),
    register('showEmulatorLog', deps.showEmulatorLog),
  ];
}

async function askGrouping(trees: Trees): Promise<void> {
  const items = machineGroupings.map((grouping) => ({
    label: groupingText(grouping),
    grouping,
    ...(grouping === trees.grouping ? { description: t('as now') } : {}),
  }));
  const chosen = await window.showQuickPick(items, { title: t('Group Machines'), placeHolder: t('How shall the machines be grouped?') });
  if (chosen !== undefined) await trees.groupBy(chosen.grouping);
}

async function askGroup(model: LabModel, row: PlanRow): Promise<number | undefined> {
  const groups = planOf(model.snapshot, row)?.properties?.groups ?? [];
  const items = groups.flatMap((group, place) =>
    place !== row.group && (row.kind === 'planAction' || group.groupType === 'Boot') ? [{ label: groupText(groups, place), place }] : [],
  );
  if (items.length === 0)
    throw new ExtensionError('NoOtherGroup', t('The plan has no other group that takes it.'), { recommendedAction: t('Add a group to the plan first.') });
  return (await window.showQuickPick(items, { title: t('Move to Group'), placeHolder: t('Which group shall it be in?') }))?.place;
}

function requirePlanRow(subject: Subject | undefined): PlanRow {
  if (subject !== undefined && isPlanRow(subject)) return subject;
  throw new ExtensionError('NothingChosen', t('No row of a recovery plan is chosen.'), {
    recommendedAction: t('Choose a group, a machine or an action in the view Recovery Plans.'),
  });
}

/** A row's id, or an address as rows and other commands give it. */
function addressOf(trees: Trees, argument: unknown): DocumentAddress {
  const subject = trees.subjects.of(argument);
  switch (subject?.kind) {
    case 'item':
    case 'plan':
    case 'policy':
      return { kind: subject.kind, id: subject.id };
    case 'job':
    case 'event':
      return { kind: subject.kind, name: subject.name };
    default:
      break;
  }
  if (typeof argument === 'object' && argument !== null && 'kind' in argument && argument.kind === 'error') return argument as DocumentAddress;
  throw new ExtensionError('NothingChosen', t('There is no document about this row.'), {
    recommendedAction: t('Choose a machine, a plan, a policy, a job or an event.'),
  });
}
