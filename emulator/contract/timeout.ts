// The time-out of a plan's script or runbook, as people and services write it: a text that is kept as it is.

const secondMs = 1000;

/** @param text `PT1H30M`, `01:30:00`, `1.02:00:00` or seconds; @returns milliseconds, undefined when it is none of them */
export function timeoutMs(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * secondMs;
  const clock = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(text);
  const duration = /^P(?=.)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text);
  const parts = clock ?? duration;
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * secondMs;
}
