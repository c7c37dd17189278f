// Operations of the lab itself: its life, its clock, its links and faults, and what it tells of itself.
import type { FaultRule, NetworkPath } from '../faults.ts';
import type { ClockSpeed, ClockState, FaultState, FidelityRule, LabStatus, LinkState, RoleStatus, SavedLab, VaultEvent } from '../resources.ts';
import type { Nothing, Operation } from './operation.ts';

export interface LabOperations {
  'lab.status': Operation<Nothing, LabStatus>;
  /** Answers, then the process ends. */
  'lab.stop': Operation<Nothing, Nothing>;
  'lab.list': Operation<Nothing, readonly SavedLab[]>;
  /** Taking it back needs no API: it is done while the lab is stopped (`srlab lab load`). */
  'lab.save': Operation<{ readonly name: string }, SavedLab>;
  /** Ends a role as the machine's owner would (`kill`: SIGKILL where it is a process of its own) and starts it again. */
  'role.restart': Operation<{ readonly role: string; readonly kill: boolean }, RoleStatus>;
  'clock.show': Operation<Nothing, ClockState>;
  'clock.speed': Operation<{ readonly speed: ClockSpeed }, ClockState>;
  /** Runs everything that falls due on the way; ends when it is done. */
  'clock.step': Operation<{ readonly stepMs: number }, ClockState>;
  /** Like a computer that slept: what fell due meanwhile runs once. */
  'clock.jump': Operation<{ readonly jumpMs: number }, ClockState>;
  'fault.list': Operation<Nothing, readonly FaultState[]>;
  'fault.add': Operation<{ readonly rule: Omit<FaultRule, 'id'> & { readonly id?: string } }, FaultRule>;
  'fault.remove': Operation<{ readonly id: string }, Nothing>;
  'link.list': Operation<Nothing, readonly LinkState[]>;
  'link.set': Operation<
    { readonly path: NetworkPath; readonly state?: LinkState['state']; readonly bandwidthBps?: number; readonly latencyMs?: number },
    LinkState
  >;
  'fidelity.list': Operation<Nothing, readonly FidelityRule[]>;
  /** The registration key: text of the file that a further configuration server registers with; valid 5 days (asr-behaviour §1.4). */
  'vault.credentials': Operation<Nothing, { readonly credentials: string }>;
  'event.list': Operation<{ readonly limit?: number }, readonly VaultEvent[]>;
}
