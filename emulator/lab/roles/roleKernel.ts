// The kernel of a role in a process of its own: real time when it runs alone, the lab's time, links and faults when a lab started it.
import { join } from 'node:path';
import { LabClock } from '../../kernel/clock.ts';
import { FaultGate } from '../../kernel/faults.ts';
import { seededIds } from '../../kernel/ids.ts';
import { Network } from '../../kernel/network.ts';
import { seededRandom, type Random } from '../../kernel/random.ts';
import { Trace } from '../../kernel/trace.ts';
import { wallTimeMs } from '../../kernel/wallTime.ts';
import type { LabKernel } from '../openKernel.ts';

export interface RoleKernel extends LabKernel {
  /** Chance is drawn only after this: its seed may come from the lab. */
  readonly seed: (seed: string) => void;
}

/** @param dir of the role; its trace is kept there */
export function roleKernel(dir: string, seed: string, resources: AsyncDisposableStack): RoleKernel {
  const clock: LabClock = new LabClock({
    startMs: wallTimeMs(),
    onError: (name, error) => trace.record('role', 'unexpected', { activity: name, error: error instanceof Error ? error.stack : String(error) }),
  });
  const trace = resources.use(new Trace(() => clock.now(), join(dir, 'trace.jsonl')));
  resources.defer(() => clock.close());
  let source = seededRandom(seed);
  const random: Random = {
    next: () => source.next(),
    integer: (below) => source.integer(below),
    bytes: (length) => source.bytes(length),
    pick: (list) => source.pick(list),
    fork: (name) => source.fork(name),
  };
  return {
    clock,
    random,
    ids: seededIds(random),
    faults: new FaultGate({ clock, random }),
    network: new Network(clock),
    trace,
    seed: (text) => void (source = seededRandom(text)),
  };
}
