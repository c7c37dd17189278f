// Every operation of a subject with whether it is allowed, and why not: what the command Why Not? shows.
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import type { Availability, Operation } from './operation.ts';
import { operations, operationsOn } from './registry.ts';

export interface Reason {
  readonly operation: Operation;
  readonly availability: Availability;
}

/** In the order of the menus. @param subject undefined: of the lab as a whole */
export function reasonsOf(snapshot: LabSnapshot, subject: Subject | undefined): readonly Reason[] {
  const candidates = subject === undefined ? operations.filter(({ on }) => on.length === 0) : operationsOn(subject.kind);
  return candidates.map((operation) => ({ operation, availability: operation.availability(snapshot, subject) }));
}
