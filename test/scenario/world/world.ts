// A lab in a process of its own, machines that are written to, and the memory of every write: what random actions act upon.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OperationName, ReplyOf, RequestOf } from '../../../emulator/contract/control.ts';
import type { DiskReference } from '../../../emulator/contract/control/disks.ts';
import type { SeparateRole } from '../../../emulator/contract/labOptions.ts';
import type { ItemRecord, JobRecord } from '../../../emulator/contract/resources.ts';
import { sectorBytes } from '../../../emulator/disk/blockDevice.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { seededRandom, type Random } from '../../../emulator/kernel/random.ts';
import { LabProcess } from './labProcess.ts';
import { bytesOf, digestOf, MachineModel, offsetOf, sectorsPerDisk, windowStarts, type DiskContent, type ModelWrite } from './machineModel.ts';
import { diskBytes, worldEstate, type WorldMachine } from './worldEstate.ts';

export interface TrackedMachine {
  readonly name: string;
  /** Replication group; null: alone. */
  readonly group: string | null;
  readonly model: MachineModel;
  /** Given to the lab and not acknowledged: whether it is there, only the disk can tell. */
  underWay: ModelWrite | undefined;
  /** By which the lab finds the machine that works now: two of this name may be at the site. */
  address: string;
  /** Where the machine that works is now. */
  location: 'onPremises' | 'azure';
}

export interface WorldOptions {
  readonly seed: string;
  readonly machines: readonly WorldMachine[];
  readonly processes?: readonly SeparateRole[];
}

const windowSectors = sectorsPerDisk / windowStarts.length;
/** The most that one write covers. */
const writeLimitSectors = 128;
const pollMs = 15_000;
/** More lab time than anything in the world needs. */
const limitMs = 8 * 3_600_000;

export class World implements AsyncDisposable {
  readonly random: Random;
  readonly machines: readonly TrackedMachine[];
  /** What was done, for whoever looks at a failure. */
  readonly story: string[] = [];
  readonly #dir: string;
  readonly #lab: LabProcess;
  #writes = 0;
  #changes = 0;
  #timeMs = 0;

  private constructor(options: WorldOptions, lab: LabProcess, dir: string) {
    this.random = seededRandom(`world ${options.seed}`);
    this.#lab = lab;
    this.#dir = dir;
    this.machines = options.machines.map(({ name, disks, group = null }) => ({
      name,
      group,
      address: name,
      model: new MachineModel(disks),
      underWay: undefined,
      location: 'onPremises',
    }));
  }

  /** A lab with the given machines, all running and none protected. */
  static async open(options: WorldOptions): Promise<World> {
    const dir = mkdtempSync(join(tmpdir(), 'srlab-world-'));
    const scenario = join(dir, 'estate.json');
    writeFileSync(scenario, JSON.stringify(worldEstate(options.machines)));
    const lab = new LabProcess({ dir: join(dir, 'lab'), scenario, seed: options.seed, processes: options.processes ?? [] });
    const world = new World(options, lab, dir);
    await lab.start();
    return world;
  }

  get labDir(): string {
    return this.#lab.dir;
  }

  call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
    return this.#lab.call(name, request);
  }

  /** Does what the lab may refuse in its present state. @returns the answer, or the refusal. @throws what is no refusal */
  async attempt<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name> | LabError> {
    try {
      return await this.call(name, request);
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'InternalError' || error.code === 'PeerUnreachable') throw error;
      const refusal = `  refused: ${error.code}`;
      if (this.story.at(-1) !== refusal) this.tell(refusal);
      return error;
    }
  }

  tell(line: string): void {
    this.story.push(line);
  }

  async step(stepMs: number): Promise<void> {
    ({ timeMs: this.#timeMs } = await this.call('clock.step', { stepMs }));
  }

  /** Steps until `reached` says so. @throws Error after hours of lab time */
  async until(what: string, reached: () => Promise<boolean>): Promise<void> {
    for (let passedMs = 0; !(await reached()); passedMs += pollMs) {
      if (passedMs > limitMs) throw new Error(`${what}: not within ${limitMs / 3_600_000} hours of lab time.`);
      await this.step(pollMs);
    }
  }

  /** Ends with the job. @throws Error when it did not succeed */
  async finish({ jobId }: JobRecord): Promise<void> {
    await this.until(`job ${jobId}`, async () => {
      const { endedMs, state } = await this.call('job.show', { jobId });
      return endedMs !== null || state === 'Suspended';
    });
    const { friendlyName, subject, state, errors } = await this.call('job.show', { jobId });
    this.tell(`  ${friendlyName} of ${subject}: ${state}`);
    if (state !== 'Succeeded' && state !== 'CompletedWithInformation')
      throw new Error(`${friendlyName} of ${subject}: ${state}. ${errors.map(({ code, message }) => `${code} ${message}`).join(' ')}`);
  }

  item(machine: TrackedMachine): Promise<ItemRecord> {
    return this.call('item.show', { machine: machine.name });
  }

  /** Lines of the lab's trace that hold this. The last line of a killed process may be torn; then the next one stands behind it. */
  traceLines(word: string): string[] {
    return readFileSync(join(this.labDir, '.srlab', 'trace.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(word));
  }

  /** A write of random place and size through the tap; remembered when it is acknowledged. */
  async write(machine: TrackedMachine): Promise<void> {
    await this.perform(machine, this.planWrite(machine));
  }

  planWrite({ model }: TrackedMachine): ModelWrite {
    const disk = this.random.integer(model.diskCount);
    const window = this.random.integer(windowStarts.length);
    const sectors = 1 + this.random.integer(this.random.next() < 0.7 ? 16 : writeLimitSectors);
    const sector = (windowStarts[window] as number) + this.random.integer(windowSectors - sectors);
    this.#writes += 1;
    return { disk, sector, sectors, id: this.random.next() < 0.1 ? 0 : this.#writes };
  }

  async perform(machine: TrackedMachine, write: ModelWrite): Promise<void> {
    const { disk, sector } = write;
    machine.underWay = write;
    await this.call('disk.write', {
      disk: { location: machine.location, machine: machine.address, disk: String(disk), at: 'present' },
      offset: offsetOf(sector, diskBytes),
      base64: writtenBytes(write).toString('base64'),
    });
    machine.underWay = undefined;
    machine.model.wrote(this.#nextChange(), write);
  }

  /** The machine works on with this content, on whichever side. */
  became(machine: TrackedMachine, content: readonly DiskContent[]): void {
    machine.model.became(this.#nextChange(), content);
  }

  /** A disk of a tracked machine. */
  diskOf(machine: TrackedMachine, disk: number, at: DiskReference['at']): DiskReference {
    return { location: machine.location, machine: machine.address, disk: String(disk), at };
  }

  /** Equal for equal contents; to be compared with `fingerprintOf`. */
  async fingerprint(disk: DiskReference): Promise<string> {
    return isWhole(disk) ? (await this.call('disk.digest', { disk })).digest : (await this.readDisk(disk)).toString('latin1');
  }

  /** What the disk's fingerprint must be if it holds this and nothing else. */
  async fingerprintOf(content: DiskContent, disk: DiskReference): Promise<string> {
    return isWhole(disk) ? digestOf(content, diskBytes) : bytesOf(content, 0, sectorsPerDisk).toString('latin1');
  }

  /** Reads the windows of one disk, one after the other. */
  async readDisk(disk: DiskReference): Promise<Buffer> {
    const parts = await Promise.all(
      windowStarts.map(async (start) => {
        const { base64 } = await this.call('disk.read', { disk, offset: offsetOf(start, diskBytes), length: windowSectors * sectorBytes });
        return Buffer.from(base64, 'base64');
      }),
    );
    return Buffer.concat(parts);
  }

  /** Something is under way when the process is killed at a moment that nobody chose; then it comes back. */
  async killLab(during: () => Promise<unknown>, withinMs: number): Promise<void> {
    const afterMs = this.random.integer(withinMs);
    const work = during().catch((error: unknown) => {
      if (!LabError.is(error, 'PeerUnreachable') && !LabError.is(error, 'LabNotRunning')) throw error;
    });
    await Promise.race([work, delay(afterMs)]);
    await Promise.all([this.#lab.kill(), work]);
    await this.#lab.start();
    for (const machine of this.machines) await this.#settle(machine);
    await this.refreshTime();
  }

  /** What became of a write that the kill left without an answer: each of its sectors holds the old or the new. */
  async #settle(machine: TrackedMachine): Promise<void> {
    const write = machine.underWay;
    machine.underWay = undefined;
    if (write === undefined) return;
    const { disk, sector, sectors } = write;
    const { base64 } = await this.call('disk.read', {
      disk: this.diskOf(machine, disk, 'present'),
      offset: offsetOf(sector, diskBytes),
      length: sectors * sectorBytes,
    });
    const found = Buffer.from(base64, 'base64');
    const after = writtenBytes(write);
    const before = bytesOf(machine.model.present[disk] as DiskContent, sector, sectors);
    let written = 0;
    for (let number = 0; number < sectors; number += 1) {
      const [from, to] = [number * sectorBytes, (number + 1) * sectorBytes];
      const bytes = found.subarray(from, to);
      if (bytes.equals(after.subarray(from, to))) {
        written += 1;
        machine.model.wrote(this.#nextChange(), { ...write, sector: sector + number, sectors: 1 });
      } else if (!bytes.equals(before.subarray(from, to)))
        throw new Error(`${machine.name} disk ${disk} sector ${sector + number} holds neither what it held nor what was written when the lab was killed.`);
    }
    this.tell(`  the write under way is there in ${written} of ${sectors} sectors`);
  }

  #nextChange(): { timeMs: number; order: number } {
    this.#changes += 1;
    return { timeMs: this.#timeMs, order: this.#changes };
  }

  /** Time went on by itself: a call that steps, or a start of the lab. */
  async refreshTime(): Promise<void> {
    ({ timeMs: this.#timeMs } = await this.call('clock.show', {}));
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
    if (process.env['SRLAB_KEEP'] === undefined) rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Of a VMDK's past nobody knows where else it may hold data: only the windows are compared. */
function isWhole({ location, at }: DiskReference): boolean {
  return location === 'onPremises' || at === 'present';
}

function writtenBytes({ sector, sectors, id }: ModelWrite): Buffer {
  return bytesOf(new Int32Array(sectorsPerDisk).fill(id, sector, sector + sectors), sector, sectors);
}
