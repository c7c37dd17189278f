// Read-only documents of the scheme `site-recovery-lab:`: opened by commands, renewed while they are open.
import { EventEmitter, Uri, window, workspace, type Disposable as VsDisposable, type TextDocumentContentProvider } from 'vscode';
import type { LabModel } from '../model/labModel.ts';
import { t } from '../texts.ts';
import { documentUri, readAddress, scheme, type DocumentAddress } from './addresses.ts';
import { documentTitle } from './documentTitle.ts';
import type { documentText } from './reports.ts';

export interface LabDocumentsDeps {
  readonly model: LabModel;
  /** The report of the surroundings, made anew. */
  readonly doctorReport: () => Promise<string>;
  /** Its code is loaded with the first document. */
  readonly documentText: typeof documentText;
}

export class LabDocuments implements TextDocumentContentProvider, VsDisposable {
  readonly #deps: LabDocumentsDeps;
  readonly #changed = new EventEmitter<Uri>();
  readonly #resources = new DisposableStack();
  /** What open documents say. */
  readonly #shown = new Map<string, string>();
  readonly onDidChange = this.#changed.event;

  constructor(deps: LabDocumentsDeps) {
    this.#deps = deps;
    this.#resources.use(deps.model.onChange(() => this.#renew()));
    const provider = workspace.registerTextDocumentContentProvider(scheme, this);
    const closing = workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString()));
    this.#resources.defer(() => {
      provider.dispose();
      closing.dispose();
      this.#changed.dispose();
    });
  }

  /** Opens it beside nothing: a preview tab, as a file of the explorer. */
  async open(address: DocumentAddress): Promise<void> {
    const { model } = this.#deps;
    // Tasks come with the job itself, not with the list of jobs.
    if (address.kind === 'job') await model.openJob(address.name);
    const uri = Uri.parse(documentUri(address, documentTitle(model.snapshot, address)));
    if (address.kind === 'doctor') this.#changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const text = await this.#text(uri);
    this.#shown.set(uri.toString(), text);
    return text;
  }

  dispose(): void {
    this.#resources.dispose();
  }

  async #text(uri: Uri): Promise<string> {
    const address = readAddress(uri.query) as DocumentAddress | undefined;
    if (address?.kind === 'doctor') return this.#deps.doctorReport();
    const { model, documentText: textOf } = this.#deps;
    const text = address === undefined ? undefined : textOf(model.snapshot, address);
    if (text !== undefined) return text;
    return `# ${model.snapshot.state === 'running' ? t('It is not there any more.') : t('No lab runs.')}\n`;
  }

  /** Only what reads differently is told to VS Code. */
  #renew(): void {
    const { documentText: textOf, model } = this.#deps;
    const { snapshot } = model;
    for (const [key, before] of this.#shown) {
      const uri = Uri.parse(key);
      const address = readAddress(uri.query) as DocumentAddress | undefined;
      if (address === undefined || address.kind === 'doctor') continue;
      // Without a lab the last words stay readable.
      const text = snapshot.state === 'running' ? textOf(snapshot, address) : before;
      if (text !== before) this.#changed.fire(uri);
    }
  }
}
