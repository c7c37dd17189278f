// Numbers, sizes, durations and lab times, in the same words as the trees have them: lab time is UTC everywhere.
import { t } from './host.ts';

const language = document.documentElement.lang === '' ? 'en' : document.documentElement.lang;
const dayMs = 86_400_000;

const wholes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
const zone = { timeZone: 'UTC', hourCycle: 'h23' } as const;
const clock = new Intl.DateTimeFormat(language, { ...zone, hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(language, { ...zone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });

export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  const shown = value / 1024 ** power;
  const number = (shown >= 100 ? wholes : tenths).format(shown);
  return [t('{0} B', number), t('{0} KiB', number), t('{0} MiB', number), t('{0} GiB', number), t('{0} TiB', number)][power] as string;
}

export function bytesPerSecond(value: number): string {
  return t('{0}/s', bytes(value));
}

export function knownBytes(value: number | null): string {
  return value === null ? t('Not known') : bytes(value);
}

export function percent(value: number): string {
  return percents.format(value / 100);
}

/** Its two largest units: `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (minutes === 0) return t('{0} s', seconds);
  if (hours === 0) return seconds % 60 === 0 || minutes >= 10 ? t('{0} min', minutes) : t('{0} min {1} s', minutes, seconds % 60);
  if (days === 0) return minutes % 60 === 0 ? t('{0} h', hours) : t('{0} h {1} min', hours, minutes % 60);
  return hours % 24 === 0 ? t('{0} d', days) : t('{0} d {1} h', days, hours % 24);
}

/** With the day unless it is within half a day of `nearMs`. */
export function timeNear(ms: number, nearMs: number): string {
  return (Math.abs(nearMs - ms) < dayMs / 2 ? clock : day).format(ms);
}

/** `2026-03-02 09:41:10` */
export function exactTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

export function ago(ms: number, nowMs: number): string {
  return t('{0} ago', duration(nowMs - ms));
}
