// The view of a recovery plan: its groups in their order, what each step of the run does now, and what the last drill measured.
import { html, nothing, type TemplateResult } from 'lit';
import type { PlanGroupView, PlanRunView, PlanState, PlanStepView } from '../contract.ts';
import { ago, duration, exactTime } from '../format.ts';
import { stepSign, stepText } from '../glyphs.ts';
import { t } from '../host.ts';
import { actionBar, facts, name, problems } from '../parts.ts';

export const planView = {
  page: (state: PlanState): TemplateResult =>
    html`<header class="head">
        <h1>${name(state.name)}</h1>
        ${state.run === null ? html`<p class="state">${t('Not run yet')}</p>` : html`<p class="state">${stepSign(state.run.state)} <span>${state.run.title}</span></p>`}
      </header>
      ${actionBar(state.actions)} ${facts(state.facts)}
      <div class="columns">${run(state)}${lastDrill(state)}</div>
      ${state.run === null ? nothing : problems(state.run.errors)}
      <ol class="groups ${state.run === null ? 'unrun' : ''}">
        ${state.groups.map(group)}
      </ol>`,
  news: ({ name: own, run: current, groups }: PlanState): string => {
    if (current === null) return t('{0}: not run yet', own);
    const active = groups.find(({ state }) => state === 'running' || state === 'suspended');
    return [t('{0}: {1}, {2}', own, current.title, stepText(current.state)), active?.name ?? ''].filter((part) => part !== '').join('. ');
  },
};

function run({ run: current, nowMs }: PlanState): TemplateResult | typeof nothing {
  if (current === null) return nothing;
  return html`<section class="card" aria-labelledby="run-title">
    <header><h2 id="run-title">${current.endMs === null ? t('Running now') : t('Last run')}</h2></header>
    <dl class="facts">
      <div>
        <dt>${t('Operation')}</dt>
        <dd>${current.title}</dd>
      </div>
      <div>
        <dt>${t('Started')}</dt>
        <dd>${exactTime(current.startMs)}</dd>
      </div>
      <div>
        <dt>${t('Duration')}</dt>
        <dd>${duration((current.endMs ?? nowMs) - current.startMs)}</dd>
      </div>
    </dl>
    ${progress(current)}
  </section>`;
}

function progress({ doneSteps, totalSteps, title }: PlanRunView): TemplateResult | typeof nothing {
  if (totalSteps === 0) return nothing;
  return html`<div class="progress">
    <progress max=${totalSteps} .value=${doneSteps} aria-label=${t('Progress of {0}', title)}></progress>
    ${totalSteps === 1 ? t('{0} of 1 step', doneSteps) : t('{0} of {1} steps', doneSteps, totalSteps)}
  </div>`;
}

function lastDrill({ lastDrill: drill, nowMs }: PlanState): TemplateResult {
  return html`<section class="card" aria-labelledby="drill-title">
    <header><h2 id="drill-title">${t('Last test failover')}</h2></header>
    ${
      drill === null
        ? html`<p class="empty">${t('No test failover of this plan has succeeded yet. Run one: it disturbs nothing.')}</p>`
        : html`<dl class="figures">
              <div>
                <dt><abbr title=${t('Recovery time objective: how long it took')}>RTO</abbr></dt>
                <dd>${duration(drill.rtoMs)}</dd>
              </div>
              <div>
                <dt><abbr title=${t('Recovery point objective: how much would have been lost')}>RPO</abbr></dt>
                <dd>${drill.rpoMs === null ? t('Not known') : duration(drill.rpoMs)}</dd>
              </div>
            </dl>
            <p class="quiet">${exactTime(drill.timeMs)} (${ago(drill.timeMs, nowMs)})</p>`
    }
  </section>`;
}

function group({ name: title, state, before, machines, after }: PlanGroupView): TemplateResult {
  const empty = before.length + machines.length + after.length === 0;
  return html`<li class="card group">
    <header>
      <h2>${title}</h2>
      ${state === null ? nothing : stepSign(state)}
    </header>
    ${empty && state === null ? html`<p class="empty">${t('Nothing in it.')}</p>` : nothing} ${steps(t('Pre-steps'), before)} ${steps(t('Machines'), machines)}
    ${steps(t('Post-steps'), after)}
  </li>`;
}

function steps(title: string, list: readonly PlanStepView[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<h3>${title}</h3>
    <ol class="steps">
      ${list.map(
        (step) =>
          html`<li class="step ${step.state ?? ''}">
            <span class="step-state">${step.state === null ? nothing : stepSign(step.state)}</span>
            <span class="step-name">${name(step.name)}<span class="quiet">${kindText(step.kind)}</span></span>
            <span class="step-detail"><bdi>${step.detail}</bdi></span>
            <span class="step-time">${step.durationMs === null ? nothing : duration(step.durationMs)}</span>
          </li>`,
      )}
    </ol>`;
}

function kindText(kind: PlanStepView['kind']): string {
  return { machine: '', manual: t('Manual action'), script: t('Script'), runbook: t('Runbook') }[kind];
}
