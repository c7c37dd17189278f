// Recovery plans as text, from the first one that is open or asked for: until then its code is not loaded.
import { commands, workspace, Disposable as VsDisposable, type TextDocument } from 'vscode';
import { reportingErrors } from '../commands/reportingErrors.ts';
import { planCommandIds } from './planCommandIds.ts';
import { isPlan } from './planDocument.ts';
import type { PlanLanguage, PlanLanguageDeps } from './planLanguage.ts';

export interface PlanTextDeps extends PlanLanguageDeps {
  /** Loads the code, and makes it work in the editor. */
  readonly begin: (deps: PlanLanguageDeps) => PlanLanguage;
}

export function planTextOnDemand({ begin, ...deps }: PlanTextDeps): VsDisposable {
  let language: PlanLanguage | undefined;
  const begun = (): PlanLanguage => (language ??= begin(deps));
  const look = (document: TextDocument): void => {
    if (isPlan(document)) begun();
  };
  const opening = workspace.onDidOpenTextDocument(look);
  workspace.textDocuments.forEach(look);
  const registered = planCommandIds.map((id) =>
    commands.registerCommand(
      `siteRecoveryLab.${id}`,
      reportingErrors(deps.log, async (target: unknown) => begun().commands[id](target)),
    ),
  );
  return VsDisposable.from(opening, ...registered, { dispose: () => language?.dispose() });
}
