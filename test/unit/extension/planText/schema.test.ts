// The schema for other editors says the same as the extension's own reading: the same fields, the same words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keys, type Level } from '../../../../extension/planText/vocabulary.ts';

interface ObjectSchema {
  readonly properties: Readonly<Record<string, { readonly enum?: readonly string[]; readonly items?: { readonly enum?: readonly string[] } }>>;
}

const root = join(import.meta.dirname, '../../../..');
const schema = JSON.parse(readFileSync(join(root, 'media/plan.schema.json'), 'utf8')) as ObjectSchema & {
  readonly definitions: Readonly<Record<'group' | 'action', ObjectSchema>>;
};

describe.each<[Level, ObjectSchema]>([
  ['plan', schema],
  ['group', schema.definitions.group],
  ['action', schema.definitions.action],
])('A %s', (level, { properties }) => {
  test('has the same fields', () => {
    expect(Object.keys(properties)).toEqual(keys(level).map(({ name }) => name));
  });

  test('has the same words', () => {
    const words = Object.fromEntries(keys(level).flatMap(({ name, words: few }) => (few === undefined ? [] : [[name, few]])));
    expect(
      Object.fromEntries(
        Object.entries(properties).flatMap(([name, one]) => ((one.enum ?? one.items?.enum) === undefined ? [] : [[name, one.enum ?? one.items?.enum]])),
      ),
    ).toEqual(words);
  });
});
