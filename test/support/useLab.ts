// A whole lab in a temporary folder, driven through its control API in stepped time; the test fails when something unexpected is in its trace.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient } from '../../emulator/cli/client.ts';
import { hasEnded, hasSucceeded } from '../../emulator/cli/follow.ts';
import { jobText } from '../../emulator/cli/jobText.ts';
import type { LabPorts, OperationName, ReplyOf, RequestOf } from '../../emulator/contract/control.ts';
import type { ItemRecord, JobRecord } from '../../emulator/contract/resources.ts';
import { openLab, type Lab } from '../../emulator/lab.ts';
import type { Estate, EstateMachine } from '../../emulator/lab/estate.ts';
import { useFolder } from './folder.ts';

const mebibyte = 2 ** 20;
/** The least that a test takes: just above the least size that the product protects. */
export const smallDiskBytes = 1280 * mebibyte;
const stepMs = 15_000;
/** More lab time than any step of a test needs. */
const limitMs = 6 * 3_600_000;

export interface LabRequest {
  /** What differs from the empty estate; machines by `linuxMachine` or in full. */
  readonly estate?: Partial<Estate>;
  readonly seed?: string;
  readonly ports?: LabPorts;
}

export interface TestLab extends AsyncDisposable {
  /** The one that runs now: another one after `restart`. */
  readonly lab: Lab;
  readonly dir: string;
  /** A path in the test's own folder, beside the lab's. */
  file(name: string): string;
  /** A call over the control API's own socket. @throws LabError */
  control<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>>;
  /** Lets time go on until the job has ended, however it ends. */
  ended(job: Promise<JobRecord>): Promise<JobRecord>;
  /** Lets time go on until the job has ended. @throws Error with the job's text unless it succeeded */
  finish(job: Promise<JobRecord>): Promise<JobRecord>;
  /** Lets time go on until the machine is protected, in whatever direction, and has a recovery point. */
  untilProtected(machine: string): Promise<ItemRecord>;
  /** Lets time go on until `reached` says so. */
  until(what: string, reached: () => Promise<boolean>): Promise<void>;
  step(ms: number): Promise<void>;
  /** Closes the lab, does `meanwhile` to its folder, and opens it again. */
  restart(meanwhile?: () => void): Promise<void>;
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

export async function useLab(request: LabRequest = {}): Promise<TestLab> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(useFolder());
  const dir = join(folder.path, 'lab');
  const scenario = join(folder.path, 'estate.json');
  writeFileSync(scenario, JSON.stringify(request.estate ?? {}));
  const open = async (): Promise<{ lab: Lab; client: ControlClient } & AsyncDisposable> => {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(await openLab({ dir, scenario, seed: request.seed ?? 'test', speed: 'paused', ports: request.ports ?? {} }));
    const client = stack.use(await ControlClient.open({ ...lab.ready, startedMs: 0 }));
    const owned = stack.move();
    return { lab, client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };
  let running = await open();
  opening.defer(async () => {
    await running[Symbol.asyncDispose]();
    requireExpected(join(dir, '.srlab', 'trace.jsonl'));
  });
  const control: TestLab['control'] = (name, body) => running.client.call(name, body);
  const resources = opening.move();
  return {
    ...steppedTime(control),
    get lab() {
      return running.lab;
    },
    dir,
    file: (name) => join(folder.path, name),
    control,
    restart: async (meanwhile) => {
      await running[Symbol.asyncDispose]();
      meanwhile?.();
      running = await open();
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function steppedTime(control: TestLab['control']): Pick<TestLab, 'ended' | 'finish' | 'step' | 'until' | 'untilProtected'> {
  const step = async (ms: number): Promise<void> => void (await control('clock.step', { stepMs: ms }));
  const find = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (let passedMs = 0; passedMs <= limitMs; passedMs += stepMs) {
      const found = await look();
      if (found !== undefined) return found;
      await step(stepMs);
    }
    throw new Error(`${what} did not come about within ${limitMs / 3_600_000} hours of lab time.`);
  };
  const ended = async (starting: Promise<JobRecord>): Promise<JobRecord> => {
    const { jobId, friendlyName } = await starting;
    return find(friendlyName, async () => {
      const job = await control('job.show', { jobId });
      return hasEnded(job) ? job : undefined;
    });
  };
  return {
    step,
    ended,
    finish: async (starting) => {
      const job = await ended(starting);
      if (!hasSucceeded(job)) throw new Error(jobText(job));
      return job;
    },
    until: async (what, reached) => void (await find(what, async () => ((await reached()) ? true : undefined))),
    untilProtected: (machine) =>
      find(`Protection of ${machine}`, async () => {
        const item = await control('item.show', { machine });
        if (item.protectionState.endsWith('Failed')) throw new Error(`${machine}: ${item.protectionState}`);
        return item.protectionState === 'Protected' && item.recoveryPoints > 0 ? item : undefined;
      }),
  };
}

function requireExpected(tracePath: string): void {
  const unexpected = readFileSync(tracePath, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"unexpected"'));
  if (unexpected.length > 0) throw new Error(`The trace has what nobody expected:\n${unexpected.join('\n')}`);
}
