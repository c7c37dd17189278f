// What passes between a webview and the extension. Types only; both ends check what arrives. The host pushes whole states, never differences.

/** Which view a panel shows, and of what. */
export type ViewKind = 'machine' | 'topology' | 'plan';

/** From the host. */
export type HostMessage<State> =
  | { readonly kind: 'state'; readonly revision: number; readonly state: State }
  /** Texts of the view in the user's language, by their English form. */
  | { readonly kind: 'texts'; readonly texts: Readonly<Record<string, string>> };

/** From the view. */
export type ViewMessage =
  /** The first one: the host may push now. */
  | { readonly kind: 'ready' }
  /** A command of the extension, with arguments that the host put into the state before. */
  | { readonly kind: 'command'; readonly command: string; readonly arguments: readonly unknown[] };

export interface SeriesPoint {
  /** Lab time, milliseconds since 1970 UTC. */
  readonly timeMs: number;
  readonly value: number;
}

export interface ActionView {
  readonly command: string;
  readonly arguments: readonly unknown[];
  readonly title: string;
  /** Why it cannot be done now; undefined: it can. */
  readonly because?: string;
  readonly primary?: true;
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
  readonly progressPercent: number | null;
  /** Waiting at each station of the replication path. */
  readonly sourceBytes: number;
  readonly processServerBytes: number;
  readonly targetBytes: number;
  readonly resyncRequired: boolean;
}

/** One station of the replication path, in the order of the bytes. */
export interface HopView {
  readonly name: string;
  readonly role: string;
  readonly health: HealthWord;
  readonly waitingBytes: number;
  readonly bytesPerSecond: number | null;
  readonly port: string;
}

export type HealthWord = 'None' | 'Normal' | 'Warning' | 'Critical';

export interface ProblemView {
  readonly code: string;
  readonly level: HealthWord;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
}

export interface MachineState {
  readonly name: string;
  readonly protectionState: string;
  readonly health: HealthWord;
  readonly activeLocation: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly nowMs: number;
  /** Seconds. */
  readonly rpo: readonly SeriesPoint[];
  readonly rpoThresholdSeconds: number | null;
  /** Bytes per second captured on the machine. */
  readonly churn: readonly SeriesPoint[];
  readonly points: readonly RecoveryPointView[];
  readonly chosenPointId: string | null;
  readonly disks: readonly DiskView[];
  readonly path: readonly HopView[];
  readonly problems: readonly ProblemView[];
  readonly actions: readonly ActionView[];
}

/** A box of the topology, in one of its three lanes. */
export interface TopologyNode {
  readonly id: string;
  readonly lane: 'onPremises' | 'wan' | 'azure';
  readonly name: string;
  readonly role: string;
  readonly health: HealthWord;
  readonly detail: string;
  readonly command?: { readonly command: string; readonly arguments: readonly unknown[] };
}

export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly state: 'up' | 'cut' | 'absent';
  readonly bytesPerSecond: number;
}

export interface TopologyState {
  readonly nowMs: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

export interface PlanStepView {
  readonly name: string;
  readonly kind: 'machine' | 'manual' | 'script';
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'suspended' | null;
  readonly durationMs: number | null;
  readonly detail: string;
}

export interface PlanGroupView {
  readonly name: string;
  readonly before: readonly PlanStepView[];
  readonly machines: readonly PlanStepView[];
  readonly after: readonly PlanStepView[];
}

export interface PlanState {
  readonly name: string;
  readonly groups: readonly PlanGroupView[];
  readonly run: { readonly jobName: string; readonly friendlyName: string; readonly state: string; readonly startMs: number; readonly endMs: number | null } | null;
  /** Of the last drill that succeeded. */
  readonly lastDrill: { readonly timeMs: number; readonly rtoMs: number; readonly rpoMs: number } | null;
  readonly actions: readonly ActionView[];
  readonly nowMs: number;
}

export interface StateOf {
  readonly machine: MachineState;
  readonly topology: TopologyState;
  readonly plan: PlanState;
}
