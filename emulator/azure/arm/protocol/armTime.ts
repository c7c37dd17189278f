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

/** A time that a client wrote: ISO 8601, or `8/18/2017 2:05:00 AM` as PowerShell does; without a zone it is UTC. @returns undefined when it is none */
export function timeIn(text: string): TimeMs | undefined {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.trim()) ? text : /^\d{4}-\d{2}-\d{2}T/.test(text.trim()) ? `${text.trim()}Z` : `${text} UTC`;
  // Seven digits of a second are more than a date has here.
  const timeMs = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
