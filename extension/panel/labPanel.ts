// One webview panel: pushes whole states while it is visible, at most four a second, and does what its page asks if that was offered.
import { commands, ThemeIcon, Uri, type WebviewPanel } from 'vscode';
import { randomBytes } from 'node:crypto';
import type { HostMessage, StateOf, ViewKind } from '../../webview/contract.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { languageInUse, textsInUse } from '../texts.ts';
import { Pacer } from '../pacer.ts';
import type { Subject } from '../tree/node.ts';
import { panelHtml } from './html.ts';
import { idleState } from './idleState.ts';
import { commandFor, type Painted } from './offers.ts';
import { panelViews, tabTitle, type PanelWorld } from './panelViews.ts';

export interface LabPanelDeps {
  readonly folder: Uri;
  readonly world: () => PanelWorld;
  /** Reads a job with its tasks into the model. */
  readonly openJob: (name: string) => Promise<void>;
  readonly log: { warn(message: string): void; error(problem: string | Error): void };
}

const shortestPauseMs = 250;

export class LabPanel {
  readonly view: ViewKind;
  readonly subject: Subject;
  readonly panel: WebviewPanel;
  readonly #deps: LabPanelDeps;
  readonly #openedJobs = new Set<string>();
  readonly #pacer = new Pacer({ act: () => this.#show(), pauseMs: shortestPauseMs });
  #painted: Painted<StateOf[ViewKind]> | undefined;
  #ready = false;
  #revision = 0;
  #pushed = '';

  constructor(panel: WebviewPanel, { view, subject }: { view: ViewKind; subject: Subject }, deps: LabPanelDeps) {
    this.view = view;
    this.subject = subject;
    this.panel = panel;
    this.#deps = deps;
    panel.iconPath = new ThemeIcon(panelViews[view].icon);
    panel.webview.options = { enableScripts: true, localResourceRoots: [deps.folder] };
    // Before the page, which begins with a message.
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidChangeViewState(() => this.changed());
    panel.onDidDispose(() => this.#pacer[Symbol.dispose]());
    panel.webview.html = this.#page();
  }

  /** The model, or what the view needs besides, is another. */
  changed(): void {
    if (this.#ready && this.panel.visible) this.#pacer.request();
  }

  #show(): void {
    if (!this.panel.visible) return;
    try {
      this.#push();
    } catch (error) {
      // A defect: what was shown stays, and the log says why.
      this.#deps.log.error(error instanceof Error ? error : String(error));
    }
  }

  #push(): void {
    const world = this.#deps.world();
    const { snapshot } = world;
    this.panel.title = tabTitle(this.view, snapshot, this.subject);
    this.#openJobs(snapshot);
    this.#painted = snapshot.state === 'running' ? panelViews[this.view].paint(world, this.subject) : undefined;
    const idle = this.#painted === undefined ? idleState(snapshot, panelViews[this.view].gone()) : undefined;
    if (idle !== undefined) this.#painted = idle.painted;
    const content = idle === undefined ? { kind: 'state' as const, state: this.#painted?.state } : idle.message;
    const text = JSON.stringify(content);
    if (text === this.#pushed) return;
    this.#pushed = text;
    this.#post({ ...content, revision: (this.#revision += 1) } as HostMessage<StateOf[ViewKind]>);
  }

  #openJobs(snapshot: LabSnapshot): void {
    for (const name of panelViews[this.view].jobs(snapshot, this.subject)) {
      if (this.#openedJobs.has(name)) continue;
      this.#openedJobs.add(name);
      void this.#deps.openJob(name);
    }
  }

  /** What comes from a page is anything. */
  #receive(message: unknown): void {
    if (typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready') {
      // A page that was hidden is a new one when it is shown again.
      this.#ready = true;
      this.#revision = 0;
      this.#pushed = '';
      this.#post({ kind: 'texts', texts: textsInUse() });
      return this.changed();
    }
    const asked = this.#painted === undefined ? undefined : commandFor(this.#painted, message);
    if (asked === undefined) return this.#deps.log.warn(`The ${this.view} view asked for something that it was not offered.`);
    void commands.executeCommand(asked.command, ...asked.arguments);
  }

  #post(message: HostMessage<StateOf[ViewKind]>): void {
    // VS Code's channel to its page, not a window's.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    void this.panel.webview.postMessage(message);
  }

  #page(): string {
    const { webview } = this.panel;
    const asset = (name: string): string => webview.asWebviewUri(Uri.joinPath(this.#deps.folder, name)).toString();
    return panelHtml({
      view: this.view,
      subject: this.subject,
      title: this.panel.title,
      language: languageInUse(),
      nonce: randomBytes(16).toString('base64'),
      cspSource: webview.cspSource,
      script: asset('main.js'),
      style: asset('main.css'),
    });
  }
}
