// Why Not?: every operation of what is chosen, those that are not allowed with the reason and what would make them possible.
import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { ExtensionError } from '../lab/labError.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Operation } from '../operations/operation.ts';
import { reasonsOf, type Reason } from '../operations/reasons.ts';
import { subjectName } from '../operations/subjects.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { plainLabel } from './plainText.ts';

interface ReasonItem extends QuickPickItem {
  readonly reason?: Reason;
}

/** @returns the operation that was chosen, when it is allowed. @throws ExtensionError NotAllowed for one that is not */
export async function askWhyNot(snapshot: LabSnapshot, subject: Subject | undefined): Promise<Operation | undefined> {
  const reasons = reasonsOf(snapshot, subject);
  const [allowed, refused] = [reasons.filter(({ availability }) => availability === true), reasons.filter(({ availability }) => availability !== true)];
  const heading = (label: string, rows: readonly Reason[]): ReasonItem[] => (rows.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }]);
  const chosen = await window.showQuickPick<ReasonItem>(
    [...heading(t('Not allowed now'), refused), ...refused.map(row), ...heading(t('Allowed now'), allowed), ...allowed.map(row)],
    {
      title: subject === undefined ? t('Why Not?') : t('Why Not? {0}', plainLabel(subjectName(snapshot, subject))),
      placeHolder: t('What can be done, and what is missing for the rest'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  const reason = chosen?.reason;
  if (reason === undefined) return undefined;
  if (reason.availability !== true)
    throw new ExtensionError('NotAllowed', t('{0}: {1}', reason.operation.title(), reason.availability.because), {
      recommendedAction: reason.availability.remedy,
    });
  return reason.operation;
}

function row(reason: Reason): ReasonItem {
  const { operation, availability } = reason;
  return availability === true
    ? { label: `$(check) ${operation.title()}`, reason }
    : { label: `$(circle-slash) ${operation.title()}`, description: plainLabel(availability.because), detail: plainLabel(availability.remedy), reason };
}
