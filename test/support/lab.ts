// A whole lab in this process, in a folder of its own, for tests and the bench; it fails when its trace has what nobody expected.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { LabOptions } from '../../emulator/contract/labOptions.ts';
import { openLab, type Lab } from '../../emulator/lab.ts';
import type { Estate, EstateMachine } from '../../emulator/lab/estate.ts';
import { sampleDiskEnd } from '../../emulator/machine/workload/sampleDisk.ts';
import { useFolder } from './folder.ts';
import { LabDriver } from './labDriver.ts';

const mebibyte = 2 ** 20;
/** The least that a test takes: just above the least size that the product protects. */
export const smallDiskBytes = 1280 * mebibyte;

type Change = Partial<Pick<LabOptions, 'seed' | 'ports' | 'processes'>>;

interface Running extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: ControlClient;
}

/** Disposing stops it and removes its folder. */
export class LabUnderTest extends LabDriver implements AsyncDisposable {
  readonly #folder = useFolder();
  readonly #change: Change;
  #running: Running | undefined;

  private constructor(change: Change) {
    super(() => this.#now().client);
    this.#change = change;
  }

  /** @param estate fields of the empty estate that are to be others; machines by `linuxMachine`, `linuxServer` or in full */
  static async open(estate: Partial<Estate>, change: Change = {}): Promise<LabUnderTest> {
    const one = new LabUnderTest(change);
    try {
      writeFileSync(one.#scenario, JSON.stringify(estate));
      await one.#start();
      return one;
    } catch (error) {
      one.#folder[Symbol.dispose]();
      throw error;
    }
  }

  /** The one that runs now: another one after `restart`. */
  get lab(): Lab {
    return this.#now().lab;
  }

  get dir(): string {
    return this.file('lab');
  }

  /** A path in the test's own folder, beside the lab's. */
  file(name: string): string {
    return join(this.#folder.path, name);
  }

  /** Closes the lab, does `meanwhile` to its folder, and opens it again. */
  async restart(meanwhile?: () => void): Promise<void> {
    await this.#stop();
    meanwhile?.();
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using _folder = this.#folder;
    await this.#stop();
    requireExpected(join(this.dir, '.srlab', 'trace.jsonl'));
  }

  get #scenario(): string {
    return this.file('estate.json');
  }

  #now(): Running {
    if (this.#running === undefined) throw new Error('The lab does not run.');
    return this.#running;
  }

  async #start(): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(await openLab({ dir: this.dir, scenario: this.#scenario, seed: 'test', speed: 'paused', ports: {}, ...this.#change }));
    const client = stack.use(await ControlClient.open({ ...lab.ready, startedMs: 0 }));
    const owned = stack.move();
    this.#running = { lab, client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.[Symbol.asyncDispose]();
  }
}

/** A Linux machine with one small disk, empty, and no program that writes by itself. */
export function linuxMachine(name: string, change: Partial<EstateMachine> = {}): EstateMachine {
  return {
    name,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 4096 * mebibyte,
    ipAddress: '10.0.0.11',
    disks: [{ sizeBytes: smallDiskBytes, contentBytes: 0 }],
    workloads: [],
    group: null,
    ...change,
  };
}

/** One of many: SRV01, SRV02, …, each with a little on its disk. Workloads are placed behind its sample content. */
export function linuxServer(number: number, change: Partial<EstateMachine> = {}): EstateMachine {
  return linuxMachine(`SRV${String(number).padStart(2, '0')}`, {
    ipAddress: `10.0.1.${number}`,
    disks: [{ sizeBytes: smallDiskBytes, contentBytes: mebibyte }],
    ...change,
  });
}

/** A log that grows by a few lines a second: the light churn of an idle server. */
export const lightLog: EstateMachine['workloads'][number] = {
  kind: 'logWriter',
  disk: 0,
  offset: sampleDiskEnd,
  sizeBytes: 8 * mebibyte,
  linesPerSecond: 0.2,
  tickMs: 300_000,
};

function requireExpected(tracePath: string): void {
  const unexpected = readFileSync(tracePath, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"unexpected"'));
  if (unexpected.length > 0) throw new Error(`The trace has what nobody expected:\n${unexpected.join('\n')}`);
}
