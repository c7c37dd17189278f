// What several views are made of: names, facts, actions with the reasons against them, problems, and pictures with their tables.
import { html, nothing, type TemplateResult } from 'lit';
import type { ActionView, FactView, ProblemView } from './contract.ts';
import { healthSign } from './glyphs.ts';
import { act, keep, keptState, t, usesScreenReader } from './host.ts';

/** A name from outside: its own direction of writing, never more than text. */
export function name(text: string): TemplateResult {
  return html`<bdi class="name" title=${text}>${text}</bdi>`;
}

export function facts(list: readonly FactView[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<dl class="facts">
    ${list.map(
      ({ name: term, value }) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${name(value)}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What can be done as buttons, the next thing to do first; what cannot, with why not. */
export function actionBar(actions: readonly ActionView[]): TemplateResult | typeof nothing {
  const allowed = actions.filter(({ refusal }) => refusal === undefined);
  const refused = actions.flatMap(({ refusal, ...action }) => (refusal === undefined ? [] : [{ ...action, refusal }]));
  if (actions.length === 0) return nothing;
  const usual = allowed.filter(({ minor }) => minor !== true);
  const first = [...usual.filter(({ primary }) => primary === true), ...usual.filter(({ primary }) => primary !== true)];
  const more = allowed.filter(({ minor }) => minor === true);
  return html`${
    first.length === 0 ? nothing : html`<div class="actions" role="group" aria-label=${t('Actions')}>${first.map((action) => button(action))}</div>`
  }
  ${
    more.length === 0
      ? nothing
      : html`<details class="refusals">
          <summary>${t('More actions ({0})', more.length)}</summary>
          <div class="actions">${more.map((action) => button(action))}</div>
        </details>`
  }
  ${
    refused.length === 0
      ? nothing
      : html`<details class="refusals">
          <summary>${t('Not possible now ({0})', refused.length)}</summary>
          <dl>
            ${refused.map(
              ({ title, refusal }) =>
                html`<dt>${title}</dt>
                  <dd><bdi>${refusal.because}</bdi> <bdi class="remedy">${refusal.remedy}</bdi></dd>`,
            )}
          </dl>
        </details>`
  }`;
}

/** @param point recovery point that it starts from */
export function button({ id, title, primary }: ActionView, point?: string): TemplateResult {
  return html`<vscode-button appearance=${primary === true && point === undefined ? 'primary' : 'secondary'} @click=${() => act(id, point)}
    >${title}</vscode-button
  >`;
}

export function problems(list: readonly ProblemView[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<section class="problems" aria-label=${t('Problems')}>
    ${list.map(
      ({ code, level, message, possibleCauses, recommendedAction }) =>
        html`<article class="problem tone-${level}">
          <header>${healthSign(level)} <span class="code">${code}</span></header>
          <p><bdi>${message}</bdi></p>
          ${possibleCauses === '' ? nothing : html`<p><b>${t('Possible causes')}</b> <bdi>${possibleCauses}</bdi></p>`}
          ${recommendedAction === '' ? nothing : html`<p><b>${t('Recommended action')}</b> <bdi>${recommendedAction}</bdi></p>`}
        </article>`,
    )}
  </section>`;
}

export interface Picture {
  /** Unique in the view. */
  readonly id: string;
  readonly title: string;
  /** Beside the title: the newest value. */
  readonly aside?: string;
  readonly picture: () => TemplateResult;
  readonly table: () => TemplateResult;
  readonly note?: TemplateResult | typeof nothing;
}

/** A picture and its table: one of them is shown, and with a screen reader it is the table. */
export function pictured({ id, title, aside, picture, table, note = nothing }: Picture): TemplateResult {
  const { tables } = keptState();
  // What the user has switched is the other one of what is shown without being asked.
  const asTable = tables.includes(id) !== usesScreenReader();
  const change = ({ target }: Event): void => {
    // It also tells of what is set from here.
    if ((target as HTMLInputElement).checked !== asTable) keep({ tables: tables.includes(id) ? tables.filter((other) => other !== id) : [...tables, id] });
  };
  return html`<section class="card" aria-labelledby="${id}-title">
    <header>
      <h2 id="${id}-title">${title}</h2>
      ${aside === undefined ? nothing : html`<span class="aside">${aside}</span>`}
      <vscode-checkbox class="twin" .checked=${asTable} @change=${change}>${t('Show as table')}</vscode-checkbox>
    </header>
    ${asTable ? html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}-title">${table()}</div>` : picture()} ${note}
  </section>`;
}
