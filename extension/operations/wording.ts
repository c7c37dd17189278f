// Times and spans as people read them; the lab's time is UTC.
import { t } from '../texts.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `2026-11-22 09:41:05 UTC` */
export function timeText(time: Date | number | undefined): string {
  if (time === undefined) return t('unknown');
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The two largest units: `1 d 4 h`, `3 min 20 s`. */
export function spanText(spanMs: number): string {
  const span = Math.max(0, Math.round(spanMs / secondMs) * secondMs);
  const [days, hours, minutes, seconds] = [dayMs, hourMs, minuteMs, secondMs].map((unit, place, units) =>
    Math.floor((place === 0 ? span : span % (units[place - 1] ?? span)) / unit),
  ) as [number, number, number, number];
  if (days > 0) return hours > 0 ? t('{0} d {1} h', days, hours) : t('{0} d', days);
  if (hours > 0) return minutes > 0 ? t('{0} h {1} min', hours, minutes) : t('{0} h', hours);
  if (minutes > 0) return seconds > 0 ? t('{0} min {1} s', minutes, seconds) : t('{0} min', minutes);
  return t('{0} s', seconds);
}

/** Names one after the other; beyond `most`, how many more there are. */
export function listText(names: readonly string[], most = 10): string {
  if (names.length <= most) return names.join(', ');
  return t('{0} and {1} more', names.slice(0, most).join(', '), names.length - most);
}
