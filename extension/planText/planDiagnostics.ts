// The remarks about open plans: renewed shortly after the typing stops, and when the vault has changed.
import {
  CodeAction,
  CodeActionKind,
  Diagnostic,
  DiagnosticSeverity,
  languages,
  WorkspaceEdit,
  workspace,
  type CodeActionContext,
  type CodeActionProvider,
  type Disposable as VsDisposable,
  type TextDocument,
} from 'vscode';
import { isPlan, planSelector, vsEdit, vsRange } from './planDocument.ts';
import type { PlanWorld } from './planWorld.ts';
import type { Problem } from './problem.ts';
import { problemsOf } from './textProblems.ts';

const pauseMs = 200;
/** Of the remarks, and of their place in the Problems view. */
const source = 'Site Recovery Lab';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const satisfies Record<Problem['severity'], DiagnosticSeverity>;

export interface PlanDiagnosticsDeps {
  readonly world: () => PlanWorld | undefined;
  /** Calls back when the vault has changed. */
  readonly onChange: (listener: () => void) => Disposable;
  readonly opened: () => Promise<void>;
}

export class PlanDiagnostics implements CodeActionProvider, VsDisposable {
  readonly #deps: PlanDiagnosticsDeps;
  readonly #collection = languages.createDiagnosticCollection('site-recovery-plan');
  readonly #due = new Map<TextDocument, NodeJS.Timeout>();
  readonly #resources = new DisposableStack();

  constructor(deps: PlanDiagnosticsDeps) {
    this.#deps = deps;
    const subscriptions = [
      this.#collection,
      workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      workspace.onDidSaveTextDocument((document) => this.#opened(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      languages.registerCodeActionsProvider(planSelector, this, { providedCodeActionKinds: [CodeActionKind.QuickFix] }),
    ];
    for (const subscription of subscriptions) this.#resources.defer(() => subscription.dispose());
    this.#resources.use(deps.onChange(() => this.#renewAll()));
    for (const document of workspace.textDocuments) this.#opened(document);
  }

  provideCodeActions(document: TextDocument, _range: unknown, { diagnostics }: CodeActionContext): CodeAction[] {
    const problems = problemsOf(document.getText(), this.#deps.world());
    return diagnostics
      .filter((diagnostic) => diagnostic.source === source)
      .flatMap((diagnostic) => {
        const problem = problems.find(({ code, range }) => code === diagnostic.code && vsRange(document, range).isEqual(diagnostic.range));
        return (problem?.fixes ?? []).map((fix, place) => {
          const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
          action.edit = new WorkspaceEdit();
          action.edit.set(
            document.uri,
            fix.edits.map((edit) => vsEdit(document, edit)),
          );
          action.diagnostics = [diagnostic];
          action.isPreferred = place === 0;
          return action;
        });
      });
  }

  dispose(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#resources.dispose();
  }

  #opened(document: TextDocument): void {
    if (!isPlan(document)) return;
    this.#show(document);
    void this.#deps.opened().then(() => this.#soon(document));
  }

  #renewAll(): void {
    for (const document of workspace.textDocuments) this.#soon(document);
  }

  #soon(document: TextDocument): void {
    if (!isPlan(document)) return;
    clearTimeout(this.#due.get(document));
    this.#due.set(
      document,
      setTimeout(() => this.#show(document), pauseMs),
    );
  }

  #show(document: TextDocument): void {
    this.#due.delete(document);
    if (document.isClosed) return;
    const diagnostics = problemsOf(document.getText(), this.#deps.world()).map(({ range, message, severity, code }) => {
      const diagnostic = new Diagnostic(vsRange(document, range), message, severities[severity]);
      diagnostic.source = source;
      diagnostic.code = code;
      return diagnostic;
    });
    this.#collection.set(document.uri, diagnostics);
  }

  #forget(document: TextDocument): void {
    clearTimeout(this.#due.get(document));
    this.#due.delete(document);
    this.#collection.delete(document.uri);
  }
}
