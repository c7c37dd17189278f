// From text to a plan: what is there is taken, what is wrong is told with its place, and reading goes on.
import { isMap, isSeq } from 'yaml';
import { t } from '../texts.ts';
import { nearest } from './nearest.ts';
import { actionKinds, fabricLocations, failoverDirections, failoverTypes, groupKinds, workOf } from './planText.ts';
import type { ActionKind, ActionText, GroupText, Located, PlanText, Range } from './planText.ts';
import type { Problem } from './problem.ts';
import { timeoutText } from './timeout.ts';
import { keyNamed, keys, type Level } from './vocabulary.ts';
import { isNothing, parseYaml, rangeOf, resolved, textOf, type PlanDocument } from './yamlPlaces.ts';

export interface ReadPlan {
  readonly plan: PlanText;
  readonly problems: readonly Problem[];
}

export function readPlan(text: string): ReadPlan {
  const document = parseYaml(text);
  const reader = new Reader(document);
  for (const { message, pos } of document.errors) {
    const start = Math.min(pos[0], text.length);
    reader.problems.push({ code: 'Syntax', severity: 'error', message, range: { start, end: Math.min(Math.max(pos[1], start + 1), text.length) }, fixes: [] });
  }
  return { plan: reader.plan({ start: 0, end: text.length }), problems: reader.problems };
}

type Fields = ReadonlyMap<string, { readonly key: Range; readonly node: unknown }>;

const noFields: Fields = new Map();

class Reader {
  readonly problems: Problem[] = [];
  readonly #document: PlanDocument;

  constructor(document: PlanDocument) {
    this.#document = document;
  }

  plan(whole: Range): PlanText {
    const { contents } = this.#document;
    const fields = isNothing(contents) ? noFields : this.#fields(contents, { level: 'plan', range: whole });
    return {
      range: whole,
      name: this.#text(fields, 'name'),
      source: this.#text(fields, 'source'),
      groups: this.#list(fields, 'groups').map(({ node, range }) => this.#group(node, range)),
      groupsKey: fields.get('groups')?.key,
    };
  }

  #group(node: unknown, range: Range): GroupText {
    const fields = this.#fields(node, { level: 'group', range });
    return {
      range,
      kind: this.#word(this.#text(fields, 'kind'), groupKinds),
      machines: this.#texts(fields, 'machines'),
      before: this.#list(fields, 'before').map((action) => this.#action(action.node, action.range)),
      after: this.#list(fields, 'after').map((action) => this.#action(action.node, action.range)),
    };
  }

  #action(node: unknown, range: Range): ActionText {
    const fields = this.#fields(node, { level: 'action', range });
    const kind = this.#word(this.#text(fields, 'kind'), actionKinds);
    if (kind !== undefined) this.#foreignFields(fields, kind.value);
    const timeout = this.#text(fields, 'timeout') ?? this.#milliseconds(this.#text(fields, 'timeoutMs'));
    return {
      range,
      name: this.#text(fields, 'name'),
      kind,
      work: kind === undefined ? undefined : this.#text(fields, workOf[kind.value]),
      timeout,
      fabricLocation: this.#word(this.#text(fields, 'fabricLocation'), fabricLocations),
      failoverTypes: this.#words(fields, 'failoverTypes', failoverTypes),
      failoverDirections: this.#words(fields, 'failoverDirections', failoverDirections),
    };
  }

  /** Fields that an action of this kind has no use for: nobody would read them. */
  #foreignFields(fields: Fields, kind: ActionKind): void {
    const foreign = [
      ...Object.values(workOf).filter((name) => name !== workOf[kind]),
      ...(kind === 'manual' ? ['timeout', 'timeoutMs', 'fabricLocation'] : []),
    ];
    for (const name of foreign) {
      const field = fields.get(name);
      if (field === undefined) continue;
      this.problems.push({
        code: 'FieldUnused',
        severity: 'warning',
        message: t('An action of kind {0} has no "{1}": it is ignored.', kind, name),
        range: field.key,
        fixes: [],
      });
    }
  }

  #milliseconds(text: Located<string> | undefined): Located<string> | undefined {
    if (text === undefined || !/^\d+$/.test(text.value)) return text;
    return { ...text, value: timeoutText(Number(text.value)) };
  }

  /** The mapping's fields by name; those that no plan has are told. */
  #fields(node: unknown, place: { readonly level: Level; readonly range: Range }): Fields {
    const map = resolved(this.#document, node);
    if (!isMap(map)) {
      this.#wrongType(
        place.range,
        t(
          'Fields are expected here: {0}.',
          keys(place.level)
            .map(({ name }) => name)
            .join(', '),
        ),
      );
      return noFields;
    }
    const fields = new Map<string, { key: Range; node: unknown }>();
    for (const { key, value } of map.items) {
      const name = textOf(key);
      const range = rangeOf(key, place.range);
      if (name !== undefined && keyNamed(place.level, name) !== undefined) fields.set(name, { key: range, node: value });
      else if (!isNothing(key)) this.#unknownKey(name ?? '', place.level, range);
    }
    return fields;
  }

  #unknownKey(name: string, level: Level, range: Range): void {
    const names = keys(level).map((key) => key.name);
    const meant = nearest(name, names);
    this.problems.push({
      code: 'UnknownKey',
      severity: 'error',
      message: t('"{0}" is no field here; there are {1}.', name, names.join(', ')),
      range,
      fixes: meant === undefined ? [] : [{ title: t('Change to "{0}"', meant), edits: [{ range, text: meant }] }],
    });
  }

  #list(fields: Fields, name: string): readonly { readonly node: unknown; readonly range: Range }[] {
    const field = fields.get(name);
    if (field === undefined || isNothing(field.node)) return [];
    const list = resolved(this.#document, field.node);
    if (!isSeq(list)) {
      this.#wrongType(rangeOf(field.node, field.key), t('"{0}" is a list: each entry begins with a hyphen.', name));
      return [];
    }
    return list.items.map((node) => ({ node, range: rangeOf(node, field.key) }));
  }

  #texts(fields: Fields, name: string): Located<string>[] {
    return this.#list(fields, name).flatMap(({ node, range }) => {
      const value = textOf(resolved(this.#document, node));
      // While it is being typed: a hyphen with nothing behind it.
      if (value === undefined && !isNothing(node)) this.#wrongType(range, t('A text is expected here.'));
      return value === undefined ? [] : [{ value, range }];
    });
  }

  #text(fields: Fields, name: string): Located<string> | undefined {
    const field = fields.get(name);
    if (field === undefined || isNothing(field.node)) return undefined;
    const value = textOf(resolved(this.#document, field.node));
    const range = rangeOf(field.node, field.key);
    if (value === undefined) this.#wrongType(range, t('"{0}" is a text.', name));
    return value === undefined ? undefined : { value, range };
  }

  #words<Word extends string>(fields: Fields, name: string, words: readonly Word[]): Located<readonly Word[]> | undefined {
    const field = fields.get(name);
    if (field === undefined || isNothing(field.node)) return undefined;
    const found = this.#texts(fields, name).flatMap((text) => this.#word(text, words)?.value ?? []);
    return { value: found, range: rangeOf(field.node, field.key) };
  }

  #word<Word extends string>(text: Located<string> | undefined, words: readonly Word[]): Located<Word> | undefined {
    if (text === undefined) return undefined;
    const { range } = text;
    const word = words.find((one) => one === text.value);
    if (word !== undefined) return { value: word, range };
    const meant = words.find((one) => one.toLowerCase() === text.value.toLowerCase()) ?? nearest(text.value, words);
    this.problems.push({
      code: 'UnknownWord',
      severity: 'error',
      message: t('"{0}" is not one of {1}.', text.value, words.join(', ')),
      range,
      fixes: meant === undefined ? [] : [{ title: t('Change to "{0}"', meant), edits: [{ range, text: meant }] }],
    });
    return undefined;
  }

  #wrongType(range: Range, message: string): void {
    this.problems.push({ code: 'WrongType', severity: 'error', message, range, fixes: [] });
  }
}
