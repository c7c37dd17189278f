// The lab's clock: speed, pause, step, jump.
import { t } from '../texts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Availability, Operation, Step } from './operation.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `2h`, `1d 6h`, minutes when there is no unit. @returns undefined when it is no span */
export function spanIn(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*(min|[smhd])?\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) return undefined;
  const spanMs = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (unitsMs[unit ?? 'm'] ?? 0), 0);
  return spanMs > 0 ? Math.round(spanMs) : undefined;
}

function labRuns(snapshot: LabSnapshot): Availability {
  return snapshot.state === 'running' ? true : { because: t('No lab runs.'), remedy: t('Start the lab.') };
}

function spanStep(): Step<{ span: string }> {
  return {
    kind: 'text',
    key: 'span',
    title: t('Time'),
    prompt: t('How far: 90s, 10m, 2h, 1d'),
    initial: () => '1h',
    problem: (text) => (spanIn(text) === undefined ? t('A number with s, m, h or d, such as 10m.') : undefined),
  };
}

const setClockSpeed: Operation<{ speed: string }> = {
  id: 'setClockSpeed',
  title: () => t('Set Clock Speed'),
  on: [],
  by: 'lab',
  availability: labRuns,
  steps: ({ snapshot }) => [
    {
      kind: 'pick',
      key: 'speed',
      title: t('Speed'),
      placeholder: t('How fast does the lab’s time go?'),
      remember: false,
      choices: () =>
        [
          { value: 'paused', label: t('Paused'), detail: t('Time moves only when told.') },
          { value: '1', label: '×1', detail: t('As on the wall.') },
          { value: '10', label: '×10' },
          { value: '60', label: '×60', detail: t('A minute in a second.') },
          { value: '600', label: '×600' },
          { value: '3600', label: '×3600', detail: t('An hour in a second.') },
          { value: 'max', label: t('As fast as it goes') },
        ].map((choice) => (choice.value === String(snapshot.clock?.speed) ? { ...choice, description: t('now') } : choice)),
    },
  ],
  calls: (_context, _subjects, { speed }) => [{ control: 'clock.speed', request: { speed: speed === 'paused' || speed === 'max' ? speed : Number(speed) } }],
};

const pauseClock: Operation = {
  id: 'pauseClock',
  title: () => t('Pause Clock'),
  on: [],
  by: 'lab',
  availability: (snapshot) =>
    snapshot.clock?.speed === 'paused' ? { because: t('The clock is paused.'), remedy: t('Let it run, or step it.') } : labRuns(snapshot),
  calls: () => [{ control: 'clock.speed', request: { speed: 'paused' } }],
};

const runClock: Operation = {
  id: 'runClock',
  title: () => t('Run Clock'),
  on: [],
  by: 'lab',
  availability: (snapshot) => (snapshot.clock?.speed === 'paused' ? labRuns(snapshot) : { because: t('The clock runs.'), remedy: t('Nothing to do.') }),
  calls: () => [{ control: 'clock.speed', request: { speed: 1 } }],
};

const stepClock: Operation<{ span: string }> = {
  id: 'stepClock',
  title: () => t('Step Clock'),
  on: [],
  by: 'lab',
  availability: labRuns,
  steps: () => [spanStep()],
  calls: (_context, _subjects, { span }) => [{ control: 'clock.step', request: { stepMs: spanIn(span) ?? 0 } }],
};

const jumpClock: Operation<{ span: string }> = {
  id: 'jumpClock',
  title: () => t('Jump Clock'),
  on: [],
  by: 'lab',
  availability: labRuns,
  steps: () => [spanStep()],
  calls: (_context, _subjects, { span }) => [{ control: 'clock.jump', request: { jumpMs: spanIn(span) ?? 0 } }],
};

export const clockOperations: readonly Operation[] = [setClockSpeed, pauseClock, runClock, stepClock, jumpClock];
