// Drag and drop in the tree of plans, and onto it from the tree of machines. Every drag has a command that does the same.
import { DataTransferItem, type DataTransfer, type TreeDragAndDropController } from 'vscode';
import { t } from '../texts.ts';
import { ExtensionError } from '../lab/labError.ts';
import type { Subject } from './node.ts';
import { movedTo, withItems, type PlanRow } from './planMoves.ts';
import type { PlanMover } from './planMover.ts';
import type { RowSubjects } from './rowSubjects.ts';

export const machinesMime = 'application/vnd.code.tree.siterecoverylab.machines';
const plansMime = 'application/vnd.code.tree.siterecoverylab.plans';

export interface PlanDropDeps {
  readonly subjects: () => RowSubjects;
  readonly mover: PlanMover;
  /** Tells what failed: a drop has no command around it. */
  readonly report: (work: () => Promise<void>) => Promise<void>;
}

/** Of the tree of machines: protected items can be dragged, nothing is dropped. */
export function machineDrag(subjects: () => RowSubjects): TreeDragAndDropController<string> {
  return {
    dragMimeTypes: [machinesMime],
    dropMimeTypes: [],
    handleDrag: (ids, transfer) =>
      put(
        transfer,
        machinesMime,
        ids.flatMap((id) => subjects().of(id) ?? []).filter(({ kind }) => kind === 'item'),
      ),
  };
}

export function planDragAndDrop({ subjects, mover, report }: PlanDropDeps): TreeDragAndDropController<string> {
  return {
    dragMimeTypes: [plansMime],
    dropMimeTypes: [plansMime, machinesMime],
    handleDrag: (ids, transfer) => put(transfer, plansMime, ids.flatMap((id) => subjects().of(id) ?? []).filter(isPlanRow)),
    handleDrop: (id, transfer) =>
      report(async () => {
        const target = groupOf(subjects().of(id));
        if (target === undefined)
          throw new ExtensionError('NoGroupThere', t('Only a group takes machines and actions.'), {
            recommendedAction: t('Drop them onto a group of a plan.'),
          });
        const rows = taken(transfer, plansMime).filter(isPlanRow);
        const foreign = rows.find((row) => row.planId !== target.planId);
        if (foreign !== undefined)
          throw new ExtensionError('OtherPlan', t('Rows move within their plan only.'), {
            recommendedAction: t('Drag the machine from the tree of machines.'),
          });
        const itemIds = [...taken(transfer, machinesMime), ...rows].flatMap((row) =>
          row.kind === 'item' ? row.id : row.kind === 'planMember' ? row.itemId : [],
        );
        const [first] = rows.filter(({ kind }) => kind !== 'planMember');
        await mover.move(target.planId, (groups) => {
          const moved = itemIds.length === 0 ? groups : withItems(groups, itemIds, target.group);
          return first === undefined || moved === undefined ? moved : movedTo(moved, first, target.group);
        });
      }),
  };
}

function groupOf(subject: Subject | undefined): { readonly planId: string; readonly group: number } | undefined {
  return subject !== undefined && isPlanRow(subject) ? subject : undefined;
}

export function isPlanRow(subject: Subject): subject is PlanRow {
  return subject.kind === 'planGroup' || subject.kind === 'planMember' || subject.kind === 'planAction';
}

function put(transfer: DataTransfer, mime: string, subjects: readonly Subject[]): void {
  if (subjects.length > 0) transfer.set(mime, new DataTransferItem(subjects));
}

function taken(transfer: DataTransfer, mime: string): readonly Subject[] {
  return (transfer.get(mime)?.value as readonly Subject[] | undefined) ?? [];
}
