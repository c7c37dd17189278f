// The filter driver of a machine's disk: every write passes here, and is acknowledged only when captured.
// Data mode: an ordered append to the change log. Bitmap mode (the log is full): only the region is remembered (asr-behaviour §4.5).
import { mkdirSync, rmSync } from 'node:fs';
import { sectorBytes, type BlockDevice, type Range } from '../disk/blockDevice.ts';
import type { TimeMs } from '../kernel/clock.ts';
import { LabError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { captureFolder, logFolder, regionsFile, saveCaptureState } from './captureState.ts';
import { ChangeLog } from './changeLog.ts';
import { rangeOf, type LogRecord } from './changeRecord.ts';
import { Regions } from './regions.ts';
import { ReplayPosition } from './replayPosition.ts';
import { restoreCapture } from './restoreCapture.ts';
import type { Mark } from './stations.ts';
import { WritesUnderWay } from './writesUnderWay.ts';

/** `off`: writes pass through uncaptured (no replication). */
export type CaptureMode = 'off' | 'data' | 'bitmap';

export interface CaptureOptions {
  readonly device: BlockDevice;
  /** Folder on the machine's system disk for the log, the bitmap and the mode. */
  readonly folder: string;
  /** The disk's id. */
  readonly name: string;
  /** Change log bound in bytes; over it the disk goes to bitmap mode. */
  readonly limitBytes: number;
  readonly kernel: Pick<Kernel, 'clock' | 'faults' | 'trace'>;
}

type CapturedChange = Extract<LogRecord, { kind: 'write' | 'zero' }>;

export class CapturedDisk implements BlockDevice {
  readonly sizeBytes: number;
  readonly #options: CaptureOptions;
  readonly #folder: string;
  #mode: CaptureMode = 'off';
  #log: ChangeLog | undefined;
  #regions: Regions | undefined;
  readonly #replay = new ReplayPosition();
  readonly #underWay = new WritesUnderWay();
  /** Log position after the newest mark of this process's life. */
  #newestMark = 0;
  /** Counts the changes to bitmap mode. */
  #bitmapEpoch = 0;
  #closed = false;
  #frozen: { promise: Promise<void>; thaw: () => void } | undefined;
  #onCaptured: () => void = () => undefined;

  private constructor(options: CaptureOptions) {
    this.#options = options;
    this.#folder = captureFolder(options.folder, options.name);
    this.sizeBytes = options.device.sizeBytes;
  }

  /** Opens a disk with its capture state; what the log holds and the disk may lack after a kill is written to the disk again. */
  static async open(options: CaptureOptions): Promise<CapturedDisk> {
    const disk = new CapturedDisk(options);
    await disk.#restore();
    return disk;
  }

  get mode(): CaptureMode {
    return this.#mode;
  }

  /** The log while capturing. */
  get log(): ChangeLog {
    return this.#require(this.#log);
  }

  /** The regions to be sent from the disk, while capturing. */
  get regions(): Regions {
    return this.#require(this.#regions);
  }

  /** Log position before which every write is on the disk too. Nothing after it may be sent: a kill could leave it off the disk. */
  get settledEnd(): number {
    return this.#replay.settled(this.log.end);
  }

  /** Whether a mark put in now has all earlier writes before it in the log, or on the disk: none is still landing that was not logged. */
  get markable(): boolean {
    return this.#mode === 'data' && this.#underWay.formerCount === 0;
  }

  /** Whether a mark lies after a log position: whoever sends should not linger. */
  markWaits(after: number): boolean {
    return this.#newestMark > after;
  }

  /** Whether the log should be sent before anything else, or it will overflow. */
  get crowded(): boolean {
    return this.#mode === 'data' && this.log.keptBytes > this.#options.limitBytes / 2;
  }

  get nowMs(): TimeMs {
    return this.#options.kernel.clock.now();
  }

  /** Where the source of this disk keeps its own state. */
  get folder(): string {
    return this.#folder;
  }

  /** Tells the one listener of each captured write and mark; the last caller wins. */
  onCaptured(listener: () => void): void {
    this.#onCaptured = listener;
  }

  /** Begins capturing in data mode, with an empty log. Does nothing when it captures already. */
  async start(): Promise<void> {
    if (this.#mode !== 'off') return;
    // What a kill left of a capture that was ended must not be taken for a part of this one.
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    this.#log = await ChangeLog.open(logFolder(this.#folder));
    this.#regions = new Regions(regionsFile(this.#folder), this.sizeBytes);
    this.#replay.begin(this.#log.end);
    this.#setMode('data');
    // A write that came before is in no log: it has to be on the disk before the disk is copied.
    await this.#underWay.nextPeriod();
  }

  /** Ends capturing and deletes log and bitmap. */
  stop(): void {
    if (this.#mode === 'off') return;
    this.#setMode('off');
    this.#log?.[Symbol.dispose]();
    this.#regions?.[Symbol.dispose]();
    this.#log = undefined;
    this.#regions = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async read(offset: number, length: number): Promise<Buffer> {
    return this.#options.device.read(offset, length);
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    await this.#change({ offset, length: bytes.length }, bytes);
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.#change({ offset, length }, undefined);
  }

  async allocated(within: Range): Promise<Range[]> {
    return this.#options.device.allocated(within);
  }

  /** Ends when no write is in flight; later writes wait for `thaw`. Reads go on. */
  async freeze(): Promise<void> {
    if (this.#frozen === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#frozen = { promise, thaw: resolve };
    }
    await this.#underWay.landed();
  }

  thaw(): void {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    frozen?.thaw();
  }

  /**
   * Puts a mark after every write captured so far, before every later one. Synchronous, so that a caller can mark several disks at one instant.
   * @returns false when not `markable`: no recovery point can be made of this disk now
   */
  mark(mark: Mark): boolean {
    if (!this.markable) return false;
    const { durable } = this.log.append({ kind: 'mark', timeMs: mark.timeMs, mark });
    this.#newestMark = this.log.end;
    void durable?.then(
      () => this.#onCaptured(),
      (error: unknown) => this.#overflow(LabError.from(error)),
    );
    return true;
  }

  /**
   * Back to data mode: new writes are logged again, the regions set so far are sent from the disk.
   * @returns the log position of the first write that will be logged
   */
  async resumeData(): Promise<number> {
    await this.log.clear();
    const from = this.log.end;
    this.#replay.begin(from);
    this.#setMode('data');
    // The log does not hold the writes that are landing: a region read before they have landed would miss them.
    await this.#options.kernel.clock.idle(this.#underWay.nextPeriod());
    return from;
  }

  /** The regions that hold data must all be sent, or compared. */
  async setAllRegions(): Promise<void> {
    for (const range of await this.allocated({ offset: 0, length: this.sizeBytes })) this.regions.set(range);
  }

  /** Every region, data or not: a resynchronisation must also find what is zero here and not there. */
  setEveryRegion(): void {
    this.regions.set({ offset: 0, length: this.sizeBytes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.thaw();
    await this.#underWay.landed();
    if (this.#mode === 'data') {
      // Nothing is landing, so nothing needs to be written again: whoever changes the disk meanwhile would have that undone.
      this.#replay.begin(this.log.durableEnd);
      this.#setMode('data');
    }
    this.#log?.[Symbol.dispose]();
    this.#regions?.[Symbol.dispose]();
    await this.#options.device[Symbol.asyncDispose]();
  }

  async #change({ offset, length }: Range, bytes: Buffer | undefined): Promise<void> {
    this.#checkRange(offset, length);
    for (let wait = this.#obstacle(offset, length); wait !== undefined; wait = this.#obstacle(offset, length)) await wait;
    if (this.#closed) throw new LabError('DiskClosed', this.#options.name);
    const timeMs = this.#options.kernel.clock.now();
    const change: CapturedChange = bytes === undefined ? { kind: 'zero', timeMs, offset, length } : { kind: 'write', timeMs, offset, bytes };
    const underWay = this.#underWay.begin(offset, length);
    try {
      if (this.#mode === 'off') return await this.#put(change);
      await this.#captured(change);
    } finally {
      this.#underWay.end(underWay);
    }
    if (this.#isOff()) return;
    this.#onCaptured();
    if (this.#mode === 'data' && this.#replay.advance(this.log.end)) this.#setMode('data');
  }

  /** Writes that overlap follow each other: the disk must end up with the same one of them on top as the log. */
  #obstacle(offset: number, length: number): Promise<void> | undefined {
    return this.#frozen?.promise ?? (this.#mode === 'off' ? undefined : this.#underWay.overlapping(offset, length));
  }

  async #captured(change: CapturedChange): Promise<void> {
    const epoch = this.#bitmapEpoch;
    let position = -1;
    try {
      const { faults } = this.#options.kernel;
      const verdict = faults.active('agent.capture') ? await faults.check('agent.capture', this.#options.name) : 'pass';
      if (verdict !== 'pass') return await this.#put(change);
      if (this.#mode === 'data') {
        const appended = this.#append(change);
        position = typeof appended === 'number' ? appended : await appended;
      }
      if (this.#isBitmap()) this.regions.set(rangeOf(change));
      await this.#land(change);
      // The region may have been read for sending while the bytes were on their way to the disk.
      if (!this.#isOff() && (position < 0 || epoch !== this.#bitmapEpoch)) this.regions.set(rangeOf(change));
    } finally {
      this.#replay.landed(position);
    }
  }

  /** What the disk refuses is in the log already and must not be sent: the disk itself says what it holds. */
  async #land(change: CapturedChange): Promise<void> {
    try {
      await this.#put(change);
    } catch (error) {
      if (!this.#isOff()) this.regions.set(rangeOf(change));
      this.#overflow(LabError.from(error));
      throw error;
    }
  }

  #put(change: CapturedChange): Promise<void> {
    const { device } = this.#options;
    return change.kind === 'write' ? device.write(change.offset, change.bytes) : device.zero(change.offset, change.length);
  }

  /** @returns the record's position, or -1 when the log took it no more and the disk is in bitmap mode now; a promise of it while it is on its way */
  #append(record: LogRecord): number | Promise<number> {
    let start: number;
    let durable: Promise<void> | undefined;
    try {
      ({ start, durable } = this.log.append(record));
    } catch (error) {
      this.#overflow(LabError.from(error));
      return -1;
    }
    this.#replay.captured(start);
    if (durable !== undefined) return this.#appended(start, durable);
    this.#limitLog();
    return start;
  }

  async #appended(start: number, durable: Promise<void>): Promise<number> {
    try {
      await durable;
    } catch (error) {
      this.#replay.landed(start);
      this.#overflow(LabError.from(error));
      return -1;
    }
    this.#limitLog();
    return start;
  }

  #limitLog(): void {
    if (this.#mode === 'data' && this.log.keptBytes > this.#options.limitBytes)
      this.#overflow(new LabError('ChangeLogFull', `More than ${this.#options.limitBytes} bytes wait in the change log of ${this.#options.name}.`));
  }

  /** Asked again after a wait. */
  #isBitmap(): boolean {
    return this.#mode === 'bitmap';
  }

  #isOff(): boolean {
    return this.#mode === 'off';
  }

  /** The bits are set in the file before the mode is; a kill in between leaves data mode with a whole log and some regions too many. */
  #overflow(reason: LabError): void {
    if (this.#mode !== 'data') return;
    this.log.forEachRange((range) => this.regions.set(range));
    this.#bitmapEpoch += 1;
    this.#setMode('bitmap');
    this.#options.kernel.trace.record('agent', 'bitmapMode', { disk: this.#options.name, reason: reason.message });
    this.#onCaptured();
  }

  #setMode(mode: CaptureMode): void {
    this.#mode = mode;
    saveCaptureState(this.#folder, { mode, replayFrom: this.#replay.from });
  }

  async #restore(): Promise<void> {
    const restored = await restoreCapture(this.#folder, this.#options);
    if (restored === undefined) return;
    this.#log = restored.log;
    this.#regions = restored.regions;
    this.#mode = restored.mode;
    this.#replay.begin(restored.replayFrom);
  }

  #checkRange(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset % sectorBytes !== 0 || length % sectorBytes !== 0 || offset + length > this.sizeBytes) {
      throw new LabError('DiskRangeInvalid', `${this.#options.name}: ${offset} + ${length} of ${this.sizeBytes}.`);
    }
  }

  #require<T>(value: T | undefined): T {
    if (value === undefined) throw new Error(`${this.#options.name} is not captured`);
    return value;
  }
}
