// A kernel for tests: stepped time from a fixed start, one seed, and a log that fails the test on unexpected errors.
import { LabClock } from '../../emulator/kernel/clock.ts';
import { FaultGate } from '../../emulator/kernel/faults.ts';
import { seededIds } from '../../emulator/kernel/ids.ts';
import type { Kernel } from '../../emulator/kernel/kernel.ts';
import { Network } from '../../emulator/kernel/network.ts';
import { seededRandom } from '../../emulator/kernel/random.ts';
import { Trace } from '../../emulator/kernel/trace.ts';

export const testStartMs = Date.UTC(2017, 4, 29, 8);

export interface TestKernel extends Kernel {
  readonly clock: LabClock;
  /** What activities threw; a test ends with `expect(unexpected).toEqual([])`. */
  readonly unexpected: { name: string; error: unknown }[];
}

export function testKernel(seed = 'test'): TestKernel {
  const unexpected: { name: string; error: unknown }[] = [];
  const clock = new LabClock({ startMs: testStartMs, onError: (name, error) => void unexpected.push({ name, error }) });
  const random = seededRandom(seed);
  return {
    clock,
    random,
    ids: seededIds(random.fork('ids')),
    faults: new FaultGate({ clock, random: random.fork('faults') }),
    network: new Network(clock),
    trace: new Trace(() => clock.now()),
    unexpected,
  };
}
