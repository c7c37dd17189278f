// Everything of VS Code's own that shows the lab: trees, status bar, logs, documents, terminal, tasks. One part of the composition.
import { env, Uri, version, window, workspace, type Disposable as VsDisposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { join } from 'node:path';
import { reportingErrors } from './commands/reportingErrors.ts';
import { viewCommands } from './commands/viewCommands.ts';
import { examine } from './doctor/checks.ts';
import { doctorReport } from './doctor/report.ts';
import { LabDocuments, type LabDocumentsDeps } from './documents/labDocuments.ts';
import { Attachment } from './lab/attachment.ts';
import { labRoot } from './lab/locator.ts';
import type { Session } from './lab/session.ts';
import type { LabModel } from './model/labModel.ts';
import type { Operation } from './operations/operation.ts';
import { registerComponentLogs } from './output/componentLogs.ts';
import { registerLabStatusItem } from './status/labStatusItem.ts';
import type { Program } from '../emulator/cli/environment.ts';
import { registerLabTasks } from './terminal/labTasks.ts';
import { registerLabTerminal } from './terminal/labTerminal.ts';
import { allowedBy } from './tree/context.ts';
import { PlanMover } from './tree/planMover.ts';
import { registerRowDecorations } from './tree/rowDecorations.ts';
import { Trees } from './tree/trees.ts';

export interface SurfacesDeps {
  readonly context: ExtensionContext;
  readonly session: Session;
  readonly model: LabModel;
  readonly program: Program;
  readonly log: LogOutputChannel;
  readonly labDir: () => string;
  readonly documentText: LabDocumentsDeps['documentText'];
  /** Whose ids stand in the context of rows as `can.<id>`. */
  readonly operations: readonly Pick<Operation, 'id' | 'on' | 'availability'>[];
}

export interface Surfaces {
  readonly trees: Trees;
  readonly documents: LabDocuments;
  readonly attachment: Attachment;
  readonly disposables: readonly VsDisposable[];
}

export function surfaces(deps: SurfacesDeps): Surfaces {
  const { context, session, model, program, log, operations, documentText } = deps;
  const attachment = new Attachment({ session, model, log });
  const mover = new PlanMover({ session, model });
  const report = (work: () => Promise<void>): Promise<void> => reportingErrors(log, work)().then(() => undefined);
  const trees = new Trees({ session, model, attachment, mover, allowed: allowedBy(operations), memory: context.workspaceState, report });
  const documents = new LabDocuments({ model, documentText, doctorReport: async () => doctorReport(await examine(surroundings(deps))) });
  // Somebody has looked: nothing else activates the extension. What is found must not hold up the activation.
  setImmediate(() => void attachment.look());
  const focus = window.onDidChangeWindowState(({ focused }) => {
    if (focused && trees.isLookedAt) void attachment.look();
  });
  const showEmulatorLog = async (): Promise<void> => {
    const file = Uri.file(join(labRoot(deps.labDir()), 'emulator.log'));
    await window.showTextDocument(await workspace.openTextDocument(file), { preview: true });
  };
  const terminal = { session, program };
  return {
    trees,
    documents,
    attachment,
    disposables: [
      trees,
      documents,
      focus,
      registerRowDecorations(),
      registerLabStatusItem(model),
      registerComponentLogs(model),
      registerLabTerminal(terminal),
      registerLabTasks({ session, model, program }),
      ...viewCommands({ session, model, trees, mover, documents, terminal, log, showEmulatorLog }),
    ],
  };
}

function surroundings({ context, session, program, labDir }: SurfacesDeps): Parameters<typeof examine>[0] {
  const { version: extension } = context.extension.packageJSON as { readonly version: string };
  const dir = session.running ? session.lab.locator.dir : labDir();
  return {
    dir,
    runtime: program.runtime,
    emulator: program.script,
    versions: { extension, editor: `${version} (${env.appHost})` },
    answers: session.running ? async () => void (await session.lab.control.call('clock.show', {})) : undefined,
  };
}
