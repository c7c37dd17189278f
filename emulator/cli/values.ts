// What people type on a command line, as the values of the control API: durations, sizes, speeds, disks, recovery points.
import { isIPv4 } from 'node:net';
import type { DiskReference } from '../contract/control/disks.ts';
import type { PointChoice } from '../contract/control/items.ts';
import type { ClockSpeed } from '../contract/resources.ts';
import { LabError } from '../kernel/errors.ts';

const durationMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
};
const rateBps: Readonly<Record<string, number>> = { '': 1, bps: 1, kbps: 1000, mbps: 1_000_000, gbps: 1_000_000_000 };

/** `90s`, `5m`, `2h`, `1d`, `1h30m`. @throws LabError CommandLineInvalid */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) throw invalid(text, 'a duration such as 90s, 5m, 2h, 1d or 1h30m');
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (durationMs[unit as string] as number), 0);
}

/** `512`, `4k`, `4KiB`, `1GiB`. @throws LabError CommandLineInvalid */
export function parseSize(text: string): number {
  return parseAmount(text, sizeBytes, 'a size such as 512, 4KiB or 1GiB');
}

/** `512kbps`, `100Mbps`; 0 is unlimited. @throws LabError CommandLineInvalid */
export function parseBandwidth(text: string): number {
  return parseAmount(text, rateBps, 'a bandwidth such as 512kbps or 100Mbps');
}

export function parsePort(text: string): number {
  const port = parseWholeNumber(text);
  if (port > 65_535) throw invalid(text, 'a port from 0 to 65535');
  return port;
}

/** @throws LabError CommandLineInvalid */
export function parseUrl(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text)) throw invalid(text, 'an address such as https://127.0.0.1:44301');
  return text;
}

/** @throws LabError CommandLineInvalid */
export function parseIpAddress(text: string): string {
  if (!isIPv4(text)) throw invalid(text, 'an IPv4 address such as 10.0.0.21');
  return text;
}

export function parseWholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw invalid(text, 'a whole number');
  return Number(text);
}

export function parseProbability(text: string): number {
  const probability = Number(text);
  if (text.trim() === '' || !(probability >= 0 && probability <= 1)) throw invalid(text, 'a number from 0 to 1');
  return probability;
}

/** `paused`, `max`, `60` or `x60`. @throws LabError CommandLineInvalid */
export function parseSpeed(text: string): ClockSpeed {
  if (text === 'paused' || text === 'max') return text;
  const speed = Number(text.replace(/^[x×]/, ''));
  if (!Number.isFinite(speed) || speed <= 0) throw invalid(text, 'a speed: paused, max, or a factor such as 60');
  return speed;
}

/**
 * `web01/0` is disk 0 of the machine on premises, `azure:web01/0` that of the Azure VM;
 * `web01/0@replica` the far end's newest state, `web01/0@<point id>` a recovery point.
 * @throws LabError CommandLineInvalid
 */
export function parseDisk(text: string): DiskReference {
  const match = /^(azure:)?([^/@]+)\/([^@]+)(?:@(.+))?$/.exec(text);
  if (match === null) throw invalid(text, 'a disk such as web01/0, azure:web01/0, web01/0@replica or web01/0@<point id>');
  const [, azure, machine, disk, at] = match;
  return {
    location: azure === undefined ? 'onPremises' : 'azure',
    machine: machine as string,
    disk: disk as string,
    at: at === undefined ? 'present' : at === 'replica' ? 'replica' : { pointId: at },
  };
}

/** What `--point` takes beside an id, with the meaning for the help text (asr-behaviour §5.4). */
export const pointChoices = {
  latest: 'Latest',
  'latest-processed': 'LatestProcessed',
  'latest-app': 'LatestApplicationConsistent',
  'latest-crash': 'LatestCrashConsistent',
  'latest-multi-vm': 'LatestMultiVm',
  'latest-multi-vm-app': 'LatestMultiVmApplicationConsistent',
} as const satisfies Record<string, PointChoice>;

export function parsePoint(text: string): PointChoice {
  return isPointChoice(text) ? pointChoices[text] : { pointId: text };
}

function isPointChoice(text: string): text is keyof typeof pointChoices {
  return Object.hasOwn(pointChoices, text);
}

function parseAmount(text: string, units: Readonly<Record<string, number>>, wanted: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const factor = units[match?.[2]?.toLowerCase() ?? ' '];
  if (match === null || factor === undefined) throw invalid(text, wanted);
  return Math.round(Number(match[1]) * factor);
}

function invalid(text: string, wanted: string): LabError {
  return new LabError('CommandLineInvalid', `"${text}" is not ${wanted}.`);
}
