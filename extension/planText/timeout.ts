// The time-out that the lab takes by itself, and the text for one in milliseconds.

const secondMs = 1000;

/** What the lab takes when none is written. */
export const defaultTimeout = 'PT30M';

/** `PT1H30M`, for the milliseconds of the command line's files. */
export function timeoutText(milliseconds: number): string {
  const seconds = milliseconds / secondMs;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [hours > 0 ? `${hours}H` : '', minutes > 0 ? `${minutes}M` : '', rest > 0 ? `${rest}S` : ''].join('');
  return `PT${parts === '' ? '0S' : parts}`;
}
