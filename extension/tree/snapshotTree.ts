// One tree view over the model: rows come from a pure function of the snapshot, and only rows that look different are painted again.
import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri, type Event, type TreeDataProvider } from 'vscode';
import type { LabModel } from '../model/labModel.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { Pacer } from '../pacer.ts';
import type { Subject, TreeNode } from './node.ts';
import { RowBook } from './rowDiff.ts';

export interface SnapshotTreeDeps {
  readonly model: LabModel;
  readonly rows: (snapshot: LabSnapshot) => readonly TreeNode[];
  /** Parts of the snapshot that the rows are made of; rows are made anew when one of them is another object. */
  readonly partsOf: (snapshot: LabSnapshot) => readonly unknown[];
  /** Rows of a node whose children are read when it is opened. */
  readonly later?: (node: TreeNode) => Promise<readonly TreeNode[]>;
  /** Somebody looks at this tree for the first time. */
  readonly onFirstLook?: () => void;
}

/**
 * Several changes at once are painted once. VS Code waits after each change until there was none for 200 ms (its ExtHostTreeView debounces):
 * a tree that changes more often than that would never be painted.
 */
const pace = { gatherMs: 50, pauseMs: 300 } as const;

export class SnapshotTree implements TreeDataProvider<string>, Disposable {
  readonly #deps: SnapshotTreeDeps;
  readonly #changed = new EventEmitter<string[] | undefined>();
  readonly #subscription: Disposable;
  readonly #book = new RowBook();
  readonly onDidChangeTreeData: Event<string[] | undefined> = this.#changed.event;
  #parts: readonly unknown[];
  readonly #pacer = new Pacer({ ...pace, act: () => this.#show() });
  #looked = false;
  #all = false;

  constructor(deps: SnapshotTreeDeps) {
    this.#deps = deps;
    this.#parts = deps.partsOf(deps.model.snapshot);
    this.#book.show(deps.rows(deps.model.snapshot));
    this.#subscription = deps.model.onChange(() => this.#pacer.request());
  }

  /** The row of an id, as it is shown now. */
  node(id: string): TreeNode | undefined {
    return this.#book.node(id);
  }

  /** The row that stands for it, if it is shown now. */
  find(isMeant: (subject: Subject) => boolean): string | undefined {
    const among = (nodes: readonly TreeNode[]): string | undefined => {
      for (const { id, subject, children } of nodes) {
        const found = subject !== undefined && isMeant(subject) ? id : Array.isArray(children) ? among(children) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return among(this.#book.roots);
  }

  /** Paints everything again: the way of grouping is another. */
  refresh(): void {
    this.#parts = [];
    this.#all = true;
    this.#pacer.now();
  }

  /** Reads the children of this row again. */
  reread(id: string): void {
    this.#changed.fire([id]);
  }

  async getChildren(id?: string): Promise<string[]> {
    if (id === undefined) {
      if (!this.#looked) this.#deps.onFirstLook?.();
      this.#looked = true;
      return this.#book.roots.map((node) => node.id);
    }
    const node = this.node(id);
    if (node?.children !== 'later') return (node?.children ?? []).map((child) => child.id);
    const children = (await this.#deps.later?.(node)) ?? [];
    this.#book.learn(children, id);
    return children.map((child) => child.id);
  }

  getParent(id: string): string | undefined {
    return this.#book.parent(id);
  }

  getTreeItem(id: string): TreeItem {
    return treeItem(this.node(id) ?? { id, label: '' });
  }

  [Symbol.dispose](): void {
    this.#pacer[Symbol.dispose]();
    this.#subscription[Symbol.dispose]();
    this.#changed.dispose();
  }

  dispose(): void {
    this[Symbol.dispose]();
  }

  #show(): void {
    const whole = this.#all;
    this.#all = false;
    const { snapshot } = this.#deps.model;
    const parts = this.#deps.partsOf(snapshot);
    if (parts.length === this.#parts.length && parts.every((part, place) => part === this.#parts[place])) return;
    this.#parts = parts;
    const repaint = this.#book.show(this.#deps.rows(snapshot));
    if (whole || repaint === 'everything') this.#changed.fire(undefined);
    else if (repaint.length > 0) this.#changed.fire([...repaint]);
  }
}

function treeItem(node: TreeNode): TreeItem {
  const item = new TreeItem(node.label, collapsible(node));
  item.id = node.id;
  if (node.description !== undefined) item.description = node.description;
  if (node.tooltip !== undefined) item.tooltip = node.tooltip;
  if (node.icon !== undefined) item.iconPath = new ThemeIcon(node.icon.name, node.icon.color === undefined ? undefined : new ThemeColor(node.icon.color));
  if (node.context !== undefined) item.contextValue = node.context;
  if (node.resource !== undefined) item.resourceUri = Uri.parse(node.resource);
  if (node.command !== undefined) item.command = { command: node.command.id, title: '', arguments: [...node.command.arguments] };
  item.accessibilityInformation = { label: node.spoken ?? [node.label, node.description].filter((part) => part !== undefined).join(', ') };
  return item;
}

function collapsible({ children, expanded }: TreeNode): TreeItemCollapsibleState {
  if (children === undefined) return TreeItemCollapsibleState.None;
  return expanded === true ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}
