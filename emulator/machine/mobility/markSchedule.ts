// When marks are made: on the lab clock's grid, so that all machines make theirs at the same instants, on request, and when a copy has ended.
import type { TimeMs, Timer } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { MachineOrder } from '../../replication/orders.ts';
import type { Consistency } from '../../replication/stations.ts';
import type { AgentState } from './agentState.ts';
import { makeCommonMark, type ReplicationGroup } from './groupCoordinator.ts';
import type { GroupIdentity } from './groupListener.ts';
import type { MachineMarks } from './machineMarks.ts';
import type { MachinePairs } from './machinePairs.ts';

/** So long a member waits for the coordinator's common mark before it makes its own. */
const graceMs = 15_000;

export interface MarkScheduleDeps {
  readonly kernel: Kernel;
  readonly hostId: () => string;
  readonly identity: () => GroupIdentity | undefined;
  readonly state: AgentState;
  readonly pairs: MachinePairs;
  readonly marks: MachineMarks;
}

export class MarkSchedule {
  readonly #deps: MarkScheduleDeps;
  readonly #timers = new Map<Consistency, { intervalMs: number; timer: Timer }>();
  readonly #waits = new Set<Timer>();
  /** Pairs that got the mark which ends their copy. */
  readonly #ended = new Set<string>();
  #making: Promise<unknown> = Promise.resolve();
  #checking = false;
  readonly #closing = new AbortController();

  constructor(deps: MarkScheduleDeps) {
    this.#deps = deps;
  }

  /** Takes over the intervals of an order; the grid begins at the epoch of the lab's clock. */
  follow(order: MachineOrder | null): void {
    this.#arm('CrashConsistent', order?.crashConsistentIntervalMs ?? 0);
    this.#arm('ApplicationConsistent', order?.appConsistentIntervalMs ?? 0);
    this.check();
  }

  /** A disk may have become markable: a request, or the end of a copy, may be served. */
  check(): void {
    if (this.#checking || this.#closing.signal.aborted) return;
    this.#checking = true;
    this.#deps.kernel.clock.start('mark', async () => {
      this.#checking = false;
      await this.#inTurn(() => this.#serve());
    });
  }

  /** A common mark did not come about here: the machine's own points go on (asr-behaviour §12). */
  async abandoned(consistency: Consistency): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#deps.marks.failed(consistency, new LabError('MarkNotPossible', 'The replication group came to no common mark.'));
    await this.#inTurn(() => this.#deps.marks.own('CrashConsistent'));
  }

  close(): void {
    this.#closing.abort();
    for (const { timer } of this.#timers.values()) timer.cancel();
    for (const timer of this.#waits) timer.cancel();
  }

  #arm(consistency: Consistency, intervalMs: number): void {
    const armed = this.#timers.get(consistency);
    if (armed?.intervalMs === intervalMs || this.#closing.signal.aborted) return;
    armed?.timer.cancel();
    this.#timers.delete(consistency);
    if (intervalMs <= 0) return;
    const { clock } = this.#deps.kernel;
    const dueMs = (Math.floor(clock.now() / intervalMs) + 1) * intervalMs;
    const timer = clock.at(dueMs, `${consistency} mark`, async () => {
      this.#timers.delete(consistency);
      this.#arm(consistency, intervalMs);
      await this.#tick(consistency, dueMs);
    });
    this.#timers.set(consistency, { intervalMs, timer });
  }

  async #tick(consistency: Consistency, dueMs: TimeMs): Promise<void> {
    // An app-consistent mark is crash-consistent too; two points of one instant would be one too many.
    if (consistency === 'CrashConsistent' && this.#appMarkDue(dueMs)) return;
    const { state, pairs } = this.#deps;
    const { order } = state;
    if (order === null || order.pairs.length === 0) return;
    const group = order.group;
    if (group === null || group.members.length < 2) {
      const made = await this.#inTurn(() => this.#deps.marks.own(consistency));
      if (!made && consistency === 'ApplicationConsistent') await this.#inTurn(() => this.#deps.marks.own('CrashConsistent'));
    } else if (group.members[0]?.hostId === this.#deps.hostId()) await this.#coordinate(group, consistency);
    else if (!pairs.copying) this.#expectCommonMark(consistency, dueMs);
  }

  #appMarkDue(dueMs: TimeMs): boolean {
    const intervalMs = this.#deps.state.order?.appConsistentIntervalMs ?? 0;
    return intervalMs > 0 && dueMs % intervalMs === 0;
  }

  async #coordinate(group: ReplicationGroup, consistency: Consistency): Promise<void> {
    const { kernel, hostId, marks } = this.#deps;
    const identity = this.#deps.identity();
    try {
      if (identity === undefined) throw new LabError('MarkNotPossible', 'This machine has not registered yet.');
      await this.#inTurn(() => makeCommonMark({ kernel, group, hostId: hostId(), identity, marks, consistency, signal: this.#closing.signal }));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      if (this.#closing.signal.aborted) return;
      marks.failed(consistency, error);
      await this.#inTurn(() => marks.own('CrashConsistent'));
    }
  }

  #expectCommonMark(consistency: Consistency, dueMs: TimeMs): void {
    const { clock } = this.#deps.kernel;
    const timer = clock.at(dueMs + graceMs, 'common mark', async () => {
      this.#waits.delete(timer);
      const { lastMarkMs } = this.#deps.state.marks;
      if (lastMarkMs === null || lastMarkMs < dueMs) await this.abandoned(consistency);
    });
    this.#waits.add(timer);
  }

  /** Requests and ends of copies; what is not possible now is tried again at the next change. */
  async #serve(): Promise<void> {
    const { state, pairs, marks } = this.#deps;
    if (this.#closing.signal.aborted || !pairs.markable) return;
    const request = state.order?.markRequest ?? null;
    if (request !== null && request.requestId !== state.obeyedRequestId) {
      // Whoever asks waits for a point: when the guest cannot be quiesced it gets a crash-consistent one, which says so.
      const made =
        (await marks.own(request.consistency, request.requestId)) ||
        (request.consistency === 'ApplicationConsistent' && (await marks.own('CrashConsistent', request.requestId)));
      if (made) state.obeyedRequestId = request.requestId;
    }
    const finishing = pairs.finishing;
    for (const pairId of this.#ended) if (!finishing.includes(pairId)) this.#ended.delete(pairId);
    if (finishing.every((pairId) => this.#ended.has(pairId))) return;
    if (await marks.own('CrashConsistent')) for (const pairId of finishing) this.#ended.add(pairId);
  }

  /** One mark at a time; the one before may take lab time, which a waiting activity must not hold. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#making;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#making = promise;
    await this.#deps.kernel.clock.idle(before);
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
