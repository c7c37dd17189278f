// Where the window's lab lives and how it starts: the user's settings, with the workspace folder, or else VS Code's own storage.
import { workspace, type ExtensionContext } from 'vscode';
import { isAbsolute, join } from 'node:path';
import type { LabSettings } from './supervisor.ts';

export function labSettings(context: ExtensionContext): LabSettings {
  const settings = workspace.getConfiguration('siteRecoveryLab');
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const chosen = settings.get<string>('lab.folder', '');
  const base = folder ?? join(context.globalStorageUri.fsPath, 'lab');
  return {
    dir: chosen === '' ? base : isAbsolute(chosen) ? chosen : join(base, chosen),
    scenario: scenarioIn(base, settings.get<string>('lab.scenario', 'sample')),
    seed: settings.get<string>('lab.seed', '1'),
    speed: String(settings.get<number | string>('clock.speed', 1)),
  };
}

/** Names of estates stay; the path of a file counts from the workspace folder, for the lab's process knows no other. */
function scenarioIn(base: string, scenario: string): string {
  return isAbsolute(scenario) || !/[./\\]/.test(scenario) ? scenario : join(base, scenario);
}
