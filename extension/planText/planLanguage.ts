// Recovery plans as text, put together: knowledge, remarks, what the editor offers, and commands.
import { Disposable as VsDisposable, type LogOutputChannel } from 'vscode';
import { PlanDiagnostics } from './planDiagnostics.ts';
import { planCommands, type PlanCommands, type PlanCommandsDeps } from './planCommands.ts';
import { PlanKnowledge } from './planKnowledge.ts';
import { planProviders } from './planProviders.ts';
import { VaultPlans } from './vaultPlans.ts';

export interface PlanLanguageDeps extends Omit<PlanCommandsDeps, 'knowledge' | 'vaultPlans'> {
  /** Takes up a lab that runs already: a plan is open, so somebody is interested. */
  readonly lookForLab: () => Promise<void>;
  readonly log: LogOutputChannel;
}

export interface PlanLanguage extends VsDisposable {
  readonly commands: PlanCommands;
}

export function planLanguage(deps: PlanLanguageDeps): PlanLanguage {
  const { model, session } = deps;
  const knowledge = new PlanKnowledge({ model, session });
  const world = () => knowledge.world;
  // A snapshot of a lab changes with its clock; texts look at what the vault has.
  const onChange = (listener: () => void): Disposable => {
    let { vault, state } = model.snapshot;
    return model.onChange((snapshot) => {
      if (snapshot.vault === vault && snapshot.state === state) return;
      if (snapshot.state !== state) void knowledge.readRunbooks().then(listener);
      ({ vault, state } = snapshot);
      listener();
    });
  };
  const opened = async (): Promise<void> => {
    await deps.lookForLab();
    await knowledge.readRunbooks();
  };
  const vaultPlans = new VaultPlans({ world, onChange });
  const registered = VsDisposable.from(vaultPlans, new PlanDiagnostics({ world, onChange, opened }), planProviders(world));
  return { commands: planCommands({ ...deps, knowledge, vaultPlans }), dispose: () => void registered.dispose() };
}
