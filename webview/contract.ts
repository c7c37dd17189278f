// What passes between a webview and the extension. Types only; both ends check what arrives. The host pushes whole states, never differences.

/** Which view a panel shows, and of what. */
export type ViewKind = 'machine' | 'topology' | 'plan';

/** From the host. */
export type HostMessage<State> =
  | { readonly kind: 'state'; readonly revision: number; readonly state: State }
  /** There is nothing to show now: no lab runs, or the subject is gone. */
  | { readonly kind: 'nothing'; readonly revision: number; readonly reason: string; readonly actions: readonly ActionView[] }
  /** Texts of the view in the user's language, by their English form. */
  | { readonly kind: 'texts'; readonly texts: Readonly<Record<string, string>> };

/** From the view. It names no command: the host looks up what it offered under this id with the state that it pushed last. */
export type ViewMessage =
  /** The first one: the host may push now. */
  { readonly kind: 'ready' } | { readonly kind: 'act'; readonly action: string; readonly point?: string };

export interface SeriesPoint {
  /** Lab time, milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Null: there is none from now on, until the next point that has one. */
  readonly value: number | null;
}

export interface ActionView {
  readonly id: string;
  readonly title: string;
  /** Why it cannot be done now, and what would make it possible; absent: it can. */
  readonly refusal?: { readonly because: string; readonly remedy: string };
  readonly primary?: true;
  /** Not everyday work: behind "More actions". */
  readonly minor?: true;
  /** It can start from the recovery point that is chosen. */
  readonly withPoint?: true;
}

export interface RecoveryPointView {
  readonly id: string;
  readonly timeMs: number;
  readonly consistency: 'CrashConsistent' | 'ApplicationConsistent';
  readonly multiVm: boolean;
}

export interface DiskView {
  readonly name: string;
  readonly sizeBytes: number;
  readonly stage: string;
  /** Of a copy under way; null: none is. */
  readonly progressPercent: number | null;
  /** Waiting at each station of the replication path; null: not known. */
  readonly sourceBytes: number | null;
  readonly processServerBytes: number | null;
  readonly targetBytes: number | null;
  readonly resyncRequired: boolean;
}

/** One station of the replication path, in the order of the bytes. */
export interface HopView {
  readonly name: string;
  readonly role: string;
  readonly health: HealthWord;
  readonly waitingBytes: number | null;
  /** What leaves it towards the next; null: not known, or it is the last. */
  readonly bytesPerSecond: number | null;
  /** Of the connection to the next, such as `HTTPS 9443`; empty: the last. */
  readonly port: string;
  readonly connection: ConnectionWord;
}

export type ConnectionWord = 'up' | 'cut' | 'absent';
export type HealthWord = 'None' | 'Normal' | 'Warning' | 'Critical';

export interface ProblemView {
  readonly code: string;
  readonly level: HealthWord;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
}

export interface FactView {
  readonly name: string;
  readonly value: string;
}

export interface MachineState {
  readonly name: string;
  readonly protectionState: string;
  readonly health: HealthWord;
  readonly facts: readonly FactView[];
  /** Lab time. */
  readonly nowMs: number;
  /** Seconds. */
  readonly rpo: readonly SeriesPoint[];
  readonly rpoThresholdSeconds: number | null;
  /** Bytes per second that the machine writes. */
  readonly churn: readonly SeriesPoint[];
  /** Oldest first. */
  readonly points: readonly RecoveryPointView[];
  readonly disks: readonly DiskView[];
  readonly path: readonly HopView[];
  readonly problems: readonly ProblemView[];
  readonly actions: readonly ActionView[];
}

export type Lane = 'onPremises' | 'wan' | 'azure';

/** A box of the topology, in one of its three lanes. */
export interface TopologyNode {
  readonly id: string;
  readonly lane: Lane;
  /** Within the lane, in the direction of the bytes. */
  readonly column: 0 | 1;
  readonly name: string;
  readonly role: string;
  readonly health: HealthWord;
  readonly detail: string;
  /** What opens it. */
  readonly action?: string;
}

export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly connection: ConnectionWord;
  /** Null: not measured. */
  readonly bytesPerSecond: number | null;
}

export interface TopologyState {
  readonly nowMs: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

export type StepStateWord = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'suspended' | 'cancelled';

export interface PlanStepView {
  readonly name: string;
  readonly kind: 'machine' | 'manual' | 'script' | 'runbook';
  /** Null: no run has reached or will reach it. */
  readonly state: StepStateWord | null;
  readonly durationMs: number | null;
  readonly detail: string;
}

export interface PlanGroupView {
  readonly name: string;
  readonly state: StepStateWord | null;
  readonly before: readonly PlanStepView[];
  readonly machines: readonly PlanStepView[];
  readonly after: readonly PlanStepView[];
}

export interface PlanRunView {
  readonly title: string;
  readonly state: StepStateWord;
  readonly startMs: number;
  readonly endMs: number | null;
  /** Of the steps that the run has. */
  readonly doneSteps: number;
  readonly totalSteps: number;
  readonly errors: readonly ProblemView[];
}

export interface PlanState {
  readonly name: string;
  readonly facts: readonly FactView[];
  readonly groups: readonly PlanGroupView[];
  /** The one that runs, or else the last. */
  readonly run: PlanRunView | null;
  /** Of the last drill that succeeded; RPO null: its recovery points are not known any more. */
  readonly lastDrill: { readonly timeMs: number; readonly rtoMs: number; readonly rpoMs: number | null } | null;
  readonly actions: readonly ActionView[];
  readonly nowMs: number;
}

export interface StateOf {
  readonly machine: MachineState;
  readonly topology: TopologyState;
  readonly plan: PlanState;
}
