// The composition root of the extension: one place where its parts meet.
import { commands, window, workspace, type Disposable as VsDisposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { join } from 'node:path';
import type * as azureClient from './client/azureClient.ts';
import { labCommands } from './commands/lab.ts';
import { operationCommands } from './commands/operationCommands.ts';
import { OperationRunner } from './commands/operationRunner.ts';
import { laterBundle } from './laterBundle.ts';
import { Session } from './lab/session.ts';
import { labSettings } from './lab/settings.ts';
import { Supervisor } from './lab/supervisor.ts';
import { LabModel } from './model/labModel.ts';
import { operations } from './operations/registry.ts';
import { Panels } from './panel/panels.ts';
import { planTextOnDemand } from './planText/planTextOnDemand.ts';
import { surfaces, type Surfaces } from './surfaces.ts';
import { t } from './texts.ts';
import type * as yamlParts from './yamlParts.ts';

export interface Composition {
  readonly session: Session;
  readonly model: LabModel;
  readonly trees: Surfaces['trees'];
  readonly disposables: readonly VsDisposable[];
}

export function composition(context: ExtensionContext, log: LogOutputChannel): Composition {
  const settings = (): ReturnType<typeof labSettings> => labSettings(context);
  const program = { runtime: process.execPath, script: context.asAbsolutePath(join('dist', 'emulator.mjs')) };
  // The SDK, and YAML: the window pays for them when a lab runs, and when somebody reads.
  const azure = laterBundle<typeof azureClient>(context.extensionPath, 'azureClient');
  const yaml = laterBundle<typeof yamlParts>(context.extensionPath, 'yamlParts');
  const supervisor = new Supervisor({
    runtime: program.runtime,
    emulator: program.script,
    compiled: join(context.globalStorageUri.fsPath, 'compiled'),
    log,
  });
  const model = new LabModel(settings().dir, { log });
  const session = new Session({
    supervisor,
    model,
    settings,
    isTrusted: () => workspace.isTrusted,
    openVaultClient: async (place) => azure().openVaultClient(place),
    log,
    onLost: () => void offerRestart(),
  });
  const documentText: typeof yamlParts.documentText = (...asked) => yaml().documentText(...asked);
  const shown = surfaces({ context, session, model, program, log, labDir: () => settings().dir, documentText, operations });
  const runner = new OperationRunner({ session, model, memento: context.workspaceState, log });
  const disposables: VsDisposable[] = [
    ...labCommands({ session, log }),
    ...shown.disposables,
    ...operationCommands({ session, model, log, runner, rows: shown.trees }),
    planTextOnDemand({
      begin: (deps) => yaml().planLanguage(deps),
      session,
      model,
      log,
      subjectOf: (row) => shown.trees.subjects.of(row),
      lookForLab: () => shown.attachment.look(),
      deliver: (call, title) => runner.follow({ title: () => title }, [call]),
    }),
    ...new Panels({
      extensionUri: context.extensionUri,
      model,
      session,
      attachment: shown.attachment,
      operations,
      subjectOf: (row) => shown.trees.subjects.of(row),
      log,
    }).register(),
    { dispose: () => void session[Symbol.asyncDispose]() },
  ];
  return { session, model, trees: shown.trees, disposables };
}

async function offerRestart(): Promise<void> {
  const restart = t('Start It Again');
  const chosen = await window.showErrorMessage(t('The lab ended unexpectedly. Nothing that it acknowledged is lost.'), restart);
  if (chosen === restart) await commands.executeCommand('siteRecoveryLab.startLab');
}
