// What a word of a plan's text means, and what is known of the machine it names: lines of plain text.
import { nameOf } from '../model/find.ts';
import { t } from '../texts.ts';
import { wordAt } from './placeInPlan.ts';
import type { Range } from './planText.ts';
import { itemNamed, replicationGroupOf, type PlanWorld } from './planWorld.ts';
import { aboutWord } from './vocabulary.ts';

export interface Hover {
  /** Plain text: names of machines are in it. */
  readonly lines: readonly string[];
  readonly range: Range;
}

export function hoverAt(text: string, offset: number, world: PlanWorld | undefined): Hover | undefined {
  const found = wordAt(text, offset);
  if (found === undefined) return undefined;
  const { key, word, range } = found;
  if (word === undefined) return { range, lines: [key.about(), ...(key.words ?? []).map((one) => t('{0}: {1}', one, aboutWord(one)))] };
  if (key.words?.includes(word) === true) return { range, lines: [aboutWord(word)] };
  const item = key.name === 'machines' && world !== undefined ? itemNamed(world.items, word) : undefined;
  if (item === undefined) return { range, lines: [key.about()] };
  const { protectionStateDescription: state, replicationHealth: health, policyFriendlyName: policy } = item.properties ?? {};
  const group = replicationGroupOf(item)?.name;
  return {
    range,
    lines: [
      nameOf(item),
      ...(state === undefined ? [] : [t('State: {0}', state)]),
      ...(health === undefined ? [] : [t('Replication health: {0}', health)]),
      ...(policy === undefined ? [] : [t('Replication policy: {0}', policy)]),
      ...(group === undefined ? [] : [t('Replication group: {0}', group)]),
    ],
  };
}
