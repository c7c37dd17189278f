// A terminal in which every client of Azure works on the lab: as a profile, and as a command.
import { ThemeIcon, window, type Disposable as VsDisposable, type TerminalOptions } from 'vscode';
import type { Session } from '../lab/session.ts';
import { t } from '../texts.ts';
import { clientEnvironment, type Program } from '../../emulator/cli/environment.ts';

export interface LabTerminalDeps {
  readonly session: Session;
  readonly program: Program;
}

export function registerLabTerminal(deps: LabTerminalDeps): VsDisposable {
  return window.registerTerminalProfileProvider('siteRecoveryLab.terminal', { provideTerminalProfile: async () => ({ options: await terminalOptions(deps) }) });
}

/** @throws ExtensionError LabNotRunning */
export async function openLabTerminal(deps: LabTerminalDeps): Promise<void> {
  window.createTerminal(await terminalOptions(deps)).show();
}

async function terminalOptions({ session, program }: LabTerminalDeps): Promise<TerminalOptions> {
  const { locator } = session.lab;
  return {
    name: t('Lab Terminal'),
    iconPath: new ThemeIcon('shield'),
    cwd: locator.dir,
    env: await clientEnvironment(locator, program),
    message: t('Clients of Azure work on this lab here: srlab, az, Azure SDKs. Nothing outside the lab is changed.'),
    // Keys of a lab that has ended are worth nothing after a reload.
    isTransient: true,
  };
}
