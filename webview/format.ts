// Numbers, sizes, durations and lab times as people of the user's language write them.
import { t } from './host.ts';

const language = document.documentElement.lang === '' ? 'en' : document.documentElement.lang;
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const bytesPerUnit = 1024;
const dayMs = 86_400_000;

const numbers = new Map<string, Intl.NumberFormat>();
const times = {
  clock: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }),
  day: new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }),
  exact: new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' }),
};

function number(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  const format = numbers.get(key) ?? new Intl.NumberFormat(language, options);
  numbers.set(key, format);
  return format.format(value);
}

export function bytes(value: number): string {
  const place = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(bytesPerUnit)));
  if (place === 0) return t('{0} B', number(value, { maximumFractionDigits: 0 }));
  const shown = value / bytesPerUnit ** place;
  return number(shown, { style: 'unit', unit: units[place] as string, unitDisplay: 'short', maximumFractionDigits: shown < 10 && place > 0 ? 1 : 0 });
}

export function bytesPerSecond(value: number): string {
  return t('{0}/s', bytes(value));
}

export function knownBytes(value: number | null): string {
  return value === null ? t('Not known') : bytes(value);
}

export function percent(value: number): string {
  return number(value / 100, { style: 'percent' });
}

/** Its two largest units: `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([count], place) => place === 0 || count > 0);
  return shown.map(([count, unit]) => number(count, { style: 'unit', unit, unitDisplay: 'short' })).join(' ');
}

/** With the day unless it is within a day of `nearMs`. */
export function timeNear(ms: number, nearMs: number): string {
  return Math.abs(nearMs - ms) < dayMs / 2 ? times.clock.format(ms) : times.day.format(ms);
}

export function exactTime(ms: number): string {
  return times.exact.format(ms);
}

export function ago(ms: number, nowMs: number): string {
  return t('{0} ago', duration(nowMs - ms));
}
