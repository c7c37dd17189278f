// Commands on plans as text: open one of the vault, begin a new one, compare it with the vault, write it there.
import { commands, Uri, window, workspace, type TextDocument } from 'vscode';
import { ExtensionError } from '../lab/labError.ts';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { vaultIdIn } from '../operations/lookups.ts';
import type { AzureCall } from '../operations/azureCall.ts';
import { t } from '../texts.ts';
import type { Subject } from '../tree/node.ts';
import { planChanges } from './changes.ts';
import { newPlanText } from './newPlan.ts';
import type { PlanCommandId } from './planCommandIds.ts';
import { isPlan, planLanguageId, planNameOf } from './planDocument.ts';
import { planCall, sourceFabricId } from './planGroups.ts';
import type { PlanKnowledge } from './planKnowledge.ts';
import { problemsOf } from './textProblems.ts';
import { hasErrors } from './problem.ts';
import { readPlan } from './readPlan.ts';
import { isPlanName } from './rules.ts';
import type { VaultPlans } from './vaultPlans.ts';
import { writePlan } from './writePlan.ts';

export interface PlanCommandsDeps {
  readonly model: LabModel;
  readonly session: Session;
  readonly knowledge: PlanKnowledge;
  readonly vaultPlans: VaultPlans;
  /** What a row of a tree is about. */
  readonly subjectOf: (row: unknown) => Subject | undefined;
  /** Sends the call and shows its job until it has ended. */
  readonly deliver: (call: AzureCall, title: string) => Promise<void>;
}

/** Lines of a summary in a question; more are counted. */
const mostLines = 15;

export type PlanCommands = Readonly<Record<PlanCommandId, (target: unknown) => Promise<void>>>;

/** @throws ExtensionError; each of them */
export function planCommands(deps: PlanCommandsDeps): PlanCommands {
  return {
    openPlanText: (target) => openPlanText(deps, target),
    newPlanText: () => newPlan(deps),
    diffPlanText: async (target) => diffPlan(deps, await planDocument(target)),
    applyPlanText: async (target) => applyPlan(deps, await planDocument(target)),
  };
}

async function openPlanText({ subjectOf, knowledge, session, model }: PlanCommandsDeps, target: unknown): Promise<void> {
  void session.lab;
  await model.refresh(['plans', 'items', 'fabrics']);
  const { world } = knowledge;
  const subject = subjectOf(target);
  const planId = subject === undefined ? undefined : subject.kind === 'plan' ? subject.id : 'planId' in subject ? subject.planId : undefined;
  const plans = world?.plans ?? [];
  if (plans.length === 0) throw new ExtensionError('NotFound', t('The vault has no recovery plan.'), { recommendedAction: t('Begin one with New Plan File.') });
  const chosen =
    plans.find(({ id }) => id === planId)?.name ??
    (await window.showQuickPick(
      plans.map(({ name = '' }) => name),
      { placeHolder: t('Which recovery plan?') },
    ));
  const plan = plans.find(({ name }) => name === chosen);
  if (plan === undefined || world === undefined) return;
  await showText(plan.name ?? '', writePlan(plan, world));
}

async function newPlan({ knowledge }: PlanCommandsDeps): Promise<void> {
  const { world } = knowledge;
  const name = await window.showInputBox({
    title: t('New Plan File'),
    prompt: t('Name of the recovery plan'),
    validateInput: (text) => {
      if (!isPlanName(text)) return t('The name of a plan begins with a letter and has 2 to 63 letters, digits and hyphens.');
      if (world?.plans.some((plan) => plan.name?.toLowerCase() === text.toLowerCase()) === true) return t('There is one of this name.');
      return undefined;
    },
  });
  if (name !== undefined) await showText(name, newPlanText(name, world));
}

/** In the file of that name if there is one, else as one that has yet to be saved. */
async function showText(name: string, text: string): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const file = folder === undefined ? undefined : Uri.joinPath(folder, `${name}.plan.yaml`);
  if (file !== undefined && (await exists(file))) {
    await window.showTextDocument(file);
    return;
  }
  await window.showTextDocument(await workspace.openTextDocument({ language: planLanguageId, content: text }));
}

async function exists(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

async function planDocument(target: unknown): Promise<TextDocument> {
  const document = target instanceof Uri ? await workspace.openTextDocument(target) : window.activeTextEditor?.document;
  if (document !== undefined && isPlan(document)) return document;
  throw new ExtensionError('NoPlanText', t('No plan file is open.'), { recommendedAction: t('Open a file that ends in .plan.yaml.') });
}

async function diffPlan({ vaultPlans, model, session }: PlanCommandsDeps, document: TextDocument): Promise<void> {
  void session.lab;
  await model.refresh(['plans', 'items', 'fabrics']);
  const name = readPlan(document.getText()).plan.name?.value ?? planNameOf(document);
  await commands.executeCommand('vscode.diff', vaultPlans.uriOf(name), document.uri, t('{0}: Vault and File', name));
}

async function applyPlan(deps: PlanCommandsDeps, document: TextDocument): Promise<void> {
  const { session, model, knowledge, vaultPlans, deliver } = deps;
  // Not without a lab: what the text would change is known only against the vault.
  const { vault } = session.lab;
  await model.refresh(['plans', 'items', 'fabrics']);
  await knowledge.readRunbooks();
  const { world } = knowledge;
  if (world === undefined) return;
  const text = document.getText();
  if (hasErrors(problemsOf(text, world))) return showProblems();
  const { plan } = readPlan(text);
  const name = plan.name?.value ?? planNameOf(document);
  if (!isPlanName(name))
    throw new ExtensionError('PlanName', t('"{0}" is no name of a plan.', name), { recommendedAction: t('Give the plan a name in its text.') });
  const present = vaultPlans.find(name);
  const changes = planChanges(plan, present, world);
  if (changes.length === 0) {
    void window.showInformationMessage(t('The vault has {0} as this file says: nothing to apply.', name));
    return;
  }
  const { subscriptionId, resourceGroupName, vaultName } = vault.place;
  const vaultId = vaultIdIn(sourceFabricId(plan, world) ?? '');
  const anyVault = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.RecoveryServices/vaults/${vaultName}`;
  const call = planCall({ plan, name, world, vaultId: vaultId === '' ? anyVault : vaultId, present });
  const shown = changes.length > mostLines ? [...changes.slice(0, mostLines), t('… and {0} more', changes.length - mostLines)] : changes;
  const question = present === undefined ? t('Create the recovery plan {0}?', name) : t('Change the recovery plan {0}?', name);
  const [apply, differences] = [t('Apply'), t('Show Differences')];
  const buttons = present === undefined ? [apply] : [apply, differences];
  const chosen = await window.showWarningMessage(question, { modal: true, detail: shown.join('\n') }, ...buttons);
  if (chosen === differences) return diffPlan(deps, document);
  if (chosen === apply) await deliver(call, t('Save Recovery Plan'));
}

async function showProblems(): Promise<void> {
  const show = t('Show Problems');
  if ((await window.showErrorMessage(t('The plan has errors, so it was not applied.'), show)) === show)
    await commands.executeCommand('workbench.actions.view.problems');
}
