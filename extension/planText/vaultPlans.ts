// The vault's own plans as documents, for comparing: the text that the plan would have now.
import { EventEmitter, Uri, workspace, type Disposable as VsDisposable, type TextDocumentContentProvider } from 'vscode';
import type { RecoveryPlan } from '../client/vaultClient.ts';
import { sameId } from '../model/find.ts';
import { t } from '../texts.ts';
import { vaultPlanScheme } from './planDocument.ts';
import type { PlanWorld } from './planWorld.ts';
import { writePlan } from './writePlan.ts';

export interface VaultPlansDeps {
  readonly world: () => PlanWorld | undefined;
  readonly onChange: (listener: () => void) => Disposable;
}

export class VaultPlans implements TextDocumentContentProvider, VsDisposable {
  readonly #deps: VaultPlansDeps;
  readonly #changed = new EventEmitter<Uri>();
  readonly #resources = new DisposableStack();
  /** What open documents say, by their address. */
  readonly #shown = new Map<string, string>();
  readonly onDidChange = this.#changed.event;

  constructor(deps: VaultPlansDeps) {
    this.#deps = deps;
    this.#resources.use(deps.onChange(() => this.#renew()));
    const subscriptions = [
      workspace.registerTextDocumentContentProvider(vaultPlanScheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
      this.#changed,
    ];
    for (const subscription of subscriptions) this.#resources.defer(() => subscription.dispose());
  }

  /** @param name of the plan; its document ends as plans do, so that it has their colours */
  uriOf(name: string): Uri {
    return Uri.from({ scheme: vaultPlanScheme, path: `/${encodeURIComponent(name)}.plan.yaml`, query: name });
  }

  find(name: string): RecoveryPlan | undefined {
    return this.#deps.world()?.plans.find((plan) => sameId(plan.name, name));
  }

  provideTextDocumentContent(uri: Uri): string {
    const text = this.#text(uri.query);
    this.#shown.set(uri.toString(), text);
    return text;
  }

  dispose(): void {
    this.#resources.dispose();
  }

  #text(name: string): string {
    const world = this.#deps.world();
    const plan = this.find(name);
    if (world === undefined || plan === undefined) return `# ${t('The vault has no recovery plan of this name.')}\n`;
    return writePlan(plan, world);
  }

  #renew(): void {
    // Without a lab the last words stay readable.
    if (this.#deps.world() === undefined) return;
    for (const [key, before] of this.#shown) {
      const uri = Uri.parse(key);
      if (this.#text(uri.query) !== before) this.#changed.fire(uri);
    }
  }
}
