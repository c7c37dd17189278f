// What a command of a row is about: VS Code hands over the rows' ids, alone or with all that are chosen.
import type { Subject, TreeNode } from './node.ts';

interface Rows {
  node(id: string): TreeNode | undefined;
}

/** Ids are unique over all trees: each begins with the name of its view. */
export class RowSubjects {
  readonly #trees: readonly Rows[];

  constructor(trees: readonly Rows[]) {
    this.#trees = trees;
  }

  node(id: unknown): TreeNode | undefined {
    if (typeof id !== 'string') return undefined;
    for (const tree of this.#trees) {
      const node = tree.node(id);
      if (node !== undefined) return node;
    }
    return undefined;
  }

  /** @param id of a row, as VS Code gives it to a command; a `Subject` stays what it is */
  of(id: unknown): Subject | undefined {
    return isSubject(id) ? id : this.node(id)?.subject;
  }

  /** Of all chosen rows when the command was called on one of them. */
  all(id: unknown, chosen: unknown): readonly Subject[] {
    const ids: readonly unknown[] = Array.isArray(chosen) && chosen.includes(id) ? chosen : [id];
    return ids.flatMap((one) => this.of(one) ?? []);
  }
}

function isSubject(value: unknown): value is Subject {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}
