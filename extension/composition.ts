// The composition root of the extension: one place where its parts meet.
import { commands, window, type Disposable as VsDisposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { VaultPlace, VaultClient } from './client/vaultClient.ts';
import { labCommands } from './commands/lab.ts';
import { operationCommands } from './commands/operationCommands.ts';
import { Session } from './lab/session.ts';
import { labSettings } from './lab/settings.ts';
import { Supervisor } from './lab/supervisor.ts';
import { LabModel } from './model/labModel.ts';
import { operations } from './operations/registry.ts';
import { Panels } from './panel/panels.ts';
import { deliverPlan } from './planText/deliverPlan.ts';
import { planLanguage } from './planText/planLanguage.ts';
import { surfaces, type Surfaces } from './surfaces.ts';
import { t, textsInUse, type Texts } from './texts.ts';

export interface Composition {
  readonly session: Session;
  readonly model: LabModel;
  readonly trees: Surfaces['trees'];
  readonly disposables: readonly VsDisposable[];
}

export function composition(context: ExtensionContext, log: LogOutputChannel): Composition {
  const settings = (): ReturnType<typeof labSettings> => labSettings(context);
  const program = { runtime: process.execPath, script: context.asAbsolutePath(join('dist', 'emulator.mjs')) };
  const supervisor = new Supervisor({ runtime: program.runtime, emulator: program.script, log });
  const model = new LabModel(settings().dir, { log });
  const session = new Session({
    supervisor,
    model,
    settings,
    openVaultClient: async (place) => loadVaultClient(context, place),
    log,
    onLost: () => void offerRestart(),
  });
  const shown = surfaces({ context, session, model, program, log, labDir: () => settings().dir, operations });
  const disposables: VsDisposable[] = [
    ...labCommands({ session, log }),
    ...shown.disposables,
    ...operationCommands({ session, model, memento: context.workspaceState, log, rows: shown.trees }),
    planLanguage({
      session,
      model,
      log,
      subjectOf: (row) => shown.trees.subjects.of(row),
      lookForLab: () => shown.attachment.look(),
      deliver: (call, title) => deliverPlan({ session, model }, call, title),
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

/** The SDK is a bundle of its own: the window pays for it when the first lab runs. */
function loadVaultClient(context: ExtensionContext, place: VaultPlace): VaultClient {
  const load = createRequire(context.asAbsolutePath('package.json'));
  const module = load('./dist/azureClient.cjs') as { openVaultClient(place: VaultPlace): VaultClient; useTexts(texts: Texts): void };
  module.useTexts(textsInUse());
  return module.openVaultClient(place);
}
