// Times as the service writes them: ISO 8601 in UTC with seven digits of a second (arm-contract §1).
import type { TimeMs } from '../../../kernel/clock.ts';

/** A task that has not begun. */
export const unsetTaskTime = '0001-01-01T00:00:00';
/** `currentScenario` of an item that nothing happens to. */
export const unsetScenarioTime = '1753-01-01T01:01:01Z';
export const never = '9999-12-31T23:59:59.9999999';

export function armTime(timeMs: TimeMs): string {
  return `${new Date(timeMs).toISOString().slice(0, -1)}0000Z`;
}

export function optionalArmTime(timeMs: TimeMs | null | undefined): string | null {
  return timeMs === null || timeMs === undefined ? null : armTime(timeMs);
}

/** Whole seconds, as job and operation ends are written. */
export function wholeSeconds(timeMs: TimeMs): string {
  return armTime(Math.floor(timeMs / 1000) * 1000);
}
