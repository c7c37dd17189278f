// A whole lab in a folder of its own, driven through its control API, for scenarios and the bench.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { ItemRecord, JobRecord } from '../../emulator/contract/resources.ts';
import { openLab, type Lab } from '../../emulator/lab.ts';
import type { Estate, EstateMachine } from '../../emulator/lab/estate.ts';
import { sampleDiskEnd } from '../../emulator/machine/workload/sampleDisk.ts';

const mebibyte = 2 ** 20;
/** Lab time between two looks at a job. */
const stepMs = 15_000;
const limitMs = 6 * 3_600_000;

/** A lab whose time stands still unless stepped; disposing stops it and removes its folder. */
export class LabUnderTest implements AsyncDisposable {
  readonly lab: Lab;
  readonly client: ControlClient;

  private constructor(lab: Lab, client: ControlClient) {
    this.lab = lab;
    this.client = client;
  }

  /** @param estate fields of the empty estate that are to be others */
  static async open(estate: Partial<Estate>): Promise<LabUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), 'srlab-'));
    const scenario = join(dir, 'scenario.json');
    writeFileSync(scenario, JSON.stringify(estate));
    const lab = await openLab({ dir, scenario, seed: '1', speed: 'paused', ports: {} });
    return new LabUnderTest(lab, await ControlClient.open({ ...lab.ready, startedMs: 0 }));
  }

  /** Enables replication of every machine at the site. @returns when all are protected and have a recovery point */
  async protectAll(): Promise<void> {
    const { client } = this;
    const machines = (await client.call('machine.list', {})).filter(({ platform, item }) => platform !== 'Azure' && item === null);
    const jobs: JobRecord[] = [];
    for (const { machineId } of machines) jobs.push(await client.call('item.enable', { machine: machineId }));
    for (const job of jobs) await this.finish(job);
    for (const { machineId } of machines) {
      await this.stepUntil(async () => {
        const { protectionState, recoveryPoints } = await this.item(machineId);
        return protectionState === 'Protected' && recoveryPoints > 0;
      });
    }
  }

  async item(machine: string): Promise<ItemRecord> {
    return this.client.call('item.show', { machine });
  }

  /** @throws Error when the job does not succeed */
  async finish({ jobId }: JobRecord): Promise<JobRecord> {
    await this.stepUntil(async () => (await this.client.call('job.show', { jobId })).endedMs !== null);
    const ended = await this.client.call('job.show', { jobId });
    if (ended.state !== 'Succeeded' && ended.state !== 'CompletedWithInformation')
      throw new Error(`${ended.friendlyName}: ${ended.state}. ${ended.errors.map((error) => error.message).join(' ')}`);
    return ended;
  }

  async step(ms: number): Promise<void> {
    await this.client.call('clock.step', { stepMs: ms });
  }

  async stepUntil(reached: () => Promise<boolean>): Promise<void> {
    for (let passedMs = 0; !(await reached()); passedMs += stepMs) {
      if (passedMs > limitMs) throw new Error(`Not reached within ${limitMs} ms of lab time.`);
      await this.step(stepMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.lab[Symbol.asyncDispose]();
    rmSync(this.lab.ready.dir, { recursive: true, force: true });
  }
}

/** A Linux server with one disk; workloads are placed behind its sample content. */
export function linuxServer(number: number, rest: Partial<EstateMachine> = {}): EstateMachine {
  return {
    name: `SRV${String(number).padStart(2, '0')}`,
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    firmware: 'BIOS',
    cpuCount: 2,
    memoryBytes: 4096 * mebibyte,
    ipAddress: `10.0.1.${number}`,
    disks: [{ sizeBytes: 1280 * mebibyte, contentBytes: mebibyte }],
    workloads: [],
    group: null,
    ...rest,
  };
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
