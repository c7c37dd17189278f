// A recovery plan as its text says it: every part with its place, so that a remark can point at it. Anything may be missing while somebody types.

/** Places in the text, in UTF-16 units from its beginning; `end` is behind the last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Located<Value> {
  readonly value: Value;
  readonly range: Range;
}

export const groupKinds = ['Shutdown', 'Failover', 'Boot'] as const;
export type GroupKind = (typeof groupKinds)[number];

export const actionKinds = ['manual', 'script', 'runbook'] as const;
export type ActionKind = (typeof actionKinds)[number];

export const failoverTypes = ['test', 'planned', 'unplanned'] as const;
export type FailoverType = (typeof failoverTypes)[number];

export const failoverDirections = ['PrimaryToRecovery', 'RecoveryToPrimary'] as const;
export type FailoverDirection = (typeof failoverDirections)[number];

export const fabricLocations = ['Primary', 'Recovery'] as const;
export type FabricLocation = (typeof fabricLocations)[number];

/** The field that says what an action of a kind does. */
export const workOf = { manual: 'instruction', script: 'command', runbook: 'runbook' } as const satisfies Record<ActionKind, string>;

export interface ActionText {
  readonly range: Range;
  readonly name: Located<string> | undefined;
  readonly kind: Located<ActionKind> | undefined;
  /** What is to be done, the command, or the runbook's id: by its kind. */
  readonly work: Located<string> | undefined;
  /** In its author's words: `PT30M`, `00:30:00`, or seconds. */
  readonly timeout: Located<string> | undefined;
  readonly fabricLocation: Located<FabricLocation> | undefined;
  /** Absent: drills and failovers. */
  readonly failoverTypes: Located<readonly FailoverType[]> | undefined;
  /** Absent: both. */
  readonly failoverDirections: Located<readonly FailoverDirection[]> | undefined;
}

export interface GroupText {
  readonly range: Range;
  /** Absent: `Boot`. */
  readonly kind: Located<GroupKind> | undefined;
  /** Names, or ids where a name is not enough. */
  readonly machines: readonly Located<string>[];
  readonly before: readonly ActionText[];
  readonly after: readonly ActionText[];
}

export interface PlanText {
  readonly range: Range;
  readonly name: Located<string> | undefined;
  /** Configuration server that the machines replicate through. */
  readonly source: Located<string> | undefined;
  readonly groups: readonly GroupText[];
  /** Of the word `groups`, if it is there. */
  readonly groupsKey: Range | undefined;
}

export const defaultFailoverTypes: readonly FailoverType[] = ['test', 'unplanned'];
export const defaultFailoverDirections: readonly FailoverDirection[] = [...failoverDirections];
export const defaultFabricLocation: FabricLocation = 'Recovery';

export function kindOf(group: GroupText): GroupKind {
  return group.kind?.value ?? 'Boot';
}

export function actionsOf(group: GroupText): readonly ActionText[] {
  return [...group.before, ...group.after];
}

export function startGroups(plan: PlanText): readonly GroupText[] {
  return plan.groups.filter((group) => kindOf(group) === 'Boot');
}
