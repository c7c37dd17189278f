// What the menu of the lab offers in each state of it.
import type { ClockSpeed } from '../../emulator/contract/resources.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { durationText } from '../tree/figures.ts';
import { speedText } from './labStatusText.ts';

/** What a line of the menu does: a command of the palette, or an order to the clock. */
export type MenuAction = { readonly command: string } | { readonly speed: ClockSpeed } | { readonly stepMs: number };

export interface MenuLine {
  readonly label: string;
  readonly icon: string;
  /** Above it stands a line. */
  readonly heading?: string;
  readonly action: MenuAction;
}

const speeds: readonly ClockSpeed[] = [1, 10, 60, 600, 'max'];
const minuteMs = 60_000;
const steps: readonly number[] = [minuteMs, 15 * minuteMs, 60 * minuteMs, 24 * 60 * minuteMs];

/** @returns what can be done in this state, in the order of the menu */
export function labMenuLines({ state, clock }: Pick<LabSnapshot, 'state' | 'clock'>): readonly MenuLine[] {
  const always: readonly MenuLine[] = [
    { label: t("Check the Lab's Surroundings"), icon: 'pulse', heading: t('Help'), action: { command: 'checkSurroundings' } },
    { label: t('Show Log'), icon: 'output', action: { command: 'showLog' } },
  ];
  if (state === 'starting') return always;
  if (state !== 'running') return [{ label: t('Start Lab'), icon: 'play', action: { command: 'startLab' } }, ...always];
  const paused = clock?.speed === 'paused';
  return [
    paused
      ? { label: t('Let the Clock Run'), icon: 'play', heading: t('Clock'), action: { speed: 1 } }
      : { label: t('Pause the Clock'), icon: 'debug-pause', heading: t('Clock'), action: { speed: 'paused' } },
    ...speeds
      .filter((speed) => speed !== clock?.speed)
      .map((speed): MenuLine => ({ label: t('Speed: {0}', speedText(speed)), icon: 'dashboard', action: { speed } })),
    ...steps.map((stepMs): MenuLine => ({ label: t('Step: {0}', durationText(stepMs)), icon: 'debug-step-over', action: { stepMs } })),
    { label: t('Open Topology'), icon: 'type-hierarchy', heading: t('Lab'), action: { command: 'openTopology' } },
    { label: t('Open Lab Terminal'), icon: 'terminal', action: { command: 'openLabTerminal' } },
    { label: t('Stop Lab'), icon: 'debug-stop', action: { command: 'stopLab' } },
    ...always,
  ];
}
