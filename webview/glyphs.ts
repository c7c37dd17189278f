// Health and states of steps as shapes: each differs without its colour, and each stands beside its word.
import { svg, type TemplateResult, html } from 'lit';
import type { HealthWord, StepStateWord } from './contract.ts';
import { t } from './host.ts';

type Shape = 'disc' | 'triangle' | 'octagon' | 'ring' | 'arrow' | 'bars' | 'dash' | 'cross';

const shapes: Readonly<Record<Shape, TemplateResult>> = {
  disc: svg`<circle cx="8" cy="8" r="7" /><path class="mark" d="M4.5 8.2 7 10.7l4.6-5" />`,
  triangle: svg`<path d="M8 1 15.4 14.6H.6Z" /><path class="mark" d="M8 5.6v4.2M8 11.6v1.2" />`,
  octagon: svg`<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" /><path class="mark" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" />`,
  ring: svg`<circle class="line" cx="8" cy="8" r="6" />`,
  arrow: svg`<circle class="line" cx="8" cy="8" r="6.5" /><path d="M6 4.5 11.5 8 6 11.5Z" />`,
  bars: svg`<circle class="line" cx="8" cy="8" r="6.5" /><path d="M5.2 5h2v6h-2zm3.6 0h2v6h-2z" />`,
  dash: svg`<circle class="line dotted" cx="8" cy="8" r="6" /><path class="line" d="M5 8h6" />`,
  cross: svg`<circle class="line" cx="8" cy="8" r="6.5" /><path class="line" d="m5.5 5.5 5 5m0-5-5 5" />`,
};

const healthShapes: Readonly<Record<HealthWord, Shape>> = { None: 'ring', Normal: 'disc', Warning: 'triangle', Critical: 'octagon' };
const stepShapes: Readonly<Record<StepStateWord, Shape>> = {
  waiting: 'ring',
  running: 'arrow',
  succeeded: 'disc',
  failed: 'octagon',
  skipped: 'dash',
  suspended: 'bars',
  cancelled: 'cross',
};

export function healthText(health: HealthWord): string {
  return { None: t('Not applicable'), Normal: t('Normal'), Warning: t('Warning'), Critical: t('Critical') }[health];
}

export function stepText(state: StepStateWord): string {
  return {
    waiting: t('Waiting'),
    running: t('In progress'),
    succeeded: t('Succeeded'),
    failed: t('Failed'),
    skipped: t('Skipped'),
    suspended: t('Waiting for you'),
    cancelled: t('Cancelled'),
  }[state];
}

function glyph(shape: Shape, tone: string): TemplateResult {
  return html`<svg class="glyph ${tone}" viewBox="0 0 16 16" aria-hidden="true">${shapes[shape]}</svg>`;
}

export function healthGlyph(health: HealthWord): TemplateResult {
  return glyph(healthShapes[health], `tone-${health}`);
}

export function healthSign(health: HealthWord): TemplateResult {
  return html`<span class="sign">${healthGlyph(health)}<span>${healthText(health)}</span></span>`;
}

export function stepSign(state: StepStateWord): TemplateResult {
  return html`<span class="sign">${glyph(stepShapes[state], `tone-${state}`)}<span>${stepText(state)}</span></span>`;
}
