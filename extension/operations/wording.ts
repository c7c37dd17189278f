// Times and spans as people read them; the lab's time is UTC.
import { t } from '../texts.ts';
import { durationText } from '../tree/figures.ts';

const minuteMs = 60_000;

/** `2026-11-22 09:41:05 UTC` */
export function timeText(time: Date | number | undefined): string {
  if (time === undefined) return t('unknown');
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A number of minutes, as it was typed: `1 h 30 min`. */
export function minutesText(minutes: string): string {
  return durationText(Number(minutes) * minuteMs);
}

/** Names one after the other; beyond `most`, how many more there are. */
export function listText(names: readonly string[], most = 10): string {
  if (names.length <= most) return names.join(', ');
  return t('{0} and {1} more', names.slice(0, most).join(', '), names.length - most);
}
