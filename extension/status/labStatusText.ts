// What the status bar says of the lab: its state, its clock and speed, and how much of it is critical.
import type { ClockState } from '../../emulator/contract/resources.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { runningJobsText } from '../counts.ts';
import { t } from '../texts.ts';
import { clockText, timeText } from '../tree/figures.ts';
import { itemHealth } from '../tree/machines.ts';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  /** Only when the lab is down although nobody stopped it. */
  readonly alarm: boolean;
}

export function criticalCount({ vault, lab }: LabSnapshot): number {
  const servers = lab?.healthErrors.filter(({ level }) => level === 'Critical').length ?? 0;
  return servers + vault.items.filter((item) => itemHealth(item) === 'Critical').length;
}

export function speedText(speed: ClockState['speed']): string {
  if (speed === 'paused') return t('paused');
  if (speed === 'max') return t('as fast as possible');
  return t('×{0}', speed);
}

/** @param nowMs of the lab's clock, as it has gone on since the last news */
export function labStatusText(snapshot: LabSnapshot, nowMs: number | undefined): StatusText {
  switch (snapshot.state) {
    case 'stopped':
      return { text: `$(shield) ${t('Lab stopped')}`, tooltip: t('Site Recovery Lab: click for its menu.'), alarm: false };
    case 'starting':
      return { text: `$(sync~spin) ${t('Lab starts')}`, tooltip: t('The lab starts.'), alarm: false };
    case 'lost':
      return { text: `$(error) ${t('Lab lost')}`, tooltip: snapshot.problem ?? t('The lab ended unexpectedly.'), alarm: true };
    case 'running':
      return runningText(snapshot, nowMs ?? snapshot.clock?.timeMs ?? 0);
  }
}

function runningText(snapshot: LabSnapshot, nowMs: number): StatusText {
  const speed = snapshot.clock?.speed ?? 'paused';
  const critical = criticalCount(snapshot);
  const running = snapshot.runningJobs.size;
  return {
    text: [
      `$(shield) $(${speed === 'paused' ? 'debug-pause' : 'play'}) ${clockText(nowMs)} ${speedText(speed)}`,
      ...(critical > 0 ? [t('{0} critical', critical)] : []),
    ].join(' · '),
    tooltip: [
      t('Site Recovery Lab'),
      t('Lab time {0} UTC, {1}', timeText(nowMs), speedText(speed)),
      t('{0} critical, {1}', critical, runningJobsText(running)),
      t('Click for the menu of the lab.'),
    ].join('\n'),
    alarm: false,
  };
}

/** The lab's time now: it goes on between the news of it. `max` and `paused` move only with the news. */
export function labTimeMs(clock: ClockState, sinceNewsMs: number): number {
  return typeof clock.speed === 'number' ? clock.timeMs + clock.speed * sinceNewsMs : clock.timeMs;
}
