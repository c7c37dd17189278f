// The letter beside a row: state first, health by colour, both in words. Pure: an address in, a decoration out.
import { readAddress } from '../documents/addresses.ts';
import { t } from '../texts.ts';
import { healthText, type Health } from './health.ts';

export interface RowDecoration {
  readonly badge?: string;
  readonly tooltip: string;
  readonly color?: string;
}

/** @param query of the row's address @returns undefined: nothing to say */
export function decorationOf(query: string): RowDecoration | undefined {
  const address = readAddress(query);
  if (address === undefined || !('health' in address)) return undefined;
  const health = address['health'] as Health;
  const [badge, state] = stateOf(String(address['state']));
  const color = health === 'Critical' ? 'list.errorForeground' : health === 'Warning' ? 'list.warningForeground' : undefined;
  const letter = health === 'Critical' ? `${badge}!` : badge;
  if (letter === '' && color === undefined) return undefined;
  return {
    ...(letter === '' ? {} : { badge: letter }),
    tooltip: [state, t('Health: {0}', healthText(health))].filter((part) => part !== '').join(' · '),
    ...(color === undefined ? {} : { color }),
  };
}

function stateOf(state: string): readonly [badge: string, text: string] {
  switch (state) {
    case 'copying':
      return ['C', t('First copy or resynchronization')];
    case 'drill':
      return ['T', t('Test failover waits for its cleanup')];
    case 'failedOver':
      return ['F', t('Failed over')];
    default:
      return ['', ''];
  }
}
