// The time-out of a script or runbook: a text that the service keeps as it was written.

const secondMs = 1000;

/** What the lab takes when none is written. */
export const defaultTimeout = 'PT30M';

/** @param text `PT1H30M`, `01:30:00` or seconds; @returns undefined when it is none of them */
export function timeoutMs(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * secondMs;
  const clock = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(text);
  const duration = /^P(?=.)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text);
  const parts = clock ?? duration;
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * secondMs;
}

/** `PT1H30M`, for the milliseconds of the command line's files. */
export function timeoutText(milliseconds: number): string {
  const seconds = milliseconds / secondMs;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [hours > 0 ? `${hours}H` : '', minutes > 0 ? `${minutes}M` : '', rest > 0 ? `${rest}S` : ''].join('');
  return `PT${parts === '' ? '0S' : parts}`;
}
