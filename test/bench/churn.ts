// Steady churn on the real clock: whether the backlog stays bounded, and how old a mark is when it has become a recovery point.
import { sampleDiskEnd } from '../../emulator/machine/workload/sampleDisk.ts';
import { LabUnderTest, linuxServer } from '../support/lab.ts';
import { gibibyte, mebibyte, percentile, type Measure, type Measured } from './measure.ts';

const runMs = 40_000;
/** Between the end of one mark and the next, so that marks do not become the load. */
const betweenMs = 500;
const limitMs = 10_000;
const megabyte = 1_000_000;

export const churnMeasures: readonly Measure[] = [
  { name: 'churn20', title: 'churn of 20 MB/s on one disk', referenceTitle: '-', aim: 'lag p99 < 10 s', run: () => churn([20 * megabyte]) },
  {
    name: 'churn54',
    title: 'churn of 54 MB/s on one VM',
    referenceTitle: '-',
    aim: 'lag p99 < 10 s',
    run: () => churn([18 * megabyte, 18 * megabyte, 18 * megabyte]),
  },
];

async function churn(bytesPerSecond: readonly number[]): Promise<Measured> {
  await using site = await LabUnderTest.open({
    virtualMachines: [
      linuxServer(1, {
        disks: bytesPerSecond.map(() => ({ sizeBytes: 2 * gibibyte, contentBytes: 0 })),
        workloads: bytesPerSecond.map((rate, disk) => ({
          kind: 'fileChurn' as const,
          disk,
          offset: sampleDiskEnd,
          sizeBytes: 512 * mebibyte,
          bytesPerSecond: rate,
        })),
      }),
    ],
  });
  const { client } = site;
  await client.call('machine.workload', { machine: 'SRV01', to: 'stopped' });
  await site.protectAll();
  await client.call('machine.workload', { machine: 'SRV01', to: 'running' });
  await client.call('clock.speed', { speed: 1 });
  const lagsMs: number[] = [];
  // On the real clock lab time is wall time.
  using _watch = site.lab.world.kernel.trace.subscribe(({ event, markTimeMs }) => {
    if (event === 'recoveryPoint') lagsMs.push(site.lab.world.kernel.clock.now() - Number(markTimeMs));
  });
  const backlogBytes: number[] = [];
  const endMs = performance.now() + runMs;
  while (performance.now() < endMs) {
    await client.call('machine.mark', { machine: 'SRV01', consistency: 'CrashConsistent' });
    backlogBytes.push((await site.item('SRV01')).disks.reduce((sum, disk) => sum + disk.pendingBytes, 0));
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
  const { carriedBytes } = site.lab.world.kernel.network.get('machine-processserver');
  await client.call('clock.speed', { speed: 'paused' });
  const p50Ms = percentile(lagsMs, 0.5);
  const p99Ms = percentile(lagsMs, 0.99);
  const worstBacklogBytes = Math.max(...backlogBytes);
  return {
    value: `lag p50 ${(p50Ms / 1000).toFixed(2)} s, p99 ${(p99Ms / 1000).toFixed(2)} s; backlog <= ${(worstBacklogBytes / mebibyte).toFixed(0)} MiB`,
    reference: '-',
    ratio: null,
    reached: p99Ms < limitMs,
    figures: { p50Ms, p99Ms, worstBacklogBytes, marks: lagsMs.length, sentBytes: carriedBytes },
  };
}
