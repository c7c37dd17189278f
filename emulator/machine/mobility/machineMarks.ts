// How one machine comes to a mark: quiesced when asked, then the same mark into all its disks.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Consistency, Mark } from '../../replication/stations.ts';
import type { AgentState } from './agentState.ts';
import type { MachinePairs } from './machinePairs.ts';

/** A mark without the disks, which each machine adds itself. */
export type CommonMark = Omit<Mark, 'disks'>;

/** The part of a guest that comes to rest for an app-consistent mark. */
export interface Quiescent {
  readonly machineId: string;
  quiesce(): Promise<void>;
  resume(): Promise<void>;
}

export interface MachineMarksDeps {
  readonly kernel: Kernel;
  readonly machine: Quiescent;
  readonly hostId: () => string;
  readonly pairs: MachinePairs;
  readonly state: AgentState;
  readonly onMark: () => void;
}

export class MachineMarks {
  readonly #deps: MachineMarksDeps;
  #quiesced = false;

  /** This run of the service: its marks are others than those of the run before. */
  readonly #life: string;
  /** Of marks that were tried, for their names. */
  #count = 0;

  constructor(deps: MachineMarksDeps) {
    this.#deps = deps;
    this.#life = deps.kernel.ids.guid();
  }

  /** For a mark that this machine begins, alone or for its group. */
  newId(): string {
    this.#count += 1;
    return this.#deps.kernel.ids.named(`mark ${this.#life} ${this.#count}`);
  }

  /**
   * A mark of this machine alone. Call it inside an activity.
   * @returns whether it became one; a failure is counted (90074, 90075) unless the first copy is still under way
   */
  async own(consistency: Consistency, requestId?: string): Promise<boolean> {
    const { kernel, hostId } = this.#deps;
    try {
      if (!this.#deps.pairs.markable) throw new LabError('MarkNotPossible');
      if (consistency === 'ApplicationConsistent') await this.#quiesce();
      const mark: CommonMark = {
        id: this.newId(),
        timeMs: kernel.clock.now(),
        consistency,
        members: [hostId()],
        ...(requestId === undefined ? {} : { requestId }),
      };
      if (!this.put(mark)) throw new LabError('MarkNotPossible');
      return true;
    } catch (error) {
      this.failed(consistency, error);
      return false;
    } finally {
      await this.#resume();
    }
  }

  /**
   * For a common mark: brings the machine to rest until `release`. Call it inside an activity.
   * @throws LabError MarkNotPossible, QuiesceFailed; `release` is due all the same
   */
  async prepare(consistency: Consistency): Promise<void> {
    if (consistency === 'ApplicationConsistent') await this.#quiesce();
    await this.#deps.pairs.freeze();
    if (!this.#deps.pairs.markable) throw new LabError('MarkNotPossible');
  }

  async release(): Promise<void> {
    this.#deps.pairs.thaw();
    await this.#resume();
  }

  /** Synchronous. @returns false when a disk cannot take it */
  put(mark: CommonMark): boolean {
    const { pairs, state, kernel, machine } = this.#deps;
    if (!pairs.mark({ ...mark, disks: pairs.diskIds })) return false;
    const app = mark.consistency === 'ApplicationConsistent';
    state.changeMarks({
      lastMarkMs: mark.timeMs,
      ...(app ? { lastAppMarkMs: mark.timeMs, appFailures: 0 } : {}),
      ...(mark.members.length > 1 || !this.#grouped ? { crashFailures: 0 } : {}),
    });
    kernel.trace.record('agent', 'mark', { machineId: machine.machineId, markId: mark.id, consistency: mark.consistency, members: mark.members.length });
    this.#deps.onMark();
    return true;
  }

  /** Counts a mark that did not come about. */
  failed(consistency: Consistency, error: unknown): void {
    const problem = LabError.from(error);
    const { state, kernel, machine, pairs } = this.#deps;
    kernel.trace.record('agent', 'markFailed', { machineId: machine.machineId, consistency, code: problem.code, message: problem.message });
    if (pairs.copying) return;
    if (consistency === 'ApplicationConsistent') state.changeMarks({ appFailures: state.marks.appFailures + 1 });
    else state.changeMarks({ crashFailures: state.marks.crashFailures + 1 });
  }

  /** In a group only a common mark is a success (asr-behaviour §12). */
  get #grouped(): boolean {
    return (this.#deps.state.order?.group?.members.length ?? 0) > 1;
  }

  async #quiesce(): Promise<void> {
    const { kernel, machine } = this.#deps;
    await kernel.faults.check('agent.quiesce', machine.machineId);
    await machine.quiesce();
    this.#quiesced = true;
  }

  async #resume(): Promise<void> {
    if (!this.#quiesced) return;
    this.#quiesced = false;
    await this.#deps.machine.resume();
  }
}
