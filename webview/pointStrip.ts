// Recovery points on a line of time: one is chosen by pointer (the nearest) or by arrow keys, or in the table.
import { html, nothing, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { ActionView, RecoveryPointView } from './contract.ts';
import { ago, exactTime, timeNear } from './format.ts';
import { keep, t } from './host.ts';
import { button } from './parts.ts';

export interface PointStrip {
  /** Oldest first. */
  readonly points: readonly RecoveryPointView[];
  /** Null: the newest. */
  readonly chosenId: string | null;
  readonly nowMs: number;
  readonly actions: readonly ActionView[];
}

const pageOfPoints = 12;

export function chosenPoint({ points, chosenId }: PointStrip): RecoveryPointView | undefined {
  return points.find(({ id }) => id === chosenId) ?? points.at(-1);
}

export function consistencyText({ consistency, multiVm }: RecoveryPointView): string {
  if (consistency === 'ApplicationConsistent') return multiVm ? t('Application-consistent, multi-VM') : t('Application-consistent');
  return multiVm ? t('Crash-consistent, multi-VM') : t('Crash-consistent');
}

/** Where a point lies between the oldest and now, 0 to 1. */
function placeOf({ points, nowMs }: PointStrip, timeMs: number): number {
  const start = points[0]?.timeMs ?? timeMs;
  return nowMs <= start ? 0 : Math.min(1, (timeMs - start) / (nowMs - start));
}

export function pointStrip(strip: PointStrip): TemplateResult {
  const { points, nowMs } = strip;
  const chosen = chosenPoint(strip);
  if (chosen === undefined) return html`<p class="empty">${t('No recovery point yet: the first one follows the first copy.')}</p>`;
  return html`<div
      class="strip"
      role="listbox"
      tabindex="0"
      aria-label=${t('Recovery points, oldest first')}
      aria-activedescendant="point-${points.indexOf(chosen)}"
      @keydown=${(event: KeyboardEvent) => onKey(event, strip, chosen)}
      @click=${(event: MouseEvent) => onClick(event, strip)}
    >
      ${points.map(
        (point, place) =>
          html`<span
            id="point-${place}"
            role="option"
            class="point ${point.consistency} ${point.multiVm ? 'multi' : ''}"
            aria-selected=${point === chosen ? 'true' : 'false'}
            aria-label="${exactTime(point.timeMs)}, ${consistencyText(point)}"
            title="${exactTime(point.timeMs)}, ${consistencyText(point)}"
            style=${styleMap({ insetInlineStart: `${placeOf(strip, point.timeMs) * 100}%` })}
          ></span>`,
      )}
    </div>
    <div class="strip-ends" aria-hidden="true"><span>${timeNear(points[0]?.timeMs ?? nowMs, nowMs)}</span><span>${t('Now')}</span></div>`;
}

/** What the chosen point is, and what can start from it. */
export function pointDetail(strip: PointStrip): TemplateResult | typeof nothing {
  const chosen = chosenPoint(strip);
  if (chosen === undefined) return nothing;
  const startable = strip.actions.filter(({ withPoint, refusal }) => withPoint === true && refusal === undefined);
  return html`<div class="point-detail">
      <p>
        <b>${exactTime(chosen.timeMs)}</b>
        <span>${consistencyText(chosen)}</span>
        <span class="quiet">${chosen === strip.points.at(-1) ? t('{0}, the newest', ago(chosen.timeMs, strip.nowMs)) : ago(chosen.timeMs, strip.nowMs)}</span>
      </p>
      ${
        startable.length === 0
          ? nothing
          : html`<div class="actions" role="group" aria-labelledby="from-point">
              <span id="from-point" class="quiet">${t('From this recovery point:')}</span>
              ${startable.map((action) => button(action, chosen.id))}
            </div>`
      }
    </div>
    <ul class="legend" aria-hidden="true">
      <li><span class="point sample CrashConsistent"></span>${t('Crash-consistent')}</li>
      <li><span class="point sample ApplicationConsistent"></span>${t('Application-consistent')}</li>
      <li><span class="point sample CrashConsistent multi"></span>${t('Multi-VM')}</li>
    </ul>`;
}

export function pointTable(strip: PointStrip): TemplateResult {
  const chosen = chosenPoint(strip);
  return html`<table>
    <caption>
      ${t('Newest recovery point first')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Lab time')}</th>
        <th scope="col">${t('Consistency')}</th>
        <th scope="col">${t('Chosen')}</th>
      </tr>
    </thead>
    <tbody>
      ${[...strip.points].reverse().map(
        (point) =>
          html`<tr>
            <td>${exactTime(point.timeMs)}</td>
            <td>${consistencyText(point)}</td>
            <td>
              <button
                class="choose"
                aria-pressed=${point === chosen ? 'true' : 'false'}
                aria-label=${point === chosen ? t('Chosen: {0}', exactTime(point.timeMs)) : t('Choose {0}', exactTime(point.timeMs))}
                @click=${() => choose(point)}
              >
                ${point === chosen ? t('Chosen') : t('Choose')}
              </button>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function choose(point: RecoveryPointView | undefined): void {
  if (point !== undefined) keep({ point: point.id });
}

function onKey(event: KeyboardEvent, { points }: PointStrip, chosen: RecoveryPointView): void {
  const here = points.indexOf(chosen);
  const towardsEnd = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -1 : 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: here - towardsEnd,
    ArrowRight: here + towardsEnd,
    ArrowUp: here - 1,
    ArrowDown: here + 1,
    PageUp: here - pageOfPoints,
    PageDown: here + pageOfPoints,
    Home: 0,
    End: points.length - 1,
  };
  const next = steps[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose(points[Math.max(0, Math.min(points.length - 1, next))]);
}

function onClick(event: MouseEvent, strip: PointStrip): void {
  const element = event.currentTarget as HTMLElement;
  const { left, width } = element.getBoundingClientRect();
  const { paddingLeft, paddingRight, direction } = getComputedStyle(element);
  const inner = width - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  const fromLeft = (event.clientX - left - Number.parseFloat(paddingLeft)) / inner;
  const place = direction === 'rtl' ? 1 - fromLeft : fromLeft;
  const distance = (point: RecoveryPointView): number => Math.abs(placeOf(strip, point.timeMs) - place);
  const [first, ...rest] = strip.points;
  if (first !== undefined) choose(rest.reduce((nearest, point) => (distance(point) < distance(nearest) ? point : nearest), first));
}
