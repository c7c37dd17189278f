// A command for each operation, for Why Not? and for copying: from rows, from the palette, from other parts of the extension.
import { commands, window, type Disposable as VsDisposable } from 'vscode';
import { ExtensionError } from '../lab/labError.ts';
import { copyForms, type CopyForm } from '../operations/copyAs.ts';
import type { Answers, Operation } from '../operations/operation.ts';
import { reasonsOf } from '../operations/reasons.ts';
import { operations } from '../operations/registry.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { formNames } from './copyChoice.ts';
import type { OperationRunner, RunnerDeps } from './operationRunner.ts';
import { reportingErrors } from './reportingErrors.ts';
import { askWhyNot } from './whyNot.ts';

export interface OperationCommandsDeps extends Pick<RunnerDeps, 'session' | 'model' | 'log'> {
  readonly runner: Pick<OperationRunner, 'run'>;
  readonly rows: {
    /** What rows of the trees stand for: the one that was clicked, or all that are chosen. */
    readonly subjects: { all(id: unknown, chosen: unknown): readonly Subject[] };
    /** What is chosen in a view. */
    selected(view: string): readonly Subject[];
  };
}

/** Of a form, as the manifest names its command. */
export const copyCommands: Readonly<Record<CopyForm, string>> = {
  azureCli: 'copyAsAzureCli',
  powerShell: 'copyAsPowerShell',
  rest: 'copyAsRest',
  javaScript: 'copyAsJavaScript',
};

/** Commands take a row's id or a `Subject`, all chosen rows, and answers that are known: `executeCommand('siteRecoveryLab.addToPlan', subject, undefined, {plan})`. */
export function operationCommands(deps: OperationCommandsDeps): VsDisposable[] {
  const { runner } = deps;
  const register = (id: string, run: (subjects: readonly Subject[], answers: unknown) => Promise<unknown>): VsDisposable =>
    commands.registerCommand(
      `siteRecoveryLab.${id}`,
      reportingErrors(deps.log, (row: unknown, chosen: unknown, answers: unknown) => run(subjectsIn(deps, row, chosen), answers)),
    );
  return [
    ...operations.map((operation) => register(operation.id, (subjects, answers) => runner.run(operation, { subjects, answers: answersIn(answers) }))),
    register('whyNot', async ([subject]) => {
      requireLab(deps);
      const operation = await askWhyNot(deps.model.snapshot, subject);
      if (operation !== undefined) await runner.run(operation, subject === undefined ? {} : { subjects: [subject] });
    }),
    ...copyForms.map((form) =>
      register(copyCommands[form], async (subjects) => {
        requireLab(deps);
        const operation = await chooseOperation(deps, subjects, form);
        if (operation !== undefined) await runner.run(operation, { subjects, copy: form });
      }),
    ),
  ];
}

/** A keybinding knows no row: it says in which view the chosen ones are. */
function subjectsIn({ rows }: OperationCommandsDeps, row: unknown, chosen: unknown): readonly Subject[] {
  if (typeof row === 'object' && row !== null && 'selectionOf' in row) return rows.selected(String(row.selectionOf));
  return rows.subjects.all(row, chosen);
}

/** @throws ExtensionError LabNotRunning */
function requireLab({ session }: OperationCommandsDeps): void {
  session.lab satisfies object;
}

/** From other parts of the extension only: VS Code gives nothing here. */
function answersIn(value: unknown): Partial<Answers> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** @param subjects none: every operation that is possible somewhere */
async function chooseOperation({ model }: OperationCommandsDeps, subjects: readonly Subject[], form: CopyForm): Promise<Operation | undefined> {
  const [subject] = subjects;
  const allowed =
    subject === undefined
      ? operations
      : reasonsOf(model.snapshot, subject).flatMap(({ operation, availability }) => (availability === true ? [operation] : []));
  const copyable = allowed.filter(({ by }) => by === 'azure');
  if (copyable.length === 0) throw new ExtensionError('NotAllowed', t('Nothing is allowed here now.'), { recommendedAction: t('Ask Why Not? of it.') });
  const chosen = await window.showQuickPick(
    copyable.map((operation) => ({ label: operation.title(), operation })),
    { title: t('Copy as {0}', formNames[form]), placeHolder: t('What shall the command do? It is copied, not done') },
  );
  return chosen?.operation;
}
