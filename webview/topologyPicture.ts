// The topology as a picture: lines and lanes in SVG, boxes as HTML above them, so that names wrap and buttons are buttons.
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Lane, TopologyNode, TopologyState } from './contract.ts';
import { bytesPerSecond } from './format.ts';
import { healthGlyph, healthText } from './glyphs.ts';
import { act, t } from './host.ts';
import { layOut, type Box, type Layout, type PlacedEdge } from './topologyLayout.ts';

export function laneName(lane: Lane): string {
  return { onPremises: t('On-premises'), wan: t('WAN'), azure: t('Azure') }[lane];
}

/** Below this a line stands still. */
const flowsFromBytesPerSecond = 1;

export class TopologyPicture extends HTMLElement {
  #state: TopologyState | undefined;
  #width = 0;
  readonly #resized = new ResizeObserver(() => this.#draw(false));

  set state(state: TopologyState) {
    this.#state = state;
    if (this.isConnected) this.#draw(true);
  }

  connectedCallback(): void {
    this.#resized.observe(this);
    this.#draw(true);
  }

  disconnectedCallback(): void {
    this.#resized.disconnect();
  }

  #draw(changed: boolean): void {
    const width = Math.floor(this.clientWidth);
    if (this.#state === undefined || width === 0 || (!changed && width === this.#width)) return;
    this.#width = width;
    render(picture(this.#state, layOut(this.#state.nodes, this.#state.edges, width)), this);
  }
}

function picture(state: TopologyState, layout: Layout): TemplateResult {
  const { width, height, lanes, edges, boxes } = layout;
  return html`<div class="topology" style=${styleMap({ height: `${height}px` })}>
    <svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
      <defs>
        <marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
          <path d="M0 0 8 4 0 8Z" />
        </marker>
      </defs>
      ${lanes.map((lane) => svg`<rect class="lane" x=${lane.x} y=${lane.y} width=${lane.width} height=${lane.height} rx="6" />`)}
      ${lanes.map((lane) => svg`<text class="lane-name" x=${lane.x + 14} y=${lane.y + 21}>${laneName(lane.lane)}</text>`)} ${edges.map(line)}
    </svg>
    ${edges.map(({ edge, label }) => tag(edge, label))}
    ${repeat(
      state.nodes,
      ({ id }) => id,
      (node) => box(node, boxes.get(node.id)),
    )}
  </div>`;
}

function line({ edge, path, label }: PlacedEdge): TemplateResult {
  const flows = edge.connection === 'up' && (edge.bytesPerSecond ?? 0) >= flowsFromBytesPerSecond;
  const cross = `M${label.x - 5} ${label.y - 30}l10 10m0-10-10 10`;
  return svg`<path class="edge ${edge.connection}" d=${path} marker-end="url(#end)" />
    ${flows ? svg`<path class="flow" d=${path} />` : nothing}
    ${edge.connection === 'cut' ? svg`<path class="cut-mark" d=${cross} />` : nothing}`;
}

function tag(edge: TopologyState['edges'][number], place: { x: number; y: number }): TemplateResult {
  const rate = edge.bytesPerSecond !== null && edge.bytesPerSecond >= flowsFromBytesPerSecond ? bytesPerSecond(edge.bytesPerSecond) : undefined;
  const state = edge.connection === 'cut' ? t('cut') : rate;
  return html`<span class="edge-label ${edge.connection}" aria-hidden="true" style=${styleMap({ left: `${place.x}px`, top: `${place.y}px` })}
    >${/\d+$/.exec(edge.port)?.[0] ?? edge.port}${state === undefined ? nothing : html` <b>${state}</b>`}</span
  >`;
}

function box(node: TopologyNode, place: Box | undefined): TemplateResult | typeof nothing {
  if (place === undefined) return nothing;
  const style = styleMap({ left: `${place.x}px`, top: `${place.y}px`, width: `${place.width}px`, height: `${place.height}px` });
  const content = html`<span class="box-name">${healthGlyph(node.health)}<bdi>${node.name}</bdi></span>
    <span class="box-role">${node.role}</span>
    <span class="box-detail"><bdi>${node.detail}</bdi></span>
    <span class="unseen">${healthText(node.health)}</span>`;
  const spoken = [node.name, node.role, healthText(node.health), node.detail].filter((part) => part !== '').join(', ');
  const { action } = node;
  if (action === undefined) return html`<div class="box health-${node.health}" style=${style} title=${spoken}>${content}</div>`;
  return html`<button class="box health-${node.health}" style=${style} title=${spoken} @click=${() => act(action)}>${content}</button>`;
}
