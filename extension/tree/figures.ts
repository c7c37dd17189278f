// Times, sizes and durations as rows show them: short, in the lab's own time, the same in every time zone (UTC, as the vault has it).
import { languageInUse, t } from '../texts.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : decimalText(value)} ${units[power]}`;
}

/** `8 Mbps`, of bits per second. */
export function rateText(bitsPerSecond: number): string {
  if (bitsPerSecond >= 1e9) return t('{0} Gbps', decimalText(bitsPerSecond / 1e9));
  if (bitsPerSecond >= 1e6) return t('{0} Mbps', decimalText(bitsPerSecond / 1e6));
  return t('{0} Kbps', decimalText(bitsPerSecond / 1e3));
}

/** At most one digit behind the sign that the language has for it, and nothing between thousands. */
function decimalText(value: number): string {
  const language = languageInUse();
  if (decimals?.language !== language) decimals = { language, format: new Intl.NumberFormat(language, { maximumFractionDigits: 1, useGrouping: false }) };
  return decimals.format.format(value);
}

/** Costs more to make than to use. */
let decimals: { readonly language: string; readonly format: Intl.NumberFormat } | undefined;

/** `4 min`, `2 h 5 min`: two units at most. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 && seconds % 60 > 0 ? t('{0} min {1} s', minutes, seconds % 60) : t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 > 0 ? t('{0} h {1} min', hours, minutes % 60) : t('{0} h', hours);
  return hours % 24 > 0 ? t('{0} d {1} h', Math.floor(hours / 24), hours % 24) : t('{0} d', Math.floor(hours / 24));
}

/** `2026-03-02 09:41:10` */
export function timeText(time: Date | number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** A time that was never is null, 1970 or one of the service's first and last years to Azure's client, whatever it declares (arm-contract §7.3). */
export function happened(time: Date | null | undefined): Date | undefined {
  return time === null || time === undefined || !(time.getTime() > 0) || time.getUTCFullYear() >= lastYear ? undefined : time;
}

const lastYear = 9999;

/** `09:41:10` */
export function clockText(time: Date | number): string {
  return new Date(time).toISOString().slice(11, 19);
}
