// How a recovery plan holds its members together: each member's job waits at gates that the plan's job opens (asr-behaviour §8).
import type { TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { hasEnded } from '../../../kernel/jobRecord.ts';
import type { VaultContext } from '../context.ts';

export interface Gate {
  readonly planJobId: string;
  /** Number of the start group, from 1. */
  readonly group: number;
}

/** Keys of the plan job's memory. */
export const gatesKey = 'openGates';
export const commonMarksKey = 'commonMarks';

export const failoverGate = 'failover';
export function startGate(group: number): string {
  return `start ${group}`;
}

/** A member of a plan waits as long as a person lets the plan wait; a machine alone does not. */
export function gatedLimitMs(gate: Gate | null): number {
  return gate === null ? 2 * 3_600_000 : Infinity;
}

/** @returns undefined when the way is free: no plan, the gate is open, or the plan has ended */
export function heldAt(context: VaultContext, gate: Gate | null, name: string): TaskOutcome | undefined {
  if (gate === null) return undefined;
  const plan = context.jobs.get(gate.planJobId);
  const open = (plan.memory[gatesKey] as readonly string[] | undefined) ?? [];
  return hasEnded(plan) || open.includes(name) ? undefined : { wait: `The recovery plan has not come to "${name}".` };
}

/** The mark on which the plan has settled for a replication group. */
export function commonMark(context: VaultContext, gate: Gate, groupId: string): string | undefined {
  const marks = context.jobs.get(gate.planJobId).memory[commonMarksKey] as Readonly<Record<string, string>> | undefined;
  return marks?.[groupId];
}
