// Asks what an operation shall be done to, when no row was chosen: what allows it first, then the others with the reason.
import { CancellationError, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { ExtensionError } from '../lab/labError.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Operation, Refusal } from '../operations/operation.ts';
import { subjectName, subjectsOf } from '../operations/subjects.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { plainLabel } from './plainText.ts';

interface SubjectItem extends QuickPickItem {
  readonly subject?: Subject;
  readonly refusal?: Refusal;
}

/** @throws CancellationError; ExtensionError NothingToChoose when there is nothing of the kind, or the only one does not allow it */
export async function chooseSubjects(snapshot: LabSnapshot, operation: Operation): Promise<readonly Subject[]> {
  const candidates = candidatesOf(snapshot, operation);
  const allowed = candidates.filter(({ refusal }) => refusal === undefined);
  const [candidate] = candidates;
  if (allowed.length === 0) {
    const { because, remedy } = candidate?.refusal ?? { because: t('There is nothing to do it to.'), remedy: '' };
    throw new ExtensionError('NotAllowed', t('{0}: {1}', operation.title(), because), { recommendedAction: remedy });
  }
  return ask(operation, candidates);
}

interface Candidate {
  readonly subject: Subject;
  readonly name: string;
  readonly refusal: Refusal | undefined;
}

/** Of the first kind that there is something of. */
function candidatesOf(snapshot: LabSnapshot, operation: Operation): readonly Candidate[] {
  for (const kind of operation.on) {
    const subjects = subjectsOf(snapshot, kind);
    if (subjects.length === 0) continue;
    return subjects.map((subject) => {
      const availability = operation.availability(snapshot, subject);
      return { subject, name: subjectName(snapshot, subject), refusal: availability === true ? undefined : availability };
    });
  }
  return [];
}

async function ask(operation: Operation, candidates: readonly Candidate[]): Promise<readonly Subject[]> {
  const input = window.createQuickPick<SubjectItem>();
  const rows = ({ subject, name, refusal }: Candidate): SubjectItem =>
    refusal === undefined
      ? { label: plainLabel(name), ...(subject.kind === 'link' ? { description: subject.path } : {}), subject }
      : { label: `$(circle-slash) ${plainLabel(name)}`, description: plainLabel(refusal.because), detail: plainLabel(refusal.remedy), subject, refusal };
  const [allowed, refused] = [candidates.filter(({ refusal }) => refusal === undefined), candidates.filter(({ refusal }) => refusal !== undefined)];
  input.title = operation.title();
  input.placeholder = operation.many === true ? t('To which? Several can be chosen') : t('To which?');
  input.canSelectMany = operation.many === true;
  input.ignoreFocusOut = true;
  input.matchOnDescription = true;
  input.items = [...allowed.map(rows), ...(refused.length === 0 ? [] : [{ label: t('Not now'), kind: QuickPickItemKind.Separator }]), ...refused.map(rows)];
  const { promise, resolve, reject } = Promise.withResolvers<readonly Subject[]>();
  const accept = (): void => {
    const chosen = operation.many === true ? input.selectedItems : input.activeItems;
    const wrong = chosen.find(({ refusal }) => refusal !== undefined)?.refusal;
    // It stays open: another can be chosen.
    if (wrong !== undefined) input.placeholder = `${wrong.because} ${wrong.remedy}`;
    else if (chosen.length > 0) resolve(chosen.flatMap(({ subject }) => subject ?? []));
  };
  const listening = [input.onDidAccept(accept), input.onDidHide(() => reject(new CancellationError()))];
  input.show();
  try {
    return await promise;
  } finally {
    for (const one of listening) one.dispose();
    input.dispose();
  }
}
