// All panels of the window: one per view and subject, opened by commands, brought back after a reload of the window.
import { commands, Uri, ViewColumn, window, type Disposable as VsDisposable, type WebviewPanel } from 'vscode';
import type { ViewKind } from '../../webview/contract.ts';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { subjectName, subjectsOf } from '../operations/subjects.ts';
import { t } from '../texts.ts';
import type { Subject } from '../tree/node.ts';
import { History } from './history.ts';
import { LabPanel, type LabPanelDeps } from './labPanel.ts';
import type { AnyOperation } from './offers.ts';
import { panelViews, restoredSubject, tabTitle, type PanelWorld } from './panelViews.ts';
import { PointShelf } from './pointShelf.ts';

export interface PanelsDeps {
  readonly extensionUri: Uri;
  readonly model: Pick<LabModel, 'snapshot' | 'onChange' | 'openJob'>;
  readonly session: Pick<Session, 'lab'>;
  /** Takes up a lab that runs already. */
  readonly attachment: { look(): Promise<void> };
  /** In the order in which the views offer them. */
  readonly operations: readonly AnyOperation[];
  /** What a command was called on: a row of a tree, or a subject. */
  readonly subjectOf: (argument: unknown) => Subject | undefined;
  readonly log: LabPanelDeps['log'];
}

const views = Object.keys(panelViews) as ViewKind[];
const commandOf: Readonly<Record<ViewKind, string>> = {
  machine: 'siteRecoveryLab.openMachine',
  topology: 'siteRecoveryLab.openTopology',
  plan: 'siteRecoveryLab.openPlan',
};

export class Panels {
  readonly #deps: PanelsDeps;
  readonly #open = new Set<LabPanel>();
  readonly #history = new History();
  readonly #points: PointShelf;

  constructor(deps: PanelsDeps) {
    this.#deps = deps;
    this.#points = new PointShelf({ read: (id) => deps.session.lab.vault.recoveryPoints(id), onRead: () => this.#changed(), log: deps.log });
  }

  /** Commands, serializers, and the model's news. */
  register(): VsDisposable[] {
    const { model } = this.#deps;
    const following = model.onChange((snapshot) => {
      this.#history.record(snapshot);
      this.#changed();
    });
    return [
      { dispose: () => following[Symbol.dispose]() },
      { dispose: () => [...this.#open].forEach(({ panel }) => panel.dispose()) },
      ...views.flatMap((view) => [
        commands.registerCommand(commandOf[view], (argument: unknown) => this.#openAskedFor(view, argument)),
        window.registerWebviewPanelSerializer(typeOf(view), {
          deserializeWebviewPanel: async (panel: WebviewPanel, kept: unknown) => this.#restore(panel, view, kept),
        }),
      ]),
    ];
  }

  open(view: ViewKind, subject: Subject): void {
    const key = keyOf(view, subject);
    const present = [...this.#open].find((one) => keyOf(one.view, one.subject) === key);
    if (present !== undefined) return present.panel.reveal();
    const title = tabTitle(view, this.#deps.model.snapshot, subject);
    this.#adopt(window.createWebviewPanel(typeOf(view), title, ViewColumn.Active, { enableScripts: true, localResourceRoots: [this.#folder] }), view, subject);
  }

  async #openAskedFor(view: ViewKind, argument: unknown): Promise<void> {
    const subject = panelViews[view].subject(this.#deps.subjectOf(argument)) ?? (await this.#ask(view));
    if (subject !== undefined) this.open(view, subject);
  }

  /** Which one, when the command comes from the palette. */
  async #ask(view: ViewKind): Promise<Subject | undefined> {
    const { snapshot } = this.#deps.model;
    const subjects = subjectsOf(snapshot, view === 'plan' ? 'plan' : 'item');
    const choices = subjects.map((subject) => ({ label: subjectName(snapshot, subject), subject }));
    if (choices.length === 0) {
      void window.showInformationMessage(view === 'plan' ? t('There is no recovery plan yet.') : t('No machine is replicated yet.'));
      return undefined;
    }
    const placeHolder = view === 'plan' ? t('Which recovery plan?') : t('Which machine?');
    return choices.length === 1 ? choices[0]?.subject : (await window.showQuickPick(choices, { placeHolder }))?.subject;
  }

  #restore(panel: WebviewPanel, view: ViewKind, kept: unknown): void {
    const subject = restoredSubject(view, kept);
    if (subject === undefined) return panel.dispose();
    this.#adopt(panel, view, subject);
    // The lab of the window before its reload runs on.
    void this.#deps.attachment.look();
  }

  #adopt(panel: WebviewPanel, view: ViewKind, subject: Subject): void {
    const { model, log } = this.#deps;
    const opened = new LabPanel(panel, { view, subject }, { folder: this.#folder, world: () => this.#world(), openJob: (name) => model.openJob(name), log });
    this.#open.add(opened);
    panel.onDidDispose(() => this.#open.delete(opened));
  }

  #world(): PanelWorld {
    const { snapshot } = this.#deps.model;
    return { snapshot, operations: this.#deps.operations, history: this.#history, points: (item) => this.#points.points(snapshot, item) };
  }

  #changed(): void {
    for (const panel of this.#open) panel.changed();
  }

  get #folder(): Uri {
    return Uri.joinPath(this.#deps.extensionUri, 'dist', 'webview');
  }
}

function typeOf(view: ViewKind): string {
  return `siteRecoveryLab.${view}`;
}

function keyOf(view: ViewKind, subject: Subject): string {
  return `${view}/${JSON.stringify(subject).toLowerCase()}`;
}
