// The view of the whole estate: on-premises, WAN, Azure; who talks to whom over which port, what flows, what is not well.
import { html, type TemplateResult } from 'lit';
import type { ConnectionWord, TopologyEdge, TopologyState } from '../contract.ts';
import { bytesPerSecond, exactTime } from '../format.ts';
import { healthSign, healthText } from '../glyphs.ts';
import { act, t } from '../host.ts';
import { name, pictured } from '../parts.ts';
import { laneName } from '../topologyPicture.ts';

export const topologyView = {
  page: (state: TopologyState): TemplateResult =>
    html`<header class="head">
        <h1>${t('Topology')}</h1>
        <p class="quiet">${exactTime(state.nowMs)}</p>
      </header>
      ${pictured({
        id: 'topology',
        title: t('Who talks to whom'),
        picture: () => html`<topology-picture .state=${state}></topology-picture>${legend()}`,
        table: () => tables(state),
      })}`,
  news: ({ nodes, edges }: TopologyState): string => {
    const unwell = nodes.filter(({ health }) => health === 'Warning' || health === 'Critical').map((node) => `${node.name}: ${healthText(node.health)}`);
    const cut = edges.filter(({ connection }) => connection === 'cut').map(({ port }) => t('Connection cut: {0}', port));
    return [...unwell, ...cut].join('. ') || t('All components are healthy.');
  },
};

function connectionText(connection: ConnectionWord): string {
  return { up: t('Connected'), cut: t('Cut'), absent: t('Not connected') }[connection];
}

function legend(): TemplateResult {
  return html`<ul class="legend" aria-hidden="true">
    <li><span class="line-sample up"></span>${t('Connected')}</li>
    <li><span class="line-sample flowing"></span>${t('Bytes flow')}</li>
    <li><span class="line-sample cut"></span>${t('Cut')}</li>
    <li><span class="line-sample absent"></span>${t('Not connected')}</li>
  </ul>`;
}

function tables(state: TopologyState): TemplateResult {
  const names = new Map(state.nodes.map((node) => [node.id, node.name]));
  return html`<table>
      <caption>
        ${t('Components')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Name')}</th>
          <th scope="col">${t('Role')}</th>
          <th scope="col">${t('Place')}</th>
          <th scope="col">${t('Health')}</th>
          <th scope="col">${t('Detail')}</th>
        </tr>
      </thead>
      <tbody>
        ${state.nodes.map(
          ({ name: own, role, lane, health, detail, action }) =>
            html`<tr>
              <th scope="row">${action === undefined ? name(own) : html`<button class="choose" @click=${() => act(action)}>${name(own)}</button>`}</th>
              <td>${role}</td>
              <td>${laneName(lane)}</td>
              <td>${healthSign(health)}</td>
              <td><bdi>${detail}</bdi></td>
            </tr>`,
        )}
      </tbody>
    </table>
    <table>
      <caption>
        ${t('Connections')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('From')}</th>
          <th scope="col">${t('To')}</th>
          <th scope="col">${t('Port')}</th>
          <th scope="col">${t('State')}</th>
          <th scope="col" class="number">${t('Flow')}</th>
        </tr>
      </thead>
      <tbody>
        ${state.edges.map((edge) => connectionRow(edge, names))}
      </tbody>
    </table>`;
}

function connectionRow({ from, to, port, connection, bytesPerSecond: rate }: TopologyEdge, names: ReadonlyMap<string, string>): TemplateResult {
  return html`<tr>
    <td>${name(names.get(from) ?? '')}</td>
    <td>${name(names.get(to) ?? '')}</td>
    <td>${port}</td>
    <td>${connectionText(connection)}</td>
    <td class="number">${rate === null ? t('Not measured') : bytesPerSecond(rate)}</td>
  </tr>`;
}
