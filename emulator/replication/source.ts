// Source side of a pair: forms batches from a captured disk, in order, and sends them until the relay has them.
// First the regions that must come from the disk itself (initial copy, resynchronisation, bitmap mode), then the change log.
import { LabError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { encodeBatch } from './batch.ts';
import type { CapturedDisk } from './capture.ts';
import { formLogBatch, formRegionBatch, RegionComparison, type FormedBatch } from './form.ts';
import type { PairOrder } from './orders.ts';
import type { PairReport } from './reports.ts';
import { SendingPace } from './sendingPace.ts';
import { batchAcknowledged, copyBegun, loadSourceState, pairReport, placesKnown, saveSourceState, type SourceState, sequenceAbandoned } from './sourceState.ts';
import type { Relay } from './stations.ts';

const unanswered: ReadonlySet<string> = new Set(['LinkDown', 'PeerUnreachable', 'InternalError']);

export interface PairSourceDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
  readonly order: PairOrder;
  readonly disk: CapturedDisk;
  readonly relay: Relay;
  /** Whether this disk may copy regions now: at most 3 disks of a machine do at once (asr-behaviour §4.4). */
  readonly canSend: () => boolean;
  /** The report changed in a way that others act on: stage, mode, error. */
  readonly onChange: () => void;
}

export class PairSource {
  readonly #deps: PairSourceDeps;
  readonly #pace: SendingPace;
  #order: PairOrder;
  #relay: Relay;
  #state: SourceState;
  #comparison: RegionComparison | undefined;
  #connected = false;
  #running = false;
  #again = false;
  #closed = false;
  #unsent: FormedBatch | undefined;
  /** Log position up to which batches were formed, sent or not. */
  #formed: number;
  #error: LabError | undefined;
  #waiters: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(deps: PairSourceDeps) {
    this.#deps = deps;
    this.#order = deps.order;
    this.#relay = deps.relay;
    this.#state = loadSourceState(deps.disk.folder, deps.order.pairId);
    this.#formed = this.#state.position;
    this.#pace = new SendingPace(deps.kernel.clock, `source ${deps.order.pairId}`, () => this.wake());
  }

  /** Begins capture and the initial copy, or goes on where a killed process stopped. */
  async start(): Promise<void> {
    const { disk } = this.#deps;
    if (disk.mode === 'off' || !this.#state.started) {
      if (disk.mode !== 'off') disk.stop();
      await disk.start();
      this.#state = { ...this.#state, position: 0, intent: null };
      if (this.#order.initial === 'copy') await disk.setAllRegions();
      this.#beginCopy(this.#order.initial, this.#order.resyncId);
    }
    this.#become(placesKnown(this.#state, { logEnd: disk.log.end, regionsWait: !disk.regions.empty }));
    this.#formed = this.#state.position;
    disk.onCaptured(() => this.wake());
    this.#obeyResync();
    this.wake();
  }

  /** There may be something to send. */
  wake(): void {
    this.#again = true;
    if (this.#running || this.#closed) return;
    this.#running = true;
    this.#deps.kernel.clock.start(`source ${this.#order.pairId}`, () => this.#run());
  }

  /** A newer order (another process server, a resynchronisation). */
  update(order: PairOrder, relay: Relay): void {
    this.#order = order;
    if (relay !== this.#relay) {
      this.#relay = relay;
      this.#connected = false;
    }
    this.#obeyResync();
    this.wake();
  }

  /**
   * Whether a mark put into the disk now becomes a recovery point. Not while a region is on its way: if it fails it is read again,
   * and then holds bytes that are newer than the mark that follows it.
   */
  get markable(): boolean {
    const { disk } = this.#deps;
    return !this.#closed && this.#state.started && disk.markable && this.#state.stage !== 'ResyncStepI' && disk.regions.settled;
  }

  /** Whether regions wait to be copied, and so one of the machine's three places is needed. */
  get copying(): boolean {
    return this.#deps.disk.mode !== 'off' && !this.#deps.disk.regions.empty;
  }

  report(): PairReport {
    const { disk } = this.#deps;
    const regionBytes = disk.mode === 'off' ? 0 : disk.regions.bytes;
    return pairReport(this.#state, { mode: disk.mode, regionBytes, logBytes: this.#pendingLogBytes(), error: this.#error });
  }

  /** Ends when the relay holds all that was captured before the call, or the source is closed. For callers inside an activity. */
  async drained(): Promise<void> {
    if (this.#closed) return;
    using _hurry = this.#pace.hurry();
    this.wake();
    await this.#deps.kernel.clock.idle(new Promise<void>((resolve) => void this.#waiters.push(resolve)));
  }

  /** Stops sending. `forget`: replication of this disk has ended, capture stops and its log is deleted. */
  async close(options: { forget: boolean }): Promise<void> {
    this.#closed = true;
    if (this.#running) await new Promise<void>((resolve) => void this.#idle.push(resolve));
    if (this.#unsent !== undefined) this.#giveBack(this.#unsent);
    this.#release();
    if (options.forget) this.#deps.disk.stop();
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#sendAll();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #sendAll(): Promise<void> {
    if (!this.#connected) await this.#connect();
    let forming: Promise<FormedBatch | undefined> = this.#form();
    for (;;) {
      const formed = await forming;
      if (formed === undefined) break;
      this.#unsent = formed;
      if (this.#closed) break;
      const frame = this.#encode(formed);
      saveSourceState(this.#deps.disk.folder, { ...this.#state, intent: { sequence: this.#state.acked + 1, covers: formed.covers } });
      const sending = this.#send(frame);
      // The next batch is read from the disk while this one travels.
      forming = this.#form();
      // Its failure may come before that of the sending, which is told first.
      forming.catch(() => undefined);
      try {
        await sending;
      } catch (error) {
        const ahead = await forming.catch(() => undefined);
        if (ahead !== undefined) this.#giveBack(ahead);
        throw error;
      }
      this.#acknowledge(formed);
    }
    this.#setError(undefined);
    if (this.#isDrained()) this.#release();
    else this.#pace.linger(this.#pendingLogBytes());
  }

  /** The relay knows what it holds; a batch that was under way when this process, or the relay, died is either there or sent again. */
  async #connect(): Promise<void> {
    const accepted = await this.#relay.accepted(this.#order.pairId);
    const { intent, relayUrl } = this.#state;
    const { url = null } = this.#relay;
    const pending = this.#unsent;
    if ((pending !== undefined || intent !== null) && relayUrl !== null && relayUrl !== url) {
      this.#takeBack();
      this.#state = sequenceAbandoned(this.#state);
      this.#compareAll();
    } else if (pending !== undefined && accepted > this.#state.acked) this.#acknowledge(pending);
    else if (pending !== undefined) this.#takeBack();
    else if (intent !== null && accepted >= intent.sequence) this.#acknowledge({ covers: intent.covers, header: undefined, parts: [], bytes: 0 });
    this.#become({ ...this.#state, acked: Math.max(this.#state.acked, accepted), intent: null, relayUrl: url });
    if (this.#state.resuming) await this.#resume();
    this.#connected = true;
  }

  /** The target takes the new beginning before it is asked for checksums: nothing of the former relay's may come after them. */
  async #resume(): Promise<void> {
    const sequence = this.#state.acked + 1;
    await this.#relay.accept(this.#order.pairId, sequence, this.#encode({ header: undefined, parts: [] }, true));
    this.#become({ ...this.#state, acked: sequence, resuming: false });
  }

  /** @returns the next batch, or undefined when nothing is to be sent now */
  async #form(): Promise<FormedBatch | undefined> {
    const { disk } = this.#deps;
    if (disk.mode === 'bitmap') {
      // Only now, with a relay that takes data, is it worth logging again.
      this.#become({ ...this.#state, pristine: false, totalBytes: Math.max(this.#state.totalBytes, disk.regions.bytes) });
      this.#formed = await disk.resumeData();
    }
    while (
      disk.mode === 'data' &&
      (!disk.regions.empty || this.#comparison?.waiting === true) &&
      this.#deps.canSend() &&
      !(disk.crowded && this.#pendingLogBytes() > 0)
    ) {
      const formed = await formRegionBatch({ disk, pristine: this.#state.pristine, comparison: this.#comparison });
      if (formed !== undefined) return formed;
    }
    this.#endCopy();
    const pressing = this.#state.stage !== 'DifferentialSync' || disk.markWaits(this.#formed);
    if (!this.#pace.worthSending(this.#pendingLogBytes(), pressing)) return undefined;
    const formed = await formLogBatch(disk, this.#formed, this.#state.marksFrom);
    if (formed !== undefined) this.#formed = formed.covers.to;
    return formed;
  }

  #encode({ header = { extents: [], capturedMs: 0 }, parts }: Pick<FormedBatch, 'header' | 'parts'>, resumes?: true): Buffer {
    const { stage, acked } = this.#state;
    const { pairId } = this.#order;
    return encodeBatch({ pairId, sequence: acked + 1, stage, ...header, ...(resumes && { resumes }) }, parts);
  }

  async #send(frame: Buffer): Promise<void> {
    const { pairId } = this.#order;
    await this.#deps.kernel.faults.check('agent.send', pairId);
    await this.#relay.accept(pairId, this.#state.acked + 1, frame);
  }

  #acknowledge(formed: FormedBatch): void {
    const { disk } = this.#deps;
    const { covers } = formed;
    this.#unsent = undefined;
    this.#formed = Math.max(this.#formed, covers.to);
    for (const range of covers.regions) disk.regions.done(range);
    if (covers.to > 0) disk.log.trim(covers.to);
    const { stage } = this.#state;
    this.#become(batchAcknowledged(this.#state, formed));
    this.#pace.acknowledged();
    if (stage !== this.#state.stage) this.#deps.onChange();
  }

  /** A batch that did not arrive is formed again, since its sequence or its content may be another by then. */
  #giveBack(formed: FormedBatch): void {
    const { disk } = this.#deps;
    if (disk.mode === 'off') return;
    for (const range of formed.covers.regions) disk.regions.giveBack(range);
    if (formed.covers.to > 0) this.#formed = Math.min(this.#formed, formed.covers.from);
  }

  #endCopy(): void {
    const { disk } = this.#deps;
    if (this.#state.stage !== 'ResyncStepI' || !disk.regions.empty || this.#comparison?.waiting === true || disk.mode !== 'data') return;
    this.#comparison = undefined;
    this.#become({ ...this.#state, stage: 'ResyncStepII', pristine: false, comparing: false });
    this.#deps.onChange();
  }

  #failed(error: unknown): void {
    const problem = LabError.from(error);
    this.#connected = false;
    this.#deps.kernel.trace.record('agent', 'sendFailed', { pairId: this.#order.pairId, code: problem.code, message: problem.message });
    // Only where no answer came is it open whether the relay has the batch.
    if (!unanswered.has(problem.code)) this.#takeBack();
    // Source and relay do not agree on what was sent.
    if (problem.code === 'BatchReplayMismatch' || problem.code === 'ChangeLogCorrupt') this.#compareAll();
    this.#setError(problem);
    this.#pace.retry();
    if (problem.code === 'InternalError') throw error;
  }

  #takeBack(): void {
    if (this.#unsent === undefined) return;
    this.#giveBack(this.#unsent);
    this.#unsent = undefined;
    this.#become({ ...this.#state, intent: null });
  }

  #compareAll(): void {
    this.#beginCopy('checksum', this.#state.resyncId);
    this.#obeyResync();
  }

  #obeyResync(): void {
    if (this.#state.started && this.#order.resyncId !== null && this.#order.resyncId !== this.#state.resyncId)
      this.#beginCopy('checksum', this.#order.resyncId);
    if (this.#state.comparing)
      this.#comparison = new RegionComparison({
        clock: this.#deps.kernel.clock,
        disk: this.#deps.disk,
        relay: this.#relay,
        pairId: this.#order.pairId,
        earlier: this.#comparison,
      });
  }

  #beginCopy(how: PairOrder['initial'], resyncId: string | null): void {
    const { disk } = this.#deps;
    const comparing = how === 'checksum';
    if (comparing) disk.setEveryRegion();
    this.#become(copyBegun(this.#state, { comparing, resyncId, marksFrom: disk.log.end, totalBytes: disk.regions.bytes }));
    this.#deps.onChange();
  }

  #become(state: SourceState): void {
    this.#state = state;
    saveSourceState(this.#deps.disk.folder, state);
  }

  #pendingLogBytes(): number {
    const { disk } = this.#deps;
    return disk.mode === 'data' ? Math.max(0, disk.log.end - Math.max(this.#formed, disk.log.start)) : 0;
  }

  #isDrained(): boolean {
    return this.#unsent === undefined && !this.copying && this.#deps.disk.mode === 'data' && this.#pendingLogBytes() === 0;
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #setError(error: LabError | undefined): void {
    const changed = error?.code !== this.#error?.code;
    this.#error = error;
    if (changed) this.#deps.onChange();
  }
}
