// Rows that need not be made again: what they were made of is the same as last time.
import type { TreeNode } from './node.ts';

interface Kept {
  readonly madeOf: readonly unknown[];
  readonly row: TreeNode;
}

/** By the object of the model that a row shows; it goes when the model forgets the object. */
export class RowCache {
  readonly #rows = new WeakMap<object, Map<string, Kept>>();

  /** @param madeOf everything else that the row depends on, compared by identity */
  row(shown: object, rowId: string, { madeOf, make }: { readonly madeOf: readonly unknown[]; readonly make: () => TreeNode }): TreeNode {
    let rows = this.#rows.get(shown);
    if (rows === undefined) {
      rows = new Map();
      this.#rows.set(shown, rows);
    }
    const kept = rows.get(rowId);
    if (kept !== undefined && kept.madeOf.length === madeOf.length && kept.madeOf.every((part, place) => part === madeOf[place])) return kept.row;
    const row = make();
    rows.set(rowId, { madeOf, row });
    return row;
  }
}
