// A line over lab time: uPlot in an element of its own, in the theme's colours, as wide as there is room. Its table is made by `seriesTable`.
import { html, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import type { SeriesPoint } from './contract.ts';
import { exactTime, timeNear } from './format.ts';
import { t } from './host.ts';

export interface Chart {
  readonly points: readonly SeriesPoint[];
  /** A line that the values should stay under. */
  readonly limit: number | null;
  readonly format: (value: number) => string;
  /** Distances between lines of the scale that people can read: of time in seconds, or of bytes. */
  readonly scale: 'seconds' | 'bytes';
  /** Said of the picture as a whole. */
  readonly label: string;
  readonly color: 'blue' | 'purple';
  readonly nowMs: number;
}

const heightPx = 170;
const tableRows = 120;
const padShare = 1.15;
const kibi = 1024;
const smallestTop: Readonly<Record<Chart['scale'], number>> = { seconds: 60, bytes: kibi };
const steps: Readonly<Record<Chart['scale'], number[]>> = {
  seconds: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 604_800],
  bytes: [1, kibi, kibi ** 2, kibi ** 3].flatMap((unit) => [1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * unit)),
};

export class TimeChart extends HTMLElement {
  #plot: uPlot | undefined;
  #chart: Chart | undefined;
  #look = '';
  readonly #resized = new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height: heightPx }));

  set chart(chart: Chart) {
    this.#chart = chart;
    this.setAttribute('role', 'img');
    this.setAttribute('aria-label', chart.label);
    if (this.isConnected) this.#draw();
  }

  connectedCallback(): void {
    this.#resized.observe(this);
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#resized.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #draw(): void {
    const chart = this.#chart;
    if (chart === undefined) return;
    const look = `${document.body.className}${chart.color}${chart.limit === null}`;
    if (this.#plot !== undefined && look === this.#look) return this.#plot.setData(columns(chart));
    this.#look = look;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(chart), columns(chart), this);
  }

  #width(): number {
    return Math.max(120, this.clientWidth);
  }

  /** Reads the newest chart wherever it formats: a plot outlives many of them. */
  #options(first: Chart): uPlot.Options {
    const chart = (): Chart => this.#chart ?? first;
    const style = getComputedStyle(document.body);
    const color = (...names: string[]): string => names.map((one) => style.getPropertyValue(`--vscode-${one}`).trim()).find((value) => value !== '') ?? '#888';
    const font = `11px ${style.fontFamily}`;
    const axis: uPlot.Axis = {
      stroke: color('descriptionForeground', 'foreground'),
      font,
      grid: { stroke: color('contrastBorder', 'charts-lines', 'panel-border'), width: 0.5 },
      ticks: { show: false },
    };
    return {
      width: this.#width(),
      height: heightPx,
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      cursor: { drag: { x: false, y: false }, y: false },
      hooks: { setCursor: [(plot) => this.#tell(plot, chart())] },
      scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(max, chart().limit ?? 0, smallestTop[first.scale]) * padShare] } },
      axes: [
        { ...axis, size: 32, space: 90, values: (_plot, splits) => splits.map((seconds) => timeNear(seconds * 1000, chart().nowMs)) },
        { ...axis, size: 70, space: 34, incrs: steps[first.scale], values: (_plot, splits) => splits.map((value) => chart().format(value)) },
      ],
      series: [
        {},
        { stroke: color(`charts-${first.color}`), fill: `${color(`charts-${first.color}`)}22`, width: 2, points: { show: first.points.length < 3 } },
        { stroke: color('charts-orange', 'charts-red'), width: 1.5, dash: [6, 4], points: { show: false } },
      ],
    };
  }

  #tell(plot: uPlot, chart: Chart): void {
    const point = plot.cursor.idx === null || plot.cursor.idx === undefined ? undefined : chart.points[plot.cursor.idx];
    this.title = point === undefined ? '' : `${exactTime(point.timeMs)}: ${valueText(point, chart.format)}`;
  }
}

function columns({ points, limit }: Chart): uPlot.AlignedData {
  return [points.map(({ timeMs }) => timeMs / 1000), points.map(({ value }) => value), points.map(() => limit)];
}

/** Newest first. */
export function seriesTable({ points, format }: Chart, valueTitle: string): TemplateResult {
  const rows = points.slice(-tableRows).reverse();
  return html`<table>
    <caption>
      ${points.length > rows.length ? t('The newest {0} of {1} values', rows.length, points.length) : t('Newest value first')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Lab time')}</th>
        <th scope="col" class="number">${valueTitle}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (point) =>
          html`<tr>
            <td>${exactTime(point.timeMs)}</td>
            <td class="number">${valueText(point, format)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function valueText({ value }: SeriesPoint, format: Chart['format']): string {
  return value === null ? t('No value') : format(value);
}

/** Undefined: there is none now. */
export function newestText({ points, format }: Pick<Chart, 'points' | 'format'>): string | undefined {
  const value = points.at(-1)?.value ?? null;
  return value === null ? undefined : format(value);
}

export function timeChart(chart: Chart): TemplateResult {
  if (chart.points.filter(({ value }) => value !== null).length < 2) return html`<p class="empty">${t('No values yet: they come as lab time goes by.')}</p>`;
  return html`<time-chart .chart=${chart}></time-chart>`;
}
