// Where in a plan's text a cursor stands: which mapping, which key, and what is being typed. Also while the text is not yet YAML.
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Range } from './planText.ts';
import { keyNamed, type Key, type Level } from './vocabulary.ts';
import { isNothing, parseYaml, rangeOf, resolved, textOf, type PlanDocument } from './yamlPlaces.ts';

export type PlaceInPlan =
  /** A key of a mapping, with those that it has already. */
  | { readonly kind: 'key'; readonly level: Level; readonly present: readonly string[]; readonly typed: Range; readonly alone: boolean }
  /** The value of a key, or an entry of its list. */
  | {
      readonly kind: 'value';
      readonly level: Level;
      readonly key: Key;
      readonly siblings: readonly string[];
      readonly typed: Range;
      readonly fields: ReadonlyMap<string, string>;
    };

/** A word that nobody writes. */
const mark = 'srlabCursorStandsHere';

/** @param offset of the cursor; @returns undefined where nothing of a plan is meant */
export function placeAt(text: string, offset: number): PlaceInPlan | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  if (/^\s*#|\s#/.test(text.slice(lineStart, offset))) return undefined;
  const marked = `${text.slice(0, offset)}${mark}${text.slice(offset)}`;
  const document = parseYaml(marked);
  const found = new Search(document).plan(document.contents);
  if (found === undefined) return undefined;
  const { start, end } = found.typed;
  return { ...found, typed: { start, end: Math.max(start, end - mark.length) } };
}

/** The key or word under the pointer. */
export function wordAt(
  text: string,
  offset: number,
): { readonly level: Level; readonly key: Key; readonly word: string | undefined; readonly range: Range } | undefined {
  const document = parseYaml(text);
  return new Search(document, offset).plan(document.contents)?.hover;
}

type Found = PlaceInPlan & { readonly hover?: { level: Level; key: Key; word: string | undefined; range: Range } };

/** Goes down by the plan's own grammar, to the node with the mark or under the pointer. */
class Search {
  readonly #document: PlanDocument;
  readonly #offset: number | undefined;

  constructor(document: PlanDocument, offset?: number) {
    this.#document = document;
    this.#offset = offset;
  }

  plan(node: unknown): Found | undefined {
    return this.#mapping(node, 'plan');
  }

  #mapping(given: unknown, level: Level): Found | undefined {
    const node = resolved(this.#document, given);
    // The first key of a mapping is a lone text until its colon is there.
    if (isScalar(node)) return this.#isHere(node) ? { kind: 'key', level, present: [], typed: rangeOf(node, nowhere), alone: true } : undefined;
    if (!isMap(node)) return undefined;
    const present = node.items.flatMap(({ key }) => (this.#isHere(key) ? [] : (textOf(key) ?? [])));
    const fields = new Map(node.items.flatMap(({ key, value }) => [[textOf(key) ?? '', textOf(value) ?? ''] as const]));
    for (const { key: keyNode, value } of node.items) {
      const key = keyNamed(level, textOf(keyNode) ?? '');
      if (this.#isHere(keyNode)) {
        const typed = rangeOf(keyNode, nowhere);
        return {
          kind: 'key',
          level,
          present,
          typed,
          alone: isNothing(value),
          ...(key === undefined ? {} : { hover: { level, key, word: undefined, range: typed } }),
        };
      }
      const found = key === undefined ? undefined : this.#value(value, { level, key, fields });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #value(given: unknown, of: { level: Level; key: Key; fields: ReadonlyMap<string, string> }): Found | undefined {
    const node = resolved(this.#document, given);
    const { shape } = of.key;
    if (shape === 'groups' || shape === 'actions') {
      const level = shape === 'groups' ? 'group' : 'action';
      if (isSeq(node))
        for (const entry of node.items) {
          const found = this.#mapping(entry, level);
          if (found !== undefined) return found;
        }
      // `groups:` with the first letters of an entry below it, before its hyphen.
      return isScalar(node) && this.#isHere(node) ? this.#here(node, [], of) : undefined;
    }
    const entries = isSeq(node) ? node.items : [node];
    const here = entries.find((entry) => this.#isHere(entry));
    return here === undefined
      ? undefined
      : this.#here(
          here as Node,
          entries.flatMap((entry) => (entry === here ? [] : (textOf(entry) ?? []))),
          of,
        );
  }

  #here(node: Node, siblings: readonly string[], { level, key, fields }: { level: Level; key: Key; fields: ReadonlyMap<string, string> }): Found {
    const typed = rangeOf(node, nowhere);
    return { kind: 'value', level, key, siblings, typed, fields, hover: { level, key, word: textOf(node), range: typed } };
  }

  #isHere(node: unknown): boolean {
    if (!isScalar(node)) return false;
    if (this.#offset === undefined) return typeof node.value === 'string' && node.value.includes(mark);
    const { start, end } = rangeOf(node, nowhere);
    return start <= this.#offset && this.#offset < end;
  }
}

const nowhere: Range = { start: 0, end: 0 };
