// Tells which rows of a tree look different from what was painted last. No VS Code in here.
import { appearance, type TreeNode } from './node.ts';

interface Row {
  readonly node: TreeNode;
  readonly parent: string | undefined;
}

/** What has to be painted again: everything, or the rows with these ids. */
export type Repaint = 'everything' | readonly string[];

/** The rows of one tree as they are shown now. */
export class RowBook {
  #rows = new Map<string, Row>();
  #roots: readonly TreeNode[] = [];
  /** A row that the row function gave twice costs its text once. */
  readonly #looks = new WeakMap<TreeNode, string>();

  get roots(): readonly TreeNode[] {
    return this.#roots;
  }

  node(id: string): TreeNode | undefined {
    return this.#rows.get(id)?.node;
  }

  parent(id: string): string | undefined {
    return this.#rows.get(id)?.parent;
  }

  /** Rows that were read when `parent` was opened. */
  learn(children: readonly TreeNode[], parent: string): void {
    this.#learn(children, parent, this.#rows);
  }

  /** Takes the new rows. @returns what looks different */
  show(roots: readonly TreeNode[]): Repaint {
    const rows = new Map<string, Row>();
    this.#learn(roots, undefined, rows);
    const before = this.#rows;
    const sameRoots = roots.length === this.#roots.length && roots.every((node, place) => node.id === this.#roots[place]?.id);
    const changed: string[] = [];
    for (const [id, { node }] of rows) {
      const old = before.get(id)?.node;
      if (old !== undefined && old !== node && this.#look(old) !== this.#look(node)) changed.push(id);
    }
    // Rows that were read later stay known while the row they belong to is there; a parent comes before its children.
    for (const [id, row] of before) if (!rows.has(id) && row.parent !== undefined && isReadLater(rows, before, row.parent)) rows.set(id, row);
    this.#roots = roots;
    this.#rows = rows;
    return sameRoots ? changed : 'everything';
  }

  #look(node: TreeNode): string {
    let look = this.#looks.get(node);
    if (look === undefined) {
      look = appearance(node);
      this.#looks.set(node, look);
    }
    return look;
  }

  #learn(nodes: readonly TreeNode[], parent: string | undefined, rows: Map<string, Row>): void {
    for (const node of nodes) {
      rows.set(node.id, { node, parent });
      if (node.children !== undefined && node.children !== 'later') this.#learn(node.children, node.id, rows);
    }
  }
}

function isReadLater(rows: ReadonlyMap<string, Row>, before: ReadonlyMap<string, Row>, parent: string): boolean {
  const row = rows.get(parent);
  if (row === undefined) return false;
  return row.node.children === 'later' || (row.node.children !== undefined && before.get(parent)?.node === row.node);
}
