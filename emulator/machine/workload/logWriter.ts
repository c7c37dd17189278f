// A program that writes a log: numbered lines, appended to a ring of sectors, the tail sector rewritten as it fills.
import { crc32 } from 'node:zlib';
import { sectorBytes, type BlockDevice } from '../../disk/blockDevice.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Turns } from '../turns.ts';
import { Pace, Quota } from './pacing.ts';
import type { Workload, WorkloadHost, WorkloadStatus } from './workload.ts';

export interface LogWriterSettings {
  readonly kind: 'logWriter';
  readonly diskId: string;
  /** Start and length of the ring, multiples of 512. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly linesPerSecond: number;
  readonly tickMs?: number;
}

/** What a copy of the disk says about the log. */
export interface LogVerdict {
  readonly state: 'empty' | 'whole' | 'broken';
  readonly firstLine: number;
  readonly lastLine: number;
  readonly reason: string | null;
}

/** Every line has this length, so that lines never cross a sector. */
const lineBytes = 128;
const linesPerSector = sectorBytes / lineBytes;

export class LogWriter implements Workload {
  readonly name: string;
  readonly #settings: LogWriterSettings;
  readonly #clock: Kernel['clock'];
  readonly #pace: Pace;
  readonly #quota: Quota;
  readonly #turns = new Turns();
  readonly #tail = Buffer.alloc(sectorBytes);
  #host = '';
  #device: BlockDevice | undefined;
  #lastLine = 0;
  #quiesced = false;
  #writtenBytes = 0;

  constructor(kernel: Pick<Kernel, 'clock'>, settings: LogWriterSettings) {
    const { diskId, offset, linesPerSecond, tickMs = 1000 } = settings;
    this.name = `log ${diskId}+${offset}`;
    this.#settings = settings;
    this.#clock = kernel.clock;
    this.#pace = new Pace({ clock: kernel.clock, name: this.name, tickMs });
    this.#quota = new Quota(linesPerSecond, tickMs);
  }

  async start(host: WorkloadHost): Promise<void> {
    await this.#turns.take(async () => {
      const { diskId, offset, sizeBytes } = this.#settings;
      const device = host.disk(diskId);
      const ring = await device.read(offset, sizeBytes);
      this.#lastLine = Math.max(0, ...numbersIn(ring));
      const start = placeOf(this.#lastLine, sizeBytes) - (placeOf(this.#lastLine, sizeBytes) % sectorBytes);
      ring.copy(this.#tail, 0, start, start + sectorBytes);
      this.#device = device;
      this.#host = host.name;
      this.#quiesced = false;
    });
    this.#pace.start(() => this.tick());
  }

  async tick(): Promise<void> {
    await this.#turns.take(async () => {
      const count = this.#quota.take();
      if (this.#device === undefined || this.#quiesced || count === 0) return;
      const lines = Array.from({ length: count }, (_, index) => ({ number: this.#lastLine + 1 + index, text: this.#line(this.#lastLine + 1 + index) }));
      for (const sectors of this.#fill(lines)) await this.#write(sectors.place, sectors.bytes);
      this.#lastLine += count;
    });
  }

  async quiesce(): Promise<void> {
    await this.#turns.take(async () => void (this.#quiesced = true));
  }

  async resume(): Promise<void> {
    this.#quiesced = false;
  }

  async stop(): Promise<void> {
    this.#pace.stop();
    await this.#turns.take(async () => void (this.#device = undefined));
  }

  describe(): WorkloadStatus {
    return { kind: 'logWriter', diskId: this.#settings.diskId, running: this.#pace.running, writtenBytes: this.#writtenBytes, problem: null };
  }

  #line(number: number): string {
    const time = new Date(this.#clock.now()).toISOString();
    const text = `${String(number).padStart(12, '0')} ${time} ${this.#host} request served`.slice(0, lineBytes - 10).padEnd(lineBytes - 10);
    return `${text} ${crc32(text).toString(16).padStart(8, '0')}\n`;
  }

  /** Runs of sectors that hold the new lines, in order; a run ends where the ring does. */
  *#fill(lines: readonly { number: number; text: string }[]): Generator<{ place: number; bytes: Buffer }> {
    const { sizeBytes } = this.#settings;
    let place = -1;
    let sectors: Buffer[] = [];
    for (const { number, text } of lines) {
      const at = placeOf(number, sizeBytes);
      if (at % sectorBytes === 0) this.#tail.fill(0);
      this.#tail.write(text, at % sectorBytes, 'latin1');
      const sector = at - (at % sectorBytes);
      if (place < 0) place = sector;
      const last = lines.at(-1)?.number === number;
      if (!last && (at + lineBytes) % sectorBytes !== 0) continue;
      sectors.push(Buffer.from(this.#tail));
      if (!last && placeOf(number + 1, sizeBytes) !== 0) continue;
      yield { place, bytes: Buffer.concat(sectors) };
      place = -1;
      sectors = [];
    }
  }

  async #write(place: number, bytes: Buffer): Promise<void> {
    await this.#device?.write(this.#settings.offset + place, bytes);
    this.#writtenBytes += bytes.length;
  }
}

/** Whether the lines on a copy of the disk are one unbroken run, as they are at every instant of the writer's life. */
export async function verifyLog(device: BlockDevice, region: { offset: number; sizeBytes: number }): Promise<LogVerdict> {
  const numbers = numbersIn(await device.read(region.offset, region.sizeBytes)).sort((a, b) => a - b);
  const firstLine = numbers[0] ?? 0;
  const lastLine = numbers.at(-1) ?? 0;
  if (numbers.length === 0) return { state: 'empty', firstLine, lastLine, reason: null };
  const capacity = region.sizeBytes / lineBytes;
  // The tail sector is emptied when it is entered again, so up to a sector's lines less one may be missing from a full ring.
  const least = Math.min(lastLine, capacity - linesPerSector + 1);
  const gap = numbers.length !== lastLine - firstLine + 1;
  if (gap || numbers.length < least) return { state: 'broken', firstLine, lastLine, reason: `${numbers.length} lines between ${firstLine} and ${lastLine}` };
  return { state: 'whole', firstLine, lastLine, reason: null };
}

function placeOf(number: number, sizeBytes: number): number {
  return (Math.max(0, number - 1) * lineBytes) % sizeBytes;
}

function numbersIn(ring: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < ring.length; at += lineBytes) {
    if (ring[at + lineBytes - 1] !== 0x0a) continue;
    const line = ring.toString('latin1', at, at + lineBytes);
    if (
      line.slice(lineBytes - 9, lineBytes - 1) ===
      crc32(line.slice(0, lineBytes - 10))
        .toString(16)
        .padStart(8, '0')
    )
      numbers.push(Number(line.slice(0, 12)));
  }
  return numbers;
}
