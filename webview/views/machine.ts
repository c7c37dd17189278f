// The view of one replicated machine: health, RPO and churn over time, recovery points to choose from, the way of its bytes, its disks.
import { html, nothing, type TemplateResult } from 'lit';
import { newestText, seriesTable, timeChart, type Chart } from '../charts.ts';
import type { DiskView, HopView, MachineState } from '../contract.ts';
import { bytes, bytesPerSecond, duration, knownBytes, percent } from '../format.ts';
import { healthGlyph, healthSign, healthText } from '../glyphs.ts';
import { keptState, t } from '../host.ts';
import { actionBar, facts, name, pictured, problems, type Picture } from '../parts.ts';
import { pointDetail, pointStrip, pointTable, type PointStrip } from '../pointStrip.ts';

export const machineView = {
  page: (state: MachineState): TemplateResult =>
    html`<header class="head">
        <h1>${name(state.name)}</h1>
        <p class="state">${healthSign(state.health)} <span>${state.protectionState}</span></p>
      </header>
      ${actionBar(state.actions)} ${facts(state.facts)} ${problems(state.problems)}
      <div class="columns">${rpo(state)}${churn(state)}</div>
      ${points(state)} ${path(state.path)} ${disks(state.disks)}`,
  news: ({ name: own, health, protectionState }: MachineState): string => t('{0}: {1}, {2}', own, healthText(health), protectionState),
};

function rpo({ rpo: series, rpoThresholdSeconds: limit, nowMs }: MachineState): TemplateResult {
  const seconds = (value: number): string => duration(value * 1000);
  const note =
    limit === null
      ? nothing
      : html`<ul class="legend">
          <li><span class="line-sample limit"></span>${t('Threshold of the policy: {0}', seconds(limit))}</li>
        </ul>`;
  const chart = { points: series, limit, format: seconds, scale: 'seconds', color: 'blue', nowMs } as const;
  return drawn(chart, { id: 'rpo', title: t('Recovery point objective'), label: t('RPO over lab time'), value: t('RPO'), note });
}

function churn({ churn: series, nowMs }: MachineState): TemplateResult {
  const note = html`<p class="quiet">${t('What the machine writes, before compression')}</p>`;
  const chart = { points: series, limit: null, format: bytesPerSecond, scale: 'bytes', color: 'purple', nowMs } as const;
  return drawn(chart, { id: 'churn', title: t('Churn'), label: t('Churn over lab time'), value: t('Written'), note });
}

interface Drawing extends Required<Pick<Picture, 'id' | 'title' | 'note'>> {
  readonly label: string;
  /** Title of the values in the table. */
  readonly value: string;
}

/** A chart with its newest value beside its title. */
function drawn(line: Omit<Chart, 'label'>, { id, title, label, value, note }: Drawing): TemplateResult {
  const newest = newestText(line);
  const chart: Chart = { ...line, label: newest === undefined ? label : t('{0}: {1}', label, newest) };
  return pictured({
    id,
    title,
    ...(newest === undefined ? {} : { aside: newest }),
    picture: () => timeChart(chart),
    table: () => seriesTable(chart, value),
    note,
  });
}

function points(state: MachineState): TemplateResult {
  const strip: PointStrip = { points: state.points, chosenId: keptState().point, nowMs: state.nowMs, actions: state.actions };
  return pictured({
    id: 'points',
    title: t('Recovery points'),
    aside: String(state.points.length),
    picture: () => pointStrip(strip),
    table: () => pointTable(strip),
    note: html`${pointDetail(strip)}`,
  });
}

function path(hops: readonly HopView[]): TemplateResult | typeof nothing {
  if (hops.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="path-title">
    <header><h2 id="path-title">${t('Replication path')}</h2></header>
    <ol class="path">
      ${hops.map(
        (hop) =>
          html`<li>
            <div class="hop health-${hop.health}">
              <span class="box-name">${healthGlyph(hop.health)}<bdi title=${hop.name}>${hop.name}</bdi></span>
              <span class="box-role">${hop.role}<span class="unseen">, ${healthText(hop.health)}</span></span>
              <span class="box-detail">${hop.waitingBytes === null ? nothing : t('{0} waiting', bytes(hop.waitingBytes))}</span>
            </div>
            ${hop.port === '' ? nothing : wire(hop)}
          </li>`,
      )}
    </ol>
  </section>`;
}

function wire({ port, connection, bytesPerSecond: rate }: HopView): TemplateResult {
  const flows = connection === 'up' && rate !== null && rate >= 1;
  return html`<div class="wire ${connection} ${flows ? 'flowing' : ''}">
    <span class="wire-line" aria-hidden="true"></span>
    <span class="wire-text"
      >${port} <b>${connection === 'up' ? (flows ? bytesPerSecond(rate) : '') : connection === 'cut' ? t('cut') : t('not connected')}</b></span
    >
  </div>`;
}

function disks(list: readonly DiskView[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="disks-title">
    <header><h2 id="disks-title">${t('Disks')}</h2></header>
    <div class="scroll whole" role="region" tabindex="0" aria-labelledby="disks-title">
      <table class="disks" role="table">
        <thead>
          <tr role="row">
            <th scope="col" role="columnheader">${t('Disk')}</th>
            <th scope="col" role="columnheader" class="number">${t('Size')}</th>
            <th scope="col" role="columnheader">${t('Stage')}</th>
            <th scope="col" role="columnheader" class="number">${t('On the machine')}</th>
            <th scope="col" role="columnheader" class="number">${t('On the process server')}</th>
            <th scope="col" role="columnheader" class="number">${t('At the target')}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${list.map(diskRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Its cells carry their titles: where it is narrow they lie below each other. */
function diskRow(disk: DiskView): TemplateResult {
  return html`<tr role="row">
    <th scope="row" role="rowheader">${name(disk.name)}</th>
    <td role="cell" class="number" data-title=${t('Size')}>${bytes(disk.sizeBytes)}</td>
    <td role="cell" data-title=${t('Stage')}><div>${stage(disk)}</div></td>
    <td role="cell" class="number" data-title=${t('On the machine')}>${knownBytes(disk.sourceBytes)}</td>
    <td role="cell" class="number" data-title=${t('On the process server')}>${knownBytes(disk.processServerBytes)}</td>
    <td role="cell" class="number" data-title=${t('At the target')}>${knownBytes(disk.targetBytes)}</td>
  </tr>`;
}

function stage({ name: own, stage: text, progressPercent, resyncRequired }: DiskView): TemplateResult {
  return html`${text}${resyncRequired ? html`<br />${healthGlyph('Warning')} ${t('Resynchronization required')}` : nothing}
  ${
    progressPercent === null
      ? nothing
      : html`<div class="progress">
          <progress max="100" .value=${progressPercent} aria-label=${t('Progress of {0}', own)}></progress> ${percent(progressPercent)}
        </div>`
  }`;
}
