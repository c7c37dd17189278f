// A row of a tree as plain data: made from a snapshot by pure functions, compared to tell what has to be painted again.

/** Only text that comes from Azure or the lab is in here; VS Code shows it as text, never as markup. */
export interface TreeNode {
  /** Stable over snapshots, unique in its tree: what is open and chosen stays so. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Plain text; lines are kept. */
  readonly tooltip?: string;
  /** Codicon, with a theme colour if it says something. */
  readonly icon?: { readonly name: string; readonly color?: string };
  /** `machine/protected/can.TestFailover/…`: words between slashes, asked for in `when` clauses. */
  readonly context?: string;
  /** For file decorations: `site-recovery-lab:` address that says health and state. */
  readonly resource?: string;
  readonly command?: { readonly id: string; readonly arguments: readonly unknown[] };
  /** What a screen reader says instead of label and description. */
  readonly spoken?: string;
  readonly expanded?: boolean;
  /** Known rows, or rows that are read when the node is opened. */
  readonly children?: readonly TreeNode[] | 'later';
  /** The object of the model behind it, for commands. */
  readonly subject?: Subject;
}

/** What a command can be about. Names and ARM ids, so that a command finds the newest state of it. */
export type Subject =
  | { readonly kind: 'machine'; readonly machineId: string }
  | { readonly kind: 'item'; readonly id: string }
  | { readonly kind: 'recoveryPoint'; readonly itemId: string; readonly id: string }
  | { readonly kind: 'plan'; readonly id: string }
  | { readonly kind: 'planGroup'; readonly planId: string; readonly group: number }
  | { readonly kind: 'planMember'; readonly planId: string; readonly group: number; readonly itemId: string }
  | { readonly kind: 'planAction'; readonly planId: string; readonly group: number; readonly when: 'start' | 'end'; readonly place: number }
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'event'; readonly name: string }
  | { readonly kind: 'policy'; readonly id: string }
  | { readonly kind: 'fabric'; readonly id: string }
  | { readonly kind: 'processServer'; readonly id: string }
  | { readonly kind: 'masterTarget'; readonly id: string }
  | { readonly kind: 'vCenter'; readonly id: string }
  | { readonly kind: 'link'; readonly path: string }
  | { readonly kind: 'fault'; readonly id: string }
  | { readonly kind: 'virtualMachine'; readonly id: string }
  | { readonly kind: 'vault' };

/** Everything of a node that is painted with it, without what is painted with its children. */
export function appearance(node: TreeNode): string {
  const { children, ...own } = node;
  return JSON.stringify([own, children === undefined ? 'leaf' : children === 'later' ? 'later' : children.map((child) => child.id)]);
}
