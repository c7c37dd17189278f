// What every role is given: time, chance, ids, faults, network and trace, made once per process.
import type { Clock } from './clock.ts';
import type { FaultGate } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

export interface Kernel {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly faults: FaultGate;
  readonly network: Network;
  readonly trace: Trace;
}
