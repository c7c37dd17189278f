// Writes a plan to the vault and stays with its job until that has ended.
import { ProgressLocation, window } from 'vscode';
import { explained } from '../client/azureError.ts';
import { followJob, progressText } from '../commands/jobFollower.ts';
import { plainMessage } from '../commands/plainText.ts';
import { verdictOf } from '../commands/verdict.ts';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { send, type AzureCall } from '../operations/azureCall.ts';

/** @param title in Title Case @throws ExtensionError with the service's code */
export async function deliverPlan({ session, model }: { session: Session; model: LabModel }, call: AzureCall, title: string): Promise<void> {
  const { vault } = session.lab;
  const job = await window.withProgress({ location: ProgressLocation.Notification, title: plainMessage(title) }, async (progress) => {
    const name = await send(vault, call).catch((error: unknown) => {
      throw explained(error);
    });
    return followJob({ model, vault }, name, (record) => progress.report({ message: plainMessage(progressText(record)) }));
  });
  const { kind, text } = verdictOf(title, job);
  if (kind === 'failed') void window.showErrorMessage(plainMessage(text));
  else void window.showInformationMessage(plainMessage(text));
}
