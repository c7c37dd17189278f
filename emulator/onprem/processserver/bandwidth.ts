// The bandwidth throttle of a process server's uploads: work hours and other hours (asr-behaviour §4.8), kept on the lab's clock.
import type { Clock, TimeMs } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';

/** As `Set-OBMachineSetting` takes it; hours are those of the lab's clock in UTC. */
export interface BandwidthSchedule {
  /** 0 is Sunday. */
  readonly workDays: readonly number[];
  /** Work begins at this hour and ends before that one; 0 to 24. */
  readonly startWorkHour: number;
  readonly endWorkHour: number;
  /** Bits per second, 512 Kbps to 102 Mbps. */
  readonly workHourBps: number;
  readonly nonWorkHourBps: number;
}

export const lowestBps = 512_000;
export const highestBps = 102_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** 1970-01-01 was a Thursday. */
const firstWeekday = 4;

/** @throws LabError BandwidthInvalid */
export function requireSchedule(schedule: BandwidthSchedule): void {
  const { workDays, startWorkHour, endWorkHour, workHourBps, nonWorkHourBps } = schedule;
  for (const bps of [workHourBps, nonWorkHourBps])
    if (!(bps >= lowestBps && bps <= highestBps)) throw new LabError('BandwidthInvalid', `${bps} bits per second.`);
  if (!(startWorkHour >= 0 && startWorkHour < endWorkHour && endWorkHour <= 24))
    throw new LabError('BandwidthInvalid', `Hours ${startWorkHour} to ${endWorkHour}.`);
  for (const day of workDays) if (!Number.isInteger(day) || day < 0 || day > 6) throw new LabError('BandwidthInvalid', `Day ${day}.`);
}

/** @returns bits per second allowed at a time, and when that may change next */
export function allowedAt(schedule: BandwidthSchedule, timeMs: TimeMs): { bps: number; untilMs: TimeMs } {
  const dayStartMs = Math.floor(timeMs / dayMs) * dayMs;
  const weekday = (Math.floor(timeMs / dayMs) + firstWeekday) % 7;
  const workFromMs = dayStartMs + schedule.startWorkHour * hourMs;
  const workToMs = dayStartMs + schedule.endWorkHour * hourMs;
  if (!schedule.workDays.includes(weekday)) return { bps: schedule.nonWorkHourBps, untilMs: dayStartMs + dayMs };
  if (timeMs < workFromMs) return { bps: schedule.nonWorkHourBps, untilMs: workFromMs };
  if (timeMs < workToMs) return { bps: schedule.workHourBps, untilMs: workToMs };
  return { bps: schedule.nonWorkHourBps, untilMs: dayStartMs + dayMs };
}

/** When `sizeBytes` that begin at `fromMs` have passed, across the hours' borders. */
export function passedAt(schedule: BandwidthSchedule, fromMs: TimeMs, sizeBytes: number): TimeMs {
  let bits = sizeBytes * 8;
  let atMs = fromMs;
  for (;;) {
    const { bps, untilMs } = allowedAt(schedule, atMs);
    const endMs = atMs + (bits * 1000) / bps;
    if (endMs <= untilMs) return endMs;
    bits -= ((untilMs - atMs) * bps) / 1000;
    atMs = untilMs;
  }
}

/** One queue for all uploads of a process server. */
export class BandwidthThrottle {
  readonly #clock: Clock;
  #schedule: BandwidthSchedule | null = null;
  #freeAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get schedule(): BandwidthSchedule | null {
    return this.#schedule;
  }

  /** Null: no throttle. @throws LabError BandwidthInvalid */
  set(schedule: BandwidthSchedule | null): void {
    if (schedule !== null) requireSchedule(schedule);
    this.#schedule = schedule;
    this.#freeAtMs = this.#clock.now();
  }

  /** Ends when so many bytes may have left. Only inside an activity. */
  async pass(sizeBytes: number): Promise<void> {
    if (this.#schedule === null) return;
    const nowMs = this.#clock.now();
    this.#freeAtMs = passedAt(this.#schedule, Math.max(this.#freeAtMs, nowMs), sizeBytes);
    if (this.#freeAtMs > nowMs) await this.#clock.sleep(Math.ceil(this.#freeAtMs - nowMs));
  }
}
