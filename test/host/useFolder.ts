// Where labs of these tests live: the setting, for as long as a file needs it.
import { ConfigurationTarget, workspace } from 'vscode';

/** @param dir undefined: as if nobody had chosen */
export async function useFolder(dir: string | undefined): Promise<void> {
  await workspace.getConfiguration('siteRecoveryLab').update('lab.folder', dir, ConfigurationTarget.Global);
}
