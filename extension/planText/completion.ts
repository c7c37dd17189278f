// What can stand where the cursor is: keys that are not there yet, the words of a key, and the names of machines, servers and runbooks.
import { nameOf, sameId } from '../model/find.ts';
import { t } from '../texts.ts';
import { placeAt, type PlaceInPlan } from './placeInPlan.ts';
import { startGroups, workOf, type ActionKind, type Range } from './planText.ts';
import { fabricReference, itemNamed, referenceTo, replicationGroupOf, type PlanWorld } from './planWorld.ts';
import { readPlan } from './readPlan.ts';
import { scalarText } from './scalarText.ts';
import { aboutWord, keys, type Key } from './vocabulary.ts';

export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'word' | 'machine' | 'name' | 'template';
  readonly detail: string;
  readonly text: string;
  /** `text` has places to fill in, `$1` … */
  readonly snippet?: true;
  readonly range: Range;
  /** What the typed letters are compared with. */
  readonly filter: string;
}

/** @param world undefined: no lab runs */
export function completions(text: string, offset: number, world: PlanWorld | undefined): Completion[] {
  const place = placeAt(text, offset);
  if (place === undefined) return [];
  if (place.kind === 'key') return keyCompletions(place);
  const { key } = place;
  if (key.shape === 'groups' || key.shape === 'actions') return templates(key, place.typed);
  if (key.words !== undefined) return wordCompletions(key.words, place);
  if (world === undefined) return [];
  return nameCompletions(text, place, world);
}

type KeyPlace = Extract<PlaceInPlan, { kind: 'key' }>;
type ValuePlace = Extract<PlaceInPlan, { kind: 'value' }>;

function keyCompletions({ level, present, typed, alone }: KeyPlace): Completion[] {
  return keys(level)
    .filter(({ name }) => !present.includes(name))
    .map((key) => ({ label: key.name, kind: 'key', detail: key.about(), range: typed, filter: key.name, ...keyText(key, alone) }));
}

/** With its colon, and the first entry of a list. */
function keyText({ name, shape }: Key, alone: boolean): { text: string; snippet?: true } {
  if (!alone) return { text: name };
  switch (shape) {
    case 'text':
      return { text: `${name}: ` };
    case 'texts':
      return name === 'machines' ? { text: `${name}:\n  - $0`, snippet: true } : { text: `${name}: [$0]`, snippet: true };
    case 'groups':
    case 'actions':
      return { text: `${name}:\n  - $0`, snippet: true };
  }
}

function templates({ shape }: Key, range: Range): Completion[] {
  const template = (label: string, detail: string, text: string): Completion => ({
    label,
    kind: 'template',
    detail,
    text,
    snippet: true,
    range,
    filter: label,
  });
  if (shape === 'groups') return [template('- machines', t('A group of machines that start together'), '- machines:\n    - $0')];
  const about: Record<ActionKind, string> = { manual: t('Something for a person'), script: t('A script of this computer'), runbook: t('A runbook') };
  return (Object.keys(workOf) as ActionKind[]).map((kind) =>
    template(`- ${kind}`, about[kind], `- name: $1\n  kind: ${kind}\n  ${workOf[kind]}: $2${kind === 'manual' ? '' : '\n  timeout: ${3:PT30M}'}`),
  );
}

function wordCompletions(words: readonly string[], { siblings, typed }: ValuePlace): Completion[] {
  return words
    .filter((word) => !siblings.includes(word))
    .map((word) => ({ label: word, kind: 'word', detail: aboutWord(word), text: word, range: typed, filter: word }));
}

function nameCompletions(text: string, { key, typed }: ValuePlace, world: PlanWorld): Completion[] {
  const quote = /^["']/.exec(text.slice(typed.start, typed.end))?.[0] ?? '';
  const named = (name: string, kind: Completion['kind'], detail: string): Completion => {
    const written = scalarText(name);
    return { label: name, kind, detail, text: quote === '' || written !== name ? written : JSON.stringify(name), range: typed, filter: `${quote}${name}` };
  };
  switch (key.name) {
    case 'machines': {
      const used = new Set(startGroups(readPlan(text).plan).flatMap(({ machines }) => machines.flatMap(({ value }) => itemNamed(world.items, value) ?? [])));
      return world.items
        .filter((item) => !used.has(item))
        .map((item) => {
          const group = replicationGroupOf(item)?.name;
          const state = item.properties?.protectionStateDescription ?? '';
          const name = referenceTo(world.items, item.id ?? '');
          return named(
            name,
            'machine',
            [name === nameOf(item) ? '' : nameOf(item), state, group === undefined ? '' : t('replication group {0}', group)]
              .filter((part) => part !== '')
              .join(' · '),
          );
        });
    }
    case 'source':
      return world.fabrics
        .filter((fabric) => fabric.properties?.customDetails?.instanceType === 'VMware')
        .map(({ id = '' }) => named(fabricReference(world.fabrics, id), 'name', t('Configuration server')));
    case 'runbook':
      return (world.runbooks ?? []).map((name) => named(name, 'name', t('Runbook')));
    case 'name':
      return world.plans
        .filter((plan) => !sameId(plan.name, undefined) && key === keys('plan')[0])
        .map(({ name = '' }) => named(name, 'name', t('Recovery plan')));
    case 'timeout':
      return ['PT5M', 'PT30M', 'PT1H'].map((value) => named(value, 'name', ''));
    default:
      return [];
  }
}
