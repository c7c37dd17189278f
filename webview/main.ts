// The entry of a webview: the page says which view it is; each state from the host is shown whole.
import './style.css';
import { html, render, type TemplateResult } from 'lit';
import { TimeChart } from './charts.ts';
import type { StateOf, ViewKind } from './contract.ts';
import { follow, type Shown } from './host.ts';
import { useKit } from './kit.ts';
import { actionBar } from './parts.ts';
import { machineView } from './views/machine.ts';
import { planView } from './views/plan.ts';
import { TopologyPicture } from './topologyPicture.ts';
import { topologyView } from './views/topology.ts';

interface View<State> {
  readonly page: (state: State) => TemplateResult;
  /** What a screen reader is told when it becomes another. */
  readonly news: (state: State) => string;
}

const views: { readonly [Kind in ViewKind]: View<StateOf[Kind]> } = { machine: machineView, topology: topologyView, plan: planView };
const newsIntervalMs = 5000;

function show<Kind extends ViewKind>(kind: Kind): void {
  const view: View<StateOf[Kind]> = views[kind];
  const root = document.querySelector<HTMLElement>('#view');
  if (root === null) throw new Error('The page has no place for the view.');
  const tell = teller();
  follow<StateOf[Kind]>((shown) => {
    render(pageOf(view, shown), root);
    tell(shown.kind === 'state' ? view.news(shown.state) : shown.reason);
  });
}

function pageOf<State>(view: View<State>, shown: Shown<State>): TemplateResult {
  if (shown.kind === 'state') return view.page(shown.state);
  return html`<div class="nothing">
    <p>${shown.reason}</p>
    ${actionBar(shown.actions)}
  </div>`;
}

/** Says each change once, the newest at most every five seconds. */
function teller(): (news: string) => void {
  const place = document.querySelector('#news');
  let said = '';
  let next = '';
  let waiting = false;
  const say = (): void => {
    waiting = false;
    if (place === null || next === said) return;
    if (said !== '') place.textContent = next;
    said = next;
  };
  return (news) => {
    next = news;
    if (said === '') say();
    else if (!waiting && next !== said) {
      waiting = true;
      setTimeout(say, newsIntervalMs);
    }
  };
}

useKit();
customElements.define('time-chart', TimeChart);
customElements.define('topology-picture', TopologyPicture);
show(document.body.dataset['view'] as ViewKind);
