// A whole lab in this process, in a folder of its own, for scenarios and the bench.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { LabOptions } from '../../emulator/contract/control.ts';
import { openLab, type Lab } from '../../emulator/lab.ts';
import type { Estate, EstateMachine } from '../../emulator/lab/estate.ts';
import { sampleDiskEnd } from '../../emulator/machine/workload/sampleDisk.ts';
import { LabDriver } from './labDriver.ts';

const mebibyte = 2 ** 20;

/** Disposing stops it and removes its folder. */
export class LabUnderTest extends LabDriver implements AsyncDisposable {
  readonly lab: Lab;

  private constructor(lab: Lab, client: ControlClient) {
    super(client);
    this.lab = lab;
  }

  /** @param estate fields of the empty estate that are to be others */
  static async open(estate: Partial<Estate>, options: Pick<LabOptions, 'processes'> = {}): Promise<LabUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), 'srlab-'));
    const scenario = join(dir, 'scenario.json');
    writeFileSync(scenario, JSON.stringify(estate));
    const lab = await openLab({ dir, scenario, seed: '1', speed: 'paused', ports: {}, ...options });
    return new LabUnderTest(lab, await ControlClient.open({ ...lab.ready, startedMs: 0 }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A lab that has ended tells nothing more.
    const { dir } = this.lab.ready;
    await this.client[Symbol.asyncDispose]();
    await this.lab[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
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
