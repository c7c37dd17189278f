// One tree view over the model: rows come from a pure function of the snapshot, and only rows that look different are painted again.
import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri, type Event, type TreeDataProvider } from 'vscode';
import type { LabModel } from '../model/labModel.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { appearance, type TreeNode } from './node.ts';

export interface SnapshotTreeDeps {
  readonly model: LabModel;
  readonly rows: (snapshot: LabSnapshot) => readonly TreeNode[];
  /** Rows of a node whose children are read when it is opened. */
  readonly later?: (node: TreeNode) => Promise<readonly TreeNode[]>;
}

/** By id: the row as it was painted last, and its parent. */
type Rows = Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>;

export class SnapshotTree implements TreeDataProvider<string>, Disposable {
  readonly #deps: SnapshotTreeDeps;
  readonly #changed = new EventEmitter<string[] | undefined>();
  readonly #subscription: Disposable;
  readonly onDidChangeTreeData: Event<string[] | undefined> = this.#changed.event;
  #known: Rows = new Map();
  #roots: readonly TreeNode[];

  constructor(deps: SnapshotTreeDeps) {
    this.#deps = deps;
    this.#roots = deps.rows(deps.model.snapshot);
    this.#learn(this.#roots, undefined, this.#known);
    this.#subscription = deps.model.onChange((snapshot) => this.#show(snapshot));
  }

  /** The row of an id, as it is shown now. */
  node(id: string): TreeNode | undefined {
    return this.#known.get(id)?.node;
  }

  /** Paints everything again: the way of grouping is another. */
  refresh(): void {
    this.#show(this.#deps.model.snapshot, true);
  }

  async getChildren(id?: string): Promise<string[]> {
    if (id === undefined) return this.#roots.map((node) => node.id);
    const node = this.node(id);
    if (node?.children !== 'later') return (node?.children ?? []).map((child) => child.id);
    const children = (await this.#deps.later?.(node)) ?? [];
    this.#learn(children, id, this.#known);
    return children.map((child) => child.id);
  }

  getParent(id: string): string | undefined {
    return this.#known.get(id)?.parent;
  }

  getTreeItem(id: string): TreeItem {
    const node = this.node(id) ?? { id, label: '' };
    const state =
      node.children === undefined
        ? TreeItemCollapsibleState.None
        : node.expanded === true
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(node.label, state);
    item.id = node.id;
    if (node.description !== undefined) item.description = node.description;
    if (node.tooltip !== undefined) item.tooltip = node.tooltip;
    if (node.icon !== undefined) item.iconPath = new ThemeIcon(node.icon.name, node.icon.color === undefined ? undefined : new ThemeColor(node.icon.color));
    if (node.context !== undefined) item.contextValue = node.context;
    if (node.resource !== undefined) item.resourceUri = Uri.parse(node.resource);
    if (node.command !== undefined) item.command = { command: node.command.id, title: '', arguments: [...node.command.arguments] };
    if (node.spoken !== undefined) item.accessibilityInformation = { label: node.spoken };
    return item;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#changed.dispose();
  }

  dispose(): void {
    this[Symbol.dispose]();
  }

  #show(snapshot: LabSnapshot, whole = false): void {
    const roots = this.#deps.rows(snapshot);
    const known: Rows = new Map();
    this.#learn(roots, undefined, known);
    const before = this.#known;
    const sameRoots = roots.length === this.#roots.length && roots.every((node, place) => node.id === this.#roots[place]?.id);
    const changed = [...known].filter(([id, { node }]) => {
      const old = before.get(id)?.node;
      return old !== undefined && appearance(old) !== appearance(node);
    });
    // Rows that were read later stay known while the row they belong to is there.
    for (const [id, row] of before) if (!known.has(id) && row.parent !== undefined && known.get(row.parent)?.node.children === 'later') known.set(id, row);
    this.#roots = roots;
    this.#known = known;
    if (whole || !sameRoots) this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed.map(([id]) => id));
  }

  #learn(nodes: readonly TreeNode[], parent: string | undefined, known: Rows): void {
    for (const node of nodes) {
      known.set(node.id, { node, parent });
      if (node.children !== undefined && node.children !== 'later') this.#learn(node.children, node.id, known);
    }
  }
}
