// The lab as a program of its own: how long it takes to start, and what it costs when nothing happens.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient } from '../../emulator/cli/client.ts';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';
import { linuxServer } from '../support/lab.ts';
import { LabDriver } from '../support/labDriver.ts';
import { percentile, secondsText, type Measure } from './measure.ts';
import { startProgram, weigh, type Running } from './processes.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 3;
const idleMachines = 10;
/** The first minute after the start still settles; then the heartbeats of a minute and the marks of five are in it. */
const settleMs = 10_000;
const watchMs = 60_000;
const memoryLimitBytes = 400e6;
const cpuLimit = 0.02;

export const start: Measure = {
  name: 'start',
  title: 'start of a lab, command to ready line',
  referenceTitle: 'start of Azurite alone',
  aim: '< 1.5',
  run: async () => {
    const azuriteMs = await medianMs((folder) => startAzurite(folder));
    const newMs = await medianMs((folder) => startLab(folder, ['--scenario', 'empty']));
    const sampleMs = await medianMs((folder) => startLab(folder, []));
    const ratio = newMs / azuriteMs;
    return {
      value: secondsText(newMs),
      reference: secondsText(azuriteMs),
      ratio,
      reached: ratio < 1.5,
      figures: { newMs, sampleMs, azuriteMs },
      notes: [`with the sample estate to build: ${secondsText(sampleMs)}`],
    };
  },
};

export const idle: Measure = {
  name: 'idle',
  title: 'idle lab, 10 protected machines, real-time clock',
  referenceTitle: '-',
  aim: '< 2 % of a core, < 400 MB',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'srlab-bench-'));
    try {
      const scenario = join(folder, 'scenario.json');
      writeFileSync(scenario, JSON.stringify({ virtualMachines: Array.from({ length: idleMachines }, (_, place) => linuxServer(place + 1)) }));
      await using lab = await startLab(folder, ['--scenario', scenario, '--speed', 'paused']);
      await using client = await ControlClient.open({ ...(JSON.parse(lab.line) as ReadyLine), startedMs: 0 });
      await new LabDriver(() => client).protectAll();
      await client.call('clock.speed', { speed: 1 });
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const before = weigh(lab.pid);
      await new Promise((resolve) => setTimeout(resolve, watchMs));
      const after = weigh(lab.pid);
      const cpuShare = (after.cpuMs - before.cpuMs) / watchMs;
      return {
        value: `${(cpuShare * 100).toFixed(1)} % of a core, ${(after.memoryBytes / 1e6).toFixed(0)} MB in ${after.processes} processes`,
        reference: '-',
        ratio: null,
        reached: cpuShare < cpuLimit && after.memoryBytes < memoryLimitBytes,
        figures: { cpuShare, memoryBytes: after.memoryBytes, processes: after.processes },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function medianMs(begin: (folder: string) => Promise<Running>): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'srlab-bench-'));
    try {
      await using running = await begin(folder);
      samples.push(running.startMs);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return percentile(samples, 0.5);
}

function startLab(folder: string, options: readonly string[]): Promise<Running> {
  return startProgram([join(root, 'dist/emulator.mjs'), 'up', '--dir', folder, '--json', ...options], (line) => line.startsWith('{"pid"'));
}

/** As its own command starts it: what the lab's starters let Node keep is the lab's. */
function startAzurite(folder: string): Promise<Running> {
  const args = [join(root, 'node_modules/azurite/dist/src/blob/main.js'), '--location', folder, '--blobPort', '0', '--disableTelemetry'];
  const { NODE_COMPILE_CACHE: _kept, ...environment } = process.env;
  return startProgram(args, (line) => line.includes('successfully listens'), environment);
}
