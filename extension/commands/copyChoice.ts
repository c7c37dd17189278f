// Gives calls to the clipboard in the words of a client that the person chooses.
import { env, window } from 'vscode';
import type { VaultPlace } from '../client/vaultClient.ts';
import type { Call } from '../operations/operation.ts';
import { copyAs, copyForms, type CopyForm } from '../operations/copyAs.ts';
import { isControlCall } from '../operations/controlCall.ts';
import { t } from '../texts.ts';

/** Names of products, which nobody translates. */
export const formNames: Readonly<Record<CopyForm, string>> = {
  azureCli: 'Azure CLI',
  powerShell: 'PowerShell',
  rest: 'REST',
  javaScript: 'JavaScript',
};

export async function chooseForm(): Promise<CopyForm | undefined> {
  const chosen = await window.showQuickPick(
    copyForms.map((form) => ({ label: formNames[form], form })),
    { title: t('Copy As'), placeHolder: t('For which client?') },
  );
  return chosen?.form;
}

/** Several calls one after the other. Calls of the lab's own interface have no words in Azure's clients. */
export async function copyCalls(form: CopyForm, calls: readonly Call[], place: VaultPlace): Promise<void> {
  const texts = calls.flatMap((call) => (isControlCall(call) ? [] : [copyAs(form, call, place)]));
  if (texts.length === 0) return;
  await env.clipboard.writeText(texts.join('\n'));
  window.setStatusBarMessage(t('$(copy) Copied as {0}', formNames[form]), 4000);
}
